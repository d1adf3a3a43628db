/* connection.c - descriptor to connection to label, within one process.
 *
 * A table by descriptor, each entry one word: found by getpeername when the descriptor is used
 * first. Threads that race find the same. */
#include "profiles/hooks/connection.h"

#include "profiles/hooks/watch.h"
#include "profiles/probe/forks.h"
#include "profiles/probe/label.h"
#include "profiles/probe/modules.h"
#include "profiles/probe/processes.h"
#include "profiles/probe/snapshot.h"
#include "profiles/probe/state.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/socket.h>

enum {
    PORT_MASK = 0xffff,      /* the peer's port; watching, our own */
    KNOWN = 1 << 16,         /* the rest was found out */
    SOCKET = 1 << 17,        /* it can be read from by the network */
    CONNECTION = 1 << 18,    /* it may carry requests */
    ACCEPTED = 1 << 19,      /* for certain somebody's who came to us */
    OPENED = 1 << 20 | KNOWN /* by the server itself, to somebody */
};

static _Atomic uint32_t places[WM_CONNECTION_FD_MAX];
static _Atomic uint32_t contexts[WM_CONNECTION_FD_MAX]; /* see wm_label_attach */
static _Atomic int fd_limit;                            /* above all that were ever used */

/* The agent's own calls pass, and everything in a host. */
static inline bool is_off(void)
{
    return __builtin_expect(!wm_probe.agent, 1) || wm_tls.inside;
}

/* ---- What a descriptor is ---- */

static bool is_loopback(const struct sockaddr_storage *address, uint32_t *ret_port)
{
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        *ret_port = ntohs(v4->sin_port);
        return ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    if (address->ss_family != AF_INET6)
        return false;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
    *ret_port = ntohs(v6->sin6_port);
    return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) ||
           (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) && v6->sin6_addr.s6_addr[12] == IN_LOOPBACKNET);
}

/* Watching, who comes to the server is not known from afar: over the net, or accepted. A socketpair
 * is the server's own talk, as is a connection within the machine that it was given or opened. */
static bool may_bring_requests(int family, uint32_t before)
{
    return family == AF_INET || family == AF_INET6 ||
           (family == AF_UNIX && (before & ACCEPTED) != 0);
}

static uint32_t find_out(int fd, uint32_t before)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    socklen_t bytes = sizeof(address);
    int type = 0;
    socklen_t type_bytes = sizeof(type);
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_bytes) != 0)
        return KNOWN;
    if (type != SOCK_STREAM || getpeername(fd, (struct sockaddr *)&address, &bytes) != 0)
        return KNOWN | SOCKET;
    uint32_t port = 0;
    bool loopback = is_loopback(&address, &port);
    if (!wm_probe.watching) /* the harness comes by loopback only */
        return KNOWN | SOCKET | (loopback ? (uint32_t)CONNECTION | port : 0);
    if (!may_bring_requests(address.ss_family, before))
        return KNOWN | SOCKET;
    bytes = sizeof(address);
    port = 0;
    if (getsockname(fd, (struct sockaddr *)&address, &bytes) == 0)
        (void)is_loopback(&address, &port);
    return KNOWN | SOCKET | CONNECTION | port;
}

static void store(int fd, uint32_t place)
{
    atomic_store_explicit(&places[fd], place, memory_order_relaxed);
    int limit = atomic_load_explicit(&fd_limit, memory_order_relaxed);
    while (fd >= limit && !atomic_compare_exchange_weak(&fd_limit, &limit, fd + 1))
        ;
}

static uint32_t look(int fd, uint32_t before)
{
    int saved_errno = errno;
    uint32_t place = find_out(fd, before) | (before & ACCEPTED);
    errno = saved_errno;
    store(fd, place);
    return place;
}

static inline uint32_t place_of(int fd)
{
    if ((unsigned int)fd >= WM_CONNECTION_FD_MAX)
        return 0;
    uint32_t place = atomic_load_explicit(&places[fd], memory_order_relaxed);
    return (place & KNOWN) != 0 ? place : look(fd, place);
}

/* ---- Whose request ---- */

/* False: it changes nothing. */
static bool find_label(int fd, uint32_t place, uint64_t *ret_label)
{
    if (wm_probe.watching) {
        *ret_label = wm_watch_label(fd);
        return true;
    }
    /* pairs with the harness's store, before it wrote the request */
    uint64_t word = atomic_load_explicit(&wm_probe.region->board.ports[place & PORT_MASK],
                                         memory_order_acquire);
    *ret_label = (word & WM_LABEL_BOARD) != 0 ? word : 0;
    return word != WM_PORT_FOREIGN || (place & ACCEPTED) != 0;
}

static void set_label(int fd, uint32_t place)
{
    uint64_t label;
    if (!find_label(fd, place, &label))
        return;
    wm_label_set(label);
    if (!atomic_load_explicit(&wm_probe.marks, memory_order_relaxed))
        return;
    int saved_errno = errno;
    wm_label_attach(&contexts[fd]);
    errno = saved_errno;
}

void wm_connection_serve(int fd)
{
    if (is_off())
        return;
    uint32_t place = place_of(fd);
    if ((place & CONNECTION) != 0)
        set_label(fd, place);
}

static void count_read(int fd)
{
    struct wm_process *process = wm_probe.process;
    if ((unsigned int)fd >= WM_CONNECTION_FD_MAX)
        atomic_fetch_add_explicit(&wm_probe.region->descriptors_lost, 1, memory_order_relaxed);
    if (process == NULL)
        return;
    /* Not exact: two threads at once count one. */
    uint64_t times = atomic_load_explicit(&process->sockets, memory_order_relaxed);
    atomic_store_explicit(&process->sockets, times + 1, memory_order_relaxed);
}

void wm_connection_read(int fd, const struct iovec *at, size_t pieces, ssize_t got)
{
    if (is_off() || got <= 0)
        return;
    int saved_errno = errno;
    uint32_t place = place_of(fd);
    if ((place & SOCKET) != 0 || (unsigned int)fd >= WM_CONNECTION_FD_MAX)
        count_read(fd);
    if ((place & CONNECTION) != 0) {
        if (wm_probe.watching) {
            wm_tls.inside = true;
            wm_watch_read(fd, place & PORT_MASK, at, pieces, (size_t)got);
            wm_tls.inside = false;
        }
        set_label(fd, place);
    }
    errno = saved_errno;
}

void wm_connection_rest(void)
{
    if (is_off())
        return;
    wm_label_set(0);
    if (atomic_load_explicit(&wm_snapshot.woken, memory_order_relaxed) == 0)
        return;
    int saved_errno = errno;
    wm_tls.inside = true;
    wm_modules_refresh();
    wm_tls.inside = false;
    errno = saved_errno;
}

static bool are_opened(const struct pollfd *fds, nfds_t count)
{
    enum { LOOK_AT_MAX = 4 };
    for (nfds_t i = 0; i < count; i++) {
        if (i == LOOK_AT_MAX || (unsigned int)fds[i].fd >= WM_CONNECTION_FD_MAX ||
            atomic_load_explicit(&places[fds[i].fd], memory_order_relaxed) != OPENED)
            return false;
    }
    return count > 0;
}

void wm_connection_wait(const struct pollfd *fds, nfds_t count)
{
    if (is_off())
        return;
    if (atomic_load_explicit(&wm_tls.label, memory_order_relaxed) == 0 || !are_opened(fds, count))
        wm_connection_rest();
}

/* ---- Descriptors come and go ---- */

static inline bool is_nothing(int fd)
{
    return atomic_load_explicit(&places[fd], memory_order_relaxed) == 0 &&
           atomic_load_explicit(&contexts[fd], memory_order_relaxed) == 0;
}

static void replace(int fd, uint32_t place)
{
    if (atomic_load_explicit(&contexts[fd], memory_order_relaxed) != 0)
        wm_label_detach(&contexts[fd], false);
    if (wm_probe.watching)
        wm_watch_forget(fd);
    if (atomic_load_explicit(&places[fd], memory_order_relaxed) != place)
        store(fd, place);
}

/* A child of vfork() closes descriptors of its own, but would write to its parent's tables. */
static void put(int fd, uint32_t place)
{
    if (is_off() || (unsigned int)fd >= WM_CONNECTION_FD_MAX || (place == 0 && is_nothing(fd)) ||
        !wm_process_is_own())
        return;
    replace(fd, place);
}

void wm_connection_accepted(int fd)
{
    put(fd, ACCEPTED);
}

void wm_connection_opened(int fd)
{
    put(fd, OPENED);
}

void wm_connection_forget(int fd)
{
    put(fd, 0);
}

void wm_connection_forget_range(unsigned int first, unsigned int last)
{
    unsigned int limit = (unsigned int)atomic_load(&fd_limit);
    if (is_off() || first >= limit || !wm_process_is_own())
        return;
    for (unsigned int fd = first; fd <= last && fd < limit; fd++)
        if (!is_nothing((int)fd))
            replace((int)fd, 0);
}

/* ---- Processes come and go ---- */

/* The child has its parent's connections, and none of its contexts. */
static void forked(void)
{
    int limit = atomic_load(&fd_limit);
    for (int fd = 0; fd < limit; fd++) {
        if (atomic_load_explicit(&contexts[fd], memory_order_relaxed) != 0)
            atomic_store_explicit(&contexts[fd], 0, memory_order_relaxed);
    }
    if (wm_probe.watching)
        wm_watch_forked();
}

static void begun(void)
{
    if (wm_probe.watching)
        wm_watch_start();
}

static void ended(void)
{
    int limit = atomic_load(&fd_limit);
    for (int fd = 0; fd < limit; fd++) {
        if (atomic_load_explicit(&contexts[fd], memory_order_relaxed) != 0)
            wm_label_detach(&contexts[fd], true);
    }
}

__attribute__((constructor(102))) static void follow_processes(void)
{
    wm_process_begun_hook = begun;
    wm_process_forked_hook = forked;
    wm_process_ended_hook = ended;
}

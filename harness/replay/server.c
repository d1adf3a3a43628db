/* server.c - a server under test: started with the agent in it, watched, ended. */
#include "harness/replay/server.h"

#include "harness/core/clock.h"
#include "harness/replay/command.h"
#include "harness/replay/family.h"
#include "harness/replay/folder.h"
#include "harness/replay/launch.h"
#include "harness/replay/tail.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

enum {
    CONNECT_MS = 1000,
    KILL_AGAIN_MS = 50,
    TURN_READS = 16, /* together what a pipe holds */
    PORT_TRIES = 1000,
    PORT_LOWEST = 20000,
    PORT_USUAL = 32768, /* where clients' ports begin, where nobody says otherwise */
};

struct wm_server {
    uv_signal_t children;
    uv_poll_t output;
    uv_timer_t patience;
    int open_handles;
    int output_fd; /* -1: none, or at its end */
    int agent_fd;  /* -1: none */
    struct wm_family family;
    struct wm_tail tail;
    struct wm_text words;
    struct wm_target_watcher watcher;
    bool running; /* the watcher was not called yet */
    uint16_t port;
    char *folder;
};

static void watch_end(struct wm_server *server);

/* ---- Where it listens ---- */

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
}

static bool is_free(uint16_t port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool free = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    if (fd >= 0)
        close(fd);
    return free;
}

/* Below the ports that the kernel gives to clients: whoever tries to connect to one of those while
 * nobody listens there may be given that very port, and so be connected to itself. */
static uint16_t find_port(void)
{
    struct timespec now;
    char line[32] = "";
    FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
    unsigned long lowest_client =
        file != NULL && fgets(line, sizeof(line), file) != NULL ? strtoul(line, NULL, 10) : 0;
    if (file != NULL)
        fclose(file);
    if (lowest_client > UINT16_MAX || lowest_client < PORT_LOWEST + PORT_TRIES)
        lowest_client = PORT_USUAL;
    clock_gettime(CLOCK_MONOTONIC, &now);
    unsigned range = (unsigned)lowest_client - PORT_LOWEST;
    unsigned from = ((unsigned)now.tv_nsec / 1000 + (unsigned)getpid() * 7919) % range;
    for (unsigned i = 0; i < PORT_TRIES; i++) {
        uint16_t port = (uint16_t)(PORT_LOWEST + (from + i) % range);
        if (is_free(port))
            return port;
    }
    return 0;
}

void wm_server_address(const struct wm_server *server, struct sockaddr_storage *ret_address,
                       socklen_t *ret_bytes)
{
    struct sockaddr_in address = loopback(server->port);
    memcpy(ret_address, &address, sizeof(address));
    *ret_bytes = sizeof(address);
}

void wm_knock_end(struct wm_knock *knock)
{
    if (knock->under_way)
        close(knock->fd);
    knock->under_way = false;
}

/* Begins an attempt; true: it has succeeded already. */
static bool begin_knock(struct wm_knock *knock, const struct sockaddr_storage *address,
                        socklen_t bytes)
{
    knock->fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (knock->fd < 0)
        return false;
    knock->under_way = true;
    knock->until_ns = wm_clock_now_ns() + CONNECT_MS * UINT64_C(1000000);
    if (connect(knock->fd, (const struct sockaddr *)address, bytes) == 0) {
        wm_knock_end(knock);
        return true;
    }
    if (errno != EINPROGRESS)
        wm_knock_end(knock);
    return false;
}

/* What has come of the attempt that is under way, within `wait_ms`. */
static bool end_knock(struct wm_knock *knock, int wait_ms)
{
    struct pollfd wait = {.fd = knock->fd, .events = POLLOUT};
    int fault = 0;
    socklen_t fault_bytes = sizeof(fault);
    bool known = poll(&wait, 1, wait_ms) == 1;
    bool accepted = known &&
                    getsockopt(knock->fd, SOL_SOCKET, SO_ERROR, &fault, &fault_bytes) == 0 &&
                    fault == 0;
    if (known || wm_clock_now_ns() >= knock->until_ns)
        wm_knock_end(knock);
    return accepted;
}

bool wm_knock_look(struct wm_knock *knock, const struct sockaddr_storage *address, socklen_t bytes)
{
    return (!knock->under_way && begin_knock(knock, address, bytes)) ||
           (knock->under_way && end_knock(knock, 0));
}

bool wm_server_accepts(const struct sockaddr_storage *address, socklen_t bytes)
{
    struct wm_knock knock = {.under_way = false};
    bool accepted =
        begin_knock(&knock, address, bytes) || (knock.under_way && end_knock(&knock, CONNECT_MS));
    wm_knock_end(&knock);
    return accepted;
}

/* ---- What it writes ---- */

static void close_output(struct wm_server *server)
{
    uv_poll_stop(&server->output);
    close(server->output_fd);
    server->output_fd = -1;
}

/* Not for as long as there is something to read: whoever writes without end must not hold us up. */
static void read_output(struct wm_server *server)
{
    char bytes[4096];
    for (int i = 0; i < TURN_READS && server->output_fd >= 0; i++) {
        ssize_t count = read(server->output_fd, bytes, sizeof(bytes));
        if (count > 0)
            wm_tail_add(&server->tail, bytes, (size_t)count);
        else if (count == 0 || (errno != EAGAIN && errno != EINTR))
            close_output(server);
        else
            return;
    }
}

static void on_output(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    read_output(poll->data);
}

const char *wm_server_last_words(struct wm_server *server)
{
    read_output(server);
    wm_text_clear(&server->words);
    wm_tail_lines(&server->tail, &server->words);
    return server->words.data;
}

/* ---- Its end ---- */

static void on_patience(uv_timer_t *timer)
{
    wm_server_kill(timer->data);
}

/* Libuv counts from when the loop last turned, which may be long ago. */
static void be_patient(struct wm_server *server, uint32_t patience_ms)
{
    uv_update_time(server->patience.loop);
    uv_timer_start(&server->patience, on_patience, patience_ms, 0);
}

/* What is being forked while it is killed gets away: so it is killed until it is gone. */
void wm_server_kill(struct wm_server *server)
{
    if (!server->running)
        return;
    wm_family_signal(SIGKILL);
    be_patient(server, KILL_AGAIN_MS);
}

void wm_server_end(struct wm_server *server, int number, uint32_t patience_ms)
{
    if (!server->running)
        return;
    wm_family_signal(number);
    if (patience_ms > 0)
        be_patient(server, patience_ms);
}

static void on_child(uv_signal_t *handle, int number)
{
    (void)number;
    watch_end(handle->data);
}

static void watch_end(struct wm_server *server)
{
    bool gone = wm_family_reap(&server->family);
    if (!server->running || (!gone && !server->family.failed))
        return;
    if (!gone)
        wm_family_kill(&server->family);
    server->running = false;
    uv_timer_stop(&server->patience);
    server->watcher.exited(server->watcher.user, &server->family.exit);
}

uint64_t wm_server_cpu_ns(const struct wm_server *server)
{
    return wm_family_cpu_ns(&server->family);
}

/* ---- Starting it ---- */

/* Requests must not go to somebody else's server. */
static int check_port(const struct wm_server *server, struct wm_error *err)
{
    struct sockaddr_storage address;
    socklen_t bytes;
    if (server->port == 0)
        return wm_fail(err, -EADDRINUSE,
                       "found no free port for the server: choose one with --port");
    wm_server_address(server, &address, &bytes);
    if (wm_server_accepts(&address, bytes))
        return wm_fail_at(err, -EADDRINUSE, "--port",
                          "somebody listens on 127.0.0.1:%u already: choose another, or "
                          "--connect to it",
                          server->port);
    return 0;
}

static int prepare_words(struct wm_server *server, const struct wm_server_settings *settings,
                         char ***ret_words, struct wm_error *err)
{
    char port[8];
    int rc = wm_folder_make(&server->folder, err);
    if (rc < 0)
        return rc;
    snprintf(port, sizeof(port), "%u", server->port);
    struct wm_placeholder list[] = {
        {"{port}",  port,                                            0},
        {"{dir}",   server->folder,                                  0},
        {"{files}", settings->files != NULL ? settings->files : ".", 0},
    };
    struct wm_placeholders placeholders = {list, sizeof(list) / sizeof(list[0])};
    rc = wm_command_split(settings->command, &placeholders, ret_words, err);
    if (rc == 0 && settings->files != NULL)
        rc = wm_folder_configure(server->folder, settings->files, &placeholders, err);
    if (rc == 0 && settings->port == 0 && list[0].uses == 0)
        rc = wm_fail(err, -EINVAL,
                     "say where the server takes its port: {port} in the command or in a .conf "
                     "beside the mix, or --port N for the one that it has anyway");
    if (rc < 0 && err != NULL && err->place[0] == '\0')
        snprintf(err->place, sizeof(err->place), "--server");
    return rc;
}

/* The handles that watch it, before it starts: its end cannot be missed. */
static int open_handles(struct wm_server *server, struct uv_loop_s *loop)
{
    int rc = uv_signal_init(loop, &server->children);
    if (rc < 0)
        return rc;
    server->children.data = server;
    (void)uv_timer_init(loop, &server->patience);
    server->patience.data = server;
    server->open_handles = 2;
    return uv_signal_start(&server->children, on_child, SIGCHLD);
}

static int watch_output(struct wm_server *server, struct uv_loop_s *loop)
{
    if (server->output_fd < 0)
        return 0;
    int rc = uv_poll_init(loop, &server->output, server->output_fd);
    if (rc < 0)
        return rc;
    server->output.data = server;
    server->open_handles++;
    return uv_poll_start(&server->output, UV_READABLE, on_output);
}

static int start(struct wm_server *server, struct uv_loop_s *loop,
                 const struct wm_server_settings *settings, char *const *words,
                 struct wm_error *err)
{
    int rc = open_handles(server, loop);
    if (rc < 0)
        return wm_fail_errno(err, rc, "", "watch for the server's end");
    wm_family_begin(&server->family);
    const struct wm_launch launch = {
        .words = words,
        .agent = settings->agent,
        .region_fd = settings->region_fd,
        .own_output = settings->own_output,
    };
    struct wm_launched launched;
    rc = wm_launch_start(&launch, &launched, err);
    if (rc < 0)
        return rc;
    server->family.first = launched.pid;
    server->output_fd = launched.output;
    server->agent_fd = launched.agent;
    server->running = true;
    rc = watch_output(server, loop);
    return rc < 0 ? wm_fail_errno(err, rc, "", "read what the server writes") : 0;
}

int wm_server_start(struct uv_loop_s *loop, const struct wm_server_settings *settings,
                    struct wm_server **ret_server, struct wm_error *err)
{
    struct wm_server *server = calloc(1, sizeof(*server));
    char **words = NULL;
    if (server == NULL)
        return wm_fail(err, -ENOMEM, "no memory for the server");
    server->output_fd = server->agent_fd = -1;
    server->watcher = settings->watcher;
    wm_text_init(&server->words);
    server->port = settings->port != 0 || settings->words != NULL ? settings->port : find_port();
    int rc = 0;
    if (settings->words == NULL)
        rc = check_port(server, err);
    if (rc == 0 && settings->words == NULL)
        rc = prepare_words(server, settings, &words, err);
    if (rc == 0)
        rc = start(server, loop, settings, words != NULL ? words : settings->words, err);
    wm_command_free(words);
    if (rc < 0) {
        wm_server_free(server);
        return rc;
    }
    *ret_server = server;
    return 0;
}

int wm_server_pid(const struct wm_server *server)
{
    return server->family.first;
}

/* ---- Freeing it ---- */

static void free_server(struct wm_server *server)
{
    wm_text_done(&server->words);
    free(server->folder);
    free(server);
}

static void on_closed(uv_handle_t *handle)
{
    struct wm_server *server = handle->data;
    if (--server->open_handles == 0)
        free_server(server);
}

void wm_server_free(struct wm_server *server)
{
    if (server == NULL)
        return;
    if (server->family.first > 0)
        wm_family_kill(&server->family);
    wm_family_end();
    wm_folder_remove(server->folder);
    if (server->agent_fd >= 0)
        close(server->agent_fd);
    if (server->open_handles == 0) {
        free_server(server);
        return;
    }
    uv_close((uv_handle_t *)&server->children, on_closed);
    uv_close((uv_handle_t *)&server->patience, on_closed);
    if (server->open_handles > 2)
        uv_close((uv_handle_t *)&server->output, on_closed);
    if (server->output_fd >= 0)
        close(server->output_fd);
}

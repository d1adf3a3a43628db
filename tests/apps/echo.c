/* echo.c - a server of lines, to be followed through everything that servers do to themselves.
 *
 *   echo PORT epoll|poll|threads|small-threads|forks|closer [PREPARATION...]
 *
 * Answers "fast" and "slow" lines with "done" after 10 and 50 microseconds of work, which are
 * counted in steps, so that no clock is asked; for "f7" it allocates seven blocks, and for
 * "su" it waits a millisecond for another server first. Ends on SIGTERM
 * with exit code 0, or with another one if something that it did to itself did not have the result
 * that it has without an agent: then the reason is on stderr. Built twice: `echo` knows nothing of
 * waymark, `marked` marks its segments. */
#include "spin.h"

#ifdef ECHO_MARKED
#include <waymark/waymark.h>
#else
#define WM_SEGMENT(name) (void)0
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FAST_US = 10, SLOW_US = 50, LINE_BYTES = 64, FDS_MAX = 1024 };

static char **arguments;
static uint64_t steps_per_ms;
static volatile sig_atomic_t ended, alarms, traps;
static int listener = -1;

static void fail(const char *what)
{
    dprintf(STDERR_FILENO, "echo: %s: %s\n", what, strerror(errno));
    _exit(2);
}

static void check(bool right, const char *what)
{
    if (!right)
        fail(what);
}

/* ---- Requests ---- */

static void __attribute__((noinline)) work_fast(void)
{
    WM_SEGMENT("Fast");
    spin_steps(steps_per_ms * FAST_US / 1000);
}

static void __attribute__((noinline)) work_slow(void)
{
    WM_SEGMENT("Slow");
    spin_steps(steps_per_ms * SLOW_US / 1000);
}

/* So many blocks of 100 bytes as a digit behind the line's first letter says. */
static void allocate(char digit)
{
    void *blocks[10];
    int count = digit >= '0' && digit <= '9' ? digit - '0' : 0;
    for (int i = 0; i < count; i++)
        blocks[i] = malloc(100);
    for (int i = 0; i < count; i++)
        free(blocks[i]);
}

/* A request that waits for another server in its midst: ourselves, who do not answer. */
static void ask_upstream(int fd)
{
    struct sockaddr_in address;
    socklen_t bytes = sizeof(address);
    int upstream = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(getsockname(fd, (struct sockaddr *)&address, &bytes) == 0 &&
              connect(upstream, (struct sockaddr *)&address, bytes) == 0,
          "no upstream");
    struct pollfd poll_for = {.fd = upstream, .events = POLLIN};
    check(poll(&poll_for, 1, 1) == 0, "poll");
    close(upstream);
}

/* False when the connection is over. */
static bool serve(int fd)
{
    char line[LINE_BYTES] = "";
    errno = 0;
    ssize_t got = read(fd, line, sizeof(line));
    if (got <= 0)
        return got < 0 && errno == EAGAIN;
    check(errno == 0, "a read that succeeded");
    WM_SEGMENT("Serve");
    allocate(line[1]);
    if (line[1] == 'u')
        ask_upstream(fd);
    if (line[0] == 's')
        work_slow();
    else
        work_fast();
    return write(fd, "done\n", 5) == 5;
}

static void *serve_all(void *data)
{
    int fd = (int)(intptr_t)data;
    while (serve(fd))
        ;
    close(fd);
    return NULL;
}

/* ---- Ways to serve ---- */

static void serve_threads_of(size_t stack_bytes)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    if (stack_bytes > 0)
        check(pthread_attr_setstacksize(&attributes, stack_bytes) == 0, "no such stack");
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0 && pthread_create(&thread, &attributes, serve_all, (void *)(intptr_t)fd) == 0)
        pthread_detach(thread);
    pthread_attr_destroy(&attributes);
}

static void serve_threads(void)
{
    serve_threads_of(0);
}

static void serve_small_threads(void)
{
    serve_threads_of((size_t)sysconf(_SC_THREAD_STACK_MIN));
}

static void *close_for_another(void *data)
{
    close((int)(intptr_t)data);
    return NULL;
}

/* One request of each connection, which another thread closes while this one serves it still. */
static void serve_closer(void)
{
    pthread_t thread;
    int fd = accept(listener, NULL, NULL);
    if (fd < 0)
        return;
    (void)serve(fd);
    check(pthread_create(&thread, NULL, close_for_another, (void *)(intptr_t)fd) == 0, "no thread");
    pthread_join(thread, NULL);
}

static void serve_forks(void)
{
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0 && fork() == 0) {
        close(listener);
        (void)serve_all((void *)(intptr_t)fd);
        exit(0);
    }
    close(fd);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

static void serve_poll(void)
{
    static struct pollfd fds[FDS_MAX];
    static nfds_t count;
    if (count == 0)
        fds[count++] = (struct pollfd){.fd = listener, .events = POLLIN};
    if (poll(fds, count, -1) <= 0)
        return;
    for (nfds_t i = count - 1; i > 0; i--) {
        if (fds[i].revents != 0 && !serve(fds[i].fd)) {
            close(fds[i].fd);
            fds[i] = fds[--count];
        }
    }
    if (fds[0].revents != 0 && count < FDS_MAX && !ended)
        fds[count++] = (struct pollfd){.fd = accept(listener, NULL, NULL), .events = POLLIN};
}

static void serve_epoll(void)
{
    static int epoll = -1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[16];
    if (epoll < 0) {
        epoll = epoll_create1(EPOLL_CLOEXEC);
        check(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) == 0, "epoll_ctl");
    }
    int count = epoll_wait(epoll, events, 16, -1);
    for (int i = 0; i < count; i++) {
        int fd = events[i].data.fd;
        if (fd == listener && !ended) {
            event.data.fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
            (void)epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event);
        } else if (fd != listener && !serve(fd)) {
            close(fd);
        }
    }
}

/* ---- What servers do to themselves ---- */

static void on_alarm(int signal)
{
    (void)signal;
    alarms++;
}

static void on_trap(int signal)
{
    (void)signal;
    traps++;
}

static void prepare_daemon(void)
{
    check(daemon(1, 1) == 0, "daemon");
}

static void prepare_double_fork(void)
{
    if (fork() != 0)
        exit(0);
    (void)setsid();
    if (fork() != 0)
        _exit(0);
}

/* The same program again, once, through each way in turn. */
static void prepare_exec(void)
{
    const char *turn = getenv("ECHO_TURN");
    int n = turn != NULL ? atoi(turn) : 0;
    char next[2] = {(char)('1' + n), '\0'};
    if (n > 2)
        return;
    setenv("ECHO_TURN", next, 1);
    check(execl("/nowhere", "nowhere", NULL) == -1 && errno == ENOENT, "execl of nothing");
    if (n == 0)
        execv("/proc/self/exe", arguments);
    if (n == 1)
        execvp(arguments[0], arguments);
    execve("/proc/self/exe", arguments, environ);
    fail("exec");
}

/* As servers do before they open anything: every close of what is not there must say so. */
static void prepare_close_all(void)
{
    for (int fd = 3; fd < (int)sysconf(_SC_OPEN_MAX) && fd < 4096; fd++)
        check(close(fd) == -1 && errno == EBADF, "a descriptor that we did not open");
    closefrom(3);
    check(close_range(3, ~0U, 0) == 0, "close_range");
}

static void prepare_nobody(void)
{
    check(setgid(65534) == 0 && setuid(65534) == 0, "setuid");
}

static void prepare_sigprof(void)
{
    struct itimerval timer = {
        {0, 2000},
        {0, 2000}
    };
    check(signal(SIGPROF, on_alarm) == SIG_DFL, "SIGPROF was somebody's");
    check(setitimer(ITIMER_PROF, &timer, NULL) == 0, "setitimer");
}

/* Every signal gets a handler, as it was found before, and is asked for again. */
static void prepare_signals(void)
{
    struct sigaction action, old;
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_trap;
    sigaddset(&action.sa_mask, SIGUSR2);
    for (int i = 1; i <= SIGRTMAX; i++) {
        if (i == SIGKILL || i == SIGSTOP || i == SIGTERM || (i > 31 && i < SIGRTMIN))
            continue;
        check(sigaction(i, NULL, &old) == 0 && old.sa_handler == SIG_DFL, "an action of ours");
        check(sigaction(i, &action, NULL) == 0, "sigaction");
        check(sigaction(i, NULL, &old) == 0 && old.sa_handler == on_trap &&
                  sigismember(&old.sa_mask, SIGUSR2) == 1,
              "the action that was set");
        int before = traps;
        check(raise(i) == 0 && traps == before + 1, "a signal was not delivered");
    }
}

/* And back to what the kernel does by itself: as daemons do at their start. */
static void prepare_defaults(void)
{
    for (int i = 1; i <= SIGRTMAX; i++) {
        if (i != SIGKILL && i != SIGSTOP && i != SIGTERM && !(i > 31 && i < SIGRTMIN))
            check(signal(i, SIG_DFL) != SIG_ERR, "signal");
    }
}

static void prepare_ignored(void)
{
    for (int i = 1; i <= SIGRTMAX; i++) {
        if (i != SIGKILL && i != SIGSTOP && i != SIGTERM && i != SIGCHLD &&
            !(i > 31 && i < SIGRTMIN))
            check(signal(i, SIG_IGN) != SIG_ERR && raise(i) == 0, "signal");
    }
}

static void prepare_blocked(void)
{
    sigset_t all, old;
    sigfillset(&all);
    sigdelset(&all, SIGTERM);
    check(pthread_sigmask(SIG_SETMASK, &all, &old) == 0, "pthread_sigmask");
    check(sigismember(&old, SIGTRAP) == 0, "a mask of ours");
    check(sigprocmask(SIG_BLOCK, NULL, &old) == 0, "sigprocmask");
    for (int i = 1; i <= SIGRTMAX; i++) {
        if (i != SIGKILL && i != SIGSTOP && !(i > 31 && i < SIGRTMIN))
            check(sigismember(&old, i) == sigismember(&all, i), "the mask that was set");
    }
}

static const struct {
    const char *name;
    void (*prepare)(void);
} preparations[] = {
    {"daemon",      prepare_daemon     },
    {"double-fork", prepare_double_fork},
    {"exec",        prepare_exec       },
    {"close-all",   prepare_close_all  },
    {"nobody",      prepare_nobody     },
    {"sigprof",     prepare_sigprof    },
    {"signals",     prepare_signals    },
    {"defaults",    prepare_defaults   },
    {"ignored",     prepare_ignored    },
    {"blocked",     prepare_blocked    },
};

static const struct {
    const char *name;
    void (*serve)(void);
} ways[] = {
    {"epoll",         serve_epoll        },
    {"poll",          serve_poll         },
    {"threads",       serve_threads      },
    {"small-threads", serve_small_threads},
    {"forks",         serve_forks        },
    {"closer",        serve_closer       },
};

/* ---- Start and end ---- */

static void on_end(int signal)
{
    (void)signal;
    ended = 1;
    (void)shutdown(listener, SHUT_RDWR); /* a wait that has not begun yet ends too */
}

static int listen_at(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    check(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, 64) == 0,
          "listen");
    return fd;
}

static void prepare(const char *name)
{
    for (size_t i = 0; i < sizeof(preparations) / sizeof(preparations[0]); i++) {
        if (strcmp(preparations[i].name, name) == 0) {
            preparations[i].prepare();
            return;
        }
    }
    errno = EINVAL;
    fail(name);
}

int main(int argc, char **argv)
{
    arguments = argv;
    size_t way = 0;
    if (argc < 3)
        return 125;
    while (way < sizeof(ways) / sizeof(ways[0]) && strcmp(ways[way].name, argv[2]) != 0)
        way++;
    if (way == sizeof(ways) / sizeof(ways[0]))
        return 125;
    for (int i = 3; i < argc; i++)
        prepare(argv[i]);
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_end; /* without SA_RESTART: it ends the wait */
    (void)sigaction(SIGTERM, &action, NULL);
    steps_per_ms = spin_calibrate();
    listener = listen_at((uint16_t)atoi(argv[1]));
    while (!ended)
        ways[way].serve();
    for (int i = 3; i < argc; i++)
        check(strcmp(argv[i], "sigprof") != 0 || alarms > 0, "no SIGPROF came");
    return 0;
}

/* hooks.c - what the agent adds to the calls that it stands in front of, and to a thread's life:
 * the same loops without it, in it without a label, and serving a connection of the harness's.
 *
 * Bare calls are of the cheapest kind that the kernel has for them (nothing to read), so that the
 * difference shows. */
#include "harness/core/clock.h"
#include "harness/replay/target.h"
#include "profiles/wire/region.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 15, TURNS = 20000, THREADS = 100 };

static int connection, client, epoll;
static char buffer[64];

static void call_recv(int turns)
{
    for (int i = 0; i < turns; i++)
        (void)recv(connection, buffer, sizeof(buffer), MSG_DONTWAIT);
}

static void call_epoll(int turns)
{
    struct epoll_event events[4];
    for (int i = 0; i < turns; i++)
        (void)epoll_wait(epoll, events, 4, 0);
}

/* A turn of a server's loop: the label comes and goes. */
static void call_both(int turns)
{
    for (int i = 0; i < turns; i++) {
        call_epoll(1);
        call_recv(1);
    }
}

static void *nothing(void *unused)
{
    return unused;
}

static void start_threads(int turns)
{
    (void)turns;
    for (int i = 0; i < THREADS; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, nothing, NULL) == 0)
            pthread_join(thread, NULL);
    }
}

static void fork_children(int turns)
{
    (void)turns;
    for (int i = 0; i < THREADS; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        (void)waitpid(pid, NULL, 0);
    }
}

static const struct {
    const char *name;
    void (*loop)(int turns);
    int turns;
} loops[] = {
    {"recv, nothing there",  call_recv,     TURNS  },
    {"epoll_wait, none",     call_epoll,    TURNS  },
    {"both, label and none", call_both,     TURNS  },
    {"a thread's life",      start_threads, THREADS},
    {"a child's life",       fork_children, THREADS},
};
enum { LOOPS = sizeof(loops) / sizeof(loops[0]) };

static void connect_both(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    client = socket(AF_INET, SOCK_STREAM, 0);
    epoll = epoll_create1(0);
    if (bind(listener, (struct sockaddr *)&address, bytes) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &bytes) != 0 ||
        connect(client, (struct sockaddr *)&address, bytes) != 0)
        exit(1);
    connection = accept(listener, NULL, NULL);
}

/* In the process that is measured: the nanoseconds of each loop to stdout, as bytes. */
static int measure(void)
{
    double best[LOOPS];
    connect_both();
    for (int l = 0; l < LOOPS; l++) {
        best[l] = 1e12;
        for (int round = 0; round < ROUNDS; round++) {
            uint64_t start_ns = wm_clock_now_ns();
            loops[l].loop(loops[l].turns);
            double ns = (double)(wm_clock_now_ns() - start_ns) / loops[l].turns;
            best[l] = ns < best[l] ? ns : best[l];
        }
    }
    return write(STDOUT_FILENO, best, sizeof(best)) == sizeof(best) ? 0 : 1;
}

/* Runs `measure` in a process of its own. `ours`: every port is a connection of the harness's. */
static void run(const char *self, const char *agent, bool ours, double figures[LOOPS])
{
    struct wm_region *region = NULL;
    struct wm_error err = {{0}, {0}};
    int fd = -1, pipes[2];
    char name[64];
    if (wm_region_new(&region, &fd, &err) != 0 || pipe(pipes) != 0)
        exit(1);
    region->plan.target = WM_TARGET_SERVER;
    region->plan.hz = 997;
    for (uint32_t port = 0; ours && port < WM_BOARD_PORTS; port++)
        region->board.ports[port] = WM_LABEL_BOARD | 1;
    snprintf(name, sizeof(name), "/proc/%d/fd/%d", (int)getpid(), fd);
    pid_t pid = fork();
    if (pid == 0) {
        (void)dup2(pipes[1], STDOUT_FILENO);
        (void)setenv("BENCH_HOOKS", "1", 1);
        if (agent != NULL) {
            (void)setenv("LD_PRELOAD", agent, 1);
            (void)setenv(WM_REGION_ENVIRONMENT, name, 1);
        }
        (void)execl("/proc/self/exe", self, NULL);
        _exit(1);
    }
    if (read(pipes[0], figures, LOOPS * sizeof(double)) != (ssize_t)(LOOPS * sizeof(double)))
        exit(1);
    (void)waitpid(pid, NULL, 0);
    wm_region_free(region, fd);
    close(pipes[0]);
    close(pipes[1]);
}

int main(int argc, char **argv)
{
    double without[LOOPS], with[LOOPS], serving[LOOPS];
    char agent[4096];
    if (getenv("BENCH_HOOKS") != NULL)
        return measure();
    if (argc != 2) {
        fprintf(stderr, "usage: %s LIBWAYMARK.SO\n", argv[0]);
        return 2;
    }
    if (realpath(argv[1], agent) == NULL) {
        perror(argv[1]);
        return 2;
    }
    run(argv[0], NULL, false, without);
    run(argv[0], agent, false, with);
    run(argv[0], agent, true, serving);
    printf("ns, the best of %d rounds     without    agent  serving\n", ROUNDS);
    for (int l = 0; l < LOOPS; l++)
        printf("%-26s %10.1f %8.1f %8.1f\n", loops[l].name, without[l], with[l], serving[l]);
    return 0;
}

/* mistaken.c - a server that does on a request what an agent may take for something else, then
 * answers the half of it, works for some time, and answers the rest: that is the request's work.
 *
 *   mistaken PORT        one connection after the other, until SIGTERM */
#include "spin.h"

#include <arpa/inet.h>
#include <linux/close_range.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORK_US = 500, FDS = 64 };

static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
static const char inner[] = "GET /inner HTTP/1.1\r\n\r\n";

static void quit(int signal)
{
    (void)signal;
    _exit(0);
}

static bool wait_for(pid_t pid)
{
    int status = -1;
    return waitpid(pid, &status, 0) == pid && status == 0;
}

/* A child that shares our memory, but not our descriptors. */
static bool close_in_child(int fd)
{
    pid_t pid = vfork();
    if (pid == 0) {
        (void)dup2(0, fd);
        for (int i = 3; i < FDS; i++)
            (void)close(i);
        (void)close_range(3, ~0U, 0);
        (void)execl("/bin/true", "true", (char *)NULL);
        _exit(1);
    }
    return wait_for(pid);
}

/* Nothing of this changes what the descriptor is. */
static bool change_nothing(int fd)
{
    return dup2(-1, fd) < 0 && dup2(fd, fd) == fd && dup3(fd, fd, 0) < 0 &&
           close_range((unsigned)fd, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

/* What looks like a request, but comes from ourselves. */
static bool talk_to_itself(int fd)
{
    char bytes[sizeof(inner)];
    int pair[2];
    (void)fd;
    bool ok = socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 &&
              write(pair[0], inner, sizeof(inner)) == sizeof(inner) &&
              read(pair[1], bytes, sizeof(bytes)) == sizeof(inner);
    close(pair[0]);
    close(pair[1]);
    return ok;
}

static const struct doing {
    const char *request;
    bool (*act)(int fd);
} doings[] = {
    {"GET /vfork ", close_in_child},
    {"GET /none ",  change_nothing},
    {"GET /pair ",  talk_to_itself},
};

static bool answer(int fd, const char *request, uint64_t steps_per_us)
{
    bool ok = false;
    for (size_t i = 0; i < sizeof(doings) / sizeof(doings[0]); i++) {
        if (strncmp(request, doings[i].request, strlen(doings[i].request)) == 0)
            ok = doings[i].act(fd);
    }
    if (!ok || write(fd, head, sizeof(head) - 1) < 0)
        return false;
    spin_steps(steps_per_us * WORK_US);
    return write(fd, "ok", 2) == 2;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((uint16_t)(argc == 2 ? atoi(argv[1]) : 0));
    uint64_t steps_per_us = spin_calibrate() / 1000;
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listener, 8) != 0 || signal(SIGTERM, quit) == SIG_ERR)
        return 3;
    for (;;) {
        char request[4096];
        int fd = accept(listener, NULL, NULL);
        for (;;) {
            ssize_t got = read(fd, request, sizeof(request) - 1);
            request[got > 0 ? got : 0] = '\0';
            if (got <= 0 || !answer(fd, request, steps_per_us))
                break;
        }
        close(fd);
    }
}

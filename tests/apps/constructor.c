/* constructor.c - a library that works when it is opened, before anybody has its handle: it takes
 * long, and then polls and forks. See opener.c. */
#include "spin.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONG_NS = 30 * 1000 * 1000 };

static int polls(void)
{
    return poll(NULL, 0, 0);
}

static int forks(void)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0)
        _exit(poll(NULL, 0, 0));
    return waitpid(pid, &status, 0) == pid ? status : -1;
}

__attribute__((constructor)) static void construct(void)
{
    for (uint64_t end_ns = spin_cpu_ns() + LONG_NS; spin_cpu_ns() < end_ns;)
        spin_steps(1000);
    if (polls() != 0 || forks() != 0)
        _exit(4);
}

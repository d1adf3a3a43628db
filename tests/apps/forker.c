/* forker.c - threads that are sampled in the midst of everything, and others that begin, while
 * their process forks: the children work and end in turn by exit, _exit and kill. Exit code 0, or
 * that of the first child that did not end as it meant to.
 *
 *   forker CHILDREN */
#include "spin.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, DEPTH = 40, CHILD_US = 3000 };

static uint64_t steps_per_us;
static volatile bool over;

static uint64_t __attribute__((noinline)) work(int depth)
{
    void *block = malloc(64 + (size_t)depth);
    if (depth > 0)
        steps_per_us += work(depth - 1) * 0;
    spin_steps(steps_per_us);
    free(block);
    return 1;
}

static void *work_on(void *unused)
{
    while (!over)
        (void)work(DEPTH);
    return unused;
}

static void *end_at_once(void *unused)
{
    return unused;
}

static void *begin_others(void *unused)
{
    pthread_t thread;
    while (!over && pthread_create(&thread, NULL, end_at_once, NULL) == 0)
        pthread_join(thread, NULL);
    return unused;
}

static void child(int turn)
{
    uint64_t end_ns = spin_cpu_ns() + CHILD_US * UINT64_C(1000);
    while (spin_cpu_ns() < end_ns)
        (void)work(DEPTH);
    if (turn % 3 == 0)
        exit(0);
    if (turn % 3 == 1)
        _exit(0);
    raise(SIGKILL);
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    steps_per_us = spin_calibrate() / 1000;
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, i > 0 ? work_on : begin_others, NULL) != 0)
            return 3;
    }
    int bad = 0;
    for (int i = 0; argc == 2 && i < atoi(argv[1]); i++) {
        pid_t pid = fork();
        if (pid == 0)
            child(i);
        int status = -1;
        if (waitpid(pid, &status, 0) != pid)
            return 4;
        bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        if (bad == 0 && (i % 3 == 2 ? !killed : status != 0))
            bad = 10 + i % 3;
    }
    over = true;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    return bad;
}

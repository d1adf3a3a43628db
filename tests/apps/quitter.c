/* quitter.c - ends by _exit() in a signal handler that comes while fork() is at work: what fork()
 * had locked is locked there.
 *
 * Exit code 0. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BYTES = 200 << 20 }; /* whose page tables take fork() some milliseconds to copy */

static void quit(int signal)
{
    (void)signal;
    _exit(0);
}

int main(void)
{
    const struct itimerval soon = {
        .it_value = {0, 500}
    };
    char *block = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED || signal(SIGALRM, quit) == SIG_ERR)
        return 3;
    (void)madvise(block, BYTES, MADV_NOHUGEPAGE);
    memset(block, 1, BYTES);
    for (;;) {
        (void)setitimer(ITIMER_REAL, &soon, NULL);
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        (void)waitpid(pid, NULL, 0);
    }
}

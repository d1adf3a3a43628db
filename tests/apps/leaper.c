/* leaper.c - a thread that is sampled works until it is interrupted, leaves the handler by
 * siglongjmp, wherever that was (also within the handler of another signal), and sleeps, while its
 * process forks. Then the handlers of signals that somebody else may use find the masks that they
 * asked for.
 *
 *   leaper         exit code 0 */
#include "spin.h"

#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LEAPS = 2000, WORK_STEPS = 20000 };

static sigjmp_buf start;
static sem_t asleep, awake;
static volatile sig_atomic_t over;
static volatile int masked = -1;

static void leap(int signal)
{
    (void)signal;
    siglongjmp(start, 1);
}

static void *work_on(void *unused)
{
    bool leapt = sigsetjmp(start, 1) != 0;
    sem_post(&asleep);
    while (leapt && sem_wait(&awake) != 0)
        ;
    while (!over)
        spin_steps(WORK_STEPS);
    return unused;
}

/* SIGUSR2 alone is to be blocked here, beside the signal itself. */
static void look_at_mask(int signal)
{
    sigset_t mask;
    masked = 0;
    (void)pthread_sigmask(SIG_BLOCK, NULL, &mask);
    for (int i = 1; i < NSIG; i++)
        masked += i != signal && sigismember(&mask, i) == 1 ? (i == SIGUSR2 ? 1 : 100) : 0;
}

static bool has_its_mask(int signal)
{
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_handler = look_at_mask;
    sigaddset(&action.sa_mask, SIGUSR2);
    return sigaction(signal, &action, NULL) == 0 && raise(signal) == 0 && masked == 1;
}

static bool forks(void)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return waitpid(pid, &status, 0) == pid && status == 0;
}

int main(void)
{
    struct timespec pause = {0, 1000 * 1000};
    pthread_t thread;
    if (sem_init(&asleep, 0, 0) != 0 || sem_init(&awake, 0, 0) != 0 ||
        signal(SIGUSR1, leap) == SIG_ERR || pthread_create(&thread, NULL, work_on, NULL) != 0)
        return 3;
    (void)sem_wait(&asleep);
    for (int i = 0; i < LEAPS; i++) {
        (void)nanosleep(&pause, NULL);
        if (pthread_kill(thread, SIGUSR1) != 0 || sem_wait(&asleep) != 0)
            return 4;
        if (!forks())
            return 5;
        sem_post(&awake);
    }
    over = true;
    pthread_join(thread, NULL);
    return has_its_mask(SIGTRAP) && has_its_mask(SIGRTMAX - 1) ? 0 : 7;
}

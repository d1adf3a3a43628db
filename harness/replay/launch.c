/* launch.c - starts a program as it would start by hand, but for the agent in it. */
#include "harness/replay/launch.h"

#include "harness/core/text.h"
#include "profiles/wire/region.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PRELOAD "LD_PRELOAD"

/* The variables that differ from ours, ready for execve. */
struct environment {
    struct wm_text preload;
    struct wm_text region;
    char **list; /* borrows all its strings */
};

static bool sets(const char *assignment, const char *name)
{
    size_t length = strlen(name);
    return strncmp(assignment, name, length) == 0 && assignment[length] == '=';
}

/* The loader splits the list at blanks and colons: a name with one of those is given as an open
 * file of ours, which `ret_fd` keeps. */
static void add_agent(const char *agent, struct wm_text *text, int *ret_fd)
{
    if (strpbrk(agent, " :\t\n") != NULL && (*ret_fd = open(agent, O_RDONLY | O_CLOEXEC)) >= 0)
        wm_text_addf(text, "/proc/%d/fd/%d", (int)getpid(), *ret_fd);
    else
        wm_text_add(text, agent);
}

static int make_environment(const struct wm_launch *launch, struct environment *made, int *ret_fd)
{
    const char *theirs = getenv(PRELOAD);
    size_t count = 0;
    while (environ[count] != NULL)
        count++;
    made->list = calloc(count + 3, sizeof(*made->list));
    if (made->list == NULL)
        return -ENOMEM;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!sets(environ[i], WM_REGION_ENVIRONMENT) &&
            (launch->agent == NULL || !sets(environ[i], PRELOAD)))
            made->list[kept++] = environ[i];
    if (launch->agent == NULL)
        return 0;
    wm_text_add(&made->preload, PRELOAD "=");
    add_agent(launch->agent, &made->preload, ret_fd);
    if (theirs != NULL && theirs[0] != '\0')
        wm_text_addf(&made->preload, ":%s", theirs);
    wm_text_addf(&made->region, WM_REGION_ENVIRONMENT "=/proc/%d/fd/%d", (int)getpid(),
                 launch->region_fd);
    made->list[kept++] = made->preload.data;
    made->list[kept] = made->region.data;
    return made->preload.failed || made->region.failed ? -ENOMEM : 0;
}

/* ---- In the child: only what may be called between fork and exec ---- */

static void set_files(const struct wm_launch *launch, int output)
{
    if (launch->own_output)
        return;
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0)
        (void)dup2(nothing, STDIN_FILENO);
    (void)dup2(output, STDOUT_FILENO);
    (void)dup2(output, STDERR_FILENO);
    if (nothing > STDERR_FILENO)
        close(nothing);
}

/* Our handlers end with us; what was ignored before us stays so. */
static void reset_signals(void)
{
    struct sigaction action;
    for (int number = 1; number < NSIG; number++) {
        bool ours = number == SIGPIPE || number == SIGXFSZ; /* main.c */
        if (ours || (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN))
            (void)signal(number, SIG_DFL);
    }
}

static void become(const struct wm_launch *launch, char **environment, pid_t harness, int output,
                   int report)
{
    sigset_t none;
    (void)setsid();
    if (!launch->own_output)
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (!launch->own_output && getppid() != harness)
        _exit(0); /* it died before that was set */
    reset_signals();
    set_files(launch, output);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)execvpe(launch->words[0], launch->words, environment);
    int fault = -errno;
    (void)!write(report, &fault, sizeof(fault));
    _exit(127);
}

/* ---- In the parent ---- */

/* A handler of ours must not run in the child: signals are held until it has become another. */
static pid_t fork_held(const struct wm_launch *launch, char **environment, int output, int report)
{
    sigset_t all, before;
    pid_t harness = getpid();
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0)
        become(launch, environment, harness, output, report);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pid;
}

static int spawn(const struct wm_launch *launch, char **environment, const int output[2],
                 pid_t *ret_pid)
{
    int report[2];
    int fault = 0;
    if (pipe2(report, O_CLOEXEC) < 0)
        return -errno;
    pid_t pid = fork_held(launch, environment, output[1], report[1]);
    int rc = pid < 0 ? -errno : 0;
    close(report[1]);
    while (pid > 0 && read(report[0], &fault, sizeof(fault)) < 0 && errno == EINTR)
        ;
    close(report[0]);
    if (fault < 0)
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
    *ret_pid = pid;
    return rc < 0 ? rc : fault;
}

static void close_open(int fd)
{
    if (fd >= 0)
        close(fd);
}

int wm_launch_start(const struct wm_launch *launch, struct wm_launched *ret_launched,
                    struct wm_error *err)
{
    struct environment environment = {.list = NULL};
    struct wm_launched launched = {.output = -1, .agent = -1};
    int output[2] = {-1, -1};
    wm_text_init(&environment.preload);
    wm_text_init(&environment.region);
    int rc = make_environment(launch, &environment, &launched.agent);
    if (rc == 0 && !launch->own_output && pipe2(output, O_CLOEXEC) < 0)
        rc = -errno;
    if (rc == 0)
        rc = spawn(launch, environment.list, output, &launched.pid);
    launched.output = output[0];
    close_open(output[1]);
    if (rc < 0) {
        wm_fail_errno(err, rc, launch->words[0], "start the server");
        close_open(launched.output);
        close_open(launched.agent);
    } else {
        if (launched.output >= 0)
            (void)fcntl(launched.output, F_SETFL, O_NONBLOCK);
        *ret_launched = launched;
    }
    wm_text_done(&environment.preload);
    wm_text_done(&environment.region);
    free(environment.list);
    return rc;
}

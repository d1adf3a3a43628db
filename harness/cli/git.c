/* git.c - `git status` in a process of its own, read up to the first line that says "changed". */
#include "harness/cli/git.h"

#include "harness/core/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NS_PER_MS = 1000000, LINE_BYTES = 256, FIRST_FD = 3 };

extern char **environ;

/* A pipe whose ends are no standard stream, even if the caller has closed some of his. */
static bool open_pipe(int fds[2])
{
    int low[2];
    if (pipe2(low, O_CLOEXEC) < 0)
        return false;
    for (int i = 0; i < 2; i++) {
        fds[i] = fcntl(low[i], F_DUPFD_CLOEXEC, FIRST_FD);
        close(low[i]);
    }
    if (fds[0] >= 0 && fds[1] >= 0)
        return true;
    for (int i = 0; i < 2; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    return false;
}

/* Starts git with its standard output at `out`; 0: it cannot be started. */
static pid_t spawn(char *const *words, int out)
{
    posix_spawn_file_actions_t actions;
    pid_t pid = 0;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return 0;
    int rc = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (rc == 0)
        rc = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (rc == 0)
        rc = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (rc == 0 && posix_spawnp(&pid, words[0], &actions, NULL, words, environ) != 0)
        pid = 0;
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static void ask(struct wm_git *git, const char *const *words)
{
    int fds[2];
    *git = (struct wm_git){.fd = -1, .started_ns = wm_clock_now_ns()};
    if (!open_pipe(fds))
        return;
    char *copy[16] = {NULL}; /* posix_spawn promises not to write to them; its type does not */
    for (size_t i = 0; words[i] != NULL; i++)
        memcpy(&copy[i], &words[i], sizeof(copy[i]));
    git->pid = spawn(copy, fds[1]);
    close(fds[1]);
    git->fd = fds[0];
}

void wm_git_start(struct wm_git *git)
{
    static const char *const words[] = {
        "git",
        "--no-optional-locks",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "status",
        "--porcelain=v2",
        "--branch",
        "--no-ahead-behind",
        "--no-renames",
        "--untracked-files=no",
        "--ignore-submodules=dirty",
        NULL,
    };
    ask(git, words);
}

/* 1: a byte, 0: the end, negative: no answer in time. Lines are few and short. */
static int read_byte(const struct wm_git *git, char *ret_byte)
{
    for (;;) {
        uint64_t taken_ms = (wm_clock_now_ns() - git->started_ns) / NS_PER_MS;
        struct pollfd wait = {.fd = git->fd, .events = POLLIN};
        if (taken_ms >= WM_GIT_PATIENCE_MS)
            return -ETIMEDOUT;
        int ready = poll(&wait, 1, WM_GIT_PATIENCE_MS - (int)taken_ms);
        ssize_t count = ready > 0 ? read(git->fd, ret_byte, 1) : -1;
        if (count >= 0)
            return (int)count;
        if (ready != 0 && errno != EINTR)
            return -errno;
    }
}

/* 1: a line without its end, cut to fit; 0: there is no further one; negative: no answer. */
static int read_line(const struct wm_git *git, char line[LINE_BYTES])
{
    size_t length = 0;
    char byte = '\0';
    int rc;
    while ((rc = read_byte(git, &byte)) > 0 && byte != '\n')
        if (length + 1 < LINE_BYTES)
            line[length++] = byte;
    line[length] = '\0';
    return rc < 0 ? rc : rc > 0 || length > 0;
}

/* True: it ended, and well. Whoever has not answered in time is ended. */
static bool reap(struct wm_git *git, bool answered)
{
    int status = 0;
    if (!answered && git->pid > 0)
        (void)kill(git->pid, SIGKILL);
    if (git->fd >= 0)
        close(git->fd);
    pid_t ended = -1;
    while (git->pid > 0 && (ended = waitpid(git->pid, &status, 0)) < 0 && errno == EINTR)
        continue;
    *git = (struct wm_git){.fd = -1};
    return answered && ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void take_commit(const char *hex, struct wm_git_state *state)
{
    size_t length = strspn(hex, "0123456789abcdef");
    if (length >= WM_GIT_COMMIT_BYTES || length < 40 || hex[length] != '\0')
        return;
    memcpy(state->commit, hex, length + 1);
}

/* Without its comparison of files, which is what may take long. */
static void ask_for_commit(struct wm_git_state *state)
{
    static const char *const words[] = {"git", "rev-parse", "--verify", "--quiet", "HEAD", NULL};
    struct wm_git git;
    char line[LINE_BYTES];
    ask(&git, words);
    bool answered = git.pid > 0 && read_line(&git, line) > 0;
    if (reap(&git, answered))
        take_commit(line, state);
}

void wm_git_finish(struct wm_git *git, struct wm_git_state *ret_state)
{
    static const char oid[] = "# branch.oid ";
    struct wm_git_state state = {.dirty_known = true};
    char line[LINE_BYTES];
    bool asked = git->pid > 0;
    int rc = asked ? 0 : -ENOENT;
    while (asked && !state.dirty && (rc = read_line(git, line)) > 0) {
        if (strncmp(line, oid, strlen(oid)) == 0)
            take_commit(line + strlen(oid), &state);
        state.dirty = line[0] != '#' && line[0] != '\0';
    }
    bool well = reap(git, rc == 0);
    if (!well && !state.dirty) /* one changed file is answer enough: git was ended by us */
        state = (struct wm_git_state){0};
    if (rc < 0 && asked)
        ask_for_commit(&state);
    if (state.commit[0] == '\0') /* before the first commit everything is new */
        state.dirty = state.dirty_known = false;
    *ret_state = state;
}

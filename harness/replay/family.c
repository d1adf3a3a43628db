/* family.c - all processes that come from this one, found by their parents in /proc. */
#include "harness/replay/family.h"

#include "harness/core/clock.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KILL_PATIENCE_NS (5 * WM_NS_PER_SECOND)
#define DYING_PATIENCE_NS (WM_NS_PER_SECOND / 5)

struct member {
    pid_t pid;
    pid_t parent;
    bool ours;
    bool dying;            /* nothing can keep it alive any more */
    uint64_t own_ticks;    /* user and system */
    uint64_t waited_ticks; /* the same of children that it waited for, and theirs */
};

void wm_family_begin(struct wm_family *family)
{
    *family = (struct wm_family){0};
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void wm_family_end(void)
{
    (void)prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/* ---- Who ended ---- */

static uint64_t cpu_of(const struct rusage *usage)
{
    return ((uint64_t)usage->ru_utime.tv_sec + (uint64_t)usage->ru_stime.tv_sec) *
               WM_NS_PER_SECOND +
           ((uint64_t)usage->ru_utime.tv_usec + (uint64_t)usage->ru_stime.tv_usec) * 1000;
}

/* Waits for one that has ended, `which` as waitpid() has it; what that returned. */
static pid_t reap_one(struct wm_family *family, pid_t which)
{
    struct rusage usage;
    int status;
    pid_t pid = wait4(which, &status, WNOHANG, &usage);
    if (pid <= 0)
        return pid;
    family->reaped_ns += cpu_of(&usage);
    family->first_ended = family->first_ended || pid == family->first;
    /* Who was left behind while the one that was started goes on is not the server; and the first
     * that ended badly took the others with it. */
    if (!family->first_ended || family->failed || family->burying)
        return pid;
    family->failed = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    family->exit = (struct wm_target_exit){
        .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
        .exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0,
    };
    return pid;
}

/* ---- Who lives ---- */

/* Fields of /proc/PID/stat behind the name, from 0 on. */
enum {
    STATE,
    PARENT,
    FLAGS = 6,
    USER = 11,
    SYSTEM,
    WAITED_USER,
    WAITED_SYSTEM,
    PENDING = 28, /* signals, of its first thread */
    FIELD_COUNT,
};
/* Of FLAGS: it exits, it was killed (the kernel's PF_EXITING, PF_SIGNALED). */
enum { FLAGS_DYING = 0x4 | 0x400 };

/* "12 (name) S 1 …": the name may hold blanks and brackets, so what follows is found from its end.
 */
static bool read_fields(char *line, uint64_t fields[FIELD_COUNT])
{
    char *name_end = strrchr(line, ')');
    char *rest = NULL;
    size_t count = 0;
    if (name_end == NULL)
        return false;
    for (char *word = strtok_r(name_end + 1, " ", &rest); word != NULL && count < FIELD_COUNT;
         word = strtok_r(NULL, " ", &rest))
        fields[count++] = strtoull(word, NULL, 10); /* the state is no number, and 0 */
    return count == FIELD_COUNT;
}

static bool read_member(const char *pid, struct member *ret_member)
{
    char name[64];
    char line[1024];
    uint64_t fields[FIELD_COUNT];
    snprintf(name, sizeof(name), "/proc/%s/stat", pid);
    FILE *file = fopen(name, "re");
    if (file == NULL)
        return false;
    size_t length = fread(line, 1, sizeof(line) - 1, file);
    fclose(file);
    line[length] = '\0';
    if (!read_fields(line, fields))
        return false;
    *ret_member = (struct member){
        .pid = (pid_t)strtol(pid, NULL, 10),
        .parent = (pid_t)fields[PARENT],
        /* whatever signal is fatal, the kernel has SIGKILL wait for all threads at once */
        .dying = (fields[FLAGS] & FLAGS_DYING) != 0 ||
                 (fields[PENDING] & UINT64_C(1) << (SIGKILL - 1)) != 0,
        .own_ticks = fields[USER] + fields[SYSTEM],
        .waited_ticks = fields[WAITED_USER] + fields[WAITED_SYSTEM],
    };
    return true;
}

static int is_process(const struct dirent *entry)
{
    return entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
}

static int by_pid(const void *left, const void *right)
{
    const struct member *a = left;
    const struct member *b = right;
    return (a->pid > b->pid) - (a->pid < b->pid);
}

static bool is_ours(const struct member *members, size_t count, const struct member *member)
{
    const struct member wanted = {.pid = member->parent};
    if (member->parent == getpid())
        return true;
    const struct member *parent = bsearch(&wanted, members, count, sizeof(*members), by_pid);
    return parent != NULL && parent->ours;
}

/* Descendants may stand before their parents in the list: until nothing is added any more. */
static void mark_ours(struct member *members, size_t count)
{
    if (count > 0)
        qsort(members, count, sizeof(*members), by_pid);
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < count; i++) {
            if (members[i].ours || !is_ours(members, count, &members[i]))
                continue;
            members[i].ours = more = true;
        }
    }
}

/* Calls `take` for each that lives, and for those that nobody waited for yet. */
static void for_each(void (*take)(const struct member *member, void *user), void *user)
{
    struct dirent **entries;
    int found = scandir("/proc", &entries, is_process, NULL);
    if (found < 0)
        return;
    struct member *members = calloc((size_t)found + 1, sizeof(*members));
    size_t count = 0;
    for (int i = 0; i < found; i++) {
        if (members != NULL && read_member(entries[i]->d_name, &members[count]))
            count++;
        free(entries[i]);
    }
    free(entries);
    mark_ours(members, count);
    for (size_t i = 0; i < count; i++)
        if (members[i].ours)
            take(&members[i], user);
    free(members);
}

/* ---- Who ended, and who is judged by it ---- */

static void note_dying(const struct member *member, void *user)
{
    bool *some = user;
    *some = *some || (member->dying && member->parent == getpid());
}

/* The one that was started says that all is well. Whoever died before it, or was killed by it at
 * the end, is not the server then: only who outlives it can be. */
static void bury_the_dying(struct wm_family *family)
{
    const struct timespec pause = {.tv_nsec = 1000 * 1000};
    uint64_t until_ns = wm_clock_now_ns() + DYING_PATIENCE_NS;
    bool some = true;
    family->burying = true;
    while (some) {
        some = false;
        for_each(note_dying, &some); /* before they are reaped: who is not seen has been */
        while (reap_one(family, -1) > 0)
            ;
        if (wm_clock_now_ns() > until_ns)
            break;
        if (some)
            (void)nanosleep(&pause, NULL);
    }
    family->burying = false;
}

bool wm_family_reap(struct wm_family *family)
{
    /* first, before a daemon that it left behind, if both have ended */
    pid_t pid = family->first_ended ? 0 : reap_one(family, family->first);
    do {
        if (pid > 0 && pid == family->first && !family->failed)
            bury_the_dying(family);
    } while ((pid = reap_one(family, -1)) > 0);
    return pid < 0 && errno == ECHILD;
}

/* ---- CPU ---- */

/* The CPU clock of another process, as the kernel numbers it; its own scheduler's precision. */
static clockid_t process_clock(pid_t pid)
{
    return (clockid_t)((~(unsigned)pid << 3) | 2);
}

static void add_cpu(const struct member *member, void *user)
{
    uint64_t *sum_ns = user;
    uint64_t tick_ns = WM_NS_PER_SECOND / (uint64_t)sysconf(_SC_CLK_TCK);
    struct timespec now;
    bool read = clock_gettime(process_clock(member->pid), &now) == 0;
    *sum_ns += read ? (uint64_t)now.tv_sec * WM_NS_PER_SECOND + (uint64_t)now.tv_nsec
                    : member->own_ticks * tick_ns;
    *sum_ns += member->waited_ticks * tick_ns;
}

uint64_t wm_family_cpu_ns(const struct wm_family *family)
{
    uint64_t sum_ns = family->reaped_ns;
    for_each(add_cpu, &sum_ns);
    return sum_ns;
}

/* ---- Ending it ---- */

static void send_signal(const struct member *member, void *user)
{
    (void)kill(member->pid, *(int *)user);
}

void wm_family_signal(int number)
{
    for_each(send_signal, &number);
}

void wm_family_kill(struct wm_family *family)
{
    const struct timespec pause = {.tv_nsec = 1000 * 1000};
    uint64_t until_ns = wm_clock_now_ns() + KILL_PATIENCE_NS;
    while (!wm_family_reap(family) && wm_clock_now_ns() < until_ns) {
        wm_family_signal(SIGKILL);
        (void)nanosleep(&pause, NULL);
    }
}

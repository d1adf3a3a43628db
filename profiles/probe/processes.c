/* processes.c - the agent in a server's processes.
 *
 * A forked child shares its parent's mapping of the region, and its program: addresses mean the
 * same in both, which `image` says. A slot of a process that has ended is used again when there is
 * no fresh one: a server that forks, or starts a program, for each connection has many. */
#include "profiles/probe/processes.h"

#include "profiles/probe/forks.h"
#include "profiles/probe/label.h"
#include "profiles/probe/life.h"
#include "profiles/probe/modules.h"
#include "profiles/probe/patience.h"
#include "profiles/probe/probe.h"
#include "profiles/probe/threads.h"
#include "profiles/wire/shared.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void (*wm_process_begun_hook)(void);
void (*wm_process_ended_hook)(void);

bool wm_process_is_own(void)
{
    return wm_probe.agent && wm_probe.pid == (int32_t)syscall(SYS_getpid);
}

/* ---- Registering ---- */

bool wm_process_is_gone(const struct wm_process *process)
{
    return atomic_load(&process->ended) != 0 ||
           wm_life_process_is_over(process->pid_space, atomic_load(&process->pid));
}

/* [under the region's lock] A fresh slot, or one of a dead process. */
static uint32_t find_slot(void)
{
    struct wm_region *region = wm_probe.region;
    uint32_t count = atomic_load_explicit(&region->process_count, memory_order_relaxed);
    if (count < WM_PROCESS_MAX)
        return count;
    for (uint32_t i = 0; i < WM_PROCESS_MAX; i++) {
        if (wm_process_is_gone(&region->processes[i]))
            return i;
    }
    return WM_PROCESS_MAX;
}

static char program[sizeof(((struct wm_process *)NULL)->program)]; /* this one's name */

static void name_program(char *name, size_t bytes)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    path[length > 0 ? length : 0] = '\0';
    const char *slash = strrchr(path, '/');
    snprintf(name, bytes, "%.*s", (int)bytes - 1, slash != NULL ? slash + 1 : path);
}

/* [under the region's lock] */
static void take_slot(uint32_t at)
{
    struct wm_region *region = wm_probe.region;
    struct wm_process *process = &region->processes[at];
    process->parent = (int32_t)syscall(SYS_getppid);
    process->pid_space = wm_probe.pid_space;
    process->image = wm_probe.image;
    memcpy(process->program, program, sizeof(program));
    atomic_store(&process->ended, 0);
    atomic_store(&process->pid, wm_probe.pid);
    if (at < atomic_load_explicit(&region->process_count, memory_order_relaxed))
        atomic_fetch_add(&region->processes_more, 1);
    else
        /* pairs with the harness's reading */
        atomic_store_explicit(&region->process_count, at + 1, memory_order_release);
    wm_probe.process = process;
    wm_probe.process_index = at;
}

/* False: there is no place for it. */
static bool enroll(bool is_program)
{
    struct wm_region *region = wm_probe.region;
    wm_probe.pid = (int32_t)syscall(SYS_getpid);
    wm_probe.pid_space = wm_life_pid_space();
    if (is_program)
        name_program(program, sizeof(program));
    wm_region_lock(region);
    uint32_t at = find_slot();
    bool numbered = !is_program || region->image_count < WM_IMAGE_MAX;
    bool found = numbered && at < WM_PROCESS_MAX;
    if (found && is_program)
        wm_probe.image = region->image_count++;
    if (found) {
        take_slot(at);
    } else {
        atomic_fetch_add(numbered ? &region->processes_lost : &region->programs_lost, 1);
        wm_probe.process = NULL; /* a child goes on under its parent's index */
    }
    wm_region_unlock(region);
    return found;
}

void wm_process_enroll_child(void)
{
    (void)enroll(false);
}

/* ---- A program before this one, in the same process ---- */

/* Its main thread goes on as ours, its clock too; its other threads ended with it. */
static uint64_t inherit(struct wm_thread *thread, uint32_t pid)
{
    uint64_t since_ns = 0;
    uint32_t tid = atomic_load(&thread->tid);
    if (tid == pid) {
        uint64_t last_ns = atomic_load_explicit(&thread->last_cpu_ns, memory_order_relaxed);
        since_ns = wm_probe_clock(CLOCK_THREAD_CPUTIME_ID);
        thread->lost_cpu_ns += since_ns > last_ns ? since_ns - last_ns : 0;
    }
    atomic_compare_exchange_strong(&thread->tid, &tid, 0);
    return since_ns;
}

/* What of this process's CPU time is accounted already. */
static uint64_t bury_predecessor(void)
{
    struct wm_region *region = wm_probe.region;
    int32_t pid = (int32_t)syscall(SYS_getpid);
    uint32_t pid_space = wm_life_pid_space();
    uint64_t accounted_ns = 0;
    uint32_t count = atomic_load(&region->process_count);
    for (uint32_t i = 0; i < count; i++) {
        struct wm_process *old = &region->processes[i];
        bool is_other = atomic_load(&old->pid) != pid ||
                        (old->pid_space != pid_space && old->pid_space != 0 && pid_space != 0);
        if (is_other || atomic_exchange(&old->ended, 1) != 0)
            continue;
        for (uint32_t t = 0; t < WM_THREAD_MAX; t++) {
            struct wm_thread *thread = &region->threads[t];
            if (thread->process == i && atomic_load(&thread->tid) != 0)
                accounted_ns += inherit(thread, (uint32_t)pid);
        }
    }
    return accounted_ns;
}

/* ---- Begin and end ---- */

/* Once for all processes: it takes 30 ms and more, which are the agent's own. */
static uint64_t calibrate(void)
{
    uint64_t from_ns = wm_probe_clock(CLOCK_THREAD_CPUTIME_ID);
    wm_probe_calibrate(wm_probe.region->plan.hz);
    uint64_t took_ns = wm_probe_clock(CLOCK_THREAD_CPUTIME_ID) - from_ns;
    wm_probe.region->calibration_cpu_ns = took_ns;
    return took_ns;
}

bool wm_process_start(void)
{
    uint64_t accounted_ns = bury_predecessor();
    if (!enroll(true))
        return false;
    if (wm_process_begun_hook != NULL)
        wm_process_begun_hook();
    wm_forks_follow();
    wm_modules_start(); /* first: libunwind remembers what it did not find */
    wm_threads_start();
    if (wm_probe.image == 0)
        accounted_ns += calibrate();
    wm_sampling_start(wm_probe.region->plan.hz);
    /* What it took to get here, less what the program before it used. */
    struct wm_own_thread *own = wm_tls.own;
    uint64_t cpu_ns = own != NULL ? atomic_load(&own->last_cpu_ns) : 0;
    if (cpu_ns > accounted_ns)
        own->shared->lost_cpu_ns += cpu_ns - accounted_ns;
    return true;
}

/* The last word of all threads: this one's end is some microseconds away, others may have a while.
 * [under wm_probe.lock] */
static void account_all(void)
{
    for (uint32_t i = 0; i < wm_probe.thread_count; i++) {
        struct wm_own_thread *own = &wm_probe.threads[i];
        if (own->tid == 0)
            continue;
        wm_thread_account(own);
        wm_thread_release(own);
    }
}

void wm_process_end(void)
{
    if (!wm_process_is_own() || wm_probe.process == NULL ||
        atomic_load(&wm_probe.process->ended) != 0)
        return;
    wm_tls.inside = true;
    wm_label_set(0);
    if (wm_process_ended_hook != NULL)
        wm_process_ended_hook();
    bool locked = wm_patience_lock(&wm_probe.lock);
    /* The events go with the process: to take them away would cost more than their last signals. */
    atomic_store(&wm_probe.sampling, WM_SAMPLING_OFF);
    if (locked && wm_patience_handlers())
        account_all(); /* else the slots are found to be abandoned */
    atomic_store(&wm_probe.process->ended, 1);
    if (locked)
        pthread_mutex_unlock(&wm_probe.lock);
    wm_tls.inside = false;
}

__attribute__((destructor)) static void end(void)
{
    wm_process_end();
}

void wm_process_exec_begins(void)
{
    if (!wm_process_is_own() || wm_tls.own == NULL)
        return;
    wm_tls.inside = true;
    bool locked = wm_patience_lock(&wm_probe.lock);
    wm_event_disarm(wm_tls.own); /* without the lock too: its signal would end the next program */
    if (locked)
        pthread_mutex_unlock(&wm_probe.lock);
    wm_tls.inside = false;
}

void wm_process_exec_failed(void)
{
    if (!wm_process_is_own() || wm_tls.own == NULL)
        return;
    wm_tls.inside = true;
    if (atomic_load(&wm_probe.sampling) == WM_SAMPLING_ON && wm_probe.hz > 0) {
        bool locked = wm_patience_lock(&wm_probe.lock);
        if (!locked || wm_event_arm(wm_tls.own, wm_probe.hz) < 0)
            atomic_fetch_add(&wm_probe.region->threads_eventless, 1);
        if (locked)
            pthread_mutex_unlock(&wm_probe.lock);
    }
    wm_tls.inside = false;
}

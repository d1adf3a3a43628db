/* forks.c - a server's process forks.
 *
 * The loader's, the unwinder's and our own locks must be free in the child, and no handler may be
 * half through libunwind, whose locks nobody would ever release there. So a fork waits for them,
 * but not for ever: whom it waits for may itself wait for the forking thread, which is in a
 * library's constructor, say. What was not free in time the child does without. */
#include "profiles/probe/forks.h"

#include "profiles/probe/context.h"
#include "profiles/probe/modules.h"
#include "profiles/probe/patience.h"
#include "profiles/probe/processes.h"
#include "profiles/probe/unwind.h"

#include <errno.h>

void (*wm_process_forked_hook)(void);

/* What the forking thread has: its copy is the child's. */
static __thread struct {
    bool lock;    /* wm_probe.lock */
    bool modules; /* nobody renews the snapshot */
    bool quiet;   /* no handler is at work */
} has;

static void before_fork(void)
{
    if (!wm_process_is_own())
        return;
    int saved_errno = errno;
    has.lock = wm_patience_lock(&wm_probe.lock);
    has.modules = wm_modules_hold();
    if (has.lock) {
        /* Handlers leave at once; the time is in the next sample. */
        atomic_store(&wm_probe.held, 1);
        has.quiet = wm_patience_handlers();
    }
    atomic_fetch_add(&wm_probe.region->forks, 1);
    errno = saved_errno;
}

static void release(void)
{
    if (has.modules)
        wm_modules_release();
    if (has.lock) {
        atomic_store(&wm_probe.held, 0);
        pthread_mutex_unlock(&wm_probe.lock);
    }
    has.lock = has.modules = has.quiet = false;
}

static void in_parent(void)
{
    if (wm_process_is_own())
        release();
}

/* Nothing is left locked, or at work, that nobody is here to end. The snapshot stays as it is for
 * good where somebody was about to renew it. */
static void start_afresh(void)
{
    if (!has.quiet)
        wm_unwind_give_up();
    release();
    atomic_store(&wm_probe.held, 0);
    (void)pthread_mutex_init(&wm_probe.lock, NULL);
    for (uint32_t i = 0; i < wm_probe.thread_count; i++) {
        wm_probe.threads[i].tid = 0;
        wm_probe.threads[i].busy = 0;
    }
    wm_probe.thread_count = 0;
    wm_tls.own = NULL;
    wm_tls.refused = false;
    atomic_store(&wm_tls.label, 0);
    wm_context_forget_all();
}

/* Only the calling thread is here. Events, timers and pending signals stayed with the parent. */
static void in_child(void)
{
    if (!wm_probe.agent)
        return;
    int saved_errno = errno;
    wm_tls.inside = true;
    start_afresh();
    wm_process_enroll_child();
    if (wm_process_forked_hook != NULL)
        wm_process_forked_hook();
    wm_thread_enter(true);
    wm_tls.inside = false;
    errno = saved_errno;
}

void wm_forks_follow(void)
{
    (void)pthread_atfork(before_fork, in_parent, in_child);
}

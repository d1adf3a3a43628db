/* state.h - what the probe's own files share: one process, its threads. Private to the probe and
 * the hooks.
 *
 * Tags: [signal] callable in a handler, [any] any thread, [setup] before threads start. */
#ifndef WM_PROBE_STATE_H
#define WM_PROBE_STATE_H

#include "profiles/wire/region.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define WM_EXPORT __attribute__((visibility("default")))

/* One slot of wm_region.threads, seen from inside: what the harness need not know. */
struct wm_own_thread {
    struct wm_thread *shared;
    _Atomic uint64_t last_cpu_ns;  /* the thread's CPU clock at its last sample */
    uint64_t frames[WM_FRAME_MAX]; /* the handler's, whose stack may be small */
    unsigned char *unwind_stack;   /* libunwind's, see stack.h; NULL: there is none */
    bool unwinding;                /* it is in use */
    bool is_shallow;               /* it has no room: samples are one frame deep */
    uint64_t unsampled_ns; /* in the harness's turn: what requests used since their last sample */
    _Atomic uint32_t busy; /* its handler is running: the stopping thread waits for that */
    clockid_t clock;       /* readable by every thread of the process */
    uint32_t tid;          /* 0: the slot is not this process's */
    _Atomic int event;     /* perf event, -1: none; another thread may stop this one's */
    void *event_page;      /* keeps the event alive without a descriptor; NULL: `event` is open */
    timer_t timer;
    bool has_timer;
};

struct wm_context;

/* Thread-local state: initial-exec, so that neither the handler nor malloc calls for it. */
struct wm_tls {
    struct wm_own_thread *own;     /* NULL: the thread is not known to the probe */
    struct wm_context_slot *spare; /* a free context kept for this thread's next request */
    uint64_t allocs;               /* since the thread began */
    uint64_t alloc_bytes;
    uint64_t attach_allocs; /* the same when the current request was attached */
    uint64_t attach_alloc_bytes;
    void *signal_stack;  /* made by crash.c; NULL: the app has one of its own */
    uint32_t in_handler; /* dl_iterate_phdr is answered from the snapshot */
    uint32_t calibrated; /* samples taken while calibrating */
    bool warmed;         /* libunwind has its memory for this thread; a forked child has it too */
    bool refused;        /* no slot was free when it came: not asked for again */
    /* In a server: */
    bool inside;            /* the agent is at work: what it calls is not the server's doing */
    bool blocked[2];        /* the server believes that it blocks wm_probe.handled[i].signal */
    _Atomic uint64_t label; /* whose request this thread serves (board.h); 0: nobody's. Read by
                               the sampler's signal */
    uint64_t label_allocs;  /* `allocs` and `alloc_bytes` when the label was set */
    uint64_t label_alloc_bytes;
    struct wm_context *served; /* attached with the label, and comes off with it */
};
extern __thread struct wm_tls wm_tls;

/* The request that is open on this thread, as waymark.h declares it: for the files that run in
 * signal handlers and so do not include that header, which registers segment sites. */
extern __thread struct wm_context *wm_context_current __attribute__((tls_model("initial-exec")));

/* A signal of ours: the app's own action for it is kept, and called for those that are not ours. */
struct wm_handled {
    int signal; /* 0: none */
    struct sigaction previous;
};

struct wm_probe {
    struct wm_region *region;  /* NULL: no harness, nothing is done */
    bool agent;                /* in a server: labels, forks and descriptors are followed */
    bool watching;             /* labels are read, not told: WM_TARGET_WATCH */
    _Atomic bool marks;        /* this process has segments: connections have contexts */
    _Atomic uint32_t sampling; /* enum wm_sampling */
    bool follow_threads;       /* threads are made known before they run; see start.c */
    uint32_t hz;
    uint32_t sampler; /* enum wm_sampler */
    int signal;       /* a perf event's, or the only one; 0: not chosen yet */
    int timer_signal; /* a timer's */
    struct wm_handled handled[2];
    _Atomic uint32_t held;      /* the process forks: handlers leave at once */
    struct wm_process *process; /* of a server, in the region; NULL: it found no place */
    uint32_t process_index;     /* of it, or of the parent's where it found none */
    uint32_t image;
    int32_t pid;
    uint32_t pid_space;    /* life.h */
    pthread_mutex_t lock;  /* registry of threads, notes: never in a handler */
    uint32_t thread_count; /* slots ever used: the others stay untouched memory */
    struct wm_own_thread threads[WM_THREAD_MAX];
};
enum wm_sampling { WM_SAMPLING_OFF, WM_SAMPLING_ON, WM_SAMPLING_CALIBRATING };
extern struct wm_probe wm_probe;

/* [signal] Nanoseconds of a clock. */
static inline uint64_t wm_probe_clock(clockid_t clock)
{
    struct timespec t;
    if (clock_gettime(clock, &t) != 0)
        return 0;
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

/* threads.c: [any] makes the calling thread known (once) and arms it while sampling is on; its end
 * is noticed through a thread-specific key. `is_new`: it has just begun, all of its time counts. */
void wm_thread_enter(bool is_new);

/* start.c: [any] Starts sampling every thread of the process, and accounting its CPU time. */
void wm_sampling_start(uint32_t hz);

/* paths.c: [any] the index of the execution path of an ending request. */
uint32_t wm_path_find(const struct wm_context_slot *slot);
/* request.c: [any] gives a name that requests are begun under its index in wm_region.entries. */
void wm_entry_name_register(const char *name);

/* events.c: [any, under wm_probe.lock] one thread's source of signals. -errno when none could be
 * had. */
int wm_event_arm(struct wm_own_thread *own, uint32_t hz);
void wm_event_disarm(struct wm_own_thread *own);
/* [setup] finds out which kind serves `hz` best in this process: writes wm_region.sampler and
 * wm_probe.signal. */
void wm_event_choose(uint32_t hz);

#endif

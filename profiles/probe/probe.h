/* probe.h - what a host does with the probe that it shares its process with.
 *
 * Exported by libwaymark.so for waymark-host of the same build; not installed. The probe attaches
 * to the region by itself, when the library is loaded (WAYMARK_REGION). */
#ifndef WM_PROBE_PROBE_H
#define WM_PROBE_PROBE_H

#include "profiles/probe/waymark.h"
#include "profiles/wire/region.h"

#include <stdbool.h>
#include <stdint.h>

/* [any] The shared region; NULL without a harness. */
struct wm_region *wm_probe_region(void);

/* [any] The entry points that the app registered, newest first, linked by `next`. */
const struct wm_entry *wm_probe_entries(void);

/* [any] Says that the calling thread works for the harness: what is sampled on it outside of
 * requests is the harness's own cost, not the app's. */
void wm_probe_thread_is_harness(void);

/* ---- A request ---- */

/* A request as the app sees it: filled by the host for each call, valid until it ended. */
struct wm_request_field {
    const char *name;
    const char *value;
};
struct wm_probe_end;
struct wm_request {
    const char *entry;
    const struct wm_request_field *fields;
    size_t field_count;
    const void *body; /* NULL: none */
    size_t body_bytes;
    uint64_t index;
    struct wm_context *context;
    /* An app may finish a request on another thread before its entry point has returned here:
     * enum wm_request_phase decides who ends it. */
    _Atomic uint32_t phase;
    int early_status;
    /* [any] Called by wm_request_done(), after the context was ended. */
    void (*done)(const struct wm_request *request, int status, const struct wm_probe_end *end);
    void *user;
};
struct wm_reply {
    uint64_t bytes;
};
enum wm_request_phase {
    WM_REQUEST_SYNC,     /* it ends when its entry point returns */
    WM_REQUEST_STARTED,  /* the entry point has returned: wm_request_done() ends the request */
    WM_REQUEST_ENTERING, /* it has not: wm_request_done() leaves the end to the host */
    WM_REQUEST_EARLY,    /* wm_request_done() came before the entry point returned */
    WM_REQUEST_ENDED,
};

/* What a request left behind when it ended. */
struct wm_probe_end {
    uint64_t end_ns;      /* monotonic */
    uint64_t sampling_ns; /* what sampling took of it, by wm_region.sample_cost_ns */
    uint32_t path;        /* index into wm_region.paths */
    uint64_t allocs;
    uint64_t alloc_bytes;
};

/* [any] Opens a context for a request and attaches it to this thread. `entry` is the index into
 * wm_region.entries, `row` the mix row or WM_ROW_NONE; `counted` 0 for warm-up. NULL when
 * WM_CONTEXT_MAX requests are in flight. */
struct wm_context *wm_probe_begin(uint32_t entry, uint32_t row, uint64_t index, int counted);
/* [any] The context is that of many calls, one after the other: of a benchmark's. */
void wm_probe_stands_for_many(struct wm_context *context);
/* [any] Ends the request: finds its path, tells the drain if it was sampled, frees the context.
 * The context may be attached to the calling thread or to none. */
void wm_probe_end(struct wm_context *context, struct wm_probe_end *ret_end);

/* [one of the host's threads] Its own work begins, or ends: the CPU time between is the harness's,
 * read from the thread's clock and not estimated from samples. Some 0.4 µs a pair. */
void wm_probe_harness_turn(bool begins);

/* ---- Benchmarks ---- */

/* [any] What the app registered with WM_BENCH, newest first, linked by `next`. */
const struct wm_bench_entry *wm_probe_benches(void);
/* [any] The index into wm_region.entries of a name: an entry point's or a benchmark's. -ENOENT. */
int wm_probe_entry_number(const char *name, uint32_t *ret_number);

/* One loop over wm_bench_next(), on one thread: the host fills the first fields and zeroes the
 * rest. The loop is begun and ended by the app's first and last call of wm_bench_next(). */
enum wm_bench_phase {
    WM_BENCH_BEFORE,
    WM_BENCH_TIMED,
    WM_BENCH_PAUSED,
    WM_BENCH_OVER,
    WM_BENCH_OVER_PAUSED, /* its last iterations were not timed: nobody knows how many */
};
struct wm_bench {
    uint64_t iterations;
    struct wm_context *context; /* attached while it is timed; NULL: none */
    uint64_t left;              /* iterations not handed out yet */
    uint32_t phase;             /* enum wm_bench_phase */
    uint32_t metric_count;
    uint64_t began_ns, began_allocs, began_bytes; /* while timed */
    uint64_t timed_ns, allocs, alloc_bytes, pauses;
    uint64_t cpu_ns;       /* of the thread from the begin to the end, pauses and all */
    uint64_t metrics_lost; /* values of units that are too long, or one too many */
    struct wm_bench_metric metrics[WM_BENCH_METRIC_MAX];
};
/* [any] What this thread allocated since it began. */
void wm_probe_allocs(uint64_t *ret_allocs, uint64_t *ret_bytes);

/* [one thread] Calls of the function at `address` are counted and timed from now on, where it was
 * compiled with -finstrument-functions; NULL: none any more. Returns the one watched before. */
const void *wm_probe_watch_calls(const void *address);
/* [any] What such a function calls first and last, under the names that compilers know. */
void wm_probe_call_begins(void *function, void *site) __asm__("__cyg_profile_func_enter");
void wm_probe_call_ends(void *function, void *site) __asm__("__cyg_profile_func_exit");
/* Such calls of one thread. */
struct wm_probe_calls {
    uint64_t timed, ns; /* that returned, and what they took: of recursive ones the outermost */
    uint64_t nested;    /* recursive ones within those */
    uint64_t left;      /* outermost ones that longjmp() left: not timed */
};
/* [any] Those of this thread since it was asked last. Outside of such calls: one that is open was
 * left. */
void wm_probe_take_calls(struct wm_probe_calls *ret_calls);

/* ---- Sampling ---- */

/* [one thread] Measures what one sample costs (wm_region.sample_cost_ns), in some 30 ms of CPU. */
void wm_probe_calibrate(uint32_t hz);
/* [one thread] Starts sampling every thread of the process that is known now or starts later, at
 * `hz` per CPU second (0: only the CPU time is accounted). Falls back from perf events to timers
 * by itself and leaves a note. */
void wm_probe_start(uint32_t hz);
/* [one thread] Stops it and accounts the CPU time since each thread's last sample. Adds to
 * wm_region.app_cpu_ns; may be started and stopped again. */
void wm_probe_stop(void);

/* [any] printf into wm_region.notes. */
void wm_probe_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

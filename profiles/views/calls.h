/* calls.h - the sums of calls that one thread finds in its share of the samples. Private to the
 * graph_*.c files.
 *
 * Of a large profile there are millions of calls, of some ten thousand different ones: their tables
 * are in no near cache, so calls are gathered, and memory is asked for all of them at once. */
#ifndef WM_VIEWS_CALLS_H
#define WM_VIEWS_CALLS_H

#include "harness/core/parallel.h"
#include "profiles/views/pairs.h"

#include <stdalign.h>

enum { WM_CALLS_GATHERED = 128 };

/* As in struct wm_edge: of one call, or, of a sum, of all and of any. */
enum { WM_CALL_INLINE = 1, WM_CALL_RESIDUAL = 2 };

struct wm_call {
    uint32_t from, to; /* nodes */
    uint32_t number;
    uint32_t marks;
};

struct wm_call_sum {
    int64_t weight;
    uint32_t sample; /* the last one that counted, + 1 */
    uint32_t marks;
};

/* Zeroed it is empty. */
struct wm_calls {
    alignas(WM_PARALLEL_LINE) struct wm_pairs
        known;                /* caller and callee to the number of a sum, by first use */
    struct wm_call_sum *sums; /* by number, as the two arrays below */
    int64_t *divisors;
    uint64_t *pairs;
    size_t capacity;
    size_t gathered;
    struct wm_call calls[WM_CALLS_GATHERED];
};

/* What one sample counts. */
struct wm_call_cost {
    int64_t weight, divisor;
    uint32_t sample; /* its number, + 1 */
};

void wm_calls_done(struct wm_calls *calls);

/* Counts what was gathered, all of one sample; a call counts once in a sample. -ENOMEM. */
WM_MUST_USE int wm_calls_count(struct wm_calls *calls, const struct wm_call_cost *cost);

/* The sums of `from` become part of those of `into`. -ENOMEM. */
WM_MUST_USE int wm_calls_join(struct wm_calls *into, const struct wm_calls *from);

#endif

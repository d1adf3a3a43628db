/* calls.h - the sums of calls that one thread finds in its share of the samples. Private to the
 * graph_*.c files.
 *
 * Of a large profile there are millions of calls, of some ten thousand different ones: their tables
 * are in no near cache, so calls are gathered, and memory is asked for all of them at once. */
#ifndef WM_VIEWS_CALLS_H
#define WM_VIEWS_CALLS_H

#include "profiles/views/pairs.h"

#include <stdbool.h>

enum { WM_CALLS_GATHERED = 64 };

struct wm_call {
    uint32_t from, to; /* nodes */
    uint32_t number;
    bool is_inline, is_residual; /* as in struct wm_edge, of this call */
};

struct wm_call_sum {
    int64_t weight;
    uint32_t sample; /* the last one that counted, + 1 */
    bool is_inline, is_residual;
};

/* Zeroed it is empty. */
struct wm_calls {
    struct wm_pairs known;    /* caller and callee to the number of a sum, by first use */
    struct wm_call_sum *sums; /* by number, as the two arrays below */
    int64_t *divisors;
    uint64_t *pairs;
    size_t capacity;
    size_t gathered;
    struct wm_call calls[WM_CALLS_GATHERED + 1]; /* one is always written, to count or not */
};

/* What one sample counts. */
struct wm_call_cost {
    int64_t weight, divisor;
    uint32_t sample; /* its number, + 1 */
};

void wm_calls_done(struct wm_calls *calls);

/* Gathers a call if it is one that `counts`. Without a branch: that is not to be foreseen. Fewer
 * than WM_CALLS_GATHERED may be there before. */
static inline void wm_calls_add(struct wm_calls *calls, uint32_t from, uint32_t to, bool is_inline,
                                bool is_residual, bool counts)
{
    calls->calls[calls->gathered] = (struct wm_call){from, to, 0, is_inline, is_residual};
    calls->gathered += counts;
}

/* Counts what was gathered, all of one sample; a call counts once in a sample. -ENOMEM. */
WM_MUST_USE int wm_calls_count(struct wm_calls *calls, const struct wm_call_cost *cost);

/* The sums of `from` become part of those of `into`. -ENOMEM. */
WM_MUST_USE int wm_calls_join(struct wm_calls *into, const struct wm_calls *from);

#endif

/* calls.h - the sums of calls that one thread finds in its share of the samples. Private to the
 * graph_*.c files.
 *
 * Of a large profile there are millions of calls. Between the few nodes that most views show, each
 * pair has a place of its own. Of all nodes there are some ten thousand pairs, whose tables are in
 * no near cache: so calls are gathered, and memory is asked for all of them at once. */
#ifndef WM_VIEWS_CALLS_H
#define WM_VIEWS_CALLS_H

#include "harness/core/parallel.h"
#include "profiles/views/pairs.h"

#include <stdalign.h>
#include <stdbool.h>

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

struct wm_calls {
    alignas(WM_PARALLEL_LINE) size_t node_count;
    uint32_t *dense;       /* by caller and callee the number of a sum, + 1; NULL: many nodes */
    struct wm_pairs known; /* the same of many nodes */
    size_t count;          /* of sums: numbered by first use */
    struct wm_call_sum *sums;
    bool has_divisors;
    int64_t *divisors; /* of sums, if there are any; else NULL */
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

/* Between so many nodes, which have the numbers from 0 on. -ENOMEM. Zeroed there is none either. */
WM_MUST_USE int wm_calls_init(struct wm_calls *calls, size_t node_count, bool has_divisors);
void wm_calls_done(struct wm_calls *calls);

/* Counts what was gathered, all of one sample; a call counts once in a sample. -ENOMEM. */
WM_MUST_USE int wm_calls_count(struct wm_calls *calls, const struct wm_call_cost *cost);

/* The sums of `from` become part of those of `into`. -ENOMEM. */
WM_MUST_USE int wm_calls_join(struct wm_calls *into, const struct wm_calls *from);

#endif

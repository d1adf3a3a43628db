/* calls.h - the sums of calls that one thread finds in its share of the samples. Private to the
 * graph_*.c files.
 *
 * Of a large profile there are millions of calls, but most are between a few nodes: these should
 * have the first numbers, for the calls between them are counted at once. The others' tables are in
 * no near cache, so that those calls are gathered, and memory is asked for all of them together. */
#ifndef WM_REPORT_CALLS_H
#define WM_REPORT_CALLS_H

#include "harness/core/parallel.h"
#include "profiles/report/pairs.h"
#include "profiles/report/unfold.h"

#include <stdalign.h>
#include <stdbool.h>

/* Nodes whose calls have places in a table: 256 KiB of it if there are many more, up to 1 MiB if
 * all others are in it, too. */
enum { WM_CALLS_NEAR = 256, WM_CALLS_FEW = 512 };

/* Which calls of a node are wished for. */
enum { WM_CALLS_FROM = 1, WM_CALLS_TO = 2 };

struct wm_call {
    uint32_t from, to; /* nodes */
    uint32_t number;
    uint32_t flags;
};

struct wm_call_sum {
    int64_t weight;
    uint32_t sample;     /* the last one that counted, + 1 */
    unsigned char flags; /* WM_ENTRY_* of any */
};

struct wm_calls {
    alignas(WM_PARALLEL_LINE) const unsigned char *wishes; /* per node, from number 1 on */
    bool all_near; /* no number is too large for the table */
    struct wm_pairs known;
    size_t count; /* of sums: numbered by first use */
    struct wm_call_sum *sums;
    uint64_t *pairs;
    size_t capacity;
    struct wm_call calls[WM_UNFOLDED_MAX];
};

/* What one sample counts. */
struct wm_call_cost {
    int64_t weight;
    uint32_t sample; /* its number, + 1 */
    uint32_t caller; /* the last node so far; 0: none */
};

/* `wishes` has an entry for 0, too, and is borrowed. -ENOMEM. Zeroed there are no calls either. */
WM_MUST_USE int wm_calls_init(struct wm_calls *calls, const unsigned char *wishes,
                              size_t node_count);
void wm_calls_done(struct wm_calls *calls);

/* Counts the calls in this part of a sample's stack; one counts once in a sample. -ENOMEM. */
WM_MUST_USE int wm_calls_count(struct wm_calls *calls, const uint32_t *entries, size_t count,
                               struct wm_call_cost *cost);

/* Whether a sum's pair is a call that was wished for: others may be summed, too. */
bool wm_calls_has(const struct wm_calls *calls, size_t number);

/* The sum of this pair; NULL: it was never counted. Borrowed. */
const struct wm_call_sum *wm_calls_find(const struct wm_calls *calls, uint64_t pair);

/* The sums of `from` become part of those of `into`. -ENOMEM. */
WM_MUST_USE int wm_calls_join(struct wm_calls *into, const struct wm_calls *from);

#endif

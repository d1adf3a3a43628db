/* resolve.h - samples to the execution path of their request, which is known only at its end.
 *
 * Samples and ends come in either order, and from several threads. Samples of a request wait here
 * for its end; an end waits for samples that are still in other rings. In a server nobody sends
 * ends: there the board is asked, each time that something was drained. */
#ifndef WM_GATHER_RESOLVE_H
#define WM_GATHER_RESOLVE_H

#include "harness/core/error.h"
#include "profiles/gather/aggregate.h"
#include "profiles/wire/record.h"
#include "profiles/wire/region.h"

#include <stdbool.h>

/* Requests waiting at one time. No more than WM_CONTEXT_MAX are in flight, so that many are
 * leftovers, of ends that were lost. */
enum { WM_PENDING_MAX = 1 << 18 };

struct wm_pending;

struct wm_resolve {
    struct wm_aggregate *aggregate;
    struct wm_pending *table; /* open addressing by request number */
    size_t slots;
    size_t count;
    uint64_t damaged_ends; /* ends with a path that cannot be */
    uint64_t given_up;     /* requests thrown out for the limit */
    uint64_t labels_gone;  /* samples whose label was no longer on the board */
};

WM_MUST_USE int wm_resolve_init(struct wm_resolve *resolve, struct wm_aggregate *aggregate);
void wm_resolve_done(struct wm_resolve *resolve);

/* A sample of `cpu_ns` in a request (not 0) whose end will be told. */
WM_MUST_USE int wm_resolve_sample(struct wm_resolve *resolve, uint64_t request, uint32_t stack,
                                  uint64_t cpu_ns);
/* One under a label. While its request is open it waits as well. */
WM_MUST_USE int wm_resolve_labelled(struct wm_resolve *resolve, const struct wm_region *region,
                                    uint64_t label, uint32_t stack, uint64_t cpu_ns);
/* Asks again for the labels that wait. */
WM_MUST_USE int wm_resolve_ask(struct wm_resolve *resolve, const struct wm_region *region);
WM_MUST_USE int wm_resolve_end(struct wm_resolve *resolve, const struct wm_end *end);
/* Nothing more will come: samples that still wait for an end are (unattributed). */
WM_MUST_USE int wm_resolve_flush(struct wm_resolve *resolve);

#endif

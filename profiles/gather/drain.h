/* drain.h - rings to records: takes what the threads of the app have written, and believes none of
 * it unseen. */
#ifndef WM_GATHER_DRAIN_H
#define WM_GATHER_DRAIN_H

#include "harness/core/error.h"
#include "profiles/wire/region.h"

#include <stdbool.h>

struct wm_drain_place {
    uint64_t tail;  /* ours: the one in shared memory is the app's to spoil */
    bool abandoned; /* it held nonsense once; what follows cannot be found any more */
};

struct wm_drain {
    struct wm_region *region;
    struct wm_drain_place samples[WM_THREAD_MAX];
    struct wm_drain_place ends[WM_THREAD_MAX];
    uint64_t rings_abandoned;
    uint32_t thread; /* whose record the sink is being given */
};

/* Called for each record, which is a copy, whole, with frame_count frames. A negative value ends
 * the drain and is returned. */
struct wm_drain_sink {
    int (*sample)(void *user, const struct wm_sample *sample);
    int (*end)(void *user, const struct wm_end *end);
    void *user;
};

void wm_drain_init(struct wm_drain *drain, struct wm_region *region);
/* Takes all that was published when it looked, thread by thread; the number of records. */
WM_MUST_USE int64_t wm_drain_all(struct wm_drain *drain, const struct wm_drain_sink *sink);

#endif

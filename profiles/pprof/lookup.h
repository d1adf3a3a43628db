/* lookup.h - from a thing's content to the index of the first thing with it. */
#ifndef WM_PPROF_LOOKUP_H
#define WM_PPROF_LOOKUP_H

#include "harness/core/error.h"
#include "harness/core/text.h"

#include <stddef.h>
#include <stdint.h>

/* Zeroed is empty. */
struct wm_lookup {
    struct wm_intern *keys;
    uint32_t *indices; /* by number in `keys` */
    size_t capacity;
    size_t noted;     /* things that are in it: those of the indices below */
    uint64_t last_id; /* the largest in use */
};

/* Empties it. */
void wm_lookup_done(struct wm_lookup *lookup);
/* The index, -ENOENT, or -ENOMEM when the key could not even be spelled. */
int64_t wm_lookup_find(const struct wm_lookup *lookup, const struct wm_text *key);
/* Notes the thing with index `noted`. -ENOMEM. */
WM_MUST_USE int wm_lookup_note(struct wm_lookup *lookup, const struct wm_text *key, uint64_t id);
/* An id that nothing has yet. -EOVERFLOW. */
WM_MUST_USE int wm_lookup_next_id(const struct wm_lookup *lookup, uint64_t *ret_id);

#endif

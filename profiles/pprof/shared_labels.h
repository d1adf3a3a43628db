/* shared_labels.h - sets of labels that samples of a file have in common. Not for other rooms.
 *
 * A label is as large as a sample; but a file's samples have few sets of them, and write each the
 * same way: what was read once is not read again, nor kept twice. */
#ifndef WM_PPROF_SHARED_LABELS_H
#define WM_PPROF_SHARED_LABELS_H

#include "profiles/pprof/profile.h"

enum { WM_SHARED_SETS = 256, WM_SHARED_SET_BYTES = 48 };

struct wm_shared_set {
    unsigned char bytes[WM_SHARED_SET_BYTES]; /* as the file has them */
    uint64_t word;                            /* of these bytes */
    uint32_t length;
    uint32_t first_label, label_count; /* as a sample has them */
};

/* Those of late; zeroed is empty. */
struct wm_shared_labels {
    struct wm_shared_set sets[WM_SHARED_SETS];
};

/* The set that these bytes are; NULL: not known. */
const struct wm_shared_set *wm_shared_labels_find(const struct wm_shared_labels *sets,
                                                  const unsigned char *bytes, size_t length);
/* Notes the set if others may share it: it is short, and its labels are in the order that
 * wm_sample_sort_labels would give them, so that this changes none. */
void wm_shared_labels_note(struct wm_shared_labels *sets, const unsigned char *bytes, size_t length,
                           const struct wm_profile *profile,
                           const struct wm_profile_sample *sample);

#endif

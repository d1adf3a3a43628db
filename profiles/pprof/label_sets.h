/* label_sets.h - sets of labels that samples of a file have in common. Not for other rooms.
 *
 * A label is as large as a sample; but a file's samples have few sets of them, and write each the
 * same way: what was read once is not read again, nor kept twice. */
#ifndef WM_PPROF_LABEL_SETS_H
#define WM_PPROF_LABEL_SETS_H

#include "profiles/pprof/profile.h"

enum { WM_LABEL_SETS = 256, WM_LABEL_SET_BYTES = 48 };

struct wm_label_set {
    unsigned char bytes[WM_LABEL_SET_BYTES]; /* as the file has them */
    uint64_t word;                           /* of these bytes */
    uint32_t length;
    uint32_t first_label, label_count; /* as a sample has them */
};

/* Those of late; zeroed is empty. */
struct wm_label_sets {
    struct wm_label_set sets[WM_LABEL_SETS];
};

/* The set that these bytes are; NULL: not known. */
const struct wm_label_set *wm_label_sets_find(const struct wm_label_sets *sets,
                                              const unsigned char *bytes, size_t length);
/* Notes the set if others may share it: it is short, and its labels are in the order that
 * wm_sample_sort_labels would give them, so that this changes none. True: it was noted. */
bool wm_label_sets_note(struct wm_label_sets *sets, const unsigned char *bytes, size_t length,
                        const struct wm_profile *profile, const struct wm_profile_sample *sample);

#endif

/* sample_table.h - which sample has the same stack and labels. Not for other rooms. */
#ifndef WM_PPROF_SAMPLE_TABLE_H
#define WM_PPROF_SAMPLE_TABLE_H

#include "profiles/pprof/profile.h"

/* Zeroed is empty. It holds numbers only: the samples stay where the profile has them. */
struct wm_sample_table {
    struct wm_profile *profile;
    uint32_t *hashes;        /* by sample, of those that the profile has now; borrowed */
    uint32_t *sample_plus_1; /* 0: free */
    size_t slot_count;
};

/* Room for as many samples as the profile has now; `hashes` has as many. -ENOMEM. */
WM_MUST_USE int wm_sample_table_init(struct wm_sample_table *table, struct wm_profile *profile,
                                     uint32_t *hashes);
void wm_sample_table_done(struct wm_sample_table *table);

/* Of its stack and its sorted labels. */
uint32_t wm_sample_hash(const struct wm_profile *profile, const struct wm_profile_sample *sample);
/* Asks for the memory that wm_sample_table_find will want: the table is too large for any cache. */
void wm_sample_table_ask(const struct wm_sample_table *table, uint32_t hash);
/* The sample equal to `sample` by its stack and its sorted labels; NULL: none, and then the
 * profile's next sample has to be this one, which its hash is set for. */
const struct wm_profile_sample *wm_sample_table_find(struct wm_sample_table *table,
                                                     const struct wm_profile_sample *sample,
                                                     uint32_t hash);

#endif

/* codec.h - what profile.c, profile_store.c, encode.c, the readers and the merge share; not for
 * other rooms. */
#ifndef WM_PPROF_CODEC_H
#define WM_PPROF_CODEC_H

#include "harness/core/error.h"
#include "profiles/pprof/profile.h"

#include <stddef.h>
#include <stdint.h>

/* As the add functions of profile.h, but always new and with the caller's id: a file's things stay
 * apart even where they are equal. The index, -ENOMEM, or -EOVERFLOW past 2^32 of a kind. */
WM_MUST_USE int64_t wm_profile_append_sample_type(struct wm_profile *profile,
                                                  struct wm_value_type type);
WM_MUST_USE int64_t wm_profile_append_comment(struct wm_profile *profile, uint32_t comment);
WM_MUST_USE int64_t wm_profile_append_mapping(struct wm_profile *profile,
                                              const struct wm_mapping *mapping);
WM_MUST_USE int64_t wm_profile_append_function(struct wm_profile *profile,
                                               const struct wm_function *function);
WM_MUST_USE int64_t wm_profile_append_location(struct wm_profile *profile,
                                               const struct wm_location *location,
                                               const struct wm_line *lines);

/* Whether a join of its code would change nothing if its samples use all locations, the first ones
 * first: told by who has found it (join.h), and not known any more after a change of the code. */
void wm_profile_mark_joined(struct wm_profile *profile);
bool wm_profile_is_joined(const struct wm_profile *profile);

/* Whether its samples use all locations, the first ones first, and all have sorted labels
 * (sample_order.h): told by who read them, and not known any more after a change of either. */
void wm_profile_mark_in_order(struct wm_profile *profile);
bool wm_profile_is_in_order(const struct wm_profile *profile);

/* Whether some labels may be mute (sample_order.h): told by the join, which sees all. */
void wm_profile_mark_mute_labels(struct wm_profile *profile);
bool wm_profile_has_mute_labels(const struct wm_profile *profile);

/* Room for so many in all, where that is known: growing step by step takes twice the memory.
 * -ENOMEM.
 */
WM_MUST_USE int wm_profile_reserve_code(struct wm_profile *profile, size_t function_count,
                                        size_t location_count, size_t line_count);

/* The stacks of a profile that has none yet are to be kept in 16 bits each, so that an index is no
 * larger than WM_NARROW_FRAME_MAX; and in 32 again, as they are from the start, with
 * those of a next sample, `behind` of them. -ENOMEM. */
enum { WM_NARROW_FRAME_MAX = UINT16_MAX - 1 };
void wm_profile_narrow_stacks(struct wm_profile *profile);
WM_MUST_USE int wm_profile_widen_stacks(struct wm_profile *profile, size_t behind);

/* Some samples have the labels of others now: sorted ones (sample_order.h), which no sort writes
 * to. */
void wm_profile_share_labels(struct wm_profile *profile);

/* Samples that are written where they stay: first room for so many and their parts behind the
 * profile's (-ENOMEM), then, of each, the counts of what was put there; values are as many as
 * sample types. The index, or -EOVERFLOW past 2^32 of a kind. */
WM_MUST_USE int wm_profile_reserve_samples(struct wm_profile *profile, size_t count,
                                           size_t location_count, size_t label_count,
                                           size_t value_count);
WM_MUST_USE int64_t wm_profile_commit_sample(struct wm_profile *profile, size_t location_count,
                                             size_t label_count);

/* Mappings, functions, locations and lines of `from` replace the profile's; takes `from`. */
void wm_profile_take_code(struct wm_profile *profile, struct wm_profile *from);
/* Samples of `from` with all their parts replace the profile's; `from` has none any more. */
void wm_profile_take_samples(struct wm_profile *profile, struct wm_profile *from);

/* The unpacked bytes that wm_profile_write compresses; free() them. -ENOMEM. */
WM_MUST_USE int wm_profile_encode(const struct wm_profile *profile, unsigned char **ret_data,
                                  size_t *ret_length);
/* wm_profile_read of bytes in memory; `place` names them in errors. */
WM_MUST_USE int wm_profile_decode(const unsigned char *data, size_t length, uint64_t limit,
                                  const char *place, struct wm_profile **ret_profile,
                                  struct wm_error *err);

#endif

/* profile.h - a pprof profile in memory: what profile.proto says, with strings as numbers.
 *
 * Built with the add functions (equal things get one id), written canonically: equal content gives
 * equal bytes. Format: github.com/google/pprof, proto/profile.proto. */
#ifndef WM_PPROF_PROFILE_H
#define WM_PPROF_PROFILE_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wm_value_type {
    uint32_t type; /* string numbers */
    uint32_t unit;
};

struct wm_mapping {
    uint64_t id; /* from 1 */
    uint64_t start, limit, offset;
    uint32_t file, build_id;
    bool has_functions, has_filenames, has_lines, has_inlines;
};

struct wm_function {
    uint64_t id;
    uint32_t name, system_name, file;
    int64_t start_line;
};

struct wm_line {
    uint32_t function; /* index into functions, not its id */
    int64_t line;
};

struct wm_location {
    uint64_t id;
    uint32_t mapping; /* index + 1; 0: none */
    uint64_t address;
    uint32_t first_line, line_count; /* into lines; [0] is the innermost inlined function */
    bool folded;
};

struct wm_label {
    uint32_t key;
    uint32_t string; /* 0: a number label */
    int64_t number;
    uint32_t unit;
};

struct wm_profile_sample {
    uint32_t first_location, location_count; /* frames: read by sample_stack.h */
    uint32_t first_label, label_count;       /* into labels */
    uint32_t first_value;                    /* into values; one per sample type */
    bool from_base; /* of a diff's base: set by a merge, which tells it by a label */
};

/* Read it freely; change it through the functions below. In the arrays of samples' parts there may
 * be some that no sample has. */
struct wm_profile {
    struct wm_intern *strings; /* number 0 is "" */
    struct wm_value_type *sample_types;
    size_t sample_type_count;
    struct wm_mapping *mappings;
    size_t mapping_count;
    struct wm_function *functions;
    size_t function_count;
    struct wm_location *locations;
    size_t location_count;
    struct wm_line *lines;
    size_t line_count;
    struct wm_profile_sample *samples;
    size_t sample_count;
    void *stacks; /* all frames, leaf first, as indices of locations: for sample_stack.h alone */
    bool has_narrow_stacks; /* of 16 bits each; else of 32 */
    size_t sample_location_count;
    struct wm_label *labels;
    size_t label_count;
    int64_t *values;
    size_t value_count;
    uint32_t *comments;
    size_t comment_count;
    uint32_t drop_frames, keep_frames, default_sample_type;
    int64_t time_ns, duration_ns, period;
    struct wm_value_type period_type;
    struct wm_profile_private *private; /* look-up tables */
};

WM_MUST_USE int wm_profile_new(struct wm_profile **ret_profile);
void wm_profile_free(struct wm_profile *profile);

/* The number of a string; -ENOMEM. */
WM_MUST_USE int64_t wm_profile_string(struct wm_profile *profile, const char *string);
/* The string of a number, borrowed. */
const char *wm_profile_text(const struct wm_profile *profile, uint32_t string);

/* Each returns the index of the (new or equal) thing, or -ENOMEM. `id` fields are assigned. */
WM_MUST_USE int wm_profile_add_sample_type(struct wm_profile *profile, const char *type,
                                           const char *unit);
WM_MUST_USE int wm_profile_add_comment(struct wm_profile *profile, const char *comment);
WM_MUST_USE int64_t wm_profile_add_mapping(struct wm_profile *profile,
                                           const struct wm_mapping *mapping);
WM_MUST_USE int64_t wm_profile_add_function(struct wm_profile *profile,
                                            const struct wm_function *function);
WM_MUST_USE int64_t wm_profile_add_location(struct wm_profile *profile,
                                            const struct wm_location *location,
                                            const struct wm_line *lines);
/* `values` has sample_type_count entries. Equal samples are not joined. */
WM_MUST_USE int64_t wm_profile_add_sample(struct wm_profile *profile, const uint32_t *locations,
                                          size_t location_count, const struct wm_label *labels,
                                          size_t label_count, const int64_t *values);

/* Other lines for a location that is there; `lines` are no part of the profile's own. -ENOMEM. */
WM_MUST_USE int wm_profile_set_lines(struct wm_profile *profile, size_t location,
                                     const struct wm_line *lines, uint32_t line_count);
/* Due after names or numbers of code, or keys or texts of labels, were changed in place: empties
 * the look-up tables, which the next add fills. */
void wm_profile_forget(struct wm_profile *profile);

/* Samples with equal labels may share them: gives each its own, in the samples' order. Due before
 * labels of one sample are changed, moved or left out where they are; not where what labels say is
 * changed alike in all samples, each of `labels` once. -ENOMEM, -EOVERFLOW. */
WM_MUST_USE int wm_profile_part_labels(struct wm_profile *profile);

/* Replaces all stacks by this array of wm_pages_new() with `count`, for samples whose ranges
 * the caller has put there. Takes `stacks`. */
void wm_profile_take_stacks(struct wm_profile *profile, uint32_t *stacks, size_t count);

/* encode.c: writes gzip-compressed profile.proto as wm_file_create does. read.c: reads gzip or raw
 * bytes of it, or of the formats of gperftools and old Go runtimes; -EINVAL says what is wrong and
 * at which byte; above `limit` unpacked bytes (0: none) -EFBIG. What was read keeps the file's ids
 * and order, and equal things apart. */
WM_MUST_USE int wm_profile_write(const struct wm_profile *profile, const char *name,
                                 struct wm_error *err);
WM_MUST_USE int wm_profile_read(const char *name, uint64_t limit, struct wm_profile **ret_profile,
                                struct wm_error *err);

#endif

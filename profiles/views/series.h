/* series.h - several runs of one thing: what each took, and how far they lie apart. */
#ifndef WM_VIEWS_SERIES_H
#define WM_VIEWS_SERIES_H

#include "harness/core/error.h"
#include "harness/core/text.h"

#include <stddef.h>
#include <stdint.h>

struct wm_series_row {
    const char *side; /* "a", "b", or "" where there is but one build */
    uint32_t number;
    uint64_t requests, errors, mismatches, samples;
    double seconds;
    double cpu_ns; /* of its requests */
};

/* A line per run, then per side the median, the range and the standard deviation as a part of the
 * mean. -ENOMEM. */
WM_MUST_USE int wm_view_series(const struct wm_series_row *rows, size_t count, struct wm_text *text,
                               struct wm_error *err);

#endif

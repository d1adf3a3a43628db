/* segments.h - the tree of active paths with counts and CPU: segments.csv. */
#ifndef WM_RUNS_SEGMENTS_H
#define WM_RUNS_SEGMENTS_H

#include "harness/core/error.h"
#include "harness/core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wm_segment_row {
    const char *segment; /* active path "A/B/C"; a never-reached site has its bare name */
    const char *file;
    uint32_t line;
    uint64_t requests;                     /* that visited it; 0: never reached */
    uint64_t visits;                       /* opens, exact */
    uint64_t samples, cpu_ns, self_cpu_ns; /* cpu_ns with everything below it, self without */
    bool from_stacks; /* a listed function, found on stacks: requests and visits are not known. One
                         that is on none has no samples, and the place where it is listed */
};

struct wm_segments {
    struct wm_segment_row *rows; /* tree order: parents before children, children by first visit */
    size_t count;
    struct wm_arena *arena;
};

WM_MUST_USE int wm_segments_new(struct wm_segments **ret_segments);
void wm_segments_free(struct wm_segments *segments);
struct wm_segment_row *wm_segments_add(struct wm_segments *segments);
/* Adds the table as segments.csv has it. */
void wm_segments_add_csv(const struct wm_segments *segments, struct wm_text *text);
WM_MUST_USE int wm_segments_write(const struct wm_segments *segments, const char *file,
                                  struct wm_error *err);
WM_MUST_USE int wm_segments_read(const char *file, struct wm_segments **ret_segments,
                                 struct wm_error *err);

#endif

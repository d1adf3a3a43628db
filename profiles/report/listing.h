/* listing.h - what each source line of the functions that match cost: the sums under -list and
 * -weblist. Private to this room. */
#ifndef WM_REPORT_LISTING_H
#define WM_REPORT_LISTING_H

#include "profiles/report/graph.h"
#include "profiles/report/source.h"

/* The nodes of one line of one function; sums as in the graph, undivided. */
struct wm_listing_line {
    int64_t line;
    int64_t self, total;
};

/* A function in one of its files. */
struct wm_routine {
    uint32_t name, file; /* strings; file 0: no node of the function has one */
    uint32_t object;     /* the binary it was seen in; 0: unknown */
    int64_t self, total;
    int64_t first, last;           /* lines to show, as far as the file goes; maybe none */
    struct wm_listing_line *lines; /* ascending */
    size_t line_count;
    uint32_t *nodes; /* of the graph; node_count of them */
    size_t node_count;
};

struct wm_listing {
    struct wm_graph *graph;
    struct wm_sources *sources;
    struct wm_routine *routines; /* by name, then file */
    size_t routine_count;
    uint32_t *nodes; /* all matching, in order of their routines */
    struct wm_listing_line *lines;
};

enum wm_listing_kind {
    WM_LISTING_PLAIN,      /* functions whose names match */
    WM_LISTING_WITH_CALLS, /* or whose files do; the graph has the calls from and to them */
};

/* -EINVAL if the view's expression is wrong or matches nothing; -ENOMEM. */
WM_MUST_USE int wm_listing_new(struct wm_report *report, enum wm_listing_kind kind,
                               struct wm_listing **ret_listing, struct wm_error *err);
void wm_listing_free(struct wm_listing *listing);

/* The sums of a line, 0 for one without cost. */
struct wm_listing_line wm_routine_line(const struct wm_routine *routine, int64_t line);
/* The source of the routine; *ret_source is NULL if it has nothing to show and was not looked for.
 * -ENOMEM. A file that is newer than the program is told in the notes once, and by
 * wm_listing_is_newer. */
WM_MUST_USE int wm_listing_source(struct wm_listing *listing, const struct wm_routine *routine,
                                  const struct wm_source **ret_source);
/* Whether the source was written after the program was built or ran. */
bool wm_listing_is_newer(const struct wm_listing *listing, const struct wm_routine *routine,
                         const struct wm_source *source);
/* A value as the views show it, in `text` of WM_MEASURE_BYTES unless it is "." for none. */
const char *wm_listing_value(const struct wm_listing *listing, int64_t value, char *text);

#endif

/* report.h - the pprof views of a profile: options, stages, views. The door of this room for all
 * that is printed of a profile; compare.h is that of two sides.
 *
 *   merged profile -> tag frames -> (relative: select) -> total -> (else: select) -> view
 *
 * Every stage changes the profile in place: samples go by compacting the array of samples, frames
 * by narrowing a sample's range of locations, lines by narrowing a location's range of lines. */
#ifndef WM_REPORT_REPORT_H
#define WM_REPORT_REPORT_H

#include "harness/core/error.h"
#include "harness/core/text.h"
#include "profiles/pprof/profile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wm_paths;
struct wm_requests;
struct wm_segments;

enum wm_granularity {
    WM_BY_FUNCTIONS,
    WM_BY_FILEFUNCTIONS,
    WM_BY_FILES,
    WM_BY_LINES,
    WM_BY_ADDRESSES,
};

/* pprof's options by their own names; a string is NULL where it was not given. Borrowed. */
struct wm_report_options {
    const char *view;       /* a name in the table of views: "top", "tree", "peek" ... */
    const char *expression; /* of -peek=, -list=, -weblist= */
    enum wm_granularity granularity;
    bool cum, noinlines, call_tree, mean, relative_percentages, compact_labels, drop_negative;
    bool normalize; /* used up by the merge; here for its refusals */
    bool trim;
    const char *focus, *ignore, *hide, *show, *show_from, *prune_from;
    const char *tagfocus, *tagignore, *tagshow, *taghide, *tagroot, *tagleaf;
    const char *sample_index, *unit, *source_path, *trim_path;
    double node_fraction; /* NAN: the view's own */
    double edge_fraction, divide_by;
    int64_t node_count;           /* -1: the view's own */
    const char *path;             /* ours: focus on the label `path`, by display name or id */
    const struct wm_paths *paths; /* whose ids those are; NULL: names alone count */
    const char *by;               /* ours: a label whose values become columns */
    size_t by_columns;            /* at most; 0: what a reader can stand */
    bool fold_background; /* ours: (background) is shared out over those by their requests */
    /* Ours: what costs nothing is left out, rows of -top and lines of a long -list that are not
     * close to one that does. */
    bool brief;
    const char *group_by; /* ours: the label of -flamegraph's tabs (NULL: path), -folded's roots */
    const struct wm_requests *requests; /* of the runs; NULL: costs are sums, not per request */
    const struct wm_segments *segments; /* of the run: exact counts; NULL: none */
    size_t width;                       /* of -by's tables; 0: any */
    /* Takes what a long view has printed so far, and leaves the text empty; NULL: it is all kept.
     * A negative errno, with `err`, ends the view. */
    int (*drain)(void *drain_user, struct wm_text *text, struct wm_error *err);
    void *drain_user;
};

/* pprof's defaults. */
void wm_report_options_init(struct wm_report_options *options);

/* What the stages and views share. Private to this room from here on. */
struct wm_report {
    struct wm_profile *profile; /* changed in place */
    const struct wm_report_options *options;
    const struct wm_report_view *view;
    size_t value_type;             /* the sample type that is shown */
    bool has_divisor;              /* -mean: values are divided by those of type 0 */
    const char *type;              /* its name, "mean_" before it with -mean; owned by `names` */
    const char *unit;              /* the sample type's own unit */
    int64_t total;                 /* of which percentages are */
    struct wm_text names, filters; /* `filters`: the "Active filters" lines, complete */
    struct wm_text *notes;         /* warnings, each a line, for standard error */
    struct wm_label_units *label_units; /* of the keys, before any filter */
};

/* What a view forces, beyond what the options say. */
enum wm_report_view_flags {
    WM_VIEW_TAKES_EXPRESSION = 1,
    WM_VIEW_NEVER_TRIMS = 2,  /* node count and fractions are 0 */
    WM_VIEW_BY_ADDRESSES = 4, /* and inlines are shown */
    WM_VIEW_BY_LINES = 8,
    WM_VIEW_UNLIMITED = 16,      /* no node count of its own (80 otherwise) */
    WM_VIEW_KEEPS_FILES = 32,    /* file names stay exactly as they are */
    WM_VIEW_KEEPS_FOLDERS = 64,  /* they are cleaned, but not by -source_path and -trim_path */
    WM_VIEW_WHOLE_NUMBERS = 128, /* prints integers, so the unit is never a larger one */
    WM_VIEW_TELLS_OBJECTS = 256, /* functions of different binaries stay apart */
    WM_VIEW_PICTURES = 512,      /* nodes are chosen and sorted to be looked at, with labels */
    WM_VIEW_CALL_TREES = 1024,   /* -call_tree is heard */
    WM_VIEW_FINE = 2048,         /* its own node fraction is a tenth of the others' */
    WM_VIEW_SUMS = 4096,         /* samples are only added up: none is shown by itself */
};

/* A view prints the selected profile; an error means that nothing is printed. `print_by` is it with
 * -by; NULL: it has no such form. */
struct wm_report_view {
    const char *name;
    unsigned flags;
    int (*print)(struct wm_report *report, struct wm_text *text, struct wm_error *err);
    int (*print_by)(struct wm_report *report, struct wm_text *text, struct wm_error *err);
};

/* The table of views, ended by a NULL name. */
extern const struct wm_report_view wm_report_views[];

/* Whether it is all the same to the view that the options name if equal samples are one or several,
 * as far as their values let it be: WM_MERGE_FOR_SUMS. */
bool wm_report_is_of_sums(const struct wm_report_options *options);

/* Prints the view that the options name. Uses the profile up (its content is changed, it stays the
 * caller's to free). `notes` gets warnings such as a filter that matches nothing. -EINVAL with a
 * sentence for whatever pprof refuses too; `text` is then empty and nothing was drained. */
WM_MUST_USE int wm_report_print(struct wm_profile *profile, const struct wm_report_options *options,
                                struct wm_text *text, struct wm_text *notes, struct wm_error *err);

/* ---- For the files of this room ---- */

/* What is done with a profile that has been through the stages. */
struct wm_report_work {
    int (*fn)(struct wm_report *report, void *user, struct wm_error *err);
    void *user;
};

/* report.c: the stages that the options ask for, then that work. */
WM_MUST_USE int wm_report_apply(struct wm_profile *profile, const struct wm_report_options *options,
                                const struct wm_report_work *work, struct wm_text *notes,
                                struct wm_error *err);

/* select.c, tagframes.c: the stages. */
WM_MUST_USE int wm_report_select(struct wm_report *report, struct wm_error *err);
WM_MUST_USE int wm_report_tag_frames(struct wm_report *report, struct wm_error *err);

/* report.c: whether the view has this flag. */
bool wm_report_has(const struct wm_report *report, enum wm_report_view_flags flag);
/* Of one sample, the shown value and what -mean divides by (1 without it). */
static inline int64_t wm_report_value(const struct wm_report *report, size_t sample)
{
    const struct wm_profile *profile = report->profile;
    return profile->values[profile->samples[sample].first_value + report->value_type];
}
static inline int64_t wm_report_divisor(const struct wm_report *report, size_t sample)
{
    const struct wm_profile *profile = report->profile;
    return report->has_divisor ? profile->values[profile->samples[sample].first_value] : 1;
}
/* The options as the view has them: its forced granularity, its node count, its fractions. */
enum wm_granularity wm_report_granularity(const struct wm_report *report);
bool wm_report_shows_inlines(const struct wm_report *report);
int64_t wm_report_node_count(const struct wm_report *report);
double wm_report_node_fraction(const struct wm_report *report);
double wm_report_edge_fraction(const struct wm_report *report);
/* The unit that -unit names, "minimum" unless told. */
const char *wm_report_wanted_unit(const struct wm_report *report);
/* A value in `unit` as all views print it, with -divide_by. WM_MEASURE_BYTES at most; returns
 * `text`. */
const char *wm_report_measure(const struct wm_report *report, int64_t value, const char *unit,
                              char *text);
/* What -divide_by makes of a value. */
int64_t wm_report_divide(const struct wm_report *report, int64_t value);

/* Hands over what was printed, once it is a lot: nothing before it may be changed any more, and the
 * view may fail for want of memory only. */
WM_MUST_USE int wm_report_drain(const struct wm_report *report, struct wm_text *text,
                                struct wm_error *err);

/* The same for a part that was made apart, which comes next and is empty then. It stays where it is
 * as long as it can: memory that goes from thread to thread goes from cache to cache. */
WM_MUST_USE int wm_report_drain_part(const struct wm_report *report, struct wm_text *text,
                                     struct wm_text *part, struct wm_error *err);

/* label_units.c: what the numbers of this label key count: the first unit that any sample gives,
 * or what the key's name says. Borrowed. */
const char *wm_report_label_unit(const struct wm_report *report, uint32_t key);

/* One function a file; each prints one view. */
int wm_print_top(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_tree(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_peek(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_top_by(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_tree_by(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_peek_by(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_dot(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_callgrind(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_traces(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_tags(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_raw(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_list(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_weblist(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_comments(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_proto(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_topproto(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_folded(struct wm_report *report, struct wm_text *text, struct wm_error *err);
int wm_print_flamegraph(struct wm_report *report, struct wm_text *text, struct wm_error *err);

#endif

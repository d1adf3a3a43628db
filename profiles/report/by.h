/* by.h - -by=LABEL: one report side by side for each value of a label, for each request where it is
 * known how many there were. Private to this room.
 *
 *   by_values.c what the label's values cost    by_table.c  rows of costs as text, as wide as fits
 *   by.c        samples to columns              by_top.c    functions, lines, files
 *   by_sums.c   costs of rows, by column        by_tree.c   the same between callers and callees
 *   by_noise.h  what of a change may be noise
 *   by_amount.h costs of one request
 *
 * In a comparison a row tells how much more a request costs than it did, column by column: so a mix
 * that changed is no cost that changed. */
#ifndef WM_REPORT_BY_H
#define WM_REPORT_BY_H

#include "harness/core/arena.h"
#include "profiles/report/graph.h"
#include "profiles/runs/requests.h"

/* In column_of: in every column, by its part of all requests. */
#define WM_BY_SHARED UINT32_MAX

/* Two sides, or the first alone. */
enum { WM_BY_NEW = WM_REQUESTS_NEW, WM_BY_BASE = WM_REQUESTS_BASE, WM_BY_SIDES = 2 };

/* A sum of samples. Each stands for a random number of ticks, so the sum's variance is about that
 * of a Poisson process with these weights: Σ w² over ticks of weight w. */
struct wm_by_sum {
    double value;
    double square; /* Σ w² */
};

struct wm_by_column {
    const char *name;
    uint64_t requests[WM_BY_SIDES]; /* 0: not known */
    double scale;                   /* of the base: what makes its requests as many as the new */
};

struct wm_by {
    const struct wm_report *report; /* borrowed */
    struct wm_by_column *columns;   /* [0] is all of them together, then by cost */
    size_t count;
    struct wm_by_sum *whole; /* a row of sums: all samples of each column, the base's scaled */
    uint32_t *column_of;     /* per sample of the profile, or WM_BY_SHARED */
    bool per_request;        /* requests are known of every column */
    bool compares;           /* there is a base */
    bool knows_noise;        /* the profile tells how many ticks a sample stands for */
    size_t ticks_type;       /* by this sample type */
    struct wm_text left_out; /* lines about samples in no column */
    struct wm_arena arena;
};

/* Finds the columns of -by, and takes the samples that are in none out of the profile; the values
 * of a base, which a merge has made negative, are positive again. -EINVAL where no sample has the
 * label; -ENOMEM. */
WM_MUST_USE int wm_by_new(struct wm_report *report, struct wm_by **ret_by, struct wm_error *err);
void wm_by_free(struct wm_by *by);
/* Adds a sample to the sums of its column and of all, the columns being a row of `sums`. */
void wm_by_count(const struct wm_by *by, size_t sample, int64_t value, struct wm_by_sum *sums);

/* ---- by_sums.c: arrays of by->count times WM_BY_SIDES sums for each node or call ---- */

struct wm_by_sums {
    size_t stride;                  /* sums in a row */
    struct wm_by_sum *self, *total; /* per node */
    struct wm_by_sum *calls;        /* per edge; NULL: not asked for */
};

WM_MUST_USE int wm_by_sums_init(struct wm_by_sums *sums, const struct wm_by *by,
                                const struct wm_graph *graph, bool with_calls);
void wm_by_sums_done(struct wm_by_sums *sums);
/* Sorts the graph's order by how much the nodes changed; for comparisons only. -ENOMEM. */
WM_MUST_USE int wm_by_sort(const struct wm_by *by, const struct wm_by_sums *sums,
                           struct wm_graph *graph);
/* More per request than before, or less if it is negative, all told in the new side's requests. */
double wm_by_change(const struct wm_by_sum *sums);

/* ---- by_table.c ---- */

enum wm_by_row_kind {
    WM_BY_ROW_NODE,
    WM_BY_ROW_CALL, /* a caller or callee of the node below or above: only `total` */
    WM_BY_ROW_RULE, /* a line between blocks */
};

struct wm_by_row {
    enum wm_by_row_kind kind;
    const char *label, *mark;             /* borrowed */
    const struct wm_by_sum *self, *total; /* a row of sums each */
    int64_t calls;                        /* exact count; -1: not known */
};

struct wm_by_table {
    const struct wm_by *by;
    struct wm_by_row *rows;
    size_t count, capacity;
    bool failed;
    bool is_tree;   /* rows are blocks of callers, a node, callees */
    bool has_calls; /* some row has a count */
};

void wm_by_table_add(struct wm_by_table *table, const struct wm_by_row *row);
/* Prints the profile's banner, then as many columns side by side as the options' width holds, the
 * others below, then what the figures mean. `hidden` rows are told to be left out. -ENOMEM. */
WM_MUST_USE int wm_by_table_print(const struct wm_by_table *table, size_t hidden,
                                  struct wm_text *text);
void wm_by_table_done(struct wm_by_table *table);

#endif

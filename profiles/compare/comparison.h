/* comparison.h - two sides, measure by measure: what changed, and how sure that is.
 *
 *   comparison.c       rows, evidence, verdicts, means       judge.c   what got worse, for a check
 *   comparison_rows.c  the rows of paths    comparison_bench.c  the rows of benchmarks
 *   comparison_entries.c  those of entry points, where paths came or went
 *   choice.c           what each row rests on
 *   speed.c            the machine's speed, taken out of them
 *
 * A path is compared by what one request of it costs, so that another mix, rate or length of a run
 * is no change. Each run gives one value, and each line of a benchmark one. */
#ifndef WM_COMPARE_COMPARISON_H
#define WM_COMPARE_COMPARISON_H

#include "harness/core/arena.h"
#include "harness/core/intern.h"
#include "profiles/compare/evidence.h"
#include "profiles/compare/sets.h"
#include "profiles/compare/tails.h"
#include "profiles/runs/requests.h"

enum { WM_BEFORE, WM_AFTER, WM_COMPARED_SIDES };

/* Below it, corrected for the number of questions, a p is evidence. */
#define WM_COMPARED_LEVEL 0.05

/* The unit of what a request of a path, or of an entry point, costs. */
#define WM_COMPARED_CPU "CPU/request"

enum wm_amount { WM_AMOUNT_NS, WM_AMOUNT_BYTES, WM_AMOUNT_COUNT };

/* What the p of a row rests on. */
enum wm_evidence {
    WM_EVIDENCE_NONE,     /* too few values, no p */
    WM_EVIDENCE_RANKS,    /* the rank test over runs, or over lines */
    WM_EVIDENCE_MEANS,    /* Welch's test over runs: those of one side are longer, so that ranks
                             would tell how much they scatter */
    WM_EVIDENCE_SAMPLING, /* counts of samples, and of several runs how much they differ; where
                             ranks could not answer as many questions, or a run has few samples */
    WM_EVIDENCE_COUNT,    /* counted, each side always the same: no p, and none is needed */
};

enum wm_verdict { WM_VERDICT_SAME, WM_VERDICT_LESS, WM_VERDICT_MORE };

/* Of fewer samples (of a latency: of fewer requests beyond it) in any run, a run's value is no
 * measurement by itself. */
#define WM_COMPARED_FEWEST 16

/* What sampling says of a path's CPU: nanoseconds per request, and the variances of those. */
struct wm_sampled {
    const char *path; /* its joint name */
    double cost[WM_COMPARED_SIDES];
    double variance[WM_COMPARED_SIDES];
    double tick[WM_COMPARED_SIDES]; /* what one more sample would add to the cost; where none was
                                       seen that is all there is to know. 0: not known */
};

struct wm_compared {
    const char *subject; /* a path or a benchmark */
    const char *unit;    /* "CPU/request", "ns/op" */
    enum wm_amount amount;
    bool of_path;
    bool of_entry;      /* and that is all paths of an entry point together */
    bool of_background; /* or what a server does for no one request, by all requests */
    bool judged;        /* a check looks at it */
    bool counted;       /* not measured: a single value of each side is as good as many */
    bool has_speed;     /* a slower machine makes it larger, in the same proportion for all paths */
    bool sets_speed;    /* it can tell how slow the machine was */
    bool at_one_speed;  /* that was taken out: the change is one against the reference path */
    bool more_is_better;
    struct wm_lot lots[WM_COMPARED_SIDES]; /* of runs, in their order; `own` is the same */
    double *own[WM_COMPARED_SIDES];
    double per_run[WM_COMPARED_SIDES]; /* requests of it in the mean run; 0: not known */
    double fewest;                     /* samples, or requests beyond the latency, of the poorest
                                          run; infinite where that is no matter */
    double middles[WM_COMPARED_SIDES]; /* medians; means where samples or means are the evidence */
    struct wm_rate rates[WM_COMPARED_SIDES]; /* where samples are */
    double change;    /* 0.03: 3 % more; infinite from 0; NAN: below 0 there is no ratio */
    double low, high; /* its 95 % interval, of the same test as p; both NAN: not known */
    struct wm_sampled sampling; /* its path is NULL: not known */
    enum wm_evidence evidence;
    double p, p_corrected; /* NAN: no p */
    bool asks;             /* its p is one of those that are corrected for each other */
    enum wm_verdict verdict;
};

struct wm_compared_mean { /* of all rows of a unit */
    const char *unit;
    double change;
    size_t count; /* rows with values above 0 on both sides */
};

struct wm_missing { /* what only the other side has */
    const char *subject;
    bool certain; /* chance cannot be why: benchmarks; a path that should have come often */
};

struct wm_comparison {
    struct wm_compared *rows; /* paths by what they cost, then benchmarks in their files' order */
    size_t count;
    struct wm_compared_mean *means;
    size_t mean_count;
    struct wm_missing *missing[WM_COMPARED_SIDES];
    size_t missing_count[WM_COMPARED_SIDES];
    size_t question_count; /* rows that ask */
    bool take_turns;
    const char
        *reference; /* the path by which runs were brought to one speed; NULL: they were not */
    double slowest, fastest; /* runs, in times of the middle one: 1.03 took 3 % more time */
    struct wm_arena arena;
};

struct wm_comparison_input {
    const struct wm_set *sets[WM_COMPARED_SIDES];
    const struct wm_requests *requests; /* of all their runs, finished */
    const struct wm_sampled *sampled;
    size_t sampled_count;
    double common_ratio; /* after's cost over before's of the median function; 0: not known */
    double threshold;    /* smaller changes are none: 0.03 is 3 % */
};

/* Sets and requests are borrowed until the comparison is freed. -EINVAL where both sides have
 * nothing in common; -ENOMEM. */
WM_MUST_USE int wm_comparison_new(const struct wm_comparison_input *input,
                                  struct wm_comparison **ret_comparison, struct wm_error *err);
void wm_comparison_free(struct wm_comparison *comparison);

/* How many runs of each side it takes until this many questions can be answered at all, each to
 * both sides, at a level of all together. */
size_t wm_comparison_runs_needed(size_t question_count, double level);

/* ---- judge.c ---- */

/* Of all checks of a build that is as it was, so many fail at most. */
#define WM_JUDGE_LEVEL 0.01

struct wm_judge_options {
    double threshold;
    double drift; /* 0.1: what a slower machine may be forgiven, where the runs took no turns */
};

struct wm_judgement {
    bool *worse; /* per row */
    size_t worse_count;
    size_t gone_count;     /* of what the second side certainly lacks: nobody knows its costs */
    size_t question_count; /* of those with a p */
    size_t runs_needed;    /* of each side, until any of them can be answered */
    double shift;          /* the most that was forgiven to all of a unit alike; 0: none */
    double sampled_shift;  /* the most that was forgiven where sampling is the evidence */
    bool blind;            /* costs were measured, and of none could it have been found worse */
};

/* Which rows got worse beyond noise. Questions are asked to one side and corrected together. Where
 * the sides took no turns, all times of a unit are first made faster by the largest factor that all
 * paths agree on, at most 1 + drift: a slower machine makes all slower, a change of code seldom
 * does. What rests on sampling is forgiven all of it. -ENOMEM. */
WM_MUST_USE int wm_judge(const struct wm_comparison *comparison,
                         const struct wm_judge_options *options, struct wm_judgement *judgement);
void wm_judgement_done(struct wm_judgement *judgement);

/* ---- comparison_rows.c, comparison_bench.c, for this room ---- */

/* Copies the row; NULL: no memory. */
const struct wm_compared *wm_comparison_add_row(struct wm_comparison *comparison,
                                                struct wm_compared row);
/* `side` lacks it. -ENOMEM. */
WM_MUST_USE int wm_comparison_add_missing(struct wm_comparison *comparison, int side,
                                          struct wm_missing missing);
/* Whether one of the sides has benchmarks, or runs, and the other none. */
WM_MUST_USE int wm_comparison_add_missing_kinds(struct wm_comparison *comparison,
                                                const struct wm_comparison_input *input);
/* comparison_entries.c: the rows of these entry points. */
WM_MUST_USE int wm_comparison_add_entries(struct wm_comparison *comparison,
                                          const struct wm_comparison_input *input,
                                          const struct wm_intern *entries);
/* The same file: the row of servers' (background). */
WM_MUST_USE int wm_comparison_add_background(struct wm_comparison *comparison,
                                             const struct wm_comparison_input *input);
WM_MUST_USE int wm_comparison_add_paths(struct wm_comparison *comparison,
                                        const struct wm_comparison_input *input);
WM_MUST_USE int wm_comparison_add_bench(struct wm_comparison *comparison,
                                        const struct wm_comparison_input *input);

/* ---- choice.c, for this room ---- */

/* Sets each row's evidence and whether it asks, by how many others do. */
void wm_comparison_choose_evidence(struct wm_comparison *comparison);
/* Whether lots of these sizes can show anything, were this the only question. */
bool wm_compared_can_rank(const struct wm_compared *row);

/* ---- speed.c, for this room ---- */

/* Brings the values of runs to one speed, where there is a path to tell it by. -ENOMEM. */
WM_MUST_USE int wm_comparison_take_speed_out(struct wm_comparison *comparison,
                                             const struct wm_comparison_input *input);

#endif

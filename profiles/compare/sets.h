/* sets.h - what stands on one side of a comparison: runs, benchmark results, or both.
 *
 * An operand is, in this order: a file of Go benchmark text; a run folder; a set (a folder with run
 * folders `1`, `2`, … in it, as `waymark run --repeat` makes it); a tag's folder (which is either
 * of these, or holds `bench.txt`, or both); the name of a tag in the record. */
#ifndef WM_COMPARE_SETS_H
#define WM_COMPARE_SETS_H

#include "profiles/runs/benchfile.h"
#include "profiles/runs/run.h"

struct wm_set {
    const char *name; /* the operand, as written */
    struct wm_run **runs;
    char **folders; /* of the runs */
    size_t run_count;
    size_t crashed_count;       /* runs that are left out, since the app crashed in them */
    struct wm_benchfile *bench; /* NULL: none */
    char *bench_name;           /* its file; NULL: none */
    struct wm_run
        *bench_facts;   /* what the benchmarks were of: the run beside them; NULL: not known */
    char *bench_folder; /* of that run */
};

/* Reads what the operand names, but no profiles; `operand` is kept. -ENOENT, -EINVAL with what was
 * expected. */
WM_MUST_USE int wm_set_read(const char *operand, struct wm_set **ret_set, struct wm_error *err);
void wm_set_free(struct wm_set *set);

/* Whether the runs of both sides were made in turns, so that what the machine did hits both: the
 * sides change at least as often as the shorter one has runs, by what is known of when they
 * started: the order of old runs within one second is not. */
bool wm_sets_take_turns(const struct wm_set *base, const struct wm_set *now);

#endif

/* sides.c - reads two sides, refuses what cannot be compared, compares the rest. */
#include "harness/cli/sides.h"

#include "profiles/compare/comparable.h"
#include "profiles/compare/merged.h"

#include <errno.h>
#include <string.h>

/* The first reason in full, since an error is one sentence. */
static int refuse(const struct wm_text *reasons, const struct wm_sides *sides, struct wm_error *err)
{
    size_t first = strcspn(reasons->data, "\n"), more = 0;
    for (size_t i = first; i < reasons->length; i++)
        more += reasons->data[i] == '\n';
    struct wm_text others;
    wm_text_init(&others);
    if (more > 1)
        wm_text_addf(&others, " (and %zu more reason%s)", more - 1, more > 2 ? "s" : "");
    int rc = wm_fail_at(err, -EINVAL, sides->sets[WM_AFTER]->name,
                        "cannot be compared: %.*s%s; --anyway compares", (int)first, reasons->data,
                        others.data);
    wm_text_done(&others);
    return rc;
}

static int check(struct wm_sides *sides, bool anyway, struct wm_error *err)
{
    struct wm_text reasons;
    int rc = 0;
    wm_text_init(&reasons);
    wm_comparable_check(sides->sets[WM_BEFORE], sides->sets[WM_AFTER], &reasons, &sides->notes);
    if (reasons.failed || sides->notes.failed)
        rc = wm_fail(err, -ENOMEM, "no memory for the comparison");
    else if (reasons.length > 0 && !anyway)
        rc = refuse(&reasons, sides, err);
    else
        wm_text_add(&sides->notes, reasons.data);
    wm_text_done(&reasons);
    return rc;
}

static bool was_sampled(const struct wm_set *set)
{
    uint64_t samples = 0;
    for (size_t i = 0; i < set->run_count; i++) {
        if (!(set->runs[i]->hz > 0))
            return false;
        samples += set->runs[i]->samples;
    }
    return samples > 0;
}

static int find_moves(struct wm_sides *sides, struct wm_error *err)
{
    const struct wm_set *base = sides->sets[WM_BEFORE], *now = sides->sets[WM_AFTER];
    struct wm_profile *profile = NULL;
    if (base->run_count == 0 || now->run_count == 0)
        return 0;
    if (!was_sampled(base) || !was_sampled(now)) {
        wm_text_add(&sides->notes, "not all runs were sampled: nothing is known of functions\n");
        return 0;
    }
    int rc = wm_merged_new(base, now, sides->requests, false, &profile, err);
    if (rc == 0)
        rc = wm_moves_find(profile, sides->requests, &sides->moves, err);
    wm_profile_free(profile);
    if (rc == 0 && sides->moves->is_partial)
        wm_text_addf(&sides->notes, "of paths but the %d dearest, sampling says nothing\n",
                     (int)WM_MOVES_PATH_MAX);
    return rc;
}

int wm_sides_read(const struct wm_sides_wish *wish, struct wm_sides *sides, struct wm_error *err)
{
    int rc = 0;
    *sides = (struct wm_sides){.moves = NULL};
    wm_text_init(&sides->notes);
    for (int side = 0; rc == 0 && side < WM_COMPARED_SIDES; side++)
        rc = wm_set_read(wish->names[side], &sides->sets[side], err);
    if (rc == 0)
        rc = check(sides, wish->anyway, err);
    if (rc == 0)
        rc = wm_merged_requests(sides->sets[WM_BEFORE], sides->sets[WM_AFTER], &sides->requests,
                                err);
    if (rc == 0)
        rc = find_moves(sides, err);
    if (rc < 0)
        return rc;
    const struct wm_comparison_input input = {
        .sets = {sides->sets[WM_BEFORE], sides->sets[WM_AFTER]},
        .requests = sides->requests,
        .sampled = sides->moves != NULL ? sides->moves->paths : NULL,
        .sampled_count = sides->moves != NULL ? sides->moves->path_count : 0,
        .common_ratio = sides->moves != NULL ? sides->moves->common_ratio : 0,
        .threshold = wish->threshold,
    };
    return wm_comparison_new(&input, &sides->comparison, err);
}

struct wm_compare_view wm_sides_view(const struct wm_sides *sides, double threshold)
{
    return (struct wm_compare_view){
        .comparison = sides->comparison,
        .moves = sides->moves,
        .sets = {sides->sets[WM_BEFORE], sides->sets[WM_AFTER]},
        .notes = sides->notes.data,
        .threshold = threshold,
    };
}

void wm_sides_done(struct wm_sides *sides)
{
    wm_comparison_free(sides->comparison);
    wm_moves_free(sides->moves);
    wm_requests_free(sides->requests);
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        wm_set_free(sides->sets[side]);
    wm_text_done(&sides->notes);
}

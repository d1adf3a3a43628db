/* comparison_entries.c - what a request of an entry point costs, all its paths together.
 *
 * A path that is called something else now is one that went and one that came, and neither is
 * compared: what got slow there would pass. So where paths came or went their entry point is
 * compared as a whole. Elsewhere it is not, since that would also ask about the mix of paths. */
#include "profiles/compare/comparison.h"

#include "harness/core/text.h"

#include <errno.h>
#include <string.h>

struct whole {
    double requests, samples, cpu_ns;
};

static void add_run(struct whole *whole, const struct wm_run *run, const char *entry)
{
    for (size_t i = 0; i < run->paths->count; i++) {
        const struct wm_path_row *row = &run->paths->rows[i];
        if (wm_path_is_closing(row) || strcmp(row->entry, entry) != 0)
            continue;
        whole->requests += (double)row->requests;
        whole->samples += (double)row->samples;
        whole->cpu_ns += (double)row->cpu_ns;
    }
}

/* The values of a side's runs, and what sampling says of all of them: of about equal weights the
 * variance is one part in so many samples. */
static int add_side(struct wm_comparison *comparison, const struct wm_set *set, const char *entry,
                    int side, struct wm_compared *row)
{
    struct whole all = {0};
    size_t count = 0;
    double *values = wm_arena_alloc(&comparison->arena, (set->run_count + 1) * sizeof(values[0]));
    if (values == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < set->run_count; i++) {
        struct whole one = {0};
        add_run(&one, set->runs[i], entry);
        if (set->runs[i]->hz > 0 && one.requests > 0)
            values[count++] = one.cpu_ns / one.requests;
        add_run(&all, set->runs[i], entry);
    }
    row->own[side] = values;
    row->lots[side] = (struct wm_lot){values, count};
    if (all.requests > 0 && all.samples > 0) {
        double cost = all.cpu_ns / all.requests;
        row->sampling.cost[side] = cost;
        row->sampling.variance[side] = cost * cost / all.samples;
    }
    return 0;
}

static int add_entry(struct wm_comparison *comparison, const struct wm_comparison_input *input,
                     const char *entry)
{
    struct wm_text title;
    wm_text_init(&title);
    wm_text_addf(&title, "all of %s", entry);
    const char *subject =
        title.failed ? NULL : wm_arena_copy(&comparison->arena, title.data, title.length);
    wm_text_done(&title);
    if (subject == NULL)
        return -ENOMEM;
    struct wm_compared row = {.subject = subject,
                              .unit = WM_COMPARED_CPU,
                              .amount = WM_AMOUNT_NS,
                              .of_path = true,
                              .of_entry = true,
                              .judged = true,
                              .has_speed = true,
                              .sampling.path = subject};
    for (int side = 0; side < WM_COMPARED_SIDES; side++) {
        int rc = add_side(comparison, input->sets[side], entry, side, &row);
        if (rc < 0)
            return rc;
    }
    if (row.lots[WM_BEFORE].count == 0 || row.lots[WM_AFTER].count == 0)
        return 0;
    return wm_comparison_add_row(comparison, row) != NULL ? 0 : -ENOMEM;
}

int wm_comparison_add_entries(struct wm_comparison *comparison,
                              const struct wm_comparison_input *input,
                              const struct wm_intern *entries)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < wm_intern_count(entries); i++)
        rc = add_entry(comparison, input, wm_intern_get(entries, (uint32_t)i, NULL));
    return rc;
}

/* comparison_entries.c - what a request of an entry point costs, all its paths together.
 *
 * A path that is called something else now is one that went and one that came, and neither is
 * compared: what got slow there would pass. So where paths came or went their entry point is
 * compared as a whole. Elsewhere it is not, since that would also ask about the mix of paths.
 *
 * What a server does for no one request is compared here too: by all requests. */
#include "profiles/compare/comparison.h"

#include "harness/core/text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

struct whole {
    double requests, samples, cpu_ns;
    double all_samples, all_cpu_ns; /* of everything, which tells what a sample weighs */
};

/* Of an entry point, or where `entry` is NULL the (background) and the requests that it was for. */
static void add_run(struct whole *whole, const struct wm_run *run, const char *entry)
{
    for (size_t i = 0; i < run->paths->count; i++) {
        const struct wm_path_row *row = &run->paths->rows[i];
        bool closing = wm_path_is_closing(row);
        bool counts = !closing && (entry == NULL || strcmp(row->entry, entry) == 0);
        bool costs = entry != NULL ? counts : closing && strcmp(row->name, WM_PATH_BACKGROUND) == 0;
        whole->requests += counts ? (double)row->requests : 0;
        whole->samples += costs ? (double)row->samples : 0;
        whole->cpu_ns += costs ? (double)row->cpu_ns : 0;
        whole->all_samples += (double)row->samples;
        whole->all_cpu_ns += (double)row->cpu_ns;
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
        bool known = entry != NULL || one.samples > 0;
        if (set->runs[i]->hz > 0 && one.requests > 0 && known) {
            values[count++] = one.cpu_ns / one.requests;
            row->per_run[side] += one.requests;
            row->fewest = fmin(row->fewest, one.samples);
        }
        add_run(&all, set->runs[i], entry);
    }
    row->per_run[side] /= count > 0 ? (double)count : 1;
    row->own[side] = values;
    row->lots[side] = (struct wm_lot){values, count};
    if (all.requests > 0 && all.samples > 0) {
        double cost = all.cpu_ns / all.requests;
        row->sampling.cost[side] = cost;
        row->sampling.variance[side] = cost * cost / all.samples;
    }
    if (all.requests > 0 && all.all_samples > 0)
        row->sampling.tick[side] = all.all_cpu_ns / all.all_samples / all.requests;
    return 0;
}

/* The row of an entry point, or where `entry` is NULL of the (background). */
static int add_row(struct wm_comparison *comparison, const struct wm_comparison_input *input,
                   const char *entry, const char *subject)
{
    struct wm_compared row = {.subject = subject,
                              .unit = WM_COMPARED_CPU,
                              .amount = WM_AMOUNT_NS,
                              .of_path = true,
                              .of_entry = entry != NULL,
                              .of_background = entry == NULL,
                              .judged = true,
                              .has_speed = true,
                              .fewest = (double)INFINITY,
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

static int add_entry(struct wm_comparison *comparison, const struct wm_comparison_input *input,
                     const char *entry)
{
    struct wm_text title;
    wm_text_init(&title);
    wm_text_addf(&title, "all of %s", entry);
    const char *subject =
        title.failed ? NULL : wm_arena_copy(&comparison->arena, title.data, title.length);
    wm_text_done(&title);
    return subject != NULL ? add_row(comparison, input, entry, subject) : -ENOMEM;
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

int wm_comparison_add_background(struct wm_comparison *comparison,
                                 const struct wm_comparison_input *input)
{
    return add_row(comparison, input, NULL, WM_PATH_BACKGROUND);
}

/* fold.c - a server's own work shared out over the requests that it was done for. */
#include "profiles/runs/paths.h"

#include <string.h>

/* How much of `whole` is for the requests from `first` to `last`: what is rounded off here is in
 * the next one's part, so that all parts add up to the whole. */
static uint64_t part(uint64_t whole, uint64_t first, uint64_t last, uint64_t all)
{
    return (uint64_t)((unsigned __int128)whole * last / all -
                      (unsigned __int128)whole * first / all);
}

static double at_most_one(double share)
{
    return share < 1 ? share : 1;
}

static void take_part(struct wm_path_row *row, const struct wm_path_row *background, uint64_t first,
                      uint64_t all)
{
    double of_all = (double)row->requests / (double)all;
    row->cpu_ns += part(background->cpu_ns, first, first + row->requests, all);
    row->samples += part(background->samples, first, first + row->requests, all);
    row->weight_square += background->weight_square * of_all;
    row->cpu_share = at_most_one(row->cpu_share + background->cpu_share * of_all);
    row->cpu_share_low = at_most_one(row->cpu_share_low + background->cpu_share_low * of_all);
    row->cpu_share_high = at_most_one(row->cpu_share_high + background->cpu_share_high * of_all);
}

static struct wm_path_row *find_background(const struct wm_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        if (wm_path_is_closing(&paths->rows[i]) &&
            strcmp(paths->rows[i].name, WM_PATH_BACKGROUND) == 0)
            return &paths->rows[i];
    return NULL;
}

static uint64_t sum_requests(const struct wm_paths *paths)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < paths->count; i++)
        if (!wm_path_is_closing(&paths->rows[i]))
            sum += paths->rows[i].requests;
    return sum;
}

void wm_paths_fold_background(struct wm_paths *paths, struct wm_path_row *ret_background)
{
    struct wm_path_row *background = find_background(paths);
    uint64_t all = sum_requests(paths), first = 0;
    *ret_background = (struct wm_path_row){.entry = "", .name = WM_PATH_BACKGROUND, .outcome = ""};
    if (background == NULL || all == 0)
        return;
    *ret_background = *background;
    for (size_t i = 0; i < paths->count; i++) {
        struct wm_path_row *row = &paths->rows[i];
        if (wm_path_is_closing(row))
            continue;
        take_part(row, ret_background, first, all);
        first += row->requests;
    }
    size_t after = paths->count - (size_t)(background - paths->rows) - 1;
    memmove(background, background + 1, after * sizeof(*background));
    paths->count--;
    wm_paths_sort(paths);
}

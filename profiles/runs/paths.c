/* paths.c - the table of execution paths: rows, shares, order. */
#include "profiles/runs/paths.h"

#include "harness/core/arena.h"
#include "profiles/runs/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int wm_paths_new(struct wm_paths **ret_paths)
{
    struct wm_paths *paths = calloc(1, sizeof(*paths));
    struct wm_arena *arena = calloc(1, sizeof(*arena));
    if (paths == NULL || arena == NULL) {
        free(paths);
        free(arena);
        return -ENOMEM;
    }
    wm_arena_init(arena);
    paths->arena = arena;
    *ret_paths = paths;
    return 0;
}

void wm_paths_free(struct wm_paths *paths)
{
    if (paths == NULL)
        return;
    wm_arena_done(paths->arena);
    free(paths->arena);
    free(paths->rows);
    free(paths);
}

struct wm_path_row *wm_paths_add(struct wm_paths *paths)
{
    struct wm_path_row *rows = wm_table_grow(paths->rows, paths->count, sizeof(paths->rows[0]));
    if (rows == NULL)
        return NULL;
    paths->rows = rows;
    struct wm_path_row *row = &rows[paths->count++];
    *row = (struct wm_path_row){.entry = "", .name = "", .outcome = ""};
    return row;
}

/* 0: a path; otherwise the place among the rows that end the table. */
static size_t closing_rank(const struct wm_path_row *row)
{
    static const char *const closing[] = {WM_PATH_BACKGROUND, WM_PATH_UNATTRIBUTED,
                                          WM_PATH_HARNESS};
    enum { COUNT = sizeof(closing) / sizeof(closing[0]) };
    if (row->id != 0 || row->name == NULL)
        return 0;
    for (size_t i = 0; i < COUNT; i++)
        if (strcmp(row->name, closing[i]) == 0)
            return i + 1;
    return 0;
}

bool wm_path_is_closing(const struct wm_path_row *row)
{
    return closing_rank(row) != 0;
}

bool wm_path_in_shares(const struct wm_path_row *row)
{
    return closing_rank(row) == 0 || strcmp(row->name, WM_PATH_HARNESS) != 0;
}

static void compute_shares(struct wm_paths *paths)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < paths->count; i++) {
        const struct wm_path_row *row = &paths->rows[i];
        if (!wm_path_in_shares(row))
            continue;
        sum += (double)row->cpu_ns;
        squares += row->weight_square;
    }
    for (size_t i = 0; i < paths->count; i++) {
        struct wm_path_row *row = &paths->rows[i];
        row->cpu_share = row->cpu_share_low = row->cpu_share_high = 0;
        if (!wm_path_in_shares(row) || !(sum > 0))
            continue;
        row->cpu_share = (double)row->cpu_ns / sum;
        wm_interval_wilson(row->cpu_share, squares > 0 ? sum * sum / squares : 0,
                           &row->cpu_share_low, &row->cpu_share_high);
    }
}

static int compare_rows(const void *a, const void *b)
{
    const struct wm_path_row *left = a, *right = b;
    size_t left_rank = closing_rank(left), right_rank = closing_rank(right);
    if (left_rank != right_rank)
        return left_rank < right_rank ? -1 : 1;
    if (left->cpu_ns != right->cpu_ns)
        return left->cpu_ns < right->cpu_ns ? 1 : -1;
    int order = strcmp(left->name, right->name);
    if (order != 0)
        return order;
    return left->id < right->id ? -1 : left->id > right->id;
}

void wm_paths_sort(struct wm_paths *paths)
{
    if (paths->count > 1)
        qsort(paths->rows, paths->count, sizeof(paths->rows[0]), compare_rows);
}

int wm_paths_finish(struct wm_paths *paths)
{
    int rc = wm_paths_name(paths);
    if (rc < 0)
        return rc;
    compute_shares(paths);
    wm_paths_sort(paths);
    return 0;
}

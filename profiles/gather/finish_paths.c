/* finish_paths.c - a row for each execution path: exact counts from the workers' tables, CPU from
 * the samples. */
#include "profiles/gather/finish.h"

#include "harness/core/intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct tally {
    uint64_t requests, errors, allocs, alloc_bytes;
    struct wm_weight weight;
};

struct work {
    struct wm_finish *finish;
    struct wm_intern *ids; /* path id to group; a path that two threads found at once has two
                              numbers and one id */
    uint32_t *groups;      /* by path */
    struct tally *tallies; /* by group */
    struct wm_histogram *latency;
    const char **names; /* by group */
    bool has_allocs;
};

static int group_paths(struct work *work);
static void count_cells(struct work *work);
static void count_seen(struct work *work);
static int add_rows(struct work *work);
static int add_closing_row(struct work *work, const char *name, uint32_t slot);
static void find_names(struct work *work);

/* A server that is not ours to look into has none: that is no finding, so it gets no row. */
static bool has_background(const struct wm_finish *finish)
{
    return finish->aggregate->paths[WM_SLOT_BACKGROUND].samples > 0 ||
           (finish->is_server && finish->target != WM_TARGET_CONNECT);
}

int wm_finish_paths(struct wm_finish *finish)
{
    struct work work = {.finish = finish};
    uint32_t count = finish->known.path_count;
    int rc = wm_intern_new(&work.ids);
    work.groups = calloc(count, sizeof(*work.groups));
    work.tallies = calloc(count, sizeof(*work.tallies));
    work.names = calloc(count, sizeof(*work.names));
    work.latency = malloc(sizeof(*work.latency));
    if (rc == 0 && (!work.groups || !work.tallies || !work.names || !work.latency))
        rc = -ENOMEM;
    if (rc == 0)
        rc = group_paths(&work);
    if (rc < 0)
        goto out;
    count_cells(&work);
    count_seen(&work);
    rc = add_rows(&work);
    if (rc == 0 && has_background(finish))
        rc = add_closing_row(&work, WM_PATH_BACKGROUND, WM_SLOT_BACKGROUND);
    if (rc == 0)
        rc = add_closing_row(&work, WM_PATH_UNATTRIBUTED, WM_SLOT_UNATTRIBUTED);
    if (rc == 0 && !finish->is_server && !finish->timed_only)
        rc = add_closing_row(&work, WM_PATH_HARNESS, WM_SLOT_HARNESS);
    if (rc == 0)
        rc = wm_paths_finish(finish->run->paths);
    if (rc == 0)
        find_names(&work);
out:
    wm_intern_free(work.ids);
    free(work.groups);
    free(work.tallies);
    free(work.names);
    free(work.latency);
    return rc;
}

static int group_paths(struct work *work)
{
    for (uint32_t path = 0; path < work->finish->known.path_count; path++) {
        uint64_t id = work->finish->known.paths[path].id;
        int64_t group = wm_intern_bytes(work->ids, &id, sizeof(id));
        if (group < 0)
            return (int)group;
        work->groups[path] = (uint32_t)group;
        wm_weight_add(&work->tallies[group].weight, &work->finish->aggregate->paths[path]);
    }
    return 0;
}

static void count_cells(struct work *work)
{
    const struct wm_region *region = work->finish->region;
    for (uint32_t worker = 0; worker < work->finish->known.worker_count; worker++) {
        for (uint32_t i = 0; i < WM_CELL_SLOTS; i++) {
            const struct wm_cell *cell = &region->workers[worker].cells[i];
            if (cell->requests == 0)
                continue;
            if (cell->path >= work->finish->known.path_count) {
                work->finish->losses.damaged++;
                continue;
            }
            if (region->paths[cell->path].outcome == WM_OUTCOME_OTHER)
                work->finish->losses.outcomes_lost += cell->requests;
            struct tally *tally = &work->tallies[work->groups[cell->path]];
            tally->requests += cell->requests;
            tally->errors += cell->errors;
            tally->allocs += cell->allocs;
            tally->alloc_bytes += cell->alloc_bytes;
        }
    }
}

/* What the board counted: allocations of servers; under somebody else's load the requests too,
 * which the agents saw begin. */
static void count_seen(struct work *work)
{
    const struct wm_board *board = &work->finish->region->board;
    for (uint32_t path = 0; path < work->finish->known.path_count; path++) {
        struct tally *tally = &work->tallies[work->groups[path]];
        tally->requests += atomic_load(&board->seen[path]);
        tally->allocs += atomic_load(&board->seen_allocs[path]);
        tally->alloc_bytes += atomic_load(&board->seen_alloc_bytes[path]);
    }
}

static void merge_latency(struct work *work, uint32_t path)
{
    const struct wm_region *region = work->finish->region;
    for (uint32_t worker = 0; worker < work->finish->known.worker_count; worker++) {
        uint32_t number = region->workers[worker].latency[path];
        if (number > 0 && number <= WM_HISTOGRAM_MAX)
            wm_histogram_merge(work->latency, &region->histograms[number - 1]);
        else if (number > 0)
            work->finish->losses.damaged++;
    }
}

static void fill_latency(struct work *work, uint32_t first, struct wm_path_row *row)
{
    const struct wm_histogram *latency = work->latency;
    memset(work->latency, 0, sizeof(*work->latency));
    for (uint32_t path = first; path < work->finish->known.path_count; path++)
        if (work->groups[path] == work->groups[first])
            merge_latency(work, path);
    if (latency->count == 0)
        return;
    row->has_latency = true;
    row->p50_ns = wm_histogram_quantile(latency, 0.5);
    row->p90_ns = wm_histogram_quantile(latency, 0.9);
    row->p99_ns = wm_histogram_quantile(latency, 0.99);
    row->p999_ns = wm_histogram_quantile(latency, 0.999);
    row->max_ns = latency->max_ns;
}

static const char *copy(struct wm_arena *arena, const char *string)
{
    return wm_arena_copy(arena, string, strlen(string));
}

static int fill_nodes(const struct wm_finish *finish, const struct wm_known_path *path,
                      struct wm_path_row *row)
{
    struct wm_arena *arena = finish->run->paths->arena;
    const char **nodes = wm_arena_alloc(arena, (path->node_count + 1) * sizeof(*nodes));
    if (nodes == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < path->node_count; i++) {
        nodes[i] = copy(arena, finish->known.nodes[path->nodes[i]].text);
        if (nodes[i] == NULL)
            return -ENOMEM;
    }
    row->nodes = nodes;
    row->node_count = path->node_count;
    return 0;
}

static void fill_weight(struct wm_path_row *row, const struct wm_weight *weight)
{
    row->samples = weight->samples;
    row->cpu_ns = weight->cpu_ns;
    row->weight_square = weight->square;
}

static int add_row(struct work *work, uint32_t path)
{
    struct wm_paths *paths = work->finish->run->paths;
    const struct wm_known_path *known = &work->finish->known.paths[path];
    const struct tally *tally = &work->tallies[work->groups[path]];
    struct wm_path_row *row = wm_paths_add(paths);
    if (row == NULL)
        return -ENOMEM;
    row->id = known->id;
    row->entry = copy(paths->arena, known->entry);
    row->outcome = copy(paths->arena, known->outcome);
    if (row->entry == NULL || row->outcome == NULL)
        return -ENOMEM;
    row->requests = tally->requests;
    row->errors = tally->errors;
    row->has_allocs = work->has_allocs;
    row->allocs = tally->allocs;
    row->alloc_bytes = tally->alloc_bytes;
    fill_weight(row, &tally->weight);
    fill_latency(work, path, row);
    return fill_nodes(work->finish, known, row);
}

/* A server that is never seen to allocate has an allocator of its own, which nobody counted. */
static bool has_allocs(const struct work *work)
{
    bool any = !work->finish->is_server;
    for (uint32_t path = 0; path < work->finish->known.path_count; path++)
        any |= work->tallies[work->groups[path]].allocs > 0;
    return any && work->finish->region->allocs_counted != 0;
}

static int add_rows(struct work *work)
{
    work->has_allocs = has_allocs(work);
    uint32_t next_group = 0; /* groups are numbered in the order of their first path */
    for (uint32_t path = 0; path < work->finish->known.path_count; path++) {
        if (work->groups[path] != next_group)
            continue;
        const struct tally *tally = &work->tallies[next_group++];
        if (tally->requests == 0 && tally->weight.samples == 0)
            continue;
        int rc = add_row(work, path);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int add_closing_row(struct work *work, const char *name, uint32_t slot)
{
    struct wm_paths *paths = work->finish->run->paths;
    struct wm_path_row *row = wm_paths_add(paths);
    if (row == NULL)
        return -ENOMEM;
    row->name = copy(paths->arena, name);
    row->entry = row->outcome = "";
    fill_weight(row, &work->finish->aggregate->paths[slot]);
    return row->name != NULL ? 0 : -ENOMEM;
}

/* The rows are named and sorted now: finds the name of each path again, by its id. */
static void find_names(struct work *work)
{
    struct wm_finish *finish = work->finish;
    const struct wm_paths *paths = finish->run->paths;
    for (size_t i = 0; i < paths->count; i++) {
        const struct wm_path_row *row = &paths->rows[i];
        int64_t group = wm_intern_find(work->ids, &row->id, sizeof(row->id));
        if (row->id != 0 && group >= 0)
            work->names[group] = row->name;
    }
    for (uint32_t path = 0; path < finish->known.path_count; path++)
        finish->path_names[path] = work->names[work->groups[path]];
    finish->path_names[WM_SLOT_BACKGROUND] = WM_PATH_BACKGROUND;
    finish->path_names[WM_SLOT_UNATTRIBUTED] = WM_PATH_UNATTRIBUTED;
    finish->path_names[WM_SLOT_HARNESS] = WM_PATH_HARNESS;
}

/* expect.c - the workers' cells against the mix's expectations. */
#include "harness/cli/expect.h"

#include "harness/cli/request.h"
#include "harness/core/arena.h"
#include "harness/core/units.h"
#include "workloads/mix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The requests of one row that took one path, all workers together. */
struct taken {
    uint64_t path_id;
    uint64_t requests;
    uint64_t first_index;
    uint32_t row;
};

struct check {
    struct wm_job *job;
    const struct wm_mix *mix;
    const struct wm_region *region;
    struct wm_run *run;
    struct taken *taken;
    size_t taken_count;
    uint64_t judged;
    uint64_t unjudged; /* requests of paths that are not known one by one */
};

static uint32_t worker_count(const struct wm_region *region)
{
    return region->worker_count < WM_WORKER_MAX ? region->worker_count : WM_WORKER_MAX;
}

/* A row's requests, if the cell makes sense: the app may have written over it. */
static bool is_judged(const struct check *check, const struct wm_cell *cell)
{
    return cell->requests > 0 && cell->path < WM_PATH_MAX &&
           cell->row < wm_mix_row_count(check->mix) &&
           wm_mix_expect(check->mix, cell->row)[0] != '\0';
}

static size_t copy_cells(struct check *check, struct taken *taken)
{
    size_t count = 0;
    for (uint32_t worker = 0; worker < worker_count(check->region); worker++) {
        for (uint32_t i = 0; i < WM_CELL_SLOTS; i++) {
            const struct wm_cell *cell = &check->region->workers[worker].cells[i];
            if (!is_judged(check, cell))
                continue;
            if (taken != NULL)
                taken[count] = (struct taken){check->region->paths[cell->path].id, cell->requests,
                                              cell->first_index, cell->row};
            count++;
        }
    }
    return count;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_row_and_path(const void *left, const void *right)
{
    const struct taken *a = left;
    const struct taken *b = right;
    int order = compare_numbers(a->row, b->row);
    return order != 0 ? order : compare_numbers(a->path_id, b->path_id);
}

static int by_row_and_requests(const void *left, const void *right)
{
    const struct taken *a = left;
    const struct taken *b = right;
    int order = compare_numbers(a->row, b->row);
    if (order == 0)
        order = compare_numbers(b->requests, a->requests);
    return order != 0 ? order : compare_numbers(a->path_id, b->path_id);
}

static int collect(struct check *check)
{
    size_t count = copy_cells(check, NULL);
    check->taken = calloc(count + 1, sizeof(*check->taken));
    if (check->taken == NULL)
        return -ENOMEM;
    (void)copy_cells(check, check->taken);
    qsort(check->taken, count, sizeof(*check->taken), by_row_and_path);
    for (size_t i = 0; i < count; i++) {
        const struct taken *next = &check->taken[i];
        struct taken *last = check->taken_count > 0 ? &check->taken[check->taken_count - 1] : NULL;
        if (last != NULL && by_row_and_path(last, next) == 0) {
            last->requests += next->requests;
            if (next->first_index < last->first_index)
                last->first_index = next->first_index;
        } else {
            check->taken[check->taken_count++] = *next;
        }
    }
    return 0;
}

static const struct wm_path_row *find_path(const struct wm_paths *paths, uint64_t id)
{
    for (size_t i = 0; i < paths->count; i++)
        if (id != 0 && paths->rows[i].id == id)
            return &paths->rows[i];
    return NULL;
}

/* Leaves the mismatches in `taken`. */
static void judge(struct check *check)
{
    size_t kept = 0;
    for (size_t i = 0; i < check->taken_count; i++) {
        const struct taken *taken = &check->taken[i];
        const struct wm_path_row *path = find_path(check->run->paths, taken->path_id);
        if (path == NULL) {
            check->unjudged += taken->requests;
            continue;
        }
        check->judged += taken->requests;
        if (wm_mix_expect_met(check->mix, taken->row, path->nodes, path->node_count, path->outcome))
            continue;
        check->run->mismatches += taken->requests;
        check->taken[kept++] = *taken;
    }
    check->taken_count = kept;
    qsort(check->taken, kept, sizeof(*check->taken), by_row_and_requests);
}

static const char *copy(struct wm_run *run, const char *string)
{
    return wm_arena_copy(run->arena, string, strlen(string));
}

static int fill_row(struct check *check, const struct taken *taken, struct wm_mismatch *row)
{
    struct wm_work work;
    struct wm_text text;
    wm_text_init(&text);
    if (wm_job_redraw(check->job, taken->first_index, &work, NULL) > 0)
        wm_request_describe(work.fields, work.field_count, &text);
    const struct wm_path_row *path = find_path(check->run->paths, taken->path_id);
    *row = (struct wm_mismatch){
        .expected = copy(check->run, wm_mix_expect(check->mix, taken->row)),
        .line = wm_mix_line(check->mix, taken->row),
        .taken = copy(check->run, path->name),
        .path_id = taken->path_id,
        .requests = taken->requests,
        .example_index = taken->first_index,
        .example = text.failed ? NULL : copy(check->run, text.data),
    };
    wm_text_done(&text);
    bool whole = row->expected != NULL && row->taken != NULL && row->example != NULL;
    return whole ? 0 : -ENOMEM;
}

static int fill_rows(struct check *check)
{
    struct wm_run *run = check->run;
    if (check->taken_count == 0)
        return 0;
    run->mismatch_rows =
        wm_arena_alloc(run->arena, check->taken_count * sizeof(*run->mismatch_rows));
    if (run->mismatch_rows == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < check->taken_count; i++) {
        int rc = fill_row(check, &check->taken[i], &run->mismatch_rows[i]);
        if (rc < 0)
            return rc;
        run->mismatch_row_count++;
    }
    return 0;
}

/* Is there a segment of this name, reached or not? */
static bool has_segment(const struct wm_run *run, const char *name)
{
    for (size_t i = 0; i < run->segments->count; i++) {
        const char *segment = run->segments->rows[i].segment;
        const char *slash = strrchr(segment, '/'); /* parents have rows of their own */
        if (!run->segments->rows[i].from_stacks && /* of which paths know nothing */
            strcmp(slash != NULL ? slash + 1 : segment, name) == 0)
            return true;
    }
    return false;
}

static const char *nearest_segment(const struct wm_run *run, const char *name)
{
    size_t count = run->segments->count;
    const char **names = calloc(count + 1, sizeof(*names));
    if (names == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const char *slash = strrchr(run->segments->rows[i].segment, '/');
        names[i] = slash != NULL ? slash + 1 : run->segments->rows[i].segment;
    }
    const char *nearest = wm_nearest(name, names, count, sizeof(names[0]));
    free(names);
    return nearest;
}

/* A name that no segment has can only be a slip, and makes every request of its row a mismatch, or
 * none. */
static void note_unknown(const struct check *check)
{
    if (atomic_load(&check->region->sites_lost) > 0)
        return; /* not all segments are known */
    for (size_t row = 0; row < wm_mix_row_count(check->mix); row++) {
        const char *name;
        for (size_t i = 0; (name = wm_mix_expect_name(check->mix, row, i)) != NULL; i++) {
            if (strcmp(name, wm_mix_entry(check->mix, row)) == 0 || has_segment(check->run, name))
                continue;
            const char *nearest = nearest_segment(check->run, name);
            wm_run_note(check->run,
                        "%s:%u: expect names '%.100s', which is no segment of the app%s%s%s",
                        check->job->source, wm_mix_line(check->mix, row), name,
                        nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                        nearest != NULL ? "?" : "");
        }
    }
}

bool wm_expect_any(const struct wm_mix *mix)
{
    bool any = false;
    for (size_t row = 0; mix != NULL && !any && row < wm_mix_row_count(mix); row++)
        any = wm_mix_expect(mix, row)[0] != '\0';
    return any;
}

int wm_expect_check(struct wm_job *job, const struct wm_region *region, struct wm_run *run,
                    uint64_t *ret_judged, struct wm_error *err)
{
    struct check check = {.job = job, .region = region, .run = run};
    check.mix = wm_stream_mix(job->stream);
    *ret_judged = 0;
    if (check.mix == NULL)
        return 0;
    int rc = collect(&check);
    if (rc == 0) {
        judge(&check);
        rc = fill_rows(&check);
        note_unknown(&check);
    }
    *ret_judged = check.judged;
    char count[WM_UNIT_BYTES];
    if (check.unjudged > 0)
        wm_run_note(run,
                    "requests whose expectation could not be judged, their path is not known: "
                    "%s",
                    wm_units_count(check.unjudged, count));
    free(check.taken);
    return rc < 0 ? wm_fail(err, rc, "no memory to judge the expectations") : 0;
}

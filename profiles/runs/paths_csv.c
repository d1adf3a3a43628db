/* paths_csv.c - paths.csv out and in. What was not measured is an empty cell. */
#include "profiles/runs/paths.h"

#include "harness/core/arena.h"
#include "harness/core/file.h"
#include "profiles/runs/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum column {
    PATH_ID,
    ENTRY,
    PATH,
    OUTCOME,
    REQUESTS,
    ERRORS,
    SAMPLES,
    CPU,
    SHARE,
    SHARE_LOW,
    SHARE_HIGH,
    CPU_PER_REQUEST,
    P50,
    P90,
    P99,
    P999,
    MAX,
    ALLOCS,
    ALLOC_BYTES,
    NODES,
    COLUMN_COUNT
};

static const char *const columns[COLUMN_COUNT] = {
    "path_id",        "entry",          "path",           "outcome",
    "requests",       "errors",         "samples",        "cpu_ns",
    "cpu_share",      "cpu_share_low",  "cpu_share_high", "cpu_ns_per_request",
    "latency_p50_ns", "latency_p90_ns", "latency_p99_ns", "latency_p999_ns",
    "latency_max_ns", "allocs",         "alloc_bytes",    "nodes",
};

static void add_optional(struct wm_text *text, bool measured, uint64_t value)
{
    if (measured)
        wm_csv_add_u64(text, value);
    else
        wm_csv_add(text, "");
}

static void add_share(struct wm_text *text, bool measured, double share)
{
    if (measured)
        wm_csv_add_share(text, share);
    else
        wm_csv_add(text, "");
}

static void add_nodes(struct wm_text *text, struct wm_text *cell, const struct wm_path_row *row)
{
    wm_text_clear(cell);
    for (size_t i = 0; i < row->node_count; i++) {
        wm_text_add(cell, i > 0 ? "|" : "");
        wm_text_add(cell, row->nodes[i]);
    }
    wm_csv_add(text, cell->data);
    text->failed |= cell->failed;
}

static void add_row(struct wm_text *text, struct wm_text *cell, const struct wm_path_row *row,
                    bool shares)
{
    char id[20] = "";
    bool is_path = !wm_path_is_closing(row);
    bool in_sum = wm_path_in_shares(row);
    bool per_request = is_path && row->requests > 0 && row->samples > 0;
    if (is_path)
        snprintf(id, sizeof(id), "%016" PRIx64, row->id);
    wm_csv_add(text, id);
    wm_csv_add(text, row->entry);
    wm_csv_add(text, row->name);
    wm_csv_add(text, row->outcome);
    add_optional(text, is_path, row->requests);
    add_optional(text, is_path, row->errors);
    wm_csv_add_u64(text, row->samples);
    wm_csv_add_u64(text, row->cpu_ns);
    add_share(text, shares && in_sum, row->cpu_share);
    add_share(text, shares && in_sum, row->cpu_share_low);
    add_share(text, shares && in_sum, row->cpu_share_high);
    add_optional(text, per_request,
                 per_request ? (row->cpu_ns + row->requests / 2) / row->requests : 0);
    add_optional(text, row->has_latency, row->p50_ns);
    add_optional(text, row->has_latency, row->p90_ns);
    add_optional(text, row->has_latency, row->p99_ns);
    add_optional(text, row->has_latency, row->p999_ns);
    add_optional(text, row->has_latency, row->max_ns);
    add_optional(text, row->has_allocs, row->allocs);
    add_optional(text, row->has_allocs, row->alloc_bytes);
    add_nodes(text, cell, row);
    wm_csv_end(text);
}

void wm_paths_add_csv(const struct wm_paths *paths, struct wm_text *text)
{
    struct wm_text cell;
    bool shares = false; /* none where no CPU was seen at all */
    for (size_t i = 0; i < paths->count; i++)
        shares |= paths->rows[i].cpu_share > 0;
    wm_text_init(&cell);
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        wm_csv_add(text, columns[i]);
    wm_csv_end(text);
    for (size_t i = 0; i < paths->count; i++)
        add_row(text, &cell, &paths->rows[i], shares);
    wm_text_done(&cell);
}

int wm_paths_write(const struct wm_paths *paths, const char *file, struct wm_error *err)
{
    struct wm_text text;
    wm_text_init(&text);
    wm_paths_add_csv(paths, &text);
    int rc = text.failed ? wm_fail_at(err, -ENOMEM, file, "no memory to write it")
                         : wm_file_write(file, text.data, text.length, err);
    wm_text_done(&text);
    return rc;
}

/* Cuts "A|A/B" into its parts, in place, in a copy of the cell. */
static int take_nodes(const struct wm_table_row *cells, struct wm_arena *arena,
                      struct wm_path_row *row)
{
    const char *cell = wm_table_cell(cells, NODES);
    if (cell[0] == '\0')
        return 0;
    size_t count = 1;
    for (const char *at = cell; *at != '\0'; at++)
        count += *at == '|';
    char *copy = wm_arena_copy(arena, cell, strlen(cell));
    const char **nodes = wm_arena_alloc(arena, count * sizeof(nodes[0]));
    if (copy == NULL || nodes == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        char *end = strchrnul(copy, '|');
        nodes[i] = copy;
        copy = end + 1;
        *end = '\0';
    }
    row->nodes = nodes;
    row->node_count = count;
    return 0;
}

static int take_numbers(const struct wm_table_row *cells, struct wm_path_row *row,
                        struct wm_error *err)
{
    const struct {
        size_t column;
        uint64_t *value;
    } numbers[] = {
        {REQUESTS,    &row->requests   },
        {ERRORS,      &row->errors     },
        {SAMPLES,     &row->samples    },
        {CPU,         &row->cpu_ns     },
        {P50,         &row->p50_ns     },
        {P90,         &row->p90_ns     },
        {P99,         &row->p99_ns     },
        {P999,        &row->p999_ns    },
        {MAX,         &row->max_ns     },
        {ALLOCS,      &row->allocs     },
        {ALLOC_BYTES, &row->alloc_bytes},
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        int rc = wm_table_u64(cells, numbers[i].column, numbers[i].value, err);
        if (rc < 0)
            return rc;
    }
    int rc = wm_table_share(cells, SHARE, &row->cpu_share, err);
    if (rc == 0)
        rc = wm_table_share(cells, SHARE_LOW, &row->cpu_share_low, err);
    if (rc == 0)
        rc = wm_table_share(cells, SHARE_HIGH, &row->cpu_share_high, err);
    row->has_latency = wm_table_cell(cells, P50)[0] != '\0';
    row->has_allocs = wm_table_cell(cells, ALLOCS)[0] != '\0';
    return rc;
}

static int take_row(const struct wm_table_row *cells, void *user, struct wm_error *err)
{
    struct wm_paths *paths = user;
    struct wm_path_row *row = wm_paths_add(paths);
    if (row == NULL || wm_table_copy(cells, ENTRY, paths->arena, &row->entry) < 0 ||
        wm_table_copy(cells, PATH, paths->arena, &row->name) < 0 ||
        wm_table_copy(cells, OUTCOME, paths->arena, &row->outcome) < 0 ||
        take_nodes(cells, paths->arena, row) < 0)
        return wm_fail_at(err, -ENOMEM, cells->place, "no memory for its rows");
    bool has_id = wm_table_cell(cells, PATH_ID)[0] != '\0';
    if (has_id || !wm_path_is_closing(row)) {
        int rc = wm_table_hex(cells, PATH_ID, &row->id, err);
        if (rc < 0)
            return rc;
    }
    return take_numbers(cells, row, err);
}

int wm_paths_read(const char *file, struct wm_paths **ret_paths, struct wm_error *err)
{
    struct wm_paths *paths = NULL;
    int rc = wm_paths_new(&paths);
    if (rc < 0)
        return wm_fail_at(err, rc, file, "no memory to read it");
    rc = wm_table_read(file, columns, COLUMN_COUNT, take_row, paths, err);
    if (rc < 0)
        goto out;
    *ret_paths = paths;
    paths = NULL;
out:
    wm_paths_free(paths);
    return rc;
}

/* mismatches.c - mismatches.csv: expectations of the mix that requests did not meet. */
#include "profiles/runs/files.h"

#include "harness/core/arena.h"
#include "harness/core/file.h"
#include "profiles/runs/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum column { EXPECTED, LINE, TAKEN, PATH_ID, REQUESTS, EXAMPLE_INDEX, EXAMPLE, COLUMN_COUNT };

static const char *const columns[COLUMN_COUNT] = {
    "expected", "line", "taken", "path_id", "requests", "example_index", "example",
};

static void add_row(struct wm_text *text, const struct wm_mismatch *row)
{
    char id[20];
    snprintf(id, sizeof(id), "%016" PRIx64, row->path_id);
    wm_csv_add(text, row->expected);
    wm_csv_add_u64(text, row->line);
    wm_csv_add(text, row->taken);
    wm_csv_add(text, id);
    wm_csv_add_u64(text, row->requests);
    wm_csv_add_u64(text, row->example_index);
    wm_csv_add(text, row->example);
    wm_csv_end(text);
}

int wm_run_mismatches_write(const struct wm_run *run, const char *file, struct wm_error *err)
{
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        wm_csv_add(&text, columns[i]);
    wm_csv_end(&text);
    for (size_t i = 0; i < run->mismatch_row_count; i++)
        add_row(&text, &run->mismatch_rows[i]);
    int rc = text.failed ? wm_fail_at(err, -ENOMEM, file, "no memory to write it")
                         : wm_file_write(file, text.data, text.length, err);
    wm_text_done(&text);
    return rc;
}

struct reading {
    struct wm_arena *arena;
    struct wm_mismatch *rows;
    size_t count;
};

static int take_row(const struct wm_table_row *cells, void *user, struct wm_error *err)
{
    struct reading *reading = user;
    struct wm_mismatch *rows = wm_table_grow(reading->rows, reading->count, sizeof(rows[0]));
    if (rows == NULL)
        return wm_fail_at(err, -ENOMEM, cells->place, "no memory for its rows");
    reading->rows = rows;
    struct wm_mismatch *row = &rows[reading->count++];
    uint64_t line = 0;
    *row = (struct wm_mismatch){0};
    if (wm_table_copy(cells, EXPECTED, reading->arena, &row->expected) < 0 ||
        wm_table_copy(cells, TAKEN, reading->arena, &row->taken) < 0 ||
        wm_table_copy(cells, EXAMPLE, reading->arena, &row->example) < 0)
        return wm_fail_at(err, -ENOMEM, cells->place, "no memory for its rows");
    int rc = wm_table_u64(cells, LINE, &line, err);
    if (rc == 0 && line > UINT32_MAX)
        rc = wm_table_fail(cells, LINE, "a line number", err);
    row->line = (uint32_t)line;
    if (rc == 0)
        rc = wm_table_hex(cells, PATH_ID, &row->path_id, err);
    if (rc == 0)
        rc = wm_table_u64(cells, REQUESTS, &row->requests, err);
    if (rc == 0)
        rc = wm_table_u64(cells, EXAMPLE_INDEX, &row->example_index, err);
    return rc;
}

int wm_run_mismatches_read(struct wm_run *run, const char *file, struct wm_error *err)
{
    struct reading reading = {.arena = run->arena};
    int rc = wm_table_read(file, columns, COLUMN_COUNT, take_row, &reading, err);
    if (rc == 0 && reading.count > 0) {
        size_t bytes = reading.count * sizeof(reading.rows[0]);
        run->mismatch_rows = wm_arena_alloc(run->arena, bytes);
        if (run->mismatch_rows == NULL) {
            rc = wm_fail_at(err, -ENOMEM, file, "no memory for its rows");
        } else {
            memcpy(run->mismatch_rows, reading.rows, bytes);
            run->mismatch_row_count = reading.count;
        }
    }
    free(reading.rows);
    return rc;
}

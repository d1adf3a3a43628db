/* segments.c - the tree of active paths as a table: segments.csv. */
#include "profiles/runs/segments.h"

#include "harness/core/arena.h"
#include "harness/core/file.h"
#include "profiles/runs/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum column { SEGMENT, FILE_NAME, LINE, REQUESTS, VISITS, SAMPLES, CPU, SELF_CPU, COLUMN_COUNT };

static const char *const columns[COLUMN_COUNT] = {
    "segment", "file", "line", "requests", "visits", "samples", "cpu_ns", "self_cpu_ns",
};

int wm_segments_new(struct wm_segments **ret_segments)
{
    struct wm_segments *segments = calloc(1, sizeof(*segments));
    struct wm_arena *arena = calloc(1, sizeof(*arena));
    if (segments == NULL || arena == NULL) {
        free(segments);
        free(arena);
        return -ENOMEM;
    }
    wm_arena_init(arena);
    segments->arena = arena;
    *ret_segments = segments;
    return 0;
}

void wm_segments_free(struct wm_segments *segments)
{
    if (segments == NULL)
        return;
    wm_arena_done(segments->arena);
    free(segments->arena);
    free(segments->rows);
    free(segments);
}

struct wm_segment_row *wm_segments_add(struct wm_segments *segments)
{
    struct wm_segment_row *rows =
        wm_table_grow(segments->rows, segments->count, sizeof(segments->rows[0]));
    if (rows == NULL)
        return NULL;
    segments->rows = rows;
    struct wm_segment_row *row = &rows[segments->count++];
    *row = (struct wm_segment_row){.segment = "", .file = ""};
    return row;
}

/* What was not counted is an empty cell. */
static void add_count(struct wm_text *text, const struct wm_segment_row *row, uint64_t count)
{
    if (row->from_stacks)
        wm_csv_add(text, "");
    else
        wm_csv_add_u64(text, count);
}

void wm_segments_add_csv(const struct wm_segments *segments, struct wm_text *text)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        wm_csv_add(text, columns[i]);
    wm_csv_end(text);
    for (size_t i = 0; i < segments->count; i++) {
        const struct wm_segment_row *row = &segments->rows[i];
        wm_csv_add(text, row->segment);
        wm_csv_add(text, row->file);
        wm_csv_add_u64(text, row->line);
        add_count(text, row, row->requests);
        add_count(text, row, row->visits);
        wm_csv_add_u64(text, row->samples);
        wm_csv_add_u64(text, row->cpu_ns);
        wm_csv_add_u64(text, row->self_cpu_ns);
        wm_csv_end(text);
    }
}

int wm_segments_write(const struct wm_segments *segments, const char *file, struct wm_error *err)
{
    struct wm_text text;
    wm_text_init(&text);
    wm_segments_add_csv(segments, &text);
    int rc = text.failed ? wm_fail_at(err, -ENOMEM, file, "no memory to write it")
                         : wm_file_write(file, text.data, text.length, err);
    wm_text_done(&text);
    return rc;
}

static int take_row(const struct wm_table_row *cells, void *user, struct wm_error *err)
{
    struct wm_segments *segments = user;
    struct wm_segment_row *row = wm_segments_add(segments);
    uint64_t line = 0;
    if (row == NULL || wm_table_copy(cells, SEGMENT, segments->arena, &row->segment) < 0 ||
        wm_table_copy(cells, FILE_NAME, segments->arena, &row->file) < 0)
        return wm_fail_at(err, -ENOMEM, cells->place, "no memory for its rows");
    if (row->segment[0] == '\0')
        return wm_table_fail(cells, SEGMENT, "an active path", err);
    int rc = wm_table_u64(cells, LINE, &line, err);
    if (rc == 0 && line > UINT32_MAX)
        rc = wm_table_fail(cells, LINE, "a line number", err);
    row->line = (uint32_t)line;
    row->from_stacks = wm_table_cell(cells, REQUESTS)[0] == '\0';
    if (rc == 0)
        rc = wm_table_u64(cells, REQUESTS, &row->requests, err);
    if (rc == 0)
        rc = wm_table_u64(cells, VISITS, &row->visits, err);
    if (rc == 0)
        rc = wm_table_u64(cells, SAMPLES, &row->samples, err);
    if (rc == 0)
        rc = wm_table_u64(cells, CPU, &row->cpu_ns, err);
    if (rc == 0)
        rc = wm_table_u64(cells, SELF_CPU, &row->self_cpu_ns, err);
    return rc;
}

int wm_segments_read(const char *file, struct wm_segments **ret_segments, struct wm_error *err)
{
    struct wm_segments *segments = NULL;
    int rc = wm_segments_new(&segments);
    if (rc < 0)
        return wm_fail_at(err, rc, file, "no memory to read it");
    rc = wm_table_read(file, columns, COLUMN_COUNT, take_row, segments, err);
    if (rc < 0)
        goto out;
    *ret_segments = segments;
    segments = NULL;
out:
    wm_segments_free(segments);
    return rc;
}

/* mix_read.c - reads a mix from CSV, with a line for every kind of bad row. */
#include "workloads/mix.h"

#include "harness/core/csv.h"
#include "harness/core/file.h"
#include "harness/core/units.h"
#include "workloads/mix_rows.h"
#include "workloads/quoted.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t mix_bytes_max = (size_t)64 << 20;
enum { BINARY_PROBE_BYTES = 4096 };

struct column;
struct reader;

typedef int read_cell_fn(struct reader *reader, struct wm_mix_row *row, const struct column *column,
                         const char *cell, struct wm_error *err);

struct column {
    const char *name;
    read_cell_fn *read;
    uint32_t number; /* in the file, from 1 */
    uint32_t field;  /* number of the field, or WM_MIX_BODY */
};

struct reader {
    const char *name;
    struct wm_mix *mix;
    bool entries; /* the requests need entry points */
    struct wm_cell_context context;
    struct column *columns;
    size_t column_count;
    uint32_t field_count;
    size_t row_room;
    /* Of the row being read: what is known of its fields and drawn cells so far. */
    struct wm_work_field *fields;
    struct wm_mix_drawn drawn[WM_WORK_FIELD_MAX + 1];
};

static int fail_line(const struct reader *reader, uint32_t line, struct wm_error *err, int rc,
                     const char *sentence)
{
    char place[512];
    snprintf(place, sizeof(place), "%s:%u", reader->name, line);
    return wm_fail_at(err, rc, place, "%s", sentence);
}

static int fail_memory(struct wm_error *err)
{
    return wm_fail(err, -ENOMEM, "no memory");
}

static int read_entry(struct reader *reader, struct wm_mix_row *row, const struct column *column,
                      const char *cell, struct wm_error *err)
{
    (void)column;
    if (cell[0] == '\0' && reader->entries)
        return wm_fail(err, -EINVAL,
                       "is empty: name an entry point of the app, such as HandleRequest");
    row->entry = wm_arena_copy(&reader->mix->arena, cell, strlen(cell));
    return row->entry != NULL ? 0 : fail_memory(err);
}

static int read_weight(struct reader *reader, struct wm_mix_row *row, const struct column *column,
                       const char *cell, struct wm_error *err)
{
    char quoted[WM_QUOTED_BYTES];
    (void)column;

    if (wm_units_parse_decimal(cell, &row->weight) < 0 || !(row->weight > 0))
        return wm_fail(err, -EINVAL, "must be a number above 0, got %s", wm_quoted(cell, quoted));
    reader->mix->total_weight += row->weight;
    if (!isfinite(reader->mix->total_weight))
        return wm_fail(err, -EINVAL,
                       "the weights' sum is too large with %s: only their ratio counts, so divide "
                       "them all by one number",
                       wm_quoted(cell, quoted));
    return 0;
}

static int read_expect(struct reader *reader, struct wm_mix_row *row, const struct column *column,
                       const char *cell, struct wm_error *err)
{
    (void)column;
    row->expect_text = wm_arena_copy(&reader->mix->arena, cell, strlen(cell));
    if (row->expect_text == NULL)
        return fail_memory(err);
    return cell[0] == '\0' ? 0 : wm_expect_read(cell, &reader->mix->arena, &row->expect, err);
}

static int read_think(struct reader *reader, struct wm_mix_row *row, const struct column *column,
                      const char *cell, struct wm_error *err)
{
    char quoted[WM_QUOTED_BYTES];
    (void)reader;
    (void)column;

    if (cell[0] != '\0' && wm_units_parse_duration(cell, &row->think_ns) < 0)
        return wm_fail(err, -EINVAL,
                       "must be a duration such as 250us or 1.5s (or empty for none; generators "
                       "do not serve here), got %s",
                       wm_quoted(cell, quoted));
    return 0;
}

/* A field's cell, or the body's. */
static int read_value(struct reader *reader, struct wm_mix_row *row, const struct column *column,
                      const char *cell, struct wm_error *err)
{
    const struct wm_cell_program *program = NULL;
    int rc = wm_cell_compile(cell, &reader->context, &program, err);

    if (rc < 0)
        return rc;
    const char *constant = wm_cell_constant(program);
    if (column->field != WM_MIX_BODY) {
        reader->fields[column->field] =
            (struct wm_work_field){.name = column->name, .value = constant != NULL ? constant : ""};
    } else if (constant != NULL && constant[0] != '\0') {
        row->body = constant;
        row->body_bytes = strlen(constant);
    }
    if (constant == NULL)
        reader->drawn[row->drawn_count++] = (struct wm_mix_drawn){
            .field = column->field, .column = column->number, .program = program};
    return 0;
}

/* The columns with a meaning of their own; all others are fields. */
static const struct {
    const char *name;
    read_cell_fn *read;
    enum { OPTIONAL, REQUIRED, FOR_ENTRIES } need;
} known_columns[] = {
    {"entry",  read_entry,  FOR_ENTRIES},
    {"weight", read_weight, REQUIRED   },
    {"expect", read_expect, OPTIONAL   },
    {"think",  read_think,  OPTIONAL   },
    {"body",   read_value,  OPTIONAL   },
};
enum { KNOWN_COUNT = sizeof(known_columns) / sizeof(known_columns[0]) };

static int add_column(struct reader *reader, const char *name, struct wm_error *err)
{
    uint32_t number = (uint32_t)reader->column_count + 1;
    char quoted[WM_QUOTED_BYTES];

    if (name[0] == '\0')
        return wm_fail(err, -EINVAL, "column %u has no name: name it or remove it", number);
    for (size_t i = 0; i < reader->column_count; i++) {
        if (strcmp(reader->columns[i].name, name) == 0)
            return wm_fail(err, -EINVAL, "columns %zu and %u are both named %s: rename one", i + 1,
                           number, wm_quoted(name, quoted));
    }
    struct column column = {.read = read_value, .number = number, .field = WM_MIX_BODY};
    column.name = wm_arena_copy(&reader->mix->arena, name, strlen(name));
    if (column.name == NULL)
        return fail_memory(err);
    bool known = false;
    for (size_t i = 0; i < KNOWN_COUNT && !known; i++) {
        known = strcmp(known_columns[i].name, name) == 0;
        if (known)
            column.read = known_columns[i].read;
    }
    if (!known) {
        if (reader->field_count == WM_WORK_FIELD_MAX)
            return wm_fail(err, -EINVAL,
                           "column %u, %s, is one field too many: a request has %d at most", number,
                           wm_quoted(name, quoted), WM_WORK_FIELD_MAX);
        column.field = reader->field_count++;
    }
    reader->columns[reader->column_count++] = column;
    return 0;
}

/* "mix.csv:1: no column "weight"": also what a file without a header ends with. */
static int check_required(const struct reader *reader, struct wm_error *err)
{
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        bool found = known_columns[i].need == OPTIONAL ||
                     (known_columns[i].need == FOR_ENTRIES && !reader->entries);
        for (size_t j = 0; j < reader->column_count && !found; j++)
            found = strcmp(reader->columns[j].name, known_columns[i].name) == 0;
        if (!found)
            return wm_fail(err, -EINVAL,
                           "the header has no column \"%s\": the first row names the columns, "
                           "%sweight among them",
                           known_columns[i].name, reader->entries ? "entry and " : "");
    }
    return 0;
}

static int read_header(struct reader *reader, const struct wm_csv_row *cells, struct wm_error *err)
{
    reader->columns = calloc(cells->count, sizeof(*reader->columns));
    if (reader->columns == NULL)
        return fail_memory(err);
    reader->column_count = 0;
    for (size_t i = 0; i < cells->count; i++) {
        int rc = add_column(reader, cells->cells[i], err);
        if (rc < 0)
            return rc;
    }
    return check_required(reader, err);
}

static int read_cells(struct reader *reader, const struct wm_csv_row *cells, struct wm_mix_row *row,
                      struct wm_error *err)
{
    for (size_t i = 0; i < reader->column_count; i++) {
        const struct column *column = &reader->columns[i];
        struct wm_error inner = {0};
        int rc = column->read(reader, row, column, cells->cells[i], &inner);
        if (rc < 0) {
            char name[WM_QUOTED_BYTES];
            wm_quoted(column->name, name);
            return wm_fail(err, rc, "%.*s: %s", (int)strlen(name) - 2, name + 1, inner.text);
        }
    }
    return 0;
}

static int reserve_row(struct reader *reader)
{
    struct wm_mix *mix = reader->mix;

    if (mix->row_count < reader->row_room)
        return 0;
    size_t room = reader->row_room == 0 ? 16 : reader->row_room * 2;
    struct wm_mix_row *rows = realloc(mix->rows, room * sizeof(*rows));
    if (rows == NULL)
        return -ENOMEM;
    mix->rows = rows;
    reader->row_room = room;
    return 0;
}

static int read_row(struct reader *reader, const struct wm_csv_row *cells, struct wm_error *err)
{
    struct wm_mix *mix = reader->mix;
    struct wm_mix_row row = {.entry = "", .expect_text = "", .line = cells->line};

    if (cells->count != reader->column_count)
        return wm_fail(
            err, -EINVAL,
            "cells: %zu, expected %zu as in the header: %s, or put a cell with commas in "
            "quotes",
            cells->count, reader->column_count,
            cells->count < reader->column_count ? "add the missing ones (they may be "
                                                  "empty)"
                                                : "remove the extra ones");
    reader->fields = wm_arena_alloc(&mix->arena, reader->field_count * sizeof(*reader->fields));
    if (reader->fields == NULL || reserve_row(reader) < 0)
        return fail_memory(err);
    int rc = read_cells(reader, cells, &row, err);
    if (rc < 0)
        return rc;
    row.fields = reader->fields;
    row.field_count = reader->field_count;
    if (row.drawn_count > 0) {
        size_t bytes = row.drawn_count * sizeof(*row.drawn);
        struct wm_mix_drawn *drawn = wm_arena_alloc(&mix->arena, bytes);
        if (drawn == NULL)
            return fail_memory(err);
        memcpy(drawn, reader->drawn, bytes);
        row.drawn = drawn;
    }
    mix->rows[mix->row_count++] = row;
    return 0;
}

static int take_row(const struct wm_csv_row *cells, void *user, struct wm_error *err)
{
    struct reader *reader = user;
    struct wm_error inner = {0};
    int rc = reader->columns == NULL ? read_header(reader, cells, &inner)
                                     : read_row(reader, cells, &inner);
    return rc < 0 ? fail_line(reader, cells->line, err, rc, inner.text) : 0;
}

static int prepare_pick(struct wm_mix *mix, struct wm_error *err)
{
    double *weights = malloc(mix->row_count * sizeof(*weights));
    int rc = -ENOMEM;

    if (weights != NULL) {
        for (size_t i = 0; i < mix->row_count; i++)
            weights[i] = mix->rows[i].weight;
        rc = wm_pick_init(&mix->pick, weights, (uint32_t)mix->row_count, &mix->arena);
    }
    free(weights);
    return rc < 0 ? wm_fail(err, rc, "no memory to choose among the rows") : 0;
}

/* Control characters at its beginning make a file somebody else's (an archive, a program). */
static bool is_binary(const char *data, size_t length)
{
    for (size_t i = 0; i < length && i < BINARY_PROBE_BYTES; i++) {
        if ((unsigned char)data[i] < ' ' && strchr("\t\r\n", data[i]) == NULL)
            return true;
        if (data[i] == '\0')
            return true;
    }
    return false;
}

static int read_data(struct reader *reader, const char *data, size_t length, struct wm_error *err)
{
    if (is_binary(data, length))
        return wm_fail_at(err, -EINVAL, reader->name,
                          "is a binary file: a mix is CSV text with a header such as "
                          "entry,weight (a trace or a capture is given with --trace)");
    int rc = wm_csv_read(data, length, reader->name, take_row, reader, err);
    if (rc < 0)
        return rc;
    if (reader->columns == NULL)
        return wm_fail_at(err, -EINVAL, reader->name,
                          "is empty: a mix has a header such as entry,weight and a row per kind "
                          "of request");
    if (reader->mix->row_count == 0)
        return wm_fail_at(err, -EINVAL, reader->name,
                          "has a header but no row below it: add one, such as HandleRequest,1");
    return prepare_pick(reader->mix, err);
}

/* Up to the last slash: where relative names in the mix start. */
static char *folder_dup(const char *name)
{
    const char *slash = strrchr(name, '/');
    if (slash == NULL)
        return strdup(".");
    return strndup(name, slash == name ? 1 : (size_t)(slash - name));
}

static int read_mix(const char *name, bool entries, struct wm_mix **ret_mix, struct wm_error *err)
{
    struct reader reader = {
        .name = name, .entries = entries, .mix = calloc(1, sizeof(struct wm_mix))};
    char *folder = folder_dup(name);
    char *data = NULL;
    size_t length = 0;
    int rc = -ENOMEM;

    if (reader.mix == NULL || folder == NULL || wm_columns_new(folder, &reader.mix->columns) < 0) {
        rc = wm_fail_errno(err, rc, name, "read");
        goto out;
    }
    wm_arena_init(&reader.mix->arena);
    reader.context =
        (struct wm_cell_context){.arena = &reader.mix->arena, .columns = reader.mix->columns};
    rc = wm_file_read(name, mix_bytes_max, &data, &length, err);
    if (rc < 0)
        goto out;
    rc = read_data(&reader, data, length, err);
    if (rc < 0)
        goto out;
    *ret_mix = reader.mix;
    reader.mix = NULL;
out:
    wm_mix_free(reader.mix);
    free(reader.columns);
    free(folder);
    free(data);
    return rc;
}

int wm_mix_read(const char *name, struct wm_mix **ret_mix, struct wm_error *err)
{
    return read_mix(name, true, ret_mix, err);
}

int wm_mix_read_for_server(const char *name, struct wm_mix **ret_mix, struct wm_error *err)
{
    return read_mix(name, false, ret_mix, err);
}

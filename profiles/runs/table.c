/* table.c - the run folder's CSV tables, found by column name. */
#include "profiles/runs/table.h"

#include "harness/core/file.h"
#include "harness/core/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 1 << 28, FIRST_CAPACITY = 16, SHOWN_MAX = 60 };

struct reading {
    const char *place;
    const char *const *names;
    size_t count;
    wm_table_row_fn *fn;
    void *user;
    bool has_header;
    size_t header_cells;
    size_t positions[WM_TABLE_COLUMN_MAX];
};

static int fail_row(const char *file, uint32_t line, struct wm_error *err, const char *text,
                    const char *detail)
{
    char place[512];
    snprintf(place, sizeof(place), "%s:%" PRIu32, file, line);
    return wm_fail_at(err, -EINVAL, place, "%s%s", text, detail);
}

static int take_header(struct reading *reading, const struct wm_csv_row *row, struct wm_error *err)
{
    for (size_t i = 0; i < reading->count; i++) {
        size_t at = 0;
        while (at < row->count && strcmp(row->cells[at], reading->names[i]) != 0)
            at++;
        if (at == row->count)
            return fail_row(reading->place, row->line, err, "the header lacks the column ",
                            reading->names[i]);
        reading->positions[i] = at;
    }
    reading->header_cells = row->count;
    reading->has_header = true;
    return 0;
}

static int take_row(const struct wm_csv_row *csv, void *user, struct wm_error *err)
{
    struct reading *reading = user;
    if (!reading->has_header)
        return take_header(reading, csv, err);
    if (csv->count != reading->header_cells)
        return fail_row(reading->place, csv->line, err,
                        "this row does not have as many cells as the header", "");
    struct wm_table_row row = {csv, reading->positions, reading->names, reading->place};
    return reading->fn(&row, reading->user, err);
}

int wm_table_read(const char *file, const char *const *names, size_t count, wm_table_row_fn *fn,
                  void *user, struct wm_error *err)
{
    char *data = NULL;
    size_t length = 0;
    struct reading reading = {
        .place = file, .names = names, .count = count, .fn = fn, .user = user};
    int rc = wm_file_read(file, FILE_BYTES_MAX, &data, &length, err);
    if (rc < 0)
        goto out;
    rc = wm_csv_read(data, length, file, take_row, &reading, err);
    if (rc < 0)
        goto out;
    rc = 0;
    if (!reading.has_header)
        rc = wm_fail_at(err, -EINVAL, file, "the file is empty, expected a header row");
out:
    free(data);
    return rc;
}

const char *wm_table_cell(const struct wm_table_row *row, size_t column)
{
    return row->csv->cells[row->positions[column]];
}

int wm_table_fail(const struct wm_table_row *row, size_t column, const char *expected,
                  struct wm_error *err)
{
    char place[512];
    snprintf(place, sizeof(place), "%s:%" PRIu32, row->place, row->csv->line);
    return wm_fail_at(err, -EINVAL, place, "%s must be %s, got '%.*s'", row->names[column],
                      expected, SHOWN_MAX, wm_table_cell(row, column));
}

static int digit_of(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : 16;
}

static bool parse_number(const char *cell, unsigned base, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (; *cell != '\0'; cell++) {
        unsigned digit = (unsigned)digit_of(*cell);
        if (digit >= base || value > (UINT64_MAX - digit) / base)
            return false;
        value = value * base + digit;
    }
    *ret_value = value;
    return true;
}

int wm_table_u64(const struct wm_table_row *row, size_t column, uint64_t *ret_value,
                 struct wm_error *err)
{
    if (!parse_number(wm_table_cell(row, column), 10, ret_value))
        return wm_table_fail(row, column, "a whole number", err);
    return 0;
}

int wm_table_hex(const struct wm_table_row *row, size_t column, uint64_t *ret_value,
                 struct wm_error *err)
{
    const char *cell = wm_table_cell(row, column);
    if (strlen(cell) != 16 || !parse_number(cell, 16, ret_value))
        return wm_table_fail(row, column, "16 lower-case hex digits", err);
    return 0;
}

int wm_table_share(const struct wm_table_row *row, size_t column, double *ret_value,
                   struct wm_error *err)
{
    const char *cell = wm_table_cell(row, column);
    *ret_value = 0;
    if (cell[0] == '\0')
        return 0;
    if (wm_units_parse_decimal(cell, ret_value) < 0 || *ret_value < 0 || *ret_value > 1)
        return wm_table_fail(row, column, "a share from 0 to 1", err);
    return 0;
}

int wm_table_copy(const struct wm_table_row *row, size_t column, struct wm_arena *arena,
                  const char **ret_copy)
{
    const char *cell = wm_table_cell(row, column);
    *ret_copy = wm_arena_copy(arena, cell, strlen(cell));
    return *ret_copy == NULL ? -ENOMEM : 0;
}

void *wm_table_grow(void *array, size_t count, size_t element_bytes)
{
    bool full = count == 0 || (count >= FIRST_CAPACITY && (count & (count - 1)) == 0);
    if (array != NULL && !full)
        return array;
    size_t capacity = FIRST_CAPACITY;
    while (capacity <= count)
        capacity *= 2;
    return reallocarray(array, capacity, element_bytes);
}

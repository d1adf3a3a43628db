/* columns.c - columns of CSV files that a mix draws from, each file read once. */
#include "workloads/columns.h"

#include "harness/core/arena.h"
#include "harness/core/csv.h"
#include "harness/core/file.h"
#include "harness/core/text.h"
#include "workloads/quoted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const size_t file_bytes_max = (size_t)256 << 20;

struct table {
    struct table *next;
    const char *file;   /* as written in the mix */
    const char **cells; /* header first, row by row */
    size_t cell_count;
    size_t cell_room;
    size_t width;
};

struct wm_columns {
    struct wm_arena arena;
    struct table *tables;
    const char *folder;
};

int wm_columns_new(const char *folder, struct wm_columns **ret_columns)
{
    struct wm_columns *columns = calloc(1, sizeof(*columns));

    if (columns == NULL)
        return -ENOMEM;
    wm_arena_init(&columns->arena);
    columns->folder = wm_arena_copy(&columns->arena, folder, strlen(folder));
    if (columns->folder == NULL) {
        wm_columns_free(columns);
        return -ENOMEM;
    }
    *ret_columns = columns;
    return 0;
}

void wm_columns_free(struct wm_columns *columns)
{
    if (columns == NULL)
        return;
    for (struct table *table = columns->tables; table != NULL; table = table->next)
        free(table->cells);
    wm_arena_done(&columns->arena);
    free(columns);
}

static int reserve(struct table *table, size_t more)
{
    if (table->cell_count + more <= table->cell_room)
        return 0;
    size_t room = (table->cell_count + more) * 2;
    const char **cells = realloc(table->cells, room * sizeof(*cells));
    if (cells == NULL)
        return -ENOMEM;
    table->cells = cells;
    table->cell_room = room;
    return 0;
}

struct reading {
    struct wm_arena *arena;
    struct table *table;
};

static int add_row(const struct wm_csv_row *row, void *user, struct wm_error *err)
{
    struct reading *reading = user;
    struct table *table = reading->table;

    if (table->width == 0)
        table->width = row->count;
    if (row->count != table->width)
        return wm_fail(err, -EINVAL, "line %u: cells: %zu, expected %zu as in its header",
                       row->line, row->count, table->width);
    if (reserve(table, row->count) < 0)
        return wm_fail(err, -ENOMEM, "is too large for the memory left");
    for (size_t i = 0; i < row->count; i++) {
        const char *cell = wm_arena_copy(reading->arena, row->cells[i], row->lengths[i]);
        if (cell == NULL)
            return wm_fail(err, -ENOMEM, "is too large for the memory left");
        table->cells[table->cell_count++] = cell;
    }
    return 0;
}

static int parse_table(struct wm_columns *columns, struct table *table, const char *name,
                       struct wm_error *err)
{
    struct reading reading = {.arena = &columns->arena, .table = table};
    char *data = NULL;
    size_t length = 0;
    int rc = wm_file_read(name, file_bytes_max, &data, &length, err);

    if (rc < 0)
        return rc;
    rc = wm_csv_read(data, length, name, add_row, &reading, err);
    free(data);
    if (rc < 0)
        return rc;
    if (table->cell_count == 0)
        return wm_fail(err, -EINVAL, "is empty: it needs a header and at least one row below");
    if (table->cell_count == table->width)
        return wm_fail(err, -EINVAL, "has a header but no row below it: add one");
    return 0;
}

/* The mix's line is the place to tell, so the file's own place goes into the text. */
static int read_table(struct wm_columns *columns, struct table *table, struct wm_error *err)
{
    struct wm_error inner = {0};
    char *name = wm_file_join_dup(columns->folder, table->file);

    if (name == NULL)
        return wm_fail(err, -ENOMEM, "no memory");
    int rc = parse_table(columns, table, name, &inner);
    if (rc < 0)
        rc = wm_fail(err, rc, "%s: %s", inner.place[0] != '\0' ? inner.place : name, inner.text);
    free(name);
    return rc;
}

static int add_table(struct wm_columns *columns, const char *file, struct table **ret_table,
                     struct wm_error *err)
{
    struct table *table = wm_arena_alloc(&columns->arena, sizeof(*table));
    const char *copy = wm_arena_copy(&columns->arena, file, strlen(file));

    if (table == NULL || copy == NULL)
        return wm_fail(err, -ENOMEM, "no memory");
    *table = (struct table){.next = columns->tables, .file = copy};
    columns->tables = table; /* a table that fails ends the reading of the mix */
    int rc = read_table(columns, table, err);
    if (rc == 0)
        *ret_table = table;
    return rc;
}

/* FNV-1a: all that is asked of it is to tell a mix's few files apart. */
static uint64_t hash_name(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return hash;
}

/* "has the columns id, name": what a person who named another one needs. */
static int no_column(const struct table *table, const char *column, struct wm_error *err)
{
    char quoted[WM_QUOTED_BYTES];
    struct wm_text names;

    wm_text_init(&names);
    for (size_t i = 0; i < table->width; i++) {
        wm_text_add(&names, i == 0 ? "" : ", ");
        wm_text_add_safe(&names, table->cells[i], strlen(table->cells[i]), 0);
    }
    int rc = wm_fail(err, -EINVAL, "%s has no column %s; it has: %.300s", table->file,
                     wm_quoted(column, quoted), names.data);
    wm_text_done(&names);
    return rc;
}

int wm_columns_get(struct wm_columns *columns, const char *file, const char *column,
                   struct wm_column *ret_column, struct wm_error *err)
{
    struct table *table = columns->tables;
    size_t found = SIZE_MAX;
    int rc = 0;

    while (table != NULL && strcmp(table->file, file) != 0)
        table = table->next;
    if (table == NULL)
        rc = add_table(columns, file, &table, err);
    if (table == NULL)
        return rc;
    for (size_t i = 0; i < table->width; i++) {
        if (strcmp(table->cells[i], column) != 0)
            continue;
        if (found != SIZE_MAX)
            return wm_fail(err, -EINVAL, "%s has two columns \"%s\": rename one", file, column);
        found = i;
    }
    if (found == SIZE_MAX)
        return no_column(table, column, err);
    *ret_column = (struct wm_column){
        .cells = table->cells + table->width + found,
        .stride = table->width,
        .rows = table->cell_count / table->width - 1,
        .file = hash_name(file),
    };
    return 0;
}

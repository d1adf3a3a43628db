/* columns.c - aligned columns of UTF-8 text that fit a width. */
#include "profiles/views/columns.h"

#include "harness/core/arena.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { GAP_MIN = 2, GAP_MAX = 3 }; /* blanks between two columns */

struct wm_grid {
    const struct wm_grid_column *columns;
    size_t column_count;
    struct wm_arena arena;
    const char **cells; /* row by row */
    size_t cell_count, cell_capacity;
    bool failed;
};

struct layout {
    size_t widths[WM_COLUMN_MAX];
    size_t gap; /* before every column but the first */
    bool shown[WM_COLUMN_MAX];
    size_t last; /* shown column */
};

int wm_grid_new(const struct wm_grid_column *columns, size_t count, struct wm_grid **ret_grid)
{
    struct wm_grid *new = calloc(1, sizeof(*new));
    if (new == NULL)
        return -ENOMEM;
    new->columns = columns;
    new->column_count = count;
    wm_arena_init(&new->arena);
    *ret_grid = new;
    return 0;
}

void wm_grid_free(struct wm_grid *columns)
{
    if (columns == NULL)
        return;
    wm_arena_done(&columns->arena);
    free(columns->cells);
    free(columns);
}

static const char *copy_safe(struct wm_grid *columns, const char *cell)
{
    struct wm_text text;
    wm_text_init(&text);
    wm_text_add_safe(&text, cell, strlen(cell), 0);
    const char *copy = text.failed ? NULL : wm_arena_copy(&columns->arena, text.data, text.length);
    wm_text_done(&text);
    return copy;
}

void wm_grid_add(struct wm_grid *columns, const char *cell)
{
    if (columns->cell_count == columns->cell_capacity) {
        size_t capacity = columns->cell_capacity == 0 ? 64 : 2 * columns->cell_capacity;
        const char **cells = reallocarray(columns->cells, capacity, sizeof(cells[0]));
        if (cells == NULL) {
            columns->failed = true;
            return;
        }
        columns->cells = cells;
        columns->cell_capacity = capacity;
    }
    const char *copy = copy_safe(columns, cell);
    if (copy == NULL)
        columns->failed = true;
    else
        columns->cells[columns->cell_count++] = copy;
}

/* The narrowest that the shown columns can be, with one blank between. */
static size_t total_width(const struct wm_grid *columns, const struct layout *layout, size_t indent)
{
    size_t total = indent, shown = 0;
    for (size_t i = 0; i < columns->column_count; i++) {
        if (!layout->shown[i])
            continue;
        total += layout->widths[i];
        shown++;
    }
    return total + (shown > 0 ? (shown - 1) * GAP_MIN : 0);
}

static void measure(const struct wm_grid *columns, struct layout *layout)
{
    assert(columns->column_count > 0);
    for (size_t i = 0; i < columns->column_count; i++) {
        const char *title = columns->columns[i].title;
        layout->widths[i] = title != NULL ? wm_text_width(title) : 0;
        layout->shown[i] = true;
    }
    for (size_t i = 0; i < columns->cell_count; i++) {
        size_t *width = &layout->widths[i % columns->column_count];
        size_t wanted = wm_text_width(columns->cells[i]);
        *width = wanted > *width ? wanted : *width;
    }
}

/* Where there is too much: spare columns go, then long cells are cut, the last column's first;
 * where there is room, the gaps are wide. */
static void arrange(const struct wm_grid *columns, size_t indent, struct layout *layout)
{
    measure(columns, layout);
    for (size_t i = columns->column_count; i-- > 0;)
        if (columns->columns[i].spare && total_width(columns, layout, indent) > WM_VIEW_WIDTH)
            layout->shown[i] = false;
    for (size_t i = columns->column_count; i-- > 0;) {
        size_t total = total_width(columns, layout, indent);
        size_t least = columns->columns[i].least, width = layout->widths[i];
        if (total <= WM_VIEW_WIDTH || least == 0 || width <= least || !layout->shown[i])
            continue;
        size_t excess = total - WM_VIEW_WIDTH;
        layout->widths[i] = width - least > excess ? width - excess : least;
    }
    size_t shown = 0;
    for (size_t i = 0; i < columns->column_count; i++) {
        if (!layout->shown[i])
            continue;
        layout->last = i;
        shown++;
    }
    bool wide = total_width(columns, layout, indent) + shown - 1 <= WM_VIEW_WIDTH;
    layout->gap = wide ? GAP_MAX : GAP_MIN;
}

static void add_blanks(struct wm_text *text, size_t count)
{
    wm_text_add_padded(text, "", (int)count);
}

static void add_line(const struct wm_grid *columns, const struct layout *layout,
                     const char *const *cells, size_t indent, struct wm_text *text,
                     struct wm_text *cut)
{
    size_t pending = indent; /* blanks are written before what follows, so none ends a line */
    for (size_t i = 0; i <= layout->last; i++) {
        if (!layout->shown[i])
            continue;
        wm_text_clear(cut);
        wm_grid_add_cut(cut, cells[i], layout->widths[i]);
        size_t width = wm_text_width(cut->data);
        size_t blanks = layout->widths[i] > width ? layout->widths[i] - width : 0;
        pending += i > 0 ? layout->gap : 0;
        if (columns->columns[i].right)
            pending += blanks;
        if (width > 0) {
            add_blanks(text, pending);
            wm_text_add(text, cut->data);
            pending = 0;
        }
        if (!columns->columns[i].right)
            pending += blanks;
    }
    text->failed |= cut->failed;
    wm_text_add(text, "\n");
}

int wm_grid_print(const struct wm_grid *columns, size_t indent, struct wm_text *text)
{
    struct layout layout = {.last = 0};
    struct wm_text cut;
    const char *titles[WM_COLUMN_MAX] = {NULL};
    if (columns->failed)
        return -ENOMEM;
    arrange(columns, indent, &layout);
    wm_text_init(&cut);
    for (size_t i = 0; i < columns->column_count; i++)
        titles[i] = columns->columns[i].title;
    if (titles[0] != NULL)
        add_line(columns, &layout, titles, indent, text, &cut);
    for (size_t i = 0; i + columns->column_count <= columns->cell_count; i += columns->column_count)
        add_line(columns, &layout, columns->cells + i, indent, text, &cut);
    wm_text_done(&cut);
    return text->failed ? -ENOMEM : 0;
}

/* Bytes of the first `count` characters. */
static size_t head_bytes(const char *string, size_t count)
{
    size_t at = 0, length = strlen(string);
    for (; count > 0 && at < length; count--) {
        size_t bytes = wm_text_utf8_length(string + at, length - at);
        at += bytes > 0 ? bytes : 1;
    }
    return at;
}

void wm_grid_add_cut(struct wm_text *text, const char *string, size_t width)
{
    size_t columns = wm_text_width(string);
    if (columns <= width) {
        wm_text_add(text, string);
        return;
    }
    if (width == 0)
        return;
    size_t tail = (width - 1) / 2;
    wm_text_add_bytes(text, string, head_bytes(string, width - 1 - tail));
    wm_text_add(text, "…");
    wm_text_add(text, string + head_bytes(string, columns - tail));
}

/* tabs.c - elastic tab stops. */
#include "profiles/report/tabs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char ESCAPE = '\xff';

struct cell {
    size_t length;
    size_t text_width, width; /* of its text; of its column */
};

struct line {
    const char *text;
    size_t first_cell, cell_count; /* cells that a tab ends */
    bool ends_columns;             /* a form feed ends it */
};

struct table {
    struct cell *cells;
    struct line *lines;
    size_t cell_count, line_count;
    size_t *wide; /* numbers of the lines that have the column at hand */
};

static size_t count_of(const char *text, const char *set)
{
    size_t count = 0;
    for (text += strcspn(text, set); *text != '\0'; text += 1 + strcspn(text + 1, set))
        count++;
    return count;
}

/* How long the cell at `text` is. The writer takes what is between two of ESCAPE, or behind a
 * single one, for no end of a cell, and does not count these bytes: so many are *ret_escapes. */
static size_t cell_length(const char *text, size_t *ret_escapes)
{
    static const char stops[] = "\t\v\n\f\xff";
    size_t length = strcspn(text, stops);
    for (*ret_escapes = 0; text[length] == ESCAPE; *ret_escapes += 2) {
        const char *end = strchr(text + length + 1, ESCAPE);
        length = end != NULL ? (size_t)(end + 1 - text) : strlen(text);
        length += strcspn(text + length, stops);
    }
    return length;
}

static int measure_cell(struct cell *cell, const char *text, size_t length, size_t escapes)
{
    char *copy = strndup(text, length);
    if (copy == NULL)
        return -ENOMEM;
    cell->length = length;
    cell->text_width = cell->width = wm_text_width(copy) - escapes;
    free(copy);
    return 0;
}

/* Reads the line at `text`; returns where it ends, NULL without memory. */
static const char *split_line(struct table *table, struct line *line, const char *text)
{
    *line = (struct line){.text = text, .first_cell = table->cell_count};
    for (;;) {
        size_t escapes;
        const size_t length = cell_length(text, &escapes);
        if (text[length] != '\t' && text[length] != '\v')
            return text + length;
        if (measure_cell(&table->cells[table->cell_count++], text, length, escapes) < 0)
            return NULL;
        line->cell_count++;
        text += length + 1;
    }
}

static int split(struct table *table, const char *text)
{
    size_t lines = count_of(text, "\n\f") + 1; /* at most: some may be escaped */
    table->cells = calloc(count_of(text, "\t\v") + 1, sizeof(table->cells[0]));
    table->lines = calloc(lines, sizeof(table->lines[0]));
    table->wide = calloc(lines, sizeof(table->wide[0]));
    if (table->cells == NULL || table->lines == NULL || table->wide == NULL)
        return -ENOMEM;
    for (;;) {
        struct line *line = &table->lines[table->line_count++];
        text = split_line(table, line, text);
        if (text == NULL)
            return -ENOMEM;
        line->ends_columns = *text == '\f';
        if (*text++ == '\0')
            return 0;
    }
}

/* Gives the cells of lines [from, to) in `wide`, which follow each other, one width. */
static void widen(struct table *table, size_t column, size_t from, size_t to)
{
    size_t width = 0;
    for (size_t i = from; i < to; i++) {
        const struct line *line = &table->lines[table->wide[i]];
        if (table->cells[line->first_cell + column].width > width)
            width = table->cells[line->first_cell + column].width;
    }
    for (size_t i = from; i < to; i++)
        table->cells[table->lines[table->wide[i]].first_cell + column].width = width + 1;
}

static void align(struct table *table)
{
    size_t count = table->line_count;
    for (size_t i = 0; i < count; i++)
        table->wide[i] = i;
    for (size_t column = 0; count > 0; column++) {
        size_t kept = 0, start = 0;
        for (size_t i = 0; i < count; i++)
            if (table->lines[table->wide[i]].cell_count > column)
                table->wide[kept++] = table->wide[i];
        count = kept;
        for (size_t i = 1; i <= count; i++) {
            const size_t before = table->wide[i - 1];
            if (i < count && table->wide[i] == before + 1 && !table->lines[before].ends_columns)
                continue;
            widen(table, column, start, i);
            start = i;
        }
    }
}

/* `cell` has its column's width; the blanks that its text lacks come before it. */
static void add_cell(struct wm_text *text, const struct cell *cell, const char *from)
{
    wm_text_addf(text, "%*s", (int)(cell->width - cell->text_width), "");
    wm_text_add_bytes(text, from, cell->length);
}

static void print(const struct table *table, struct wm_text *text)
{
    for (size_t i = 0; i < table->line_count; i++) {
        const struct line *line = &table->lines[i];
        const char *from = line->text;
        for (size_t at = 0; at < line->cell_count; at++) {
            const struct cell *cell = &table->cells[line->first_cell + at];
            add_cell(text, cell, from);
            from += cell->length + 1;
        }
        size_t escapes;
        wm_text_add_bytes(text, from, cell_length(from, &escapes));
        wm_text_add(text, i + 1 < table->line_count ? "\n" : "");
    }
}

int wm_tabs_add(struct wm_text *text, const char *lines)
{
    struct table table = {0};
    int rc = split(&table, lines);
    if (rc == 0) {
        align(&table);
        print(&table, text);
    }
    free(table.cells);
    free(table.lines);
    free(table.wide);
    return rc == 0 && text->failed ? -ENOMEM : rc;
}

/* csv.c - CSV rows in and out, over libcsv.
 *
 * libcsv tells neither lines nor where a quote opened, so bytes are handed to it in pieces that
 * end at line ends, and lines are counted here. */
#include "harness/core/csv.h"

#include <csv.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_MAX = 1024 };

struct reader {
    const char *place;
    wm_csv_row_fn *row;
    void *user;
    struct wm_error *err;
    struct wm_text bytes; /* the cells of this row, each with a NUL behind it */
    size_t offsets[CELL_MAX];
    size_t lengths[CELL_MAX];
    const char *cells[CELL_MAX];
    size_t count;
    uint32_t line;     /* of the byte that is being parsed */
    uint32_t row_line; /* where this row began; 0: it has not */
    int rc;
};

static int fail_line(struct reader *reader, uint32_t line, const char *text)
{
    char place[512];
    snprintf(place, sizeof(place), "%s:%" PRIu32, reader->place, line);
    return wm_fail_at(reader->err, -EINVAL, place, "%s", text);
}

static void take_cell(void *data, size_t length, void *user)
{
    struct reader *reader = user;
    if (reader->rc < 0)
        return;
    if (reader->count == CELL_MAX) {
        reader->rc = fail_line(reader, reader->row_line, "a row may have 1024 cells at most");
        return;
    }
    reader->offsets[reader->count] = reader->bytes.length;
    reader->lengths[reader->count] = length;
    wm_text_add_bytes(&reader->bytes, data, length);
    wm_text_add_bytes(&reader->bytes, "", 1);
    reader->count++;
}

static void take_row(int end, void *user)
{
    (void)end;
    struct reader *reader = user;
    if (reader->rc < 0)
        return;
    if (reader->bytes.failed) {
        reader->rc = wm_fail_at(reader->err, -ENOMEM, reader->place, "no memory for a row");
        return;
    }
    for (size_t i = 0; i < reader->count; i++)
        reader->cells[i] = reader->bytes.data + reader->offsets[i];
    struct wm_csv_row row = {reader->cells, reader->lengths, reader->count, reader->row_line};
    int rc = reader->row(&row, reader->user, reader->err);
    if (rc < 0)
        reader->rc = rc;
    reader->count = 0;
    reader->row_line = 0;
    wm_text_clear(&reader->bytes);
}

/* Bytes of the line that starts at `data`, its end included: LF, CR LF or a CR alone. */
static size_t line_length(const char *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (data[i] == '\n')
            return i + 1;
        if (data[i] == '\r')
            return i + 1 < length && data[i + 1] == '\n' ? i + 2 : i + 1;
    }
    return length;
}

/* Whether the quotes of one line leave a cell open; a doubled quote toggles twice. */
static bool toggles_quote(const char *line, size_t length)
{
    bool toggled = false;
    for (size_t i = 0; i < length; i++)
        toggled ^= line[i] == '"';
    return toggled;
}

static int read_lines(struct reader *reader, struct csv_parser *parser, const char *data,
                      size_t length)
{
    bool open = false;
    uint32_t open_line = 0;
    for (size_t at = 0; at < length;) {
        size_t bytes = line_length(data + at, length - at);
        reader->line++;
        if (reader->row_line == 0)
            reader->row_line = reader->line;
        if (memchr(data + at, '\0', bytes) != NULL)
            return fail_line(reader, reader->line, "a NUL byte: this is not a text file");
        if (toggles_quote(data + at, bytes)) {
            open = !open;
            open_line = open ? reader->line : 0;
        }
        size_t parsed = csv_parse(parser, data + at, bytes, take_cell, take_row, reader);
        if (reader->rc < 0)
            return reader->rc;
        if (parsed != bytes && csv_error(parser) == CSV_EPARSE)
            return fail_line(reader, reader->line,
                             "a quote in the middle of a cell: put the whole cell in quotes and "
                             "double the quotes inside");
        if (parsed != bytes)
            return wm_fail_at(reader->err, -ENOMEM, reader->place, "no memory for a cell");
        at += bytes;
        bool ended = data[at - 1] == '\n' || data[at - 1] == '\r';
        if (ended && !open)
            reader->row_line = 0; /* also after an empty line, which is no row */
    }
    return open ? fail_line(reader, open_line, "a quote opens here and is never closed") : 0;
}

int wm_csv_read(const char *data, size_t length, const char *place, wm_csv_row_fn *row, void *user,
                struct wm_error *err)
{
    struct csv_parser parser;
    struct reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return wm_fail_at(err, -ENOMEM, place, "no memory");
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        free(reader);
        return wm_fail_at(err, -ENOMEM, place, "no memory");
    }
    *reader = (struct reader){.place = place, .row = row, .user = user, .err = err};
    wm_text_init(&reader->bytes);
    if (length >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
        data += 3;
        length -= 3;
    }
    int rc = read_lines(reader, &parser, data, length);
    if (rc == 0 && csv_fini(&parser, take_cell, take_row, reader) != 0)
        rc = fail_line(reader, reader->row_line, "a quote opens here and is never closed");
    if (rc == 0)
        rc = reader->rc;
    csv_free(&parser);
    wm_text_done(&reader->bytes);
    free(reader);
    return rc;
}

static void add_comma(struct wm_text *text)
{
    if (text->length > 0 && text->data[text->length - 1] != '\n')
        wm_text_add(text, ",");
}

void wm_csv_add(struct wm_text *text, const char *cell)
{
    size_t length = strlen(cell);
    size_t before = text->length;
    add_comma(text);
    /* a first cell that is empty is quoted: a row of nothing else would be no row, and the next
     * comma would be missing */
    bool quoted = length == 0 && text->length == before;
    quoted = quoted || strpbrk(cell, ",\"\r\n") != NULL;
    /* readers, ours too, take blanks off the ends of unquoted cells */
    quoted =
        quoted ||
        (length > 0 && (strchr(" \t", cell[0]) != NULL || strchr(" \t", cell[length - 1]) != NULL));
    if (!quoted) {
        wm_text_add(text, cell);
        return;
    }
    wm_text_add(text, "\"");
    for (const char *at = cell; *at != '\0'; at++)
        wm_text_add_bytes(text, *at == '"' ? "\"\"" : at, *at == '"' ? 2 : 1);
    wm_text_add(text, "\"");
}

void wm_csv_add_u64(struct wm_text *text, uint64_t value)
{
    add_comma(text);
    wm_text_addf(text, "%" PRIu64, value);
}

void wm_csv_add_share(struct wm_text *text, double value)
{
    add_comma(text);
    /* from integers: printf would follow the locale's decimal point */
    uint64_t millionths = value > 0 && value < 1e12 ? (uint64_t)(value * 1e6 + 0.5) : 0;
    wm_text_addf(text, "%" PRIu64 ".%06" PRIu64, millionths / 1000000, millionths % 1000000);
}

void wm_csv_end(struct wm_text *text)
{
    wm_text_add(text, "\n");
}

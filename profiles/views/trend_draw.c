/* trend_draw.c - a line of costs in braille: two by four dots to a character. */
#include "profiles/views/trend.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 6, AXIS_COLUMNS = 12, COLUMNS_MIN = 10, COLUMNS_MAX = 200, DOTS_X = 2, DOTS_Y = 4 };

struct canvas {
    size_t columns; /* characters */
    unsigned char *cells;
    bool *marks; /* a point stands here */
    double low_ns, high_ns;
};

static void set_dot(struct canvas *canvas, size_t x, size_t y)
{
    /* U+2800 and these bits, by column and row of the dot */
    static const unsigned char bits[DOTS_X][DOTS_Y] = {
        {0x01, 0x02, 0x04, 0x40},
        {0x08, 0x10, 0x20, 0x80}
    };
    canvas->cells[y / DOTS_Y * canvas->columns + x / DOTS_X] |= bits[x % DOTS_X][y % DOTS_Y];
}

/* The dot row of a cost, from the top; costs outside are at the border. */
static size_t row_of(const struct canvas *canvas, double ns)
{
    double part = (canvas->high_ns - ns) / (canvas->high_ns - canvas->low_ns);
    return (size_t)(fmin(1, fmax(0, part)) * (ROWS * DOTS_Y - 1) + 0.5);
}

static size_t column_of(const struct canvas *canvas, size_t at, size_t first, size_t last)
{
    size_t dots = canvas->columns * DOTS_X - 1;
    return last > first ? (at - first) * dots / (last - first) : 0;
}

static void draw_interval(struct canvas *canvas, size_t x, const struct wm_tag_result *result)
{
    size_t bottom = row_of(canvas, result->low_ns);
    for (size_t y = row_of(canvas, result->high_ns); y <= bottom; y += 2)
        set_dot(canvas, x, y);
}

static void draw_segment(struct canvas *canvas, size_t x0, size_t y0, size_t x1, size_t y1)
{
    size_t tall = y1 > y0 ? y1 - y0 : y0 - y1;
    size_t steps = x1 - x0 > tall ? x1 - x0 : tall;
    for (size_t i = 0; i <= steps && steps > 0; i++) {
        double part = (double)i / (double)steps;
        double y = (double)y0 + ((double)y1 - (double)y0) * part;
        set_dot(canvas, x0 + (size_t)((double)(x1 - x0) * part + 0.5), (size_t)(y + 0.5));
    }
}

static void draw(struct canvas *canvas, const struct wm_trend_line *line)
{
    size_t first = line->points[0].at, last = line->points[line->count - 1].at;
    bool sparse = line->count <= canvas->columns / 3;
    size_t x0 = 0, y0 = 0;
    for (size_t i = 0; i < line->count; i++) {
        const struct wm_trend_point *point = &line->points[i];
        size_t x = column_of(canvas, point->at, first, last);
        size_t y = row_of(canvas, point->result->ns);
        draw_interval(canvas, x, point->result);
        if (i > 0)
            draw_segment(canvas, x0, y0, x, y);
        if (sparse)
            canvas->marks[y / DOTS_Y * canvas->columns + x / DOTS_X] = true;
        x0 = x;
        y0 = y;
    }
}

static void add_cell(const struct canvas *canvas, size_t at, struct wm_text *text)
{
    unsigned char dots = canvas->cells[at];
    const unsigned char utf8[] = {0xe2, (unsigned char)(0xa0 + (dots >> 6)),
                                  (unsigned char)(0x80 + (dots & 0x3f))};
    if (canvas->marks[at])
        wm_text_add(text, "●");
    else if (dots == 0)
        wm_text_add(text, " ");
    else
        wm_text_add_bytes(text, utf8, sizeof(utf8));
}

static void add_rows(const struct canvas *canvas, struct wm_text *text)
{
    char label[WM_UNIT_BYTES];
    for (size_t row = 0; row < ROWS; row++) {
        size_t end = canvas->columns; /* no blanks at the end of a line */
        const size_t start = row * canvas->columns;
        while (end > 0 && canvas->cells[start + end - 1] == 0 && !canvas->marks[start + end - 1])
            end--;
        bool top = row == 0, bottom = row == ROWS - 1;
        wm_units_duration(top ? canvas->high_ns : canvas->low_ns, label);
        wm_text_add_padded(text, top || bottom ? label : "", -(AXIS_COLUMNS - 2));
        wm_text_add(text, top || bottom ? " ┤" : " │");
        for (size_t i = 0; i < end; i++)
            add_cell(canvas, start + i, text);
        wm_text_add(text, "\n");
    }
}

/* The oldest tag to the left, the newest to the right. */
static void add_ends(const struct canvas *canvas, const struct wm_trend_line *line,
                     struct wm_text *text)
{
    const char *first = line->points[0].tag->name, *last = line->points[line->count - 1].tag->name;
    size_t room = canvas->columns / 2 - 1;
    struct wm_text left, right;
    wm_text_init(&left);
    wm_text_init(&right);
    wm_text_add_safe(&left, first, strlen(first), room);
    wm_text_add_safe(&right, last, strlen(last), room);
    wm_text_add_padded(text, "", AXIS_COLUMNS);
    wm_text_add_padded(text, left.data, (int)(canvas->columns - wm_text_width(right.data)));
    wm_text_addf(text, "%s\n", right.data);
    wm_text_done(&left);
    wm_text_done(&right);
}

int wm_trend_draw(const struct wm_trend_line *line, size_t width, struct wm_text *text)
{
    struct canvas canvas = {.columns = width > AXIS_COLUMNS ? width - AXIS_COLUMNS : 0};
    if (canvas.columns < COLUMNS_MIN)
        canvas.columns = COLUMNS_MIN;
    if (canvas.columns > COLUMNS_MAX)
        canvas.columns = COLUMNS_MAX;
    canvas.cells = calloc(ROWS * canvas.columns, sizeof(canvas.cells[0]));
    canvas.marks = calloc(ROWS * canvas.columns, sizeof(canvas.marks[0]));
    int rc = canvas.cells == NULL || canvas.marks == NULL ? -ENOMEM : 0;
    if (rc == 0) {
        wm_trend_range(line, &canvas.low_ns, &canvas.high_ns);
        draw(&canvas, line);
        add_rows(&canvas, text);
        add_ends(&canvas, line, text);
    }
    free(canvas.cells);
    free(canvas.marks);
    return rc;
}

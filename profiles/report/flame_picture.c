/* flame_picture.c - the first tab, drawn: what is seen where no script runs. */
#include "profiles/report/flame_page.h"

#include "profiles/report/measure.h"
#include "profiles/views/html.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Pixels. ROW and MARGIN are those of flames_draw.js; letters are fixed-width ones of 12 pixels. */
static const double WIDTH = 1200, ROW = 18, MARGIN = 12, LETTER = 7.23, LINE = 17, TITLE = 26;

/* ---- Text that fits ---- */

/* East Asian letters are as wide as two; so is, to be sure, whatever stands behind them. */
static size_t columns_of(const char *character, size_t bytes)
{
    return bytes < 3 || memcmp(character, "\xe1\x84\x80", 3) < 0 ? 1 : 2; /* below U+1100 */
}

/* The bytes of `name` that fit into so many columns, with a column for the ellipsis if not all. */
static size_t fit(const char *name, size_t columns, bool *ret_cut)
{
    size_t length = strlen(name), used = 0, without = 0, at = 0;
    *ret_cut = false;
    while (at < length) {
        size_t bytes = wm_text_utf8_length(name + at, length - at);
        bytes = bytes > 0 ? bytes : 1;
        used += columns_of(name + at, bytes);
        if (used + 1 <= columns)
            without = at + bytes;
        if (used > columns) {
            *ret_cut = true;
            return without;
        }
        at += bytes;
    }
    return length;
}

/* ---- The frames ---- */

/* Where a frame's next callee begins, by depth; in doubles, as sums of callees may have been cut
 * off at the end of int64. */
struct layout {
    double *next; /* by depth */
    double *ends; /* no callee goes beyond its caller */
    double scale; /* pixels per value */
};

static void add_title(const struct wm_flame_page *page, const struct wm_flame_tab *tab,
                      const struct wm_flame_frame *frame, struct wm_text *text)
{
    char value[WM_MEASURE_BYTES], share[WM_PERCENT_BYTES];
    const char *unit = wm_report_wanted_unit(page->report);
    const char *percent = wm_percent(frame->value, page->total, share);
    wm_text_add(text, "<title>");
    wm_html_add_string(text, wm_flame_text(page, tab, frame));
    wm_text_addf(text, "%s\n%s, %s", frame->inlined ? " (inline)" : "",
                 wm_report_measure(page->report, frame->value, unit, value),
                 percent + strspn(percent, " "));
    if (page->stacks->compares)
        wm_text_addf(text, ", %s %s", page->stacks->has_base ? "was" : "less",
                     wm_report_measure(page->report, frame->base, unit, value));
    wm_text_add(text, "</title>");
}

static const char *color_of(const struct wm_flame_page *page, const struct wm_flame_tab *tab,
                            const struct wm_flame_frame *frame, char *color)
{
    if (page->stacks->compares)
        return wm_flame_shade_color(wm_flame_frame_shade(tab, frame), color);
    return frame->name == WM_NO_FRAME ? "#d9d9de" : page->names[frame->name].color;
}

static void add_label(const char *name, double x, double y, double width, struct wm_text *text)
{
    double columns = floor((width - 7) / LETTER);
    bool cut;
    if (columns < 3)
        return;
    size_t length = fit(name, (size_t)columns, &cut);
    wm_text_addf(text, "<text x=\"%.2f\" y=\"%.0f\">", x + 4, y + 13);
    wm_html_add(text, name, length);
    wm_text_add(text, cut ? "…</text>" : "</text>");
}

static void add_frame(const struct wm_flame_page *page, struct layout *layout,
                      const struct wm_flame_frame *frame, struct wm_text *text)
{
    const struct wm_flame_tab *tab = &page->tabs[0];
    char color[WM_FLAME_COLOR_BYTES];
    double *next = &layout->next[frame->depth], end = layout->ends[frame->depth];
    double x = fmin(*next, end), width = fmin((double)frame->value * layout->scale, end - x);
    double y = frame->depth * ROW;
    *next = x + width;
    layout->next[frame->depth + 1] = x;
    layout->ends[frame->depth + 1] = x + width;
    wm_text_addf(text, "<g class=\"frame%s\">", frame->inlined ? " inlined" : "");
    add_title(page, tab, frame, text);
    wm_text_addf(text, "<rect x=\"%.3f\" y=\"%.0f\" width=\"%.3f\" height=\"%.0f\" fill=\"%s\"/>",
                 x, y, width, ROW - 1, color_of(page, tab, frame, color));
    add_label(wm_flame_text(page, tab, frame), x, y, width, text);
    wm_text_add(text, "</g>\n");
}

static int add_frames(const struct wm_flame_page *page, struct wm_text *text, struct wm_error *err)
{
    const struct wm_flame_tree *tree = &page->tabs[0].tree;
    const double room = WIDTH - 2 * MARGIN;
    double whole = tree->frames[0].value > 0 ? (double)tree->frames[0].value : 1;
    struct layout layout = {.scale = room / whole};
    layout.next = calloc(tree->depth + 2, sizeof(layout.next[0]));
    layout.ends = calloc(tree->depth + 2, sizeof(layout.ends[0]));
    int rc = layout.next == NULL || layout.ends == NULL ? -ENOMEM : 0;
    if (rc == 0) {
        layout.next[0] = MARGIN;
        layout.ends[0] = MARGIN + room;
    }
    for (size_t i = 0; rc == 0 && i < tree->frame_count; i++) {
        add_frame(page, &layout, &tree->frames[i], text);
        rc = wm_report_drain(page->report, text, err);
    }
    free(layout.next);
    free(layout.ends);
    return rc;
}

/* ---- What stands above them ---- */

static double add_head(const char *class, const char *line, double y, struct wm_text *text)
{
    if (line[0] == '\0')
        return y;
    wm_text_addf(text, "<text class=\"%s\" x=\"%.0f\" y=\"%.0f\">", class, MARGIN, y);
    wm_html_add_string(text, line);
    wm_text_add(text, "</text>\n");
    return y + LINE;
}

static double head_height(const struct wm_flame_page *page)
{
    int lines = 1 + (page->filters[0] != '\0');
    return TITLE + lines * LINE + 12;
}

void wm_flame_picture_size(const struct wm_flame_page *page, uint64_t *ret_width,
                           uint64_t *ret_height)
{
    *ret_width = (uint64_t)WIDTH;
    *ret_height = (uint64_t)(head_height(page) + (page->tabs[0].tree.depth + 2) * ROW);
}

int wm_flame_add_picture(const struct wm_flame_page *page, struct wm_text *text,
                         struct wm_error *err)
{
    wm_text_add(text, "<g class=\"still\">\n"
                      "<rect class=\"back\" width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
    double y = add_head("title", page->title, TITLE, text);
    y = add_head("head", page->filters, y, text);
    add_head("note", page->tabs[0].note, y, text);
    wm_text_add(text, "<text class=\"measure\">mmmmmmmmmm</text>\n");
    wm_text_addf(text, "<g transform=\"translate(0,%.0f)\">\n", head_height(page));
    int rc = add_frames(page, text, err);
    wm_text_add(text, "</g>\n</g>\n");
    return rc;
}

/* trend_svg.c - costs over tags as a picture: a panel per line, each with a scale of its own, as a
 * path of 3 µs and one of 3 ms have no common one. */
#include "profiles/views/trend.h"

#include "profiles/views/html.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum {
    WIDTH = 760,
    PANEL = 170, /* a panel's height, with its title and its tags */
    LEFT = 80,
    RIGHT = 20,
    TOP = 34,
    BOTTOM = 30,
    LABEL_WIDTH = 90, /* of a tag's name below its point */
    LABEL_LETTERS = 12
};

/* As attributes: not every program that shows pictures reads style sheets in them. */
#define LOOK_TITLE "font-size=\"14\" font-weight=\"bold\""
#define LOOK_LEFT "fill=\"#555\""
#define LOOK_MIDDLE "fill=\"#555\" text-anchor=\"middle\""
#define LOOK_RIGHT "fill=\"#555\" text-anchor=\"end\""
#define LOOK_GRID "stroke=\"#ddd\""
#define LOOK_BREAK "stroke=\"#c33\" stroke-dasharray=\"4 3\""
#define LOOK_INTERVAL "stroke=\"#7aa6d6\" stroke-width=\"3\""

struct panel {
    const struct wm_trend_line *line;
    double top; /* of the panel */
    double low_ns, high_ns;
    size_t first, last; /* tags at its ends */
};

static double x_of(const struct panel *panel, size_t at)
{
    double width = WIDTH - LEFT - RIGHT;
    if (panel->last == panel->first)
        return LEFT + width / 2;
    return LEFT + width * (double)(at - panel->first) / (double)(panel->last - panel->first);
}

static double y_of(const struct panel *panel, double ns)
{
    double part = (panel->high_ns - ns) / (panel->high_ns - panel->low_ns);
    return panel->top + TOP + fmin(1, fmax(0, part)) * (PANEL - TOP - BOTTOM);
}

/* A tenth of a pixel, and no locale's decimal point. */
static void add_length(struct wm_text *text, double value)
{
    long tenths = lround(value * 10);
    wm_text_addf(text, "%ld.%ld", tenths / 10, tenths % 10);
}

static void add_attribute(struct wm_text *text, const char *name, double value)
{
    wm_text_addf(text, " %s=\"", name);
    add_length(text, value);
    wm_text_add(text, "\"");
}

static void add_words(struct wm_text *text, double x, double y, const char *look, const char *words)
{
    wm_text_addf(text, "<text %s", look);
    add_attribute(text, "x", x);
    add_attribute(text, "y", y);
    wm_text_add(text, ">");
    wm_html_add_string(text, words);
    wm_text_add(text, "</text>\n");
}

static void add_rule(struct wm_text *text, const char *look, double x1, double y1, double x2,
                     double y2)
{
    wm_text_addf(text, "<line %s", look);
    add_attribute(text, "x1", x1);
    add_attribute(text, "y1", y1);
    add_attribute(text, "x2", x2);
    add_attribute(text, "y2", y2);
    wm_text_add(text, "/>\n");
}

static void add_axis(struct wm_text *text, const struct panel *panel)
{
    char label[WM_UNIT_BYTES];
    const double costs[] = {panel->low_ns, panel->high_ns};
    for (size_t i = 0; i < 2; i++) {
        double y = y_of(panel, costs[i]);
        add_rule(text, LOOK_GRID, LEFT, y, WIDTH - RIGHT, y);
        add_words(text, LEFT - 6, y + 4, LOOK_RIGHT, wm_units_duration(costs[i], label));
    }
}

static void add_curve(struct wm_text *text, const struct panel *panel)
{
    wm_text_add(text, "<polyline fill=\"none\" stroke=\"#1f5fa8\" stroke-width=\"1.5\" points=\"");
    for (size_t i = 0; i < panel->line->count; i++) {
        const struct wm_trend_point *point = &panel->line->points[i];
        wm_text_add(text, i > 0 ? " " : "");
        add_length(text, x_of(panel, point->at));
        wm_text_add(text, ",");
        add_length(text, y_of(panel, point->result->ns));
    }
    wm_text_add(text, "\"/>\n");
}

static void add_point(struct wm_text *text, const struct panel *panel,
                      const struct wm_trend_point *point)
{
    char cell[WM_TREND_CELL_BYTES], commit[WM_TREND_COMMIT_BYTES];
    double x = x_of(panel, point->at);
    add_rule(text, LOOK_INTERVAL, x, y_of(panel, point->result->low_ns), x,
             y_of(panel, point->result->high_ns));
    wm_text_add(text, "<circle r=\"3.5\" fill=\"#1f5fa8\"");
    add_attribute(text, "cx", x);
    add_attribute(text, "cy", y_of(panel, point->result->ns));
    wm_text_add(text, "><title>");
    wm_html_add_string(text, point->tag->name);
    wm_text_addf(text, " (%s): %s</title></circle>\n", wm_trend_commit(point->tag, commit),
                 wm_trend_cost(point->result, cell));
}

/* Where another work, load or machine begins. */
static void add_breaks(struct wm_text *text, const struct panel *panel)
{
    for (size_t i = 1; i < panel->line->count; i++) {
        struct wm_tag_difference difference;
        if (wm_trend_goes_on(panel->line, i, &difference))
            continue;
        double x =
            (x_of(panel, panel->line->points[i - 1].at) + x_of(panel, panel->line->points[i].at)) /
            2;
        add_rule(text, LOOK_BREAK, x, panel->top + TOP, x, panel->top + PANEL - BOTTOM);
    }
}

/* Names of tags, as many as have room beside each other. */
static void add_tags(struct wm_text *text, const struct panel *panel)
{
    const struct wm_trend_line *line = panel->line;
    double free_from = 0, newest = x_of(panel, line->points[line->count - 1].at);
    for (size_t i = 0; i < line->count; i++) {
        double x = x_of(panel, line->points[i].at);
        bool last = i + 1 == line->count;
        if (!last && (x < free_from || x + LABEL_WIDTH > newest))
            continue;
        const char *name = line->points[i].tag->name;
        struct wm_text label;
        wm_text_init(&label);
        wm_text_add_safe(&label, name, strlen(name), LABEL_LETTERS);
        add_words(text, x, panel->top + PANEL - BOTTOM + 18,
                  last && line->count > 1 ? LOOK_RIGHT
                                          : (i == 0 && line->count > 1 ? LOOK_LEFT : LOOK_MIDDLE),
                  label.data);
        wm_text_done(&label);
        free_from = x + LABEL_WIDTH;
    }
}

static void add_panel(struct wm_text *text, const struct wm_trend_line *line, size_t number)
{
    struct panel panel = {
        .line = line,
        .top = (double)(number * PANEL),
        .first = line->points[0].at,
        .last = line->points[line->count - 1].at,
    };
    struct wm_text title;
    wm_trend_range(line, &panel.low_ns, &panel.high_ns);
    wm_text_init(&title);
    wm_text_add_safe(&title, line->name, strlen(line->name), 70);
    wm_text_addf(&title, "  %s", wm_trend_unit(line));
    add_words(text, LEFT, panel.top + 20, LOOK_TITLE, title.data);
    wm_text_done(&title);
    add_axis(text, &panel);
    add_breaks(text, &panel);
    add_curve(text, &panel);
    for (size_t i = 0; i < line->count; i++)
        add_point(text, &panel, &line->points[i]);
    add_tags(text, &panel);
}

int wm_view_trend_svg(const struct wm_trend *trend, struct wm_text *text, struct wm_error *err)
{
    size_t shown = trend->count < WM_TREND_SHOWN_MAX ? trend->count : WM_TREND_SHOWN_MAX;
    size_t height = shown * PANEL + (shown < trend->count ? 30 : 10);
    wm_text_addf(text,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%zu\" "
                 "viewBox=\"0 0 %d %zu\" font-family=\"sans-serif\" font-size=\"12\">\n"
                 "<rect width=\"%d\" height=\"%zu\" fill=\"#fff\"/>\n",
                 WIDTH, height, WIDTH, height, WIDTH, height);
    for (size_t i = 0; i < shown; i++)
        add_panel(text, &trend->lines[i], i);
    if (shown < trend->count) {
        struct wm_text more;
        wm_text_init(&more);
        wm_text_addf(&more, "… and %zu more", trend->count - shown);
        add_words(text, LEFT, (double)(shown * PANEL) + 18, LOOK_LEFT, more.data);
        wm_text_done(&more);
    }
    wm_text_add(text, "</svg>\n");
    return text->failed ? wm_fail(err, -ENOMEM, "no memory to draw the trend") : 0;
}

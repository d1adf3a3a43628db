/* trend.c - costs by tag, found by name: as lines, tables, CSV and JSON. */
#include "profiles/views/trend.h"

#include "harness/core/clock.h"
#include "harness/core/csv.h"
#include "harness/core/json.h"
#include "profiles/regex/regex.h"
#include "profiles/views/columns.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Finding ---- */

static struct wm_trend_line *find_line(struct wm_trend *trend, const struct wm_tag_result *result)
{
    for (size_t i = 0; i < trend->count; i++) {
        struct wm_trend_line *line = &trend->lines[i];
        bool same = line->kind == result->kind && line->path_id == result->path_id;
        if (same && (line->kind == WM_TAG_PATH || strcmp(line->name, result->name) == 0))
            return line;
    }
    return NULL;
}

static struct wm_trend_line *add_line(struct wm_trend *trend, const struct wm_tag_result *result)
{
    struct wm_trend_line *more = realloc(trend->lines, (trend->count + 1) * sizeof(more[0]));
    if (more == NULL)
        return NULL;
    trend->lines = more;
    more[trend->count] = (struct wm_trend_line){
        .kind = result->kind, .path_id = result->path_id, .name = result->name};
    return &more[trend->count++];
}

static int add_point(struct wm_trend_line *line, size_t at, const struct wm_tag *tag,
                     const struct wm_tag_result *result)
{
    struct wm_trend_point *more = realloc(line->points, (line->count + 1) * sizeof(more[0]));
    if (more == NULL)
        return -ENOMEM;
    more[line->count++] = (struct wm_trend_point){at, tag, result};
    line->points = more;
    return 0;
}

/* From the newest tag to the oldest, so that names and order are the newest's. */
static int collect(struct wm_trend *trend, struct wm_regex *regex)
{
    const struct wm_record *record = trend->record;
    int rc = 0;
    for (size_t t = 0; rc == 0 && t < record->count; t++) {
        const struct wm_tag *tag = record->tags[t];
        for (size_t i = 0; rc == 0 && i < tag->result_count; i++) {
            const struct wm_tag_result *result = &tag->results[i];
            struct wm_trend_line *line = find_line(trend, result);
            if (line == NULL)
                line = add_line(trend, result);
            if (line == NULL)
                return -ENOMEM;
            if (!line->matches)
                line->matches = wm_regex_finds(regex, result->name, strlen(result->name));
            if (result->known)
                rc = add_point(line, record->count - 1 - t, tag, result);
        }
    }
    return rc;
}

static void reverse(struct wm_trend_line *line)
{
    for (size_t i = 0; i < line->count / 2; i++) {
        struct wm_trend_point point = line->points[i];
        line->points[i] = line->points[line->count - 1 - i];
        line->points[line->count - 1 - i] = point;
    }
}

static int fail_nothing(const struct wm_trend *trend, const char *pattern, struct wm_error *err)
{
    enum { OFFERED = 5 };
    struct wm_text names;
    wm_text_init(&names);
    for (size_t i = 0; i < trend->count && i < OFFERED; i++) {
        wm_text_add(&names, i > 0 ? ", " : "");
        wm_text_add_safe(&names, trend->lines[i].name, strlen(trend->lines[i].name), 40);
    }
    int rc = trend->count == 0
                 ? wm_fail_at(err, -ENOENT, wm_record_home(),
                              "the record is empty: waymark run --tag NAME files a run there")
                 : wm_fail_at(err, -ENOENT, "--trend",
                              "nothing that was measured matches '%.60s'; there %s %s%s", pattern,
                              trend->count == 1 ? "is" : "are", names.data,
                              trend->count > OFFERED ? " and more" : "");
    wm_text_done(&names);
    return rc;
}

/* Keeps the lines that were asked for. */
static void sift(struct wm_trend *trend)
{
    size_t kept = 0;
    for (size_t i = 0; i < trend->count; i++) {
        if (trend->lines[i].matches && trend->lines[i].count > 0) {
            reverse(&trend->lines[i]);
            trend->lines[kept++] = trend->lines[i];
        } else {
            free(trend->lines[i].points);
        }
    }
    trend->count = kept;
}

int wm_trend_new(const struct wm_record *record, const char *pattern, struct wm_trend **ret_trend,
                 struct wm_error *err)
{
    struct wm_regex *regex = NULL;
    struct wm_trend *trend = NULL;
    int rc = wm_regex_new("--trend", pattern, &regex, err);
    if (rc < 0)
        return rc;
    trend = calloc(1, sizeof(*trend));
    if (trend != NULL)
        trend->record = record;
    rc = trend == NULL ? -ENOMEM : collect(trend, regex);
    if (rc < 0) {
        wm_fail(err, rc, "no memory");
        goto out;
    }
    bool found = false;
    for (size_t i = 0; i < trend->count; i++)
        found = found || (trend->lines[i].matches && trend->lines[i].count > 0);
    if (!found) {
        rc = fail_nothing(trend, pattern, err);
        goto out;
    }
    sift(trend);
    *ret_trend = trend;
    trend = NULL;
out:
    wm_regex_free(regex);
    wm_trend_free(trend);
    return rc;
}

void wm_trend_free(struct wm_trend *trend)
{
    if (trend == NULL)
        return;
    for (size_t i = 0; i < trend->count; i++)
        free(trend->lines[i].points);
    free(trend->lines);
    free(trend);
}

/* ---- Printing ---- */

static void add_title(const struct wm_trend_line *line, struct wm_text *text)
{
    wm_text_add_safe(text, line->name, strlen(line->name), 80);
    wm_text_addf(text, "  %s, %s\n", wm_tag_kind_name(line->kind), wm_trend_unit(line));
}

static int add_table(const struct wm_trend_line *line, struct wm_text *text)
{
    static const struct wm_grid_column columns[] = {
        {"tag",         false, false, 12},
        {"filed (UTC)", false, false, 0 },
        {"commit",      false, false, 0 },
        {"cost",        true,  false, 0 },
        {"change",      true,  false, 0 },
    };
    char cell[WM_TREND_CELL_BYTES], change[WM_UNIT_BYTES], commit[WM_TREND_COMMIT_BYTES];
    struct wm_grid *grid = NULL;
    int rc = wm_grid_new(columns, sizeof(columns) / sizeof(columns[0]), &grid);
    if (rc < 0)
        return rc;
    double before_ns = 0;
    for (size_t i = 0; i < line->count; i++) {
        const struct wm_trend_point *point = &line->points[i];
        char filed[32];
        wm_clock_format_utc(point->tag->filed_ns, filed);
        wm_grid_add(grid, point->tag->name);
        wm_grid_add(grid, filed);
        wm_grid_add(grid, wm_trend_commit(point->tag, commit));
        wm_grid_add(grid, wm_trend_cost(point->result, cell));
        wm_grid_add(grid, wm_trend_change(point->result->ns, before_ns, change));
        before_ns = point->result->ns;
    }
    rc = wm_grid_print(grid, 2, text);
    wm_grid_free(grid);
    return rc;
}

/* On the line that is being written while it fits, else on the next one. */
static void add_piece(struct wm_text *text, size_t *column, size_t width,
                      const struct wm_text *piece)
{
    size_t needed = wm_text_width(piece->data) + strlen(", ");
    if (*column > 0)
        wm_text_add(text, *column + needed > width ? ",\n" : ", ");
    if (*column == 0 || *column + needed > width) {
        wm_text_add(text, "  ");
        *column = 0;
    }
    wm_text_add(text, piece->data);
    *column += needed;
}

/* "12.7 µs ± 310 ns at v3, +5.5% since v1, -0.2% since v2". */
static void add_sentence(const struct wm_trend_line *line, size_t width, struct wm_text *text)
{
    enum { NAME_COLUMNS = 40 };
    char cell[WM_TREND_CELL_BYTES], change[WM_UNIT_BYTES];
    const struct wm_trend_point *last = &line->points[line->count - 1];
    size_t column = 0;
    struct wm_text piece;
    wm_text_init(&piece);
    wm_text_addf(&piece, "%s at ", wm_trend_cost(last->result, cell));
    wm_text_add_safe(&piece, last->tag->name, strlen(last->tag->name), NAME_COLUMNS);
    add_piece(text, &column, width, &piece);
    size_t since[] = {0, line->count >= 2 ? line->count - 2 : 0};
    for (size_t i = 0; i < 2 && line->count >= 2 + i; i++) {
        const struct wm_trend_point *before = &line->points[since[i]];
        wm_text_clear(&piece);
        wm_text_addf(&piece, "%s since ",
                     wm_trend_change(last->result->ns, before->result->ns, change));
        wm_text_add_safe(&piece, before->tag->name, strlen(before->tag->name), NAME_COLUMNS);
        add_piece(text, &column, width, &piece);
    }
    wm_text_add(text, "\n");
    wm_text_done(&piece);
}

/* Where a line goes on with another work, load or machine, it says nothing of the app. */
static void add_breaks(const struct wm_trend_line *line, struct wm_text *text)
{
    for (size_t i = 1; i < line->count; i++) {
        struct wm_tag_difference difference;
        if (wm_trend_goes_on(line, i, &difference))
            continue;
        wm_text_addf(text, "  note: %s is another from ", difference.what);
        wm_text_add_safe(text, line->points[i].tag->name, strlen(line->points[i].tag->name), 40);
        wm_text_add(text, " on: costs before and after do not compare\n");
    }
}

static int add_text(const struct wm_trend *trend, size_t width, struct wm_text *text)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < trend->count; i++) {
        const struct wm_trend_line *line = &trend->lines[i];
        if (width > 0 && i == WM_TREND_SHOWN_MAX) {
            wm_text_addf(text, "\n… and %zu more\n", trend->count - i);
            break;
        }
        wm_text_add(text, i > 0 ? "\n" : "");
        add_title(line, text);
        if (width == 0)
            rc = add_table(line, text);
        else if (line->count > 1)
            rc = wm_trend_draw(line, width, text);
        if (width > 0)
            add_sentence(line, width, text);
        add_breaks(line, text);
    }
    return rc;
}

static void add_csv(const struct wm_trend *trend, struct wm_text *text)
{
    wm_text_add(text, "kind,name,tag,filed_ns,commit,dirty,count,ns,low_ns,high_ns\n");
    for (size_t i = 0; i < trend->count; i++) {
        const struct wm_trend_line *line = &trend->lines[i];
        for (size_t k = 0; k < line->count; k++) {
            const struct wm_trend_point *point = &line->points[k];
            const struct wm_run *facts = point->tag->facts;
            wm_csv_add(text, wm_tag_kind_name(line->kind));
            wm_csv_add(text, line->name);
            wm_csv_add(text, point->tag->name);
            wm_csv_add_u64(text, point->tag->filed_ns);
            wm_csv_add(text, wm_run_setting(facts->identity, facts->identity_count, WM_RUN_COMMIT));
            wm_csv_add(text, wm_run_setting(facts->identity, facts->identity_count, WM_RUN_DIRTY));
            wm_csv_add_u64(text, point->result->count);
            wm_trend_add_csv_ns(text, point->result, point->result->ns);
            wm_trend_add_csv_ns(text, point->result, point->result->low_ns);
            wm_trend_add_csv_ns(text, point->result, point->result->high_ns);
            wm_csv_end(text);
        }
    }
}

static void add_json_line(const struct wm_trend_line *line, struct wm_json_writer *json)
{
    wm_json_open(json, NULL, '{');
    wm_json_string(json, "kind", wm_tag_kind_name(line->kind));
    wm_json_string(json, "name", line->name);
    wm_json_open(json, "points", '[');
    for (size_t k = 0; k < line->count; k++) {
        const struct wm_trend_point *point = &line->points[k];
        const struct wm_run *facts = point->tag->facts;
        wm_json_open(json, NULL, '{');
        wm_json_string(json, "tag", point->tag->name);
        wm_json_u64(json, "filed_ns", point->tag->filed_ns);
        wm_json_string(json, "commit",
                       wm_run_setting(facts->identity, facts->identity_count, WM_RUN_COMMIT));
        wm_json_u64(json, "count", point->result->count);
        wm_json_double(json, "ns", point->result->ns);
        wm_json_double(json, "low_ns", point->result->low_ns);
        wm_json_double(json, "high_ns", point->result->high_ns);
        wm_json_close(json, '}');
    }
    wm_json_close(json, ']');
    wm_json_close(json, '}');
}

static void add_json(const struct wm_trend *trend, struct wm_text *text)
{
    struct wm_json_writer json;
    wm_json_start(&json, text);
    wm_json_open(&json, NULL, '[');
    for (size_t i = 0; i < trend->count; i++)
        add_json_line(&trend->lines[i], &json);
    wm_json_close(&json, ']');
}

int wm_view_trend(const struct wm_trend *trend, enum wm_view_format format, size_t width,
                  struct wm_text *text, struct wm_error *err)
{
    int rc = 0;
    switch (format) {
    case WM_VIEW_TEXT:
        rc = add_text(trend, width, text);
        break;
    case WM_VIEW_CSV:
        add_csv(trend, text);
        break;
    case WM_VIEW_JSON:
        add_json(trend, text);
        break;
    }
    return rc < 0 || text->failed ? wm_fail(err, -ENOMEM, "no memory to print the trend") : 0;
}

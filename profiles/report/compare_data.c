/* compare_data.c - a comparison for programs. What is not known is an empty cell, or no key. */
#include "harness/core/csv.h"
#include "harness/core/json.h"
#include "profiles/report/compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const evidences[] = {
    [WM_EVIDENCE_NONE] = "none",   [WM_EVIDENCE_RANKS] = "ranks",
    [WM_EVIDENCE_MEANS] = "means", [WM_EVIDENCE_SAMPLING] = "sampling",
    [WM_EVIDENCE_COUNT] = "count",
};

static const char *const verdicts[] = {
    [WM_VERDICT_SAME] = "same",
    [WM_VERDICT_LESS] = "less",
    [WM_VERDICT_MORE] = "more",
};

static const char *kind_of(const struct wm_compared *row)
{
    if (row->of_entry)
        return "entry";
    if (row->of_background)
        return "background";
    return row->of_path ? "path" : "benchmark";
}

static void add_number(struct wm_text *text, double value)
{
    char cell[WM_COMPARE_CELL_BYTES] = "";
    if (isfinite(value))
        (void)snprintf(cell, sizeof(cell), "%.9g", value);
    wm_csv_add(text, cell);
}

void wm_compare_add_csv(const struct wm_comparison *comparison, struct wm_text *text)
{
    wm_text_add(text, "kind,subject,unit,before,after,change,change_low,change_high,p,p_corrected,"
                      "evidence,verdict,before_count,after_count,at_one_speed\n");
    for (size_t i = 0; i < comparison->count; i++) {
        const struct wm_compared *row = &comparison->rows[i];
        const double numbers[] = {row->middles[WM_BEFORE],
                                  row->middles[WM_AFTER],
                                  row->change,
                                  row->low,
                                  row->high,
                                  row->p,
                                  row->p_corrected};
        wm_csv_add(text, kind_of(row));
        wm_csv_add(text, row->subject);
        wm_csv_add(text, row->unit);
        for (size_t n = 0; n < sizeof(numbers) / sizeof(numbers[0]); n++)
            add_number(text, numbers[n]);
        wm_csv_add(text, evidences[row->evidence]);
        wm_csv_add(text, verdicts[row->verdict]);
        wm_csv_add_u64(text, row->lots[WM_BEFORE].count);
        wm_csv_add_u64(text, row->lots[WM_AFTER].count);
        wm_csv_add(text, row->at_one_speed ? "true" : "false");
        wm_csv_end(text);
    }
}

static void add_known(struct wm_json_writer *json, const char *key, double value)
{
    if (isfinite(value))
        wm_json_double(json, key, value);
}

static void add_values(struct wm_json_writer *json, const char *key, struct wm_lot lot)
{
    wm_json_open(json, key, '[');
    for (size_t i = 0; i < lot.count; i++)
        wm_json_double(json, NULL, lot.values[i]);
    wm_json_close(json, ']');
}

static void add_row(struct wm_json_writer *json, const struct wm_compared *row)
{
    wm_json_open(json, NULL, '{');
    wm_json_string(json, "kind", kind_of(row));
    wm_json_string(json, "subject", row->subject);
    wm_json_string(json, "unit", row->unit);
    wm_json_double(json, "before", row->middles[WM_BEFORE]);
    wm_json_double(json, "after", row->middles[WM_AFTER]);
    add_known(json, "change", row->change);
    add_known(json, "change_low", row->low);
    add_known(json, "change_high", row->high);
    add_known(json, "p", row->p);
    add_known(json, "p_corrected", row->p_corrected);
    wm_json_string(json, "evidence", evidences[row->evidence]);
    wm_json_string(json, "verdict", verdicts[row->verdict]);
    wm_json_bool(json, "at_one_speed", row->at_one_speed);
    add_values(json, "before_values", row->lots[WM_BEFORE]);
    add_values(json, "after_values", row->lots[WM_AFTER]);
    wm_json_close(json, '}');
}

static void add_moved(struct wm_json_writer *json, const struct wm_moved *row)
{
    wm_json_open(json, NULL, '{');
    wm_json_string(json, "path", row->path);
    wm_json_string(json, row->is_line ? "line" : "function", row->place);
    wm_json_double(json, "before_ns", row->cost[WM_BEFORE]);
    wm_json_double(json, "after_ns", row->cost[WM_AFTER]);
    wm_json_double(json, "deviation_ns", row->deviation);
    wm_json_bool(json, "evident", row->evident);
    wm_json_close(json, '}');
}

static void add_notes(struct wm_json_writer *json, const char *notes)
{
    struct wm_text line;
    wm_text_init(&line);
    wm_json_open(json, "notes", '[');
    for (const char *at = notes; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        wm_text_clear(&line);
        wm_text_add_bytes(&line, at, length);
        wm_json_string(json, NULL, line.data);
        at += length + (at[length] == '\n');
    }
    wm_json_close(json, ']');
    wm_text_done(&line);
}

void wm_compare_add_json(const struct wm_compare_view *view, struct wm_text *text)
{
    static const char *const missing[WM_COMPARED_SIDES] = {"only_after", "only_before"};
    const struct wm_comparison *comparison = view->comparison;
    struct wm_json_writer json;
    wm_json_start(&json, text);
    wm_json_open(&json, NULL, '{');
    wm_json_string(&json, "before", view->sets[WM_BEFORE]->name);
    wm_json_string(&json, "after", view->sets[WM_AFTER]->name);
    wm_json_bool(&json, "in_turns", comparison->take_turns);
    if (comparison->reference != NULL)
        wm_json_string(&json, "reference", comparison->reference);
    wm_json_u64(&json, "questions", comparison->question_count);
    wm_json_open(&json, "rows", '[');
    for (size_t i = 0; i < comparison->count; i++)
        add_row(&json, &comparison->rows[i]);
    wm_json_close(&json, ']');
    wm_json_open(&json, "geomeans", '{');
    for (size_t i = 0; i < comparison->mean_count; i++)
        if (comparison->means[i].count > 0)
            wm_json_double(&json, comparison->means[i].unit, comparison->means[i].change);
    wm_json_close(&json, '}');
    for (int side = 0; side < WM_COMPARED_SIDES; side++) {
        wm_json_open(&json, missing[side], '[');
        for (size_t i = 0; i < comparison->missing_count[side]; i++)
            wm_json_string(&json, NULL, comparison->missing[side][i].subject);
        wm_json_close(&json, ']');
    }
    wm_json_open(&json, "moved", '[');
    for (size_t i = 0; view->moves != NULL && i < view->moves->count; i++)
        add_moved(&json, &view->moves->rows[i]);
    wm_json_close(&json, ']');
    add_notes(&json, view->notes);
    wm_json_close(&json, '}');
}

/* list.c - the source of the functions that match, what each line cost before it. */
#include "profiles/report/listing.h"
#include "profiles/report/measure.h"

#include <errno.h>
#include <inttypes.h>

enum {
    VALUE_COLUMNS = 10,
    BRIEF_NEAR = 2,   /* lines around one that costs something */
    BRIEF_WHOLE = 40, /* a function of that many lines is shown whole */
};

static void add_values(const struct wm_listing *listing, int64_t self, int64_t total,
                       struct wm_text *text)
{
    char value[WM_MEASURE_BYTES];
    wm_text_add_padded(text, wm_listing_value(listing, self, value), -VALUE_COLUMNS);
    wm_text_add(text, " ");
    wm_text_add_padded(text, wm_listing_value(listing, total, value), -VALUE_COLUMNS);
}

static void add_sum(const struct wm_report *report, int64_t value, const char *behind,
                    struct wm_text *text)
{
    char measured[WM_MEASURE_BYTES];
    wm_report_measure(report, value, wm_report_wanted_unit(report), measured);
    wm_text_add_padded(text, measured, -VALUE_COLUMNS);
    wm_text_add(text, behind);
}

static void add_head(const struct wm_report *report, const struct wm_routine *routine,
                     struct wm_text *text)
{
    char percent[WM_PERCENT_BYTES];
    wm_text_addf(text, "ROUTINE ======================== %s in %s\n",
                 wm_profile_text(report->profile, routine->name),
                 wm_profile_text(report->profile, routine->file));
    add_sum(report, routine->self, " ", text);
    add_sum(report, routine->total, " (flat, cum) ", text);
    wm_text_addf(text, "%s of Total\n", wm_percent(routine->total, report->total, percent));
}

/* Whether a brief listing has the line. */
static bool is_near_cost(const struct wm_routine *routine, int64_t line)
{
    bool near = routine->last - routine->first < BRIEF_WHOLE;
    for (int64_t other = line - BRIEF_NEAR; !near && other <= line + BRIEF_NEAR; other++) {
        const struct wm_listing_line sums = wm_routine_line(routine, other);
        near = sums.self != 0 || sums.total != 0;
    }
    return near;
}

static void add_line(const struct wm_listing *listing, const struct wm_routine *routine,
                     const struct wm_source *source, int64_t line, struct wm_text *text)
{
    const struct wm_listing_line sums = wm_routine_line(routine, line);
    const struct wm_source_line *shown = &source->lines[line - 1];
    add_values(listing, sums.self, sums.total, text);
    wm_text_addf(text, " %6" PRId64 ":", line);
    wm_text_add_bytes(text, shown->text, shown->length);
    wm_text_add(text, "\n");
}

static void add_lines(const struct wm_listing *listing, const struct wm_routine *routine,
                      const struct wm_source *source, struct wm_text *text)
{
    bool brief = listing->graph->report->options->brief;
    bool gap = false;
    for (int64_t line = routine->first;
         line <= routine->last && line <= (int64_t)source->line_count; line++) {
        bool shown = !brief || is_near_cost(routine, line);
        if (shown)
            add_line(listing, routine, source, line, text);
        else if (!gap)
            wm_text_add(text, "         ⋮\n");
        gap = !shown;
    }
}

static int add_routine(struct wm_listing *listing, const struct wm_routine *routine,
                       struct wm_text *text)
{
    const struct wm_report *report = listing->graph->report;
    const struct wm_source *source;
    if (routine->file == 0) {
        wm_text_addf(text, "No source information for %s\n",
                     wm_profile_text(report->profile, routine->name));
        return 0;
    }
    int rc = wm_listing_source(listing, routine, &source);
    if (rc < 0)
        return rc;
    add_head(report, routine, text);
    if (source == NULL)
        return 0;
    if (source->problem != NULL) {
        wm_text_addf(text, " Error: %s\n", source->problem);
        return 0;
    }
    add_lines(listing, routine, source, text);
    return 0;
}

int wm_print_list(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    struct wm_listing *listing = NULL;
    char total[WM_MEASURE_BYTES];
    int rc = wm_listing_new(report, WM_LISTING_PLAIN, &listing, err);
    if (rc < 0)
        return rc;
    wm_text_addf(text, "Total: %s\n",
                 wm_report_measure(report, report->total, wm_report_wanted_unit(report), total));
    for (size_t i = 0; rc == 0 && i < listing->routine_count; i++) {
        rc = add_routine(listing, &listing->routines[i], text);
        if (rc < 0)
            wm_fail(err, rc, "no memory for the view");
    }
    wm_listing_free(listing);
    return rc;
}

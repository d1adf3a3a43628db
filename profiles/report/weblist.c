/* weblist.c - -list as a page of its own: the same figures, heat, and what was inlined where.
 *
 * The page loads nothing and runs nothing. Costs of lines that the source does not have (the file
 * is not here, or is another one by now) are shown too, so that the sums can be followed. */
#include "profiles/report/banner.h"
#include "profiles/report/files.h"
#include "profiles/report/listing.h"
#include "profiles/report/measure.h"
#include "profiles/views/html.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_COLUMNS = 10 };

static const char style[] =
    "<style>\n"
    ":root{color-scheme:light dark;--dim:#767676;--hot:214,69,0}\n"
    "body{font:14px/1.45 system-ui,sans-serif;margin:1.5em;max-width:120em}\n"
    "pre,td{font:12px/1.4 ui-monospace,monospace}\n"
    "pre{overflow-x:auto;tab-size:8;margin:.5em 0 2em}\n"
    "h2{font-size:1.1em;margin:1.5em 0 0}\n"
    ".file,.n,.in,.none{color:var(--dim)}\n"
    ".newer{color:#b00020;font-weight:600}\n"
    ".l{display:inline-block;min-width:100%;background:rgba(var(--hot),var(--h,0))}\n"
    "td{padding:0 1em 0 0;text-align:right}td:last-child{text-align:left}\n"
    "@media(prefers-color-scheme:dark){:root{--dim:#9a9a9a;--hot:255,120,40}.newer{color:#ff8a80}}"
    "\n"
    "</style>\n";

/* All inlined calls of one callee from one line. */
struct inlined {
    uint32_t name, file;
    int64_t line; /* of the caller */
    int64_t weight;
};

struct page {
    struct wm_listing *listing;
    const struct wm_report *report;
    struct wm_text *text;
    struct wm_links callees;
    struct inlined *inlined; /* of the routine at hand, by line, then weight */
    size_t inlined_count;
    int64_t hottest; /* the most that a line of the routine costs, with what it calls */
};

/* ---- What was inlined ---- */

static void take_call(struct page *page, const struct wm_edge *edge)
{
    const struct wm_graph *graph = page->listing->graph;
    const struct wm_node_key *caller = graph->nodes[edge->from].key;
    const struct wm_node_key *callee = graph->nodes[edge->to].key;
    for (size_t i = page->inlined_count; i > 0; i--) {
        struct inlined *known = &page->inlined[i - 1];
        if (known->line != caller->line)
            break;
        if (known->name != callee->name || known->file != callee->file)
            continue;
        known->weight = wm_add_wrapping(known->weight, edge->weight);
        return;
    }
    page->inlined[page->inlined_count++] =
        (struct inlined){callee->name, callee->file, caller->line, edge->weight};
}

static int compare_inlined(const void *left, const void *right, void *user)
{
    const struct wm_profile *profile = user;
    const struct inlined *a = left, *b = right;
    int64_t weights[2] = {wm_magnitude(a->weight), wm_magnitude(b->weight)};
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (weights[0] != weights[1])
        return weights[0] > weights[1] ? -1 : 1;
    int order = strcmp(wm_profile_text(profile, a->name), wm_profile_text(profile, b->name));
    return order != 0
               ? order
               : strcmp(wm_profile_text(profile, a->file), wm_profile_text(profile, b->file));
}

/* The nodes of a routine are in order of their lines. */
static int find_inlined(struct page *page, const struct wm_routine *routine)
{
    const struct wm_graph *graph = page->listing->graph;
    const struct wm_links *callees = &page->callees;
    size_t count = 0;
    for (size_t i = 0; i < routine->node_count; i++)
        count += callees->first[routine->nodes[i] + 1] - callees->first[routine->nodes[i]];
    free(page->inlined);
    page->inlined = calloc(count + 1, sizeof(page->inlined[0]));
    page->inlined_count = 0;
    if (page->inlined == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < routine->node_count; i++) {
        uint32_t node = routine->nodes[i];
        for (size_t at = callees->first[node]; at < callees->first[node + 1]; at++) {
            const struct wm_edge *edge = &graph->edges[callees->links[at].edge];
            if (edge->is_inline)
                take_call(page, edge);
        }
    }
    qsort_r(page->inlined, page->inlined_count, sizeof(page->inlined[0]), compare_inlined,
            page->report->profile);
    return 0;
}

/* ---- Lines ---- */

static void add_value(struct page *page, int64_t value)
{
    char measured[WM_MEASURE_BYTES];
    wm_text_add_padded(page->text, wm_listing_value(page->listing, value, measured),
                       -VALUE_COLUMNS);
}

static void add_marks(struct page *page, int64_t line)
{
    const struct wm_profile *profile = page->report->profile;
    for (size_t i = 0; i < page->inlined_count; i++) {
        const struct inlined *inlined = &page->inlined[i];
        if (inlined->line != line)
            continue;
        wm_text_addf(page->text, "<span class=in>%*s ", VALUE_COLUMNS, "");
        add_value(page, inlined->weight);
        wm_text_addf(page->text, " %7s  ↳ inlined ", "");
        wm_html_add_string(page->text, wm_profile_text(profile, inlined->name));
        if (inlined->file != 0) {
            wm_text_add(page->text, " (");
            wm_html_add_string(page->text, wm_profile_text(profile, inlined->file));
            wm_text_add(page->text, ")");
        }
        wm_text_add(page->text, "</span>\n");
    }
}

/* `source` NULL: the file has no such line. */
static void add_line(struct page *page, const struct wm_listing_line *sums,
                     const struct wm_source_line *source)
{
    struct wm_text *text = page->text;
    int64_t total = wm_magnitude(sums->total); /* what was inlined into a line is its heat too */
    double heat = page->hottest > 0 && total > 0 ? 0.6 * (double)total / (double)page->hottest : 0;
    if (heat > 0)
        wm_text_addf(text, "<span class=l style=\"--h:%.2f\">", heat);
    else
        wm_text_add(text, "<span class=l>");
    add_value(page, sums->self);
    wm_text_add(text, " ");
    add_value(page, sums->total);
    wm_text_addf(text, " <span class=n>%7" PRId64 "</span>  ", sums->line);
    if (source != NULL)
        wm_html_add(text, source->text, source->length);
    else
        wm_text_add(text, sums->line == 0 ? "<span class=none>no line is known</span>"
                                          : "<span class=none>no such line in the file</span>");
    wm_text_add(text, "</span>\n");
    add_marks(page, sums->line);
}

static void add_source(struct page *page, const struct wm_routine *routine,
                       const struct wm_source *source)
{
    static const struct wm_source_line unknown = {"", 0};
    bool known = source != NULL && source->problem == NULL;
    int64_t last = known ? (int64_t)source->line_count : 0;
    last = last < routine->last ? last : routine->last;
    wm_text_add(page->text, "<pre>");
    for (size_t i = 0; i < routine->line_count; i++)
        if (routine->lines[i].line < routine->first || !known)
            add_line(page, &routine->lines[i],
                     known || routine->lines[i].line == 0 ? NULL : &unknown);
    for (int64_t line = routine->first; known && line <= last; line++) {
        const struct wm_listing_line sums = wm_routine_line(routine, line);
        add_line(page, &sums, &source->lines[line - 1]);
    }
    for (size_t i = 0; known && i < routine->line_count; i++)
        if (routine->lines[i].line > last && routine->lines[i].line >= routine->first)
            add_line(page, &routine->lines[i], NULL);
    wm_text_add(page->text, "</pre>\n");
}

/* ---- Routines ---- */

static void add_percent(struct page *page, int64_t value)
{
    char percent[WM_PERCENT_BYTES];
    const char *share = wm_percent(value, page->report->total, percent);
    wm_text_add(page->text, share + strspn(share, " "));
}

static int64_t find_hottest(const struct wm_routine *routine)
{
    int64_t hottest = 0;
    for (size_t i = 0; i < routine->line_count; i++) {
        int64_t total = wm_magnitude(routine->lines[i].total);
        hottest = total > hottest ? total : hottest;
    }
    return hottest;
}

static int add_routine(struct page *page, size_t number)
{
    const struct wm_routine *routine = &page->listing->routines[number];
    const struct wm_profile *profile = page->report->profile;
    struct wm_text *text = page->text;
    const struct wm_source *source = NULL;
    int rc = find_inlined(page, routine);
    if (rc == 0 && routine->file != 0)
        rc = wm_listing_source(page->listing, routine, &source);
    if (rc < 0)
        return rc;
    page->hottest = find_hottest(routine);
    wm_text_addf(text, "<h2 id=r%zu>", number);
    wm_html_add_string(text, wm_profile_text(profile, routine->name));
    wm_text_add(text, "</h2>\n<div class=file>");
    wm_html_add_string(text, routine->file != 0 ? wm_profile_text(profile, routine->file)
                                                : "no source file is known");
    wm_text_add(text, "</div>\n");
    if (source != NULL && source->problem != NULL) {
        wm_text_add(text, "<div class=newer>");
        wm_html_add_string(text, source->problem);
        wm_text_add(text, "</div>\n");
    } else if (source != NULL && wm_listing_is_newer(page->listing, routine, source)) {
        wm_text_add(text, "<div class=newer>This file is newer than the program: its lines may "
                          "have moved since.</div>\n");
    }
    wm_text_add(text, "<div>");
    add_value(page, routine->self);
    wm_text_add(text, " flat, ");
    add_value(page, routine->total);
    wm_text_add(text, " cum (");
    add_percent(page, routine->total);
    wm_text_add(text, " of the total)</div>\n");
    add_source(page, routine, source);
    return 0;
}

/* ---- The page ---- */

static void add_head(struct page *page)
{
    const struct wm_report *report = page->report;
    struct wm_text banner, *text = page->text;
    const char *unit = wm_report_wanted_unit(report);
    char total[WM_MEASURE_BYTES];
    wm_text_init(&banner);
    wm_text_add(text, "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n<title>");
    if (report->profile->mapping_count > 0 && report->profile->mappings[0].file != 0) {
        wm_file_add_base(&banner,
                         wm_profile_text(report->profile, report->profile->mappings[0].file));
        wm_html_add(text, banner.data, banner.length);
        wm_text_add(text, ": ");
    }
    wm_text_addf(text, "cost by source line</title>\n%s</head>\n<body>\n<pre>", style);
    wm_text_clear(&banner);
    wm_banner_add_profile(&banner, report, unit);
    wm_text_add_bytes(&banner, report->filters.data, report->filters.length);
    wm_html_add(text, banner.data, banner.length);
    wm_text_addf(text, "Total: %s</pre>\n", wm_report_measure(report, report->total, unit, total));
    text->failed |= banner.failed;
    wm_text_done(&banner);
}

static void add_contents(struct page *page)
{
    const struct wm_profile *profile = page->report->profile;
    wm_text_add(page->text, "<table>\n");
    for (size_t i = 0; i < page->listing->routine_count; i++) {
        const struct wm_routine *routine = &page->listing->routines[i];
        wm_text_add(page->text, "<tr><td>");
        add_value(page, routine->self);
        wm_text_add(page->text, "<td>");
        add_value(page, routine->total);
        wm_text_add(page->text, "<td>");
        add_percent(page, routine->total);
        wm_text_addf(page->text, "<td><a href=\"#r%zu\">", i);
        wm_html_add_string(page->text, wm_profile_text(profile, routine->name));
        wm_text_add(page->text, "</a> <span class=file>");
        wm_html_add_string(page->text, wm_profile_text(profile, routine->file));
        wm_text_add(page->text, "</span>\n");
    }
    wm_text_add(page->text, "</table>\n");
}

int wm_print_weblist(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    struct page page = {.report = report, .text = text};
    int rc = wm_listing_new(report, WM_LISTING_WITH_CALLS, &page.listing, err);
    if (rc < 0)
        return rc;
    rc = wm_links_init(page.listing->graph, WM_LINKS_TO_CALLEES, &page.callees);
    add_head(&page);
    add_contents(&page);
    for (size_t i = 0; rc == 0 && i < page.listing->routine_count; i++)
        rc = add_routine(&page, i);
    wm_text_add(text, "</body>\n</html>\n");
    if (rc < 0)
        wm_fail(err, rc, "no memory for the view");
    wm_links_done(&page.callees);
    free(page.inlined);
    wm_listing_free(page.listing);
    return rc;
}

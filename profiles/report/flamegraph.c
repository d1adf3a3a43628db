/* flamegraph.c - stacks as a picture: one SVG file, a tab for all samples and one per path.
 *
 * Each tab is a tree of its own, all in the same colours. The file holds the first as a still
 * picture, all of them as data, and the script that shows these. */
#include "profiles/report/flame_page.h"

#include "profiles/report/banner.h"
#include "profiles/report/files.h"
#include "profiles/report/measure.h"
#include "profiles/report/per_request.h"
#include "profiles/views/html.h"

#include "flames.css.h"
#include "flames_data.js.h"
#include "flames_draw.js.h"
#include "flames_input.js.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So that a file stays small, and a browser quick: frames of the first tab and of each other at
 * most; of all others together; and tabs, the last of which then stands for the rest. */
enum { FRAMES_PER_TAB = 10000, FRAMES_OF_OTHERS = 30000, TABS_MAX = 200 };

static const char BY_UNLESS_TOLD[] = "path";

/* ---- Texts ---- */

static void add_value(struct wm_flame_page *page, int64_t value)
{
    char text[WM_MEASURE_BYTES];
    const struct wm_report *report = page->report;
    wm_text_add(&page->scratch,
                wm_report_measure(report, value, wm_report_wanted_unit(report), text));
}

static void add_share(struct wm_flame_page *page, int64_t value, int64_t whole)
{
    char text[WM_PERCENT_BYTES];
    const char *share = wm_percent(value, whole, text);
    wm_text_add(&page->scratch, share + strspn(share, " "));
}

static const char *write_note(struct wm_flame_page *page, const struct wm_flame_tree *tree,
                              const struct wm_flame_limits *limits)
{
    struct wm_text *text = &page->scratch;
    wm_text_clear(text);
    if (tree->hidden_count > 0) {
        wm_text_addf(text, "Not drawn: %zu frame%s narrower than %.3g%% of the tab",
                     tree->hidden_count, tree->hidden_count > 1 ? "s" : "", limits->fraction * 100);
        if (limits->frame_count > 0 && tree->frame_count == limits->frame_count)
            wm_text_addf(text, ", or than the widest %zu", limits->frame_count);
        wm_text_add(text, ", with what they call: ");
        add_share(page, tree->hidden_value, tree->frames[0].value);
        wm_text_add(text, " of it.");
    } else {
        wm_text_add(text, tree->frames[0].value > 0 ? "All frames are drawn."
                                                    : "No sample costs anything.");
    }
    if (page->stacks->compares) {
        wm_text_addf(text, " Red grew, blue fell%s; widths are of %s",
                     page->per_request ? " for as many requests" : "",
                     page->stacks->has_base ? "the new profile" : "what grew");
        wm_text_add(text, tree->gone > 0 ? ", what is gone has none: " : ".");
        if (tree->gone > 0) {
            add_value(page, tree->gone);
            wm_text_add(text, ".");
        }
    }
    return wm_flame_keep(page);
}

/* ---- Tabs ---- */

static int add_tab(struct wm_flame_page *page, const char *name, size_t first, size_t count,
                   const struct wm_flame_limits *limits)
{
    struct wm_flame_tab *tab = &page->tabs[page->tab_count++];
    int rc = wm_flame_tree_init(&tab->tree, &page->splitter, first, count, limits);
    if (rc < 0)
        return rc;
    for (size_t i = 0; page->stacks->compares && i < tab->tree.frame_count; i++) {
        int64_t change = wm_magnitude(wm_flame_change(&tab->tree.frames[i]));
        if (change > tab->most)
            tab->most = change;
    }
    tab->name = wm_flame_keep_shown(page, name);
    tab->note = write_note(page, &tab->tree, limits);
    return tab->name == NULL || tab->note == NULL ? -ENOMEM : 0;
}

/* Those that have no tab of their own. */
static int add_others(struct wm_flame_page *page, size_t first_group,
                      const struct wm_flame_limits *limits)
{
    const struct wm_stacks *stacks = page->stacks;
    size_t first = stacks->groups[first_group].first;
    char name[64];
    snprintf(name, sizeof(name), "(%zu others)", stacks->group_count - first_group);
    return add_tab(page, name, first, stacks->sample_count - first, limits);
}

static bool has_label(const struct wm_stacks *stacks, const char *by)
{
    struct wm_text none;
    wm_text_init(&none);
    wm_text_addf(&none, "(no %s)", by);
    bool has = stacks->group_count > 1 ||
               (stacks->group_count == 1 && strcmp(stacks->groups[0].name, none.data) != 0);
    wm_text_done(&none);
    return has;
}

static int make_tabs(struct wm_flame_page *page, const char *by)
{
    const struct wm_report *report = page->report;
    const struct wm_stacks *stacks = page->stacks;
    size_t groups = has_label(stacks, by) ? stacks->group_count : 0;
    bool own = report->options->node_count == -1 && report->options->trim;
    struct wm_flame_limits limits = {wm_report_node_fraction(report), FRAMES_PER_TAB};
    if (!own) {
        int64_t told = wm_report_node_count(report);
        limits.frame_count = told > 0 ? (size_t)told : 0;
    }
    page->tabs = calloc(groups + 1, sizeof(page->tabs[0]));
    int rc = page->tabs == NULL ? -ENOMEM : wm_splitter_init(&page->splitter, stacks);
    if (rc == 0)
        rc = add_tab(page, "all", 0, stacks->sample_count, &limits);
    size_t others = groups < TABS_MAX ? groups : TABS_MAX;
    if (own && others * FRAMES_PER_TAB > FRAMES_OF_OTHERS)
        limits.frame_count = FRAMES_OF_OTHERS / others;
    for (size_t i = 0; rc == 0 && i < groups; i++) {
        const struct wm_stack_group *group = &stacks->groups[i];
        if (i + 1 == TABS_MAX && i + 1 < groups)
            return add_others(page, i, &limits);
        rc = add_tab(page, group->name, group->first, group->count, &limits);
    }
    return rc;
}

/* ---- What is said of the whole ---- */

static const char *write_title(struct wm_flame_page *page)
{
    const struct wm_profile *profile = page->report->profile;
    const struct wm_flame_frame *root = &page->tabs[0].tree.frames[0];
    struct wm_text *text = &page->scratch;
    wm_text_clear(text);
    if (profile->mapping_count > 0 && profile->mappings[0].file != 0) {
        wm_file_add_base(text, wm_profile_text(profile, profile->mappings[0].file));
        wm_text_add(text, " · ");
    }
    wm_text_addf(text, "%s · ", page->report->type);
    add_value(page, root->value);
    if (page->stacks->compares) {
        wm_text_add(text, page->stacks->has_base ? ", was " : " more, less ");
        add_value(page, root->base);
    } else if (root->value != page->total) {
        wm_text_add(text, ", ");
        add_share(page, root->value, page->total);
        wm_text_add(text, " of ");
        add_value(page, page->total);
    }
    const char *title = wm_flame_keep(page);
    return wm_flame_keep_shown(page, title);
}

/* "Active filters:\n   focus=hash\n" as one line. */
static const char *write_filters(struct wm_flame_page *page)
{
    const char *at = page->report->filters.data;
    wm_text_clear(&page->scratch);
    while (*at != '\0') {
        size_t length = strcspn(at, "\n");
        wm_text_add(&page->scratch, page->scratch.length > 0 ? " " : "");
        size_t blanks = strspn(at, " ");
        wm_text_add_safe(&page->scratch, at + blanks, length - blanks, 0);
        at += length + (at[length] == '\n');
    }
    return wm_flame_keep(page);
}

static int make_texts(struct wm_flame_page *page)
{
    page->total = page->stacks->compares ? page->tabs[0].tree.frames[0].value : page->report->total;
    page->title = write_title(page);
    page->filters = write_filters(page);
    wm_text_clear(&page->scratch);
    wm_banner_add_profile(&page->scratch, page->report, wm_report_wanted_unit(page->report));
    page->about = wm_flame_keep(page);
    return page->title == NULL || page->filters == NULL || page->about == NULL ? -ENOMEM : 0;
}

/* ---- The file ---- */

static void add_head(const struct wm_flame_page *page, struct wm_text *text)
{
    uint64_t width, height;
    wm_flame_picture_size(page, &width, &height);
    wm_text_addf(text,
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%" PRIu64 "\" height=\"%" PRIu64
                 "\" viewBox=\"0 0 %" PRIu64 " %" PRIu64 "\">\n<title>",
                 width, height, width, height);
    wm_html_add_string(text, page->title);
    wm_text_add(text, "</title>\n<desc>");
    wm_html_add_string(text, page->about);
    wm_text_add(text, "</desc>\n<style>\n");
    wm_text_add_bytes(text, wm_file_flames_css, sizeof(wm_file_flames_css));
    wm_text_add(text, "</style>\n");
}

static int add_page(const struct wm_flame_page *page, struct wm_text *text, struct wm_error *err)
{
    add_head(page, text);
    int rc = wm_flame_add_picture(page, text, err);
    if (rc == 0)
        rc = wm_flame_add_data(page, text, err);
    wm_text_add(text, "<script><![CDATA[\n(function () {\n'use strict';\n");
    wm_text_add_bytes(text, wm_file_flames_data_js, sizeof(wm_file_flames_data_js));
    wm_text_add_bytes(text, wm_file_flames_draw_js, sizeof(wm_file_flames_draw_js));
    wm_text_add_bytes(text, wm_file_flames_input_js, sizeof(wm_file_flames_input_js));
    wm_text_add(text, "})();\n]]></script>\n</svg>\n");
    return rc;
}

static void free_parts(struct wm_flame_page *page)
{
    for (size_t i = 0; i < page->tab_count; i++)
        wm_flame_tree_done(&page->tabs[i].tree);
    free(page->tabs);
    free(page->names);
    wm_splitter_done(&page->splitter);
    wm_intern_free(page->modules);
    wm_arena_done(&page->arena);
    wm_text_done(&page->scratch);
    wm_stacks_free(page->stacks);
}

int wm_print_flamegraph(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    const char *by = report->options->group_by != NULL ? report->options->group_by : BY_UNLESS_TOLD;
    struct wm_flame_page page = {.report = report};
    int rc = wm_report_scale_base(report, &page.per_request);
    if (rc < 0)
        return wm_fail(err, rc, "no memory for the flame graph");
    rc = wm_stacks_new(report, by, &page.stacks, err);
    if (rc < 0)
        return rc;
    wm_arena_init(&page.arena);
    wm_text_init(&page.scratch);
    rc = make_tabs(&page, by);
    if (rc == 0)
        rc = wm_flame_make_names(&page);
    if (rc == 0)
        rc = make_texts(&page);
    if (rc == 0)
        rc = add_page(&page, text, err);
    if (rc == -ENOMEM)
        wm_fail(err, rc, "no memory for the flame graph");
    free_parts(&page);
    return rc;
}

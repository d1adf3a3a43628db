/* flamegraph.c - stacks as a picture: one SVG file, a tab for all samples and one per path.
 *
 * Each tab is a tree of its own, all in the same colours. The file holds the first as a still
 * picture, all of them as data, and the script that shows these. */
#include "profiles/views/flame_page.h"

#include "profiles/views/banner.h"
#include "profiles/views/files.h"
#include "profiles/views/html.h"
#include "profiles/views/measure.h"

#include "harness/core/arena.h"
#include "harness/core/intern.h"

#include "flames.css.h"
#include "flames.js.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So that a file stays small, and a browser quick: frames of the first tab and of each other; of
 * all others together; and tabs, the last of which then stands for the rest. */
enum { FRAMES_PER_TAB = 10000, FRAMES_LEAST = 100, FRAMES_OF_OTHERS = 30000, TABS_MAX = 200 };

static const char BY_UNLESS_TOLD[] = "path";

struct making {
    struct wm_flame_page page;
    struct wm_stacks *stacks;
    struct wm_splitter splitter;
    struct wm_arena arena;
    struct wm_intern *modules;
    struct wm_text scratch;
};

/* ---- What other files ask of a frame ---- */

const char *wm_flame_text(const struct wm_flame_page *page, const struct wm_flame_tab *tab,
                          const struct wm_flame_frame *frame)
{
    return frame->name == WM_NO_FRAME ? tab->name : page->names[frame->name].text;
}

static int64_t change_of(const struct wm_flame_frame *frame)
{
    return frame->value - frame->base; /* both are 0 or more */
}

int wm_flame_frame_shade(const struct wm_flame_tab *tab, const struct wm_flame_frame *frame)
{
    return wm_flame_shade(change_of(frame), tab->most);
}

/* ---- Texts ---- */

/* Keeps what `scratch` holds; NULL: no memory. */
static const char *keep(struct making *making)
{
    const struct wm_text *scratch = &making->scratch;
    return scratch->failed ? NULL : wm_arena_copy(&making->arena, scratch->data, scratch->length);
}

static const char *keep_shown(struct making *making, const char *foreign)
{
    wm_text_clear(&making->scratch);
    wm_text_add_safe(&making->scratch, foreign, strlen(foreign), 0);
    return keep(making);
}

static void add_value(struct making *making, int64_t value)
{
    char text[WM_MEASURE_BYTES];
    const struct wm_report *report = making->page.report;
    wm_text_add(&making->scratch,
                wm_report_measure(report, value, wm_report_wanted_unit(report), text));
}

static void add_share(struct making *making, int64_t value, int64_t whole)
{
    char text[WM_PERCENT_BYTES];
    const char *share = wm_percent(value, whole, text);
    wm_text_add(&making->scratch, share + strspn(share, " "));
}

static const char *write_note(struct making *making, const struct wm_flame_tree *tree,
                              const struct wm_flame_limits *limits)
{
    struct wm_text *text = &making->scratch;
    wm_text_clear(text);
    if (tree->hidden_count > 0) {
        wm_text_addf(text, "Not drawn: %zu frame%s narrower than %.3g%% of the tab",
                     tree->hidden_count, tree->hidden_count > 1 ? "s" : "", limits->fraction * 100);
        if (limits->frame_count > 0 && tree->frame_count == limits->frame_count)
            wm_text_addf(text, ", or than the widest %zu", limits->frame_count);
        wm_text_add(text, ", with what they call: ");
        add_share(making, tree->hidden_value, tree->frames[0].value);
        wm_text_add(text, " of it.");
    } else {
        wm_text_add(text, "All frames are drawn.");
    }
    if (making->stacks->compares) {
        wm_text_add(text, " Red grew, blue fell; widths are of the new profile");
        wm_text_add(text, tree->gone > 0 ? ", what is gone has none: " : ".");
        if (tree->gone > 0) {
            add_value(making, tree->gone);
            wm_text_add(text, ".");
        }
    }
    return keep(making);
}

/* ---- Tabs ---- */

static int add_tab(struct making *making, const char *name, size_t first, size_t count,
                   const struct wm_flame_limits *limits)
{
    struct wm_flame_tab *tab = &making->page.tabs[making->page.tab_count++];
    int rc = wm_flame_tree_init(&tab->tree, &making->splitter, first, count, limits);
    if (rc < 0)
        return rc;
    for (size_t i = 0; making->stacks->compares && i < tab->tree.frame_count; i++) {
        int64_t change = wm_magnitude(change_of(&tab->tree.frames[i]));
        if (change > tab->most)
            tab->most = change;
    }
    tab->name = keep_shown(making, name);
    tab->note = write_note(making, &tab->tree, limits);
    return tab->name == NULL || tab->note == NULL ? -ENOMEM : 0;
}

/* Those that have no tab of their own. */
static int add_others(struct making *making, size_t first_group,
                      const struct wm_flame_limits *limits)
{
    const struct wm_stacks *stacks = making->stacks;
    size_t first = stacks->groups[first_group].first;
    char name[64];
    snprintf(name, sizeof(name), "(%zu others)", stacks->group_count - first_group);
    return add_tab(making, name, first, stacks->sample_count - first, limits);
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

static int make_tabs(struct making *making, const char *by)
{
    const struct wm_report *report = making->page.report;
    const struct wm_stacks *stacks = making->stacks;
    size_t groups = has_label(stacks, by) ? stacks->group_count : 0;
    bool own = report->options->node_count == -1 && report->options->trim;
    struct wm_flame_limits limits = {wm_report_node_fraction(report), FRAMES_PER_TAB};
    if (!own)
        limits.frame_count = (size_t)wm_report_node_count(report);
    making->page.tabs = calloc(groups + 1, sizeof(making->page.tabs[0]));
    int rc = making->page.tabs == NULL ? -ENOMEM : wm_splitter_init(&making->splitter, stacks);
    if (rc == 0)
        rc = add_tab(making, "all", 0, stacks->sample_count, &limits);
    if (own && groups * FRAMES_PER_TAB > FRAMES_OF_OTHERS) {
        size_t share = FRAMES_OF_OTHERS / groups;
        limits.frame_count = share > FRAMES_LEAST ? share : FRAMES_LEAST;
    }
    for (size_t i = 0; rc == 0 && i < groups; i++) {
        const struct wm_stack_group *group = &stacks->groups[i];
        if (i + 1 == TABS_MAX && i + 1 < groups)
            return add_others(making, i, &limits);
        rc = add_tab(making, group->name, group->first, group->count, &limits);
    }
    return rc;
}

/* ---- Names ---- */

/* The binary of each name, as a string's number; of several the first by name. */
static void find_binaries(struct making *making)
{
    const struct wm_profile *profile = making->page.report->profile;
    const struct wm_graph_private *parts = making->stacks->graph->private_;
    for (size_t i = 0; i < profile->location_count; i++) {
        uint32_t mapping = profile->locations[i].mapping;
        uint32_t file = mapping > 0 ? profile->mappings[mapping - 1].file : 0;
        for (uint32_t at = 0; file != 0 && at < parts->frames[i].count; at++) {
            uint32_t kind = wm_kind_at(parts, parts->frames[i], at);
            uint32_t *known = &making->page.names[parts->ranks[kind]].module;
            if (*known == 0 ||
                strcmp(wm_profile_text(profile, file), wm_profile_text(profile, *known)) < 0)
                *known = file;
        }
    }
}

static int finish_name(struct making *making, size_t number, uint32_t shown_number)
{
    const struct wm_profile *profile = making->page.report->profile;
    struct wm_flame_name *name = &making->page.names[number];
    struct wm_text *scratch = &making->scratch;
    name->number = shown_number;
    name->text = keep_shown(making, making->stacks->names[number]);
    wm_text_clear(scratch);
    if (name->module != 0)
        wm_file_add_base(scratch, wm_profile_text(profile, name->module));
    const char *base = scratch->failed ? NULL : keep_shown(making, keep(making));
    int64_t module = base != NULL ? wm_intern_string(making->modules, base) : -ENOMEM;
    if (module < 0 || name->text == NULL)
        return -ENOMEM;
    name->module = (uint32_t)module;
    wm_flame_color(base, making->stacks->names[number], name->color);
    return 0;
}

static int list_modules(struct making *making)
{
    struct wm_flame_page *page = &making->page;
    page->module_count = wm_intern_count(making->modules);
    page->modules = calloc(page->module_count + 1, sizeof(page->modules[0]));
    if (page->modules == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < page->module_count; i++)
        page->modules[i] = wm_intern_get(making->modules, (uint32_t)i, NULL);
    return 0;
}

/* Only names that some tab draws are written; ten thousands of others may be in the profile. */
static int make_names(struct making *making)
{
    struct wm_flame_page *page = &making->page;
    size_t count = making->stacks->name_count;
    uint32_t shown = 0;
    page->names = calloc(count + 1, sizeof(page->names[0]));
    bool *used = calloc(count + 1, sizeof(used[0]));
    int rc = page->names == NULL || used == NULL ? -ENOMEM : wm_intern_new(&making->modules);
    if (rc == 0 && wm_intern_string(making->modules, "") < 0)
        rc = -ENOMEM;
    if (rc == 0)
        find_binaries(making);
    for (size_t i = 0; rc == 0 && i < page->tab_count; i++)
        for (size_t at = 1; at < page->tabs[i].tree.frame_count; at++)
            used[page->tabs[i].tree.frames[at].name] = true;
    for (size_t i = 0; rc == 0 && i < count; i++)
        if (used[i])
            rc = finish_name(making, i, shown++);
    free(used);
    return rc < 0 ? rc : list_modules(making);
}

/* ---- What is said of the whole ---- */

static const char *write_title(struct making *making)
{
    const struct wm_flame_page *page = &making->page;
    const struct wm_profile *profile = page->report->profile;
    const struct wm_flame_frame *root = &page->tabs[0].tree.frames[0];
    struct wm_text *text = &making->scratch;
    wm_text_clear(text);
    if (profile->mapping_count > 0 && profile->mappings[0].file != 0) {
        wm_file_add_base(text, wm_profile_text(profile, profile->mappings[0].file));
        wm_text_add(text, " · ");
    }
    wm_text_addf(text, "%s · ", page->report->type);
    add_value(making, root->value);
    if (making->stacks->compares) {
        wm_text_add(text, ", was ");
        add_value(making, root->base);
    } else if (root->value != page->total) {
        wm_text_add(text, ", ");
        add_share(making, root->value, page->total);
        wm_text_add(text, " of ");
        add_value(making, page->total);
    }
    const char *title = keep(making);
    return title != NULL ? keep_shown(making, title) : NULL;
}

/* "Active filters:\n   focus=hash\n" as one line. */
static const char *write_filters(struct making *making)
{
    const char *at = making->page.report->filters.data;
    wm_text_clear(&making->scratch);
    while (*at != '\0') {
        size_t length = strcspn(at, "\n");
        wm_text_add(&making->scratch, making->scratch.length > 0 ? " " : "");
        size_t blanks = strspn(at, " ");
        wm_text_add_safe(&making->scratch, at + blanks, length - blanks, 0);
        at += length + (at[length] == '\n');
    }
    return keep(making);
}

static int make_texts(struct making *making)
{
    struct wm_flame_page *page = &making->page;
    page->total =
        making->stacks->compares ? page->tabs[0].tree.frames[0].value : page->report->total;
    page->title = write_title(making);
    page->filters = write_filters(making);
    wm_text_clear(&making->scratch);
    wm_banner_add_profile(&making->scratch, page->report, wm_report_wanted_unit(page->report));
    page->about = keep(making);
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
    wm_text_add(text, "<script><![CDATA[\n");
    wm_text_add_bytes(text, wm_file_flames_js, sizeof(wm_file_flames_js));
    wm_text_add(text, "]]></script>\n</svg>\n");
    return rc;
}

static void free_parts(struct making *making)
{
    for (size_t i = 0; i < making->page.tab_count; i++)
        wm_flame_tree_done(&making->page.tabs[i].tree);
    free(making->page.tabs);
    free(making->page.names);
    free(making->page.modules);
    wm_splitter_done(&making->splitter);
    wm_intern_free(making->modules);
    wm_arena_done(&making->arena);
    wm_text_done(&making->scratch);
    wm_stacks_free(making->stacks);
}

int wm_print_flamegraph(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    const char *by = report->options->by != NULL ? report->options->by : BY_UNLESS_TOLD;
    struct making making = {.page = {.report = report}};
    int rc = wm_stacks_new(report, by, &making.stacks, err);
    if (rc < 0)
        return rc;
    making.page.stacks = making.stacks;
    wm_arena_init(&making.arena);
    wm_text_init(&making.scratch);
    rc = make_tabs(&making, by);
    if (rc == 0)
        rc = make_names(&making);
    if (rc == 0)
        rc = make_texts(&making);
    if (rc == 0)
        rc = add_page(&making.page, text, err);
    if (rc == -ENOMEM)
        wm_fail(err, rc, "no memory for the flame graph");
    free_parts(&making);
    return rc;
}

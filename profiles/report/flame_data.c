/* flame_data.c - the frames of all tabs, as flames_data.js and other programs read them.
 *
 *   <flames unit="nanoseconds" total="100" compares="0" has_base="0">
 *     <shades>   a colour a line, from fallen to grown
 *     <modules>  a binary's name a line; the first is empty and written "-"
 *     <units>    "FACTOR NAME": how many of `unit` one of it is; the smallest first
 *     <names>    "COLOUR MODULE NAME": of frames; MODULE counts from 0, only NAME may have blanks
 *     <tab name="" note="" value="" base="" self="" shade="">, its root, and then each frame below
 *                "DEPTH NAME VALUE SELF INLINED", in a comparison " BASE SHADE" too; callers before
 *                callees, these by name; NAME counts from 0
 *
 * It is text in the picture's metadata, no script: foreign names are escaped as XML and that is
 * that. They have no control characters, so that a line is a line. */
#include "profiles/report/flame_page.h"

#include "profiles/report/measure.h"
#include "profiles/views/html.h"

#include <inttypes.h>
#include <string.h>

static void add_shades(const struct wm_flame_page *page, struct wm_text *text)
{
    char color[WM_FLAME_COLOR_BYTES];
    wm_text_add(text, "<shades>\n");
    for (int i = -WM_FLAME_SHADES; page->stacks->compares && i <= WM_FLAME_SHADES; i++)
        wm_text_addf(text, "%s\n", wm_flame_shade_color(i, color));
    wm_text_add(text, "</shades>\n");
}

static void add_modules(const struct wm_flame_page *page, struct wm_text *text)
{
    wm_text_add(text, "<modules>\n");
    for (uint32_t i = 0; i < wm_intern_count(page->modules); i++) {
        wm_html_add_string(text, i > 0 ? wm_intern_get(page->modules, i, NULL) : "-");
        wm_text_add(text, "\n");
    }
    wm_text_add(text, "</modules>\n");
}

static void add_unit(const struct wm_flame_page *page, const char *name, double factor,
                     struct wm_text *text)
{
    double divisor = page->report->options->divide_by;
    wm_text_addf(text, "%.17g ", 1 / divisor > 0 ? factor * divisor : factor);
    wm_html_add_string(text, name);
    wm_text_add(text, "\n");
}

/* Either the unit that was asked for, or all of the family, of which the largest fits. */
static void add_units(const struct wm_flame_page *page, struct wm_text *text)
{
    const char *from = page->report->unit, *to = wm_report_wanted_unit(page->report), *name;
    double factor;
    bool any = false;
    wm_text_add(text, "<units>\n");
    if (strcmp(to, "minimum") == 0 || strcmp(to, "auto") == 0)
        for (size_t i = 0; wm_unit_at(from, i, &name, &factor); i++) {
            add_unit(page, name, factor, text);
            any = true;
        }
    if (!any) {
        factor = wm_scale(INT64_C(1) << 60, from, to, &name);
        add_unit(page, name, 0x1p60 / factor, text);
    }
    wm_text_add(text, "</units>\n");
}

static int add_names(const struct wm_flame_page *page, struct wm_text *text, struct wm_error *err)
{
    int rc = 0;
    wm_text_add(text, "<names>\n");
    for (size_t i = 0; rc == 0 && i < page->stacks->name_count; i++) {
        const struct wm_flame_name *name = &page->names[i];
        if (name->text == NULL)
            continue;
        wm_text_addf(text, "%s %" PRIu32 " ", name->color, name->module);
        wm_html_add_string(text, name->text);
        wm_text_add(text, "\n");
        rc = wm_report_drain(page->report, text, err);
    }
    wm_text_add(text, "</names>\n");
    return rc;
}

static void add_frame(const struct wm_flame_page *page, const struct wm_flame_tab *tab,
                      const struct wm_flame_frame *frame, struct wm_text *text)
{
    wm_text_addf(text, "%" PRIu32 " %" PRIu32 " %" PRId64 " %" PRId64 " %d", frame->depth,
                 page->names[frame->name].number, frame->value, frame->self, frame->inlined);
    if (page->stacks->compares)
        wm_text_addf(text, " %" PRId64 " %d", frame->base, wm_flame_frame_shade(tab, frame));
    wm_text_add(text, "\n");
}

static int add_tab(const struct wm_flame_page *page, const struct wm_flame_tab *tab,
                   struct wm_text *text, struct wm_error *err)
{
    const struct wm_flame_frame *root = &tab->tree.frames[0];
    int rc = 0;
    wm_text_add(text, "<tab name=\"");
    wm_html_add_string(text, tab->name);
    wm_text_add(text, "\" note=\"");
    wm_html_add_string(text, tab->note);
    wm_text_addf(
        text, "\" value=\"%" PRId64 "\" base=\"%" PRId64 "\" self=\"%" PRId64 "\" shade=\"%d\">\n",
        root->value, root->base, root->self, wm_flame_frame_shade(tab, root));
    for (size_t i = 1; rc == 0 && i < tab->tree.frame_count; i++) {
        add_frame(page, tab, &tab->tree.frames[i], text);
        rc = wm_report_drain(page->report, text, err);
    }
    wm_text_add(text, "</tab>\n");
    return rc;
}

int wm_flame_add_data(const struct wm_flame_page *page, struct wm_text *text, struct wm_error *err)
{
    wm_text_add(text, "<metadata>\n<flames xmlns=\"urn:waymark:flames\" unit=\"");
    wm_html_add_string(text, page->report->unit);
    wm_text_addf(text, "\" total=\"%" PRId64 "\" compares=\"%d\" has_base=\"%d\">\n", page->total,
                 page->stacks->compares, page->stacks->has_base);
    add_shades(page, text);
    add_modules(page, text);
    add_units(page, text);
    int rc = add_names(page, text, err);
    for (size_t i = 0; rc == 0 && i < page->tab_count; i++)
        rc = add_tab(page, &page->tabs[i], text, err);
    wm_text_add(text, "</flames>\n</metadata>\n");
    return rc;
}

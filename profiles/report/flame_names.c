/* flame_names.c - what is said of a frame: its name as it is shown, its binary, its colour. */
#include "profiles/report/flame_page.h"

#include "profiles/report/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- What other files ask of a frame ---- */

const char *wm_flame_text(const struct wm_flame_page *page, const struct wm_flame_tab *tab,
                          const struct wm_flame_frame *frame)
{
    return frame->name == WM_NO_FRAME ? tab->name : page->names[frame->name].text;
}

int64_t wm_flame_change(const struct wm_flame_frame *frame)
{
    return frame->value - frame->base; /* both are 0 or more */
}

int wm_flame_frame_shade(const struct wm_flame_tab *tab, const struct wm_flame_frame *frame)
{
    return wm_flame_shade(wm_flame_change(frame), tab->most);
}

/* ---- Texts ---- */

/* Keeps what `scratch` holds; NULL: no memory. */
const char *wm_flame_keep(struct wm_flame_page *page)
{
    const struct wm_text *scratch = &page->scratch;
    return scratch->failed ? NULL : wm_arena_copy(&page->arena, scratch->data, scratch->length);
}

const char *wm_flame_keep_shown(struct wm_flame_page *page, const char *foreign)
{
    if (foreign == NULL)
        return NULL;
    wm_text_clear(&page->scratch);
    wm_text_add_safe(&page->scratch, foreign, strlen(foreign), 0);
    return wm_flame_keep(page);
}

/* ---- Names ---- */

/* The binary of each name, as a string's number; of several the first by name. */
static void find_binaries(struct wm_flame_page *page)
{
    const struct wm_profile *profile = page->report->profile;
    const struct wm_graph_private *parts = page->stacks->graph->private_;
    for (size_t i = 0; i < profile->location_count; i++) {
        uint32_t mapping = profile->locations[i].mapping;
        uint32_t file = mapping > 0 ? profile->mappings[mapping - 1].file : 0;
        for (uint32_t at = 0; file != 0 && at < parts->frames[i].count; at++) {
            uint32_t kind = wm_kind_at(parts, parts->frames[i], at);
            uint32_t *known = &page->names[parts->ranks[kind]].module;
            if (*known == 0 ||
                strcmp(wm_profile_text(profile, file), wm_profile_text(profile, *known)) < 0)
                *known = file;
        }
    }
}

static int finish_name(struct wm_flame_page *page, size_t number, uint32_t shown_number)
{
    const struct wm_profile *profile = page->report->profile;
    struct wm_flame_name *name = &page->names[number];
    struct wm_text *scratch = &page->scratch;
    name->number = shown_number;
    name->text = wm_flame_keep_shown(page, page->stacks->names[number]);
    wm_text_clear(scratch);
    if (name->module != 0)
        wm_file_add_base(scratch, wm_profile_text(profile, name->module));
    const char *base = scratch->failed ? NULL : wm_flame_keep_shown(page, wm_flame_keep(page));
    int64_t module = base != NULL ? wm_intern_string(page->modules, base) : -ENOMEM;
    if (module < 0 || name->text == NULL)
        return -ENOMEM;
    name->module = (uint32_t)module;
    wm_flame_color(base, page->stacks->names[number], name->color);
    return 0;
}

/* Only names that some tab draws are written; ten thousands of others may be in the profile. */
int wm_flame_make_names(struct wm_flame_page *page)
{
    size_t count = page->stacks->name_count;
    uint32_t shown = 0;
    page->names = calloc(count + 1, sizeof(page->names[0]));
    bool *used = calloc(count + 1, sizeof(used[0]));
    int rc = page->names == NULL || used == NULL ? -ENOMEM : wm_intern_new(&page->modules);
    if (rc == 0 && wm_intern_string(page->modules, "") < 0)
        rc = -ENOMEM;
    if (rc == 0)
        find_binaries(page);
    for (size_t i = 0; rc == 0 && i < page->tab_count; i++)
        for (size_t at = 1; at < page->tabs[i].tree.frame_count; at++)
            used[page->tabs[i].tree.frames[at].name] = true;
    for (size_t i = 0; rc == 0 && i < count; i++)
        if (used[i])
            rc = finish_name(page, i, shown++);
    free(used);
    return rc;
}

/* flame_page.h - a flame graph on its way to a file: its tabs, and the two ways in which they are
 * written there. Private to this room. */
#ifndef WM_REPORT_FLAME_PAGE_H
#define WM_REPORT_FLAME_PAGE_H

#include "profiles/report/flame_colors.h"
#include "profiles/report/flame_tree.h"

#include "harness/core/arena.h"
#include "harness/core/intern.h"

struct wm_flame_tab {
    const char *name; /* as it is shown: no control characters in it */
    const char *note; /* what is not drawn */
    struct wm_flame_tree tree;
    int64_t most; /* the largest change of one of its frames; 0 without a comparison */
};

/* What is said of a frame's name, by its number. */
struct wm_flame_name {
    const char *text; /* as it is shown; NULL: no tab has it */
    uint32_t number;  /* among those that some tab has */
    uint32_t module;  /* number in `modules` */
    char color[WM_FLAME_COLOR_BYTES];
};

struct wm_flame_page {
    const struct wm_report *report;
    struct wm_stacks *stacks;
    struct wm_splitter splitter;
    struct wm_arena arena; /* of the texts */
    struct wm_text scratch;
    struct wm_flame_tab *tabs; /* the first is of all samples */
    size_t tab_count;
    struct wm_flame_name *names; /* by number in the stacks */
    struct wm_intern *modules;   /* base names of binaries; the first is "" */
    const char *title, *about;   /* a line; the profile's banner */
    const char *filters;         /* a line; "" without any */
    bool per_request;            /* the base is scaled to the requests of now */
    int64_t total;               /* of which percentages are */
};

/* flame_names.c: keeps what `scratch` holds, or a foreign text as it may be shown; NULL: no memory,
 * or none was given. */
const char *wm_flame_keep(struct wm_flame_page *page);
const char *wm_flame_keep_shown(struct wm_flame_page *page, const char *foreign);
/* Once all tabs are made: fills `names` and `modules`. -ENOMEM. */
WM_MUST_USE int wm_flame_make_names(struct wm_flame_page *page);
/* A frame's name as it is shown. */
const char *wm_flame_text(const struct wm_flame_page *page, const struct wm_flame_tab *tab,
                          const struct wm_flame_frame *frame);
/* What it costs more than before. */
int64_t wm_flame_change(const struct wm_flame_frame *frame);
/* How far its change goes, as of wm_flame_shade. */
int wm_flame_frame_shade(const struct wm_flame_tab *tab, const struct wm_flame_frame *frame);

/* flame_picture.c: the first tab as a still picture, with the title above it. Each hands over what
 * it writes, bit by bit; -ENOMEM or the errno of that. */
WM_MUST_USE int wm_flame_add_picture(const struct wm_flame_page *page, struct wm_text *text,
                                     struct wm_error *err);
/* Pixels that it needs, and the opening tag's size. */
void wm_flame_picture_size(const struct wm_flame_page *page, uint64_t *ret_width,
                           uint64_t *ret_height);

/* flame_data.c: all tabs, for flames_data.js. */
WM_MUST_USE int wm_flame_add_data(const struct wm_flame_page *page, struct wm_text *text,
                                  struct wm_error *err);

#endif

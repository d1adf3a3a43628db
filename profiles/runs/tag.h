/* tag.h - one tag in memory: summed up from its runs, as tag.json. Private to this room. */
#ifndef WM_RUNS_TAG_H
#define WM_RUNS_TAG_H

#include "profiles/runs/record.h"

/* An empty one. -ENOMEM. */
WM_MUST_USE int wm_tag_new(const char *name, const char *folder, struct wm_tag **ret_tag);
/* tag_sum.c: what the folder holds, one run in memory at a time. */
WM_MUST_USE int wm_tag_sum_up(const char *name, const char *folder, struct wm_tag **ret_tag,
                              struct wm_error *err);
/* wm_tag_comparable, and of one build, length and seed. */
bool wm_tag_same(const struct wm_run *run, const struct wm_run *other,
                 struct wm_tag_difference *ret_difference);

/* tag_json.c */
WM_MUST_USE int wm_tag_json_write(const struct wm_tag *tag, const char *file, struct wm_error *err);
WM_MUST_USE int wm_tag_json_read(struct wm_tag *tag, const char *file, struct wm_error *err);

#endif

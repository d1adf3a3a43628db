/* droprule.h - which functions a profile names in drop_frames and keep_frames, and their names as
 * such rules see them. */
#ifndef WM_PPROF_DROPRULE_H
#define WM_PPROF_DROPRULE_H

#include "harness/core/error.h"
#include "harness/core/text.h"

#include <stdbool.h>
#include <stddef.h>

struct wm_drop_rule;

/* Names that match all of `drop` and not all of `keep` ("": none). *ret_rule is NULL where one of
 * them is no expression of RE2's syntax: pprof then drops nothing, and so does waymark. -ENOMEM. */
WM_MUST_USE int wm_drop_rule_new(const char *drop, const char *keep,
                                 struct wm_drop_rule **ret_rule);
void wm_drop_rule_free(struct wm_drop_rule *rule);

/* 1 if a function of this name goes, 0 if it stays; -ENOMEM. Only what stands before the name's
 * parameters counts. */
WM_MUST_USE int wm_drop_rule_drops(struct wm_drop_rule *rule, const char *name);

/* Replaces `text` by the name without a leading dot and without parameters: cut at the first "("
 * that belongs neither to "(anonymous namespace)" nor to "operator()". */
void wm_drop_rule_plain_name(const char *name, struct wm_text *text);

#endif

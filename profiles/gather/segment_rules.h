/* segment_rules.h - which functions are segments, as a file lists them.
 *
 *     # a comment
 *     processCommand
 *         call
 *         lookup = /^lookupKey/
 *     writeToClient
 *
 * A line is the whole name of a function: as the linker has it, or demangled, with or without its
 * arguments. Or it is a regular expression between slashes (regex.h), which finds something in the
 * name without arguments or in the linker's. `NAME = ` before either gives the segment that name;
 * otherwise each function that fits is a segment of its own. A line that is indented counts only
 * where the one it stands under is further out on the same stack. */
#ifndef WM_GATHER_SEGMENT_RULES_H
#define WM_GATHER_SEGMENT_RULES_H

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wm_regex;

enum { WM_SEGMENT_RULES_MAX = 1024 };

struct wm_segment_rule {
    const char *name;       /* of the segment; NULL: the function's own */
    const char *pattern;    /* as it is written */
    struct wm_regex *regex; /* NULL: a whole name */
    uint32_t parent;        /* 1 + index of the rule that it stands under; 0: none */
    uint32_t line;
};

struct wm_segment_rules {
    struct wm_arena arena;
    const char *file;
    size_t count;
    struct wm_segment_rule rules[WM_SEGMENT_RULES_MAX]; /* parents first */
};

/* -EINVAL with file and line of what is wrong; errno of reading. */
WM_MUST_USE int wm_segment_rules_read(const char *file, struct wm_segment_rules **ret_rules,
                                      struct wm_error *err);
void wm_segment_rules_free(struct wm_segment_rules *rules);

/* The names of a function that a whole name may be. NULL for those it does not have. */
struct wm_segment_names {
    const char *shown; /* as reports show it, without arguments */
    const char *linkage;
    const char *templates; /* with template arguments, without arguments */
    const char *full;
};

bool wm_segment_rule_fits(const struct wm_segment_rule *rule, const struct wm_segment_names *names);

#endif

/* options.h - a verb's options: one table that parses, refuses, suggests and helps. */
#ifndef WM_CLI_OPTIONS_H
#define WM_CLI_OPTIONS_H

#include "harness/core/error.h"
#include "harness/core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wm_option {
    const char *name;     /* with its dashes: "--app", "-o" */
    const char *argument; /* what help calls its value; NULL: it takes none */
    const char *help;     /* one line; NULL: the next section's heading is `name` */
    /* Reads `value` (NULL without an argument) into the field at `offset` of the verb's struct.
     * -EINVAL with a sentence. */
    int (*parse)(const char *value, void *field, struct wm_error *err);
    size_t offset;
};

enum { WM_OPTION_MAX = 64 };

/* What a command line gave, beside the values. */
struct wm_options {
    const struct wm_option *table;
    size_t count; /* at most WM_OPTION_MAX */
    /* By row of the table, as written: NULL when it was not given, "" without an argument. */
    const char *given[WM_OPTION_MAX];
    char **operands; /* in argv, which is reordered */
    size_t operand_count;
};

/* Reads `argv` (without the program and the verb) into `values`. Takes "--opt=value",
 * "--opt value" and, after "--", operands alone; the last of a repeated option counts.
 * -EINVAL with the option as the error's place. */
WM_MUST_USE int wm_options_parse(struct wm_options *options, int argc, char **argv, void *values,
                                 struct wm_error *err);
/* An option that has no meaning beside another or without it. */
struct wm_option_conflict {
    const char *option;
    const char *other;
    bool without; /* refused when `other` is not given, instead of when it is */
    const char *reason;
};
/* -EINVAL with the first of the conflicts that the command line has. */
WM_MUST_USE int wm_options_check(const struct wm_options *options,
                                 const struct wm_option_conflict *conflicts, size_t count,
                                 struct wm_error *err);
bool wm_options_given(const struct wm_options *options, const char *name);
/* The sections and lines of the table. */
void wm_options_help(const struct wm_option *table, size_t count, struct wm_text *text);

/* The i-th of `count` names, `stride` bytes apart, that `word` was most likely meant to be; NULL
 * when none is near. Each begins with a pointer to its name; NULL names are passed over. */
const char *wm_nearest(const char *word, const void *names, size_t count, size_t stride);

/* Parsers for the tables. */
int wm_option_string(const char *value, void *field, struct wm_error *err);   /* const char * */
int wm_option_flag(const char *value, void *field, struct wm_error *err);     /* bool */
int wm_option_seed(const char *value, void *field, struct wm_error *err);     /* uint64_t */
int wm_option_count(const char *value, void *field, struct wm_error *err);    /* uint64_t > 0 */
int wm_option_duration(const char *value, void *field, struct wm_error *err); /* uint64_t ns > 0 */
int wm_option_hz(const char *value, void *field, struct wm_error *err);       /* uint64_t */
int wm_option_rate(const char *value, void *field, struct wm_error *err);     /* double */
int wm_option_percent(const char *value, void *field, struct wm_error *err);  /* double, 0..1 */
int wm_option_format(const char *value, void *field, struct wm_error *err);   /* wm_view_format */

#endif

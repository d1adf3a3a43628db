/* segment_rules.c - the file of functions that are segments, read. */
#include "profiles/gather/segment_rules.h"

#include "harness/core/file.h"
#include "profiles/regex/regex.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 1 << 20, TAB_COLUMNS = 8, DEPTH_MAX = 64 };

/* A line that the next ones may stand under. */
struct level {
    size_t columns;
    uint32_t rule; /* 1 + index */
};

struct reader {
    struct wm_segment_rules *rules;
    uint32_t line;
    struct level levels[DEPTH_MAX];
    size_t depth;
    struct wm_error *err;
};

static int read_lines(struct reader *reader, char *text, size_t length);

int wm_segment_rules_read(const char *file, struct wm_segment_rules **ret_rules,
                          struct wm_error *err)
{
    char *text = NULL;
    size_t length = 0;
    struct wm_segment_rules *rules = calloc(1, sizeof(*rules));
    if (rules == NULL)
        return wm_fail_at(err, -ENOMEM, file, "no memory to read it");
    wm_arena_init(&rules->arena);
    rules->file = wm_arena_copy(&rules->arena, file, strlen(file));
    int rc = rules->file != NULL ? wm_file_read(file, FILE_BYTES_MAX, &text, &length, err)
                                 : wm_fail_at(err, -ENOMEM, file, "no memory to read it");
    if (rc < 0)
        goto out;
    struct reader reader = {.rules = rules, .err = err};
    rc = read_lines(&reader, text, length);
    if (rc == 0 && rules->count == 0)
        rc = wm_fail_at(err, -EINVAL, file, "it lists no function: expected one name a line");
    if (rc < 0)
        goto out;
    *ret_rules = rules;
    rules = NULL;
out:
    wm_segment_rules_free(rules);
    free(text);
    return rc;
}

void wm_segment_rules_free(struct wm_segment_rules *rules)
{
    if (rules == NULL)
        return;
    for (size_t i = 0; i < rules->count; i++)
        wm_regex_free(rules->rules[i].regex);
    wm_arena_done(&rules->arena);
    free(rules);
}

/* Fails at the line that is being read. */
static int fail(struct reader *reader, int rc, const char *sentence)
{
    char place[512];
    (void)snprintf(place, sizeof(place), "%s:%u", reader->rules->file, reader->line);
    return wm_fail_at(reader->err, rc, place, "%s", sentence);
}

static const char expected[] =
    "expected a function's name, or an expression between two '/', with 'NAME = ' before it where "
    "the segment has a name of its own, which holds no '/'";

/* Takes "NAME = " off the text. An expression may hold such a thing itself. */
static int take_name(struct reader *reader, char **text, const char **ret_name)
{
    size_t length = strlen(*text);
    char *sign = **text == '/' ? NULL : strstr(*text, " = ");
    *ret_name = NULL;
    if ((*text)[0] == '=' || (length >= 2 && strcmp(*text + length - 2, " =") == 0))
        return fail(reader, -EINVAL, expected);
    if (sign == NULL)
        return 0;
    char *end = sign;
    while (end[-1] == ' ' || end[-1] == '\t')
        end--;
    *end = '\0';
    if (strchr(*text, '/') != NULL)
        return fail(reader, -EINVAL, expected);
    *ret_name = *text;
    *text = sign + strlen(" = ");
    *text += strspn(*text, " \t");
    return 0;
}

static int take_regex(struct reader *reader, const char *text, struct wm_regex **ret_regex)
{
    char place[512];
    size_t length = strlen(text);
    if (length < 3 || text[length - 1] != '/')
        return fail(reader, -EINVAL, "an expression stands between two '/', with something in it");
    char *pattern = wm_arena_copy(&reader->rules->arena, text + 1, length - 2);
    if (pattern == NULL)
        return fail(reader, -ENOMEM, "no memory to read it");
    (void)snprintf(place, sizeof(place), "%s:%u", reader->rules->file, reader->line);
    return wm_regex_new(place, pattern, ret_regex, reader->err);
}

/* The rule that a line of this indent stands under; the line is now the last of its level. */
static int nest(struct reader *reader, size_t columns, uint32_t rule, uint32_t *ret_parent)
{
    while (reader->depth > 0 && reader->levels[reader->depth - 1].columns >= columns)
        reader->depth--;
    if (reader->depth == DEPTH_MAX)
        return fail(reader, -EINVAL, "too many levels: at most 64");
    *ret_parent = reader->depth > 0 ? reader->levels[reader->depth - 1].rule : 0;
    reader->levels[reader->depth++] = (struct level){columns, rule};
    return 0;
}

static int add_rule(struct reader *reader, size_t columns, char *text)
{
    struct wm_segment_rules *rules = reader->rules;
    if (rules->count == WM_SEGMENT_RULES_MAX)
        return fail(reader, -EINVAL, "too many functions: at most 1024");
    struct wm_segment_rule *rule = &rules->rules[rules->count];
    const char *name;
    rule->line = reader->line;
    int rc = take_name(reader, &text, &name);
    if (rc == 0 && *text == '/')
        rc = take_regex(reader, text, &rule->regex);
    if (rc < 0)
        return rc;
    rules->count++; /* from here on its expression is freed with the others */
    rule->pattern = wm_arena_copy(&rules->arena, text, strlen(text));
    rule->name = name != NULL ? wm_arena_copy(&rules->arena, name, strlen(name)) : NULL;
    if (rule->pattern == NULL || (name != NULL && rule->name == NULL))
        return fail(reader, -ENOMEM, "no memory to read it");
    return nest(reader, columns, (uint32_t)rules->count, &rule->parent);
}

/* Cuts blanks off the end and counts those before the text: a tab goes on to the next stop. */
static char *trim(char *line, size_t length, size_t *ret_columns)
{
    size_t columns = 0;
    while (length > 0 && strchr(" \t\r", line[length - 1]) != NULL)
        length--;
    line[length] = '\0';
    for (; *line == ' ' || *line == '\t'; line++)
        columns += *line == ' ' ? 1 : TAB_COLUMNS - columns % TAB_COLUMNS;
    *ret_columns = columns;
    return line;
}

static int read_lines(struct reader *reader, char *text, size_t length)
{
    char *end = text + length;
    int rc = 0;
    for (char *line = text; rc == 0 && line < end;) {
        size_t columns;
        char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t bytes = (size_t)((newline != NULL ? newline : end) - line);
        reader->line++;
        if (memchr(line, '\0', bytes) != NULL)
            return fail(reader, -EINVAL, "a zero byte: this is no list of functions");
        char *rule = trim(line, bytes, &columns);
        if (*rule != '\0' && *rule != '#')
            rc = add_rule(reader, columns, rule);
        line += bytes + 1;
    }
    return rc;
}

static bool is_named(const char *name, const char *pattern)
{
    return name != NULL && strcmp(name, pattern) == 0;
}

static bool finds(struct wm_regex *regex, const char *name)
{
    return name != NULL && name[0] != '\0' && wm_regex_finds(regex, name, strlen(name));
}

bool wm_segment_rule_fits(const struct wm_segment_rule *rule, const struct wm_segment_names *names)
{
    if (rule->regex != NULL)
        return finds(rule->regex, names->shown) || finds(rule->regex, names->linkage);
    return is_named(names->shown, rule->pattern) || is_named(names->linkage, rule->pattern) ||
           is_named(names->templates, rule->pattern) || is_named(names->full, rule->pattern);
}

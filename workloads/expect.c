/* expect.c - which execution path a row of a mix must take. */
#include "workloads/expect.h"

#include "workloads/quoted.h"

#include <errno.h>
#include <string.h>

struct term {
    const char *name;
    size_t length;
    bool visited;
};

struct wm_expect {
    struct term *terms;
    size_t term_count;
    const char *outcome; /* NULL: any */
};

/* The colon that starts the outcome: the last one that is not half of a C++ "::". */
static char *find_outcome(char *text)
{
    for (size_t i = strlen(text); i-- > 0;) {
        if (text[i] == ':' && text[i + 1] != ':' && (i == 0 || text[i - 1] != ':'))
            return text + i;
    }
    return NULL;
}

static bool has_blank_end(const char *name)
{
    size_t length = strlen(name);
    return strchr(" \t", name[0]) != NULL || strchr(" \t", name[length - 1]) != NULL;
}

/* What is wrong with a segment's name; NULL: nothing. */
static const char *name_fault(const char *name)
{
    if (name[0] == '\0')
        return "a segment's name is missing: write names with one + between them";
    if (has_blank_end(name))
        return "a blank beside a name: remove it";
    if (strchr(name, '/') != NULL)
        return "a segment's name has no /: for HandleRequest/Authenticate write "
               "HandleRequest+Authenticate";
    if (strchr(name, '!') != NULL)
        return "! stands once, before the name that must not be visited";
    return NULL;
}

static const char *outcome_fault(const char *outcome)
{
    if (outcome[0] == '\0')
        return "an outcome's name is missing behind the colon: write it or remove the colon";
    if (strchr(outcome, '+') != NULL || outcome[0] == '!')
        return "the outcome comes last, once and as it is: Name+!Name:outcome";
    if (has_blank_end(outcome))
        return "a blank beside the outcome: remove it";
    return NULL;
}

static int fail_expect(struct wm_error *err, const char *fault, const char *text)
{
    char quoted[WM_QUOTED_BYTES];
    return wm_fail(err, -EINVAL, "%s, got %s", fault, wm_quoted(text, quoted));
}

static int add_term(struct wm_expect *expect, const char *name, const char *text,
                    struct wm_error *err)
{
    bool visited = name[0] != '!';
    const char *fault = name_fault(visited ? name : name + 1);

    if (fault != NULL)
        return fail_expect(err, fault, text);
    struct term term = {.name = visited ? name : name + 1, .visited = visited};
    term.length = strlen(term.name);
    for (size_t i = 0; i < expect->term_count; i++) {
        if (strcmp(expect->terms[i].name, term.name) == 0)
            return fail_expect(err, "a segment is named twice: name it once", text);
    }
    expect->terms[expect->term_count++] = term;
    return 0;
}

static int read_terms(struct wm_expect *expect, char *names, const char *text, struct wm_error *err)
{
    for (char *at = names; at != NULL;) {
        char *plus = strchr(at, '+');
        if (plus != NULL)
            *plus++ = '\0';
        int rc = add_term(expect, at, text, err);
        if (rc < 0)
            return rc;
        at = plus;
    }
    return 0;
}

int wm_expect_read(const char *text, struct wm_arena *arena, const struct wm_expect **ret_expect,
                   struct wm_error *err)
{
    struct wm_expect *expect = wm_arena_alloc(arena, sizeof(*expect));
    char *names = wm_arena_copy(arena, text, strlen(text));
    size_t limit = 1;

    for (const char *at = text; *at != '\0'; at++)
        limit += *at == '+';
    if (expect != NULL)
        expect->terms = wm_arena_alloc(arena, limit * sizeof(*expect->terms));
    if (expect == NULL || names == NULL || expect->terms == NULL)
        return wm_fail(err, -ENOMEM, "no memory");
    if (strpbrk(text, "{}") != NULL)
        return fail_expect(err, "names are written out, without generators or braces", text);
    char *outcome = find_outcome(names);
    if (outcome != NULL) {
        *outcome++ = '\0';
        const char *fault = outcome_fault(outcome);
        if (fault != NULL)
            return fail_expect(err, fault, text);
        expect->outcome = outcome;
    }
    if (outcome == NULL || names[0] != '\0') {
        int rc = read_terms(expect, names, text, err);
        if (rc < 0)
            return rc;
    }
    *ret_expect = expect;
    return 0;
}

static bool path_has(const char *path, const struct term *term)
{
    for (const char *at = path; at != NULL;) {
        const char *end = strchrnul(at, '/');
        if ((size_t)(end - at) == term->length && memcmp(at, term->name, term->length) == 0)
            return true;
        at = *end != '\0' ? end + 1 : NULL;
    }
    return false;
}

const char *wm_expect_name(const struct wm_expect *expect, size_t i)
{
    return i < expect->term_count ? expect->terms[i].name : NULL;
}

bool wm_expect_met(const struct wm_expect *expect, const char *entry, const char *const *nodes,
                   size_t node_count, const char *outcome)
{
    if (expect->outcome != NULL && strcmp(expect->outcome, outcome) != 0)
        return false;
    for (size_t i = 0; i < expect->term_count; i++) {
        /* a path without segments bears the entry's name */
        bool visited = strcmp(entry, expect->terms[i].name) == 0;
        for (size_t j = 0; j < node_count && !visited; j++)
            visited = path_has(nodes[j], &expect->terms[i]);
        if (visited != expect->terms[i].visited)
            return false;
    }
    return true;
}

/* generators.c - the table of generators, and what reading their arguments shares. */
#include "workloads/generators.h"

#include "workloads/quoted.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static const struct wm_generator *const generators[] = {
    &wm_generator_uniform, &wm_generator_zipf, &wm_generator_normal,
    &wm_generator_choice,  &wm_generator_seq,  &wm_generator_hex,
    &wm_generator_string,  &wm_generator_file, &wm_generator_const,
};

int wm_generator_misused(const struct wm_generator *self, const char *arguments,
                         const char *expected, struct wm_error *err)
{
    char quoted[WM_QUOTED_BYTES];
    const char *blank = self->help.arguments[0] != '\0' ? " " : "";
    return wm_fail(err, -EINVAL, "{%s%s%s}: %s, got %s", self->help.name, blank,
                   self->help.arguments, expected, wm_quoted(arguments, quoted));
}

bool wm_generator_words(const char *arguments, struct wm_arena *arena, char **words, size_t count)
{
    char *at = wm_arena_copy(arena, arguments, strlen(arguments));
    size_t found = 0;

    while (at != NULL) {
        at += strspn(at, " \t");
        if (*at == '\0')
            break;
        if (found == count)
            return false;
        words[found++] = at;
        at += strcspn(at, " \t");
        if (*at != '\0')
            *at++ = '\0';
    }
    return found == count;
}

size_t wm_generator_count(void)
{
    return sizeof(generators) / sizeof(generators[0]);
}

const struct wm_generator_help *wm_generator_help(size_t i)
{
    return &generators[i]->help;
}

/* Levenshtein's distance, of names up to 15 bytes; more than that is far. */
static size_t distance(const char *a, const char *b)
{
    enum { NEAR = 16 };
    size_t row[NEAR];
    size_t rows = strlen(a);
    size_t columns = strlen(b);

    if (rows >= NEAR || columns >= NEAR)
        return NEAR;
    for (size_t j = 0; j <= columns; j++)
        row[j] = j;
    for (size_t i = 1; i <= rows; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            size_t replace = diagonal + (tolower((unsigned char)a[i - 1]) != b[j - 1]);
            size_t insert = (row[j - 1] < row[j] ? row[j - 1] : row[j]) + 1;
            diagonal = row[j];
            row[j] = replace < insert ? replace : insert;
        }
    }
    return row[columns];
}

static void unknown(const char *name, struct wm_error *err)
{
    enum { NEAR = 2 }; /* a slip or two of the hand */
    const struct wm_generator *nearest = NULL;
    size_t least = NEAR + 1;
    char quoted[WM_QUOTED_BYTES];
    struct wm_text names;
    int rc;

    wm_text_init(&names);
    for (size_t i = 0; i < wm_generator_count(); i++) {
        size_t far = distance(name, generators[i]->help.name);
        if (far < least)
            nearest = generators[i];
        least = far < least ? far : least;
        wm_text_addf(&names, "%s%s", i == 0 ? "" : ", ", generators[i]->help.name);
    }
    wm_quoted(name, quoted);
    if (nearest != NULL)
        rc = wm_fail(err, -EINVAL, "unknown generator %s: did you mean {%s%s%s}?", quoted,
                     nearest->help.name, nearest->help.arguments[0] != '\0' ? " " : "",
                     nearest->help.arguments);
    else
        rc = wm_fail(err, -EINVAL,
                     "unknown generator %s: there are %s; a brace that is meant is written twice",
                     quoted, names.data);
    (void)rc;
    wm_text_done(&names);
}

const struct wm_generator *wm_generator_find(const char *name, struct wm_error *err)
{
    for (size_t i = 0; i < wm_generator_count(); i++) {
        if (strcmp(name, generators[i]->help.name) == 0)
            return generators[i];
    }
    unknown(name, err);
    return NULL;
}

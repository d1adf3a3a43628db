/* options.c - reads a command line by a table. */
#include "harness/cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NEAREST_LENGTH_MAX = 32, HELP_COLUMN = 29 };

/* The row that the word `argument` names, up to its "=" or its end; -1: none. A name of one dash
 * and several letters, as pprof has them, may be given with two. */
static int find_option(const struct wm_options *options, const char *argument)
{
    size_t length = strcspn(argument, "=");
    for (size_t i = 0; i < options->count; i++) {
        const char *name = options->table[i].name;
        if (options->table[i].help == NULL)
            continue;
        if (strlen(name) == length && memcmp(name, argument, length) == 0)
            return (int)i;
        bool one_dash = name[0] == '-' && name[1] != '-' && strlen(name) > 2;
        if (one_dash && argument[0] == '-' && strlen(name) == length - 1 &&
            memcmp(name, argument + 1, length - 1) == 0)
            return (int)i;
    }
    return -1;
}

static int fail_unknown(const struct wm_options *options, const char *argument,
                        struct wm_error *err)
{
    char word[NEAREST_LENGTH_MAX + 1];
    size_t length = strcspn(argument, "=");
    if (length > NEAREST_LENGTH_MAX)
        length = NEAREST_LENGTH_MAX;
    memcpy(word, argument, length);
    word[length] = '\0';
    const char *nearest =
        wm_nearest(word, options->table, options->count, sizeof(options->table[0]));
    struct wm_text shown;
    wm_text_init(&shown);
    wm_text_add_safe(&shown, argument, strlen(argument), 60);
    int rc = nearest != NULL
                 ? wm_fail_at(err, -EINVAL, shown.data, "unknown option; did you mean %s?", nearest)
                 : wm_fail_at(err, -EINVAL, shown.data, "unknown option; --help lists them");
    wm_text_done(&shown);
    return rc;
}

/* Reads the option at argv[i]; returns how many words it took. */
static int parse_option(struct wm_options *options, int argc, char **argv, int i, void *values,
                        struct wm_error *err)
{
    const char *equals = strchr(argv[i], '=');
    int found = find_option(options, argv[i]);
    if (found < 0)
        return fail_unknown(options, argv[i], err);
    const struct wm_option *option = &options->table[found];
    const char *value = NULL;
    int taken = 1;
    if (option->argument == NULL && equals != NULL)
        return wm_fail_at(err, -EINVAL, option->name, "takes no value");
    if (option->argument != NULL && equals != NULL) {
        value = equals + 1;
    } else if (option->argument != NULL) {
        if (i + 1 == argc)
            return wm_fail_at(err, -EINVAL, option->name, "a value is missing: %s %s", option->name,
                              option->argument);
        value = argv[i + 1];
        taken = 2;
    }
    int rc = option->parse(value, (char *)values + option->offset, err);
    if (rc < 0) {
        struct wm_error inner = *err;
        return wm_fail_at(err, rc, option->name, "%s", inner.text);
    }
    options->given[found] = value != NULL ? value : "";
    return taken;
}

int wm_options_parse(struct wm_options *options, int argc, char **argv, void *values,
                     struct wm_error *err)
{
    bool all_operands = false;
    memset(options->given, 0, sizeof(options->given));
    options->operand_count = 0;
    options->operands = argv; /* written behind the word that is being read */
    for (int i = 0; i < argc;) {
        bool operand = all_operands || argv[i][0] != '-' || argv[i][1] == '\0';
        if (operand) {
            options->operands[options->operand_count++] = argv[i++];
        } else if (strcmp(argv[i], "--") == 0) {
            all_operands = true;
            i++;
        } else {
            int taken = parse_option(options, argc, argv, i, values, err);
            if (taken < 0)
                return taken;
            i += taken;
        }
    }
    return 0;
}

bool wm_options_given(const struct wm_options *options, const char *name)
{
    int found = find_option(options, name);
    return found >= 0 && options->given[found] != NULL;
}

int wm_options_check(const struct wm_options *options, const struct wm_option_conflict *conflicts,
                     size_t count, struct wm_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct wm_option_conflict *conflict = &conflicts[i];
        bool other = wm_options_given(options, conflict->other);
        if (!wm_options_given(options, conflict->option) || other == conflict->without)
            continue;
        if (conflict->without)
            return wm_fail_at(err, -EINVAL, conflict->option, "%s", conflict->reason);
        return wm_fail_at(err, -EINVAL, conflict->option, "cannot be used with %s: %s",
                          conflict->other, conflict->reason);
    }
    return 0;
}

void wm_options_help(const struct wm_option *table, size_t count, struct wm_text *text)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i].help == NULL) {
            wm_text_addf(text, "%s%s:\n", i > 0 ? "\n" : "", table[i].name);
            continue;
        }
        struct wm_text left;
        wm_text_init(&left);
        wm_text_add(&left, table[i].name);
        if (table[i].argument != NULL)
            wm_text_addf(&left, " %s", table[i].argument);
        wm_text_add(text, "  ");
        wm_text_add_padded(text, left.data, HELP_COLUMN);
        wm_text_addf(text, " %s\n", table[i].help);
        wm_text_done(&left);
    }
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Letters to add, remove, change or swap with their neighbour to make `a` into `b`. */
static size_t distance(const char *a, const char *b)
{
    enum { SIZE = NEAREST_LENGTH_MAX + 1 };
    size_t rows[SIZE + 1][SIZE + 1];
    size_t a_length = strnlen(a, SIZE);
    size_t b_length = strnlen(b, SIZE);
    for (size_t i = 0; i <= a_length; i++)
        rows[i][0] = i;
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        for (size_t j = 1; j <= b_length; j++) {
            size_t change = rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            rows[i][j] = smallest(rows[i - 1][j] + 1, rows[i][j - 1] + 1, change);
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && rows[i - 2][j - 2] + 1 < rows[i][j])
                rows[i][j] = rows[i - 2][j - 2] + 1;
        }
    }
    return rows[a_length][b_length];
}

const char *wm_nearest(const char *word, const void *names, size_t count, size_t stride)
{
    const char *nearest = NULL;
    size_t length = strlen(word + strspn(word, "-"));
    size_t limit = length < 3 ? 1 : 2; /* further away it would be a guess */
    for (size_t i = 0; i < count; i++) {
        const char *name;
        memcpy(&name, (const char *)names + i * stride, sizeof(name));
        if (name == NULL || (name[0] == '-') != (word[0] == '-'))
            continue;
        size_t far = distance(word + strspn(word, "-"), name + strspn(name, "-"));
        bool prefix = length >= 3 && strncmp(word, name, strlen(word)) == 0;
        if (prefix)
            far = 1;
        if (far <= limit && (nearest == NULL || far < limit)) {
            nearest = name;
            limit = far;
        }
    }
    return nearest;
}

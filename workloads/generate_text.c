/* generate_text.c - the generators whose values are texts. */
#include "workloads/generators.h"

#include "harness/core/units.h"
#include "workloads/pick.h"
#include "workloads/quoted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHARACTERS_MAX UINT64_C(1048576)

struct option {
    const char *text;
    size_t length;
};

struct choice {
    struct wm_pick pick;
    struct option *options;
    uint32_t count;
};

/* "b:3": the weight behind the last colon, 1 without one. `option` is cut at the colon. */
static bool read_weight(char *option, double *ret_weight)
{
    char *colon = strrchr(option, ':');

    *ret_weight = 1;
    if (colon == NULL)
        return true;
    if (wm_units_parse_decimal(colon + 1, ret_weight) < 0 || !(*ret_weight > 0))
        return false;
    *colon = '\0';
    return true;
}

static int read_options(const struct wm_generator *self, const char *arguments,
                        struct wm_arena *arena, struct choice *choice, double *weights,
                        struct wm_error *err)
{
    char *at = wm_arena_copy(arena, arguments, strlen(arguments));

    if (at == NULL)
        return wm_fail(err, -ENOMEM, "no memory");
    for (uint32_t i = 0; i < choice->count; i++) {
        char *bar = at + strcspn(at, "|");
        char *next = *bar != '\0' ? bar + 1 : bar;
        char quoted[WM_QUOTED_BYTES];
        *bar = '\0';
        if (!read_weight(at, &weights[i]))
            return wm_fail(err, -EINVAL,
                           "{choice %s}: what follows the last colon of an option is its weight "
                           "and must be a number above 0, got %s: add a weight, such as :1",
                           self->help.arguments, wm_quoted(at, quoted));
        choice->options[i] = (struct option){.text = at, .length = strlen(at)};
        at = next;
    }
    if (wm_pick_init(&choice->pick, weights, choice->count, arena) < 0)
        return wm_generator_misused(self, arguments, "the weights' sum is too large", err);
    return 0;
}

static int read_choice(const struct wm_generator *self, const char *arguments,
                       const struct wm_cell_context *context, const void **ret_state,
                       struct wm_error *err)
{
    struct choice *choice = wm_arena_alloc(context->arena, sizeof(*choice));
    uint32_t count = 1;

    if (arguments[0] == '\0')
        return wm_generator_misused(self, arguments, "needs options with | between them", err);
    for (const char *at = arguments; *at != '\0'; at++)
        count += *at == '|';
    double *weights = calloc(count, sizeof(*weights));
    struct option *options = wm_arena_alloc(context->arena, count * sizeof(*options));
    int rc = -ENOMEM;
    if (choice == NULL || weights == NULL || options == NULL) {
        rc = wm_fail(err, -ENOMEM, "no memory");
        goto out;
    }
    choice->options = options;
    choice->count = count;
    rc = read_options(self, arguments, context->arena, choice, weights, err);
    if (rc == 0)
        *ret_state = choice;
out:
    free(weights);
    return rc;
}

static void draw_choice(const void *state, struct wm_random *random, uint64_t index,
                        struct wm_text *text)
{
    const struct choice *choice = state;
    const struct option *option = &choice->options[wm_pick_draw(&choice->pick, random)];
    (void)index;
    wm_text_add_bytes(text, option->text, option->length);
}

const struct wm_generator wm_generator_choice = {
    {"choice", "a|b:3|c", "one of the options, by weight"},
    read_choice, draw_choice
};

struct characters {
    const char *alphabet;
    uint64_t count;
    unsigned size;     /* of the alphabet */
    unsigned per_draw; /* so few that the bias of one draw stays below 2^-16 */
};

static const struct characters hex_characters = {"0123456789abcdef", 0, 16, 16};
static const struct characters string_characters = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 0, 62, 8};

static int read_characters(const struct wm_generator *self, const char *arguments,
                           const struct wm_cell_context *context, const void **ret_state,
                           struct wm_error *err)
{
    char *words[WM_GENERATOR_WORDS];
    struct characters *characters = wm_arena_alloc(context->arena, sizeof(*characters));
    bool hex = strcmp(self->help.name, "hex") == 0;

    if (characters == NULL)
        return wm_fail(err, -ENOMEM, "no memory");
    *characters = hex ? hex_characters : string_characters;
    if (!wm_generator_words(arguments, context->arena, words, 1) ||
        wm_units_parse_count(words[0], &characters->count) < 0 || characters->count == 0 ||
        characters->count > CHARACTERS_MAX)
        return wm_generator_misused(self, arguments,
                                    "N must be a count of characters from 1 to 1048576", err);
    *ret_state = characters;
    return 0;
}

/* The drawn word, read as a fraction, is multiplied by the alphabet's size once per character. */
static void draw_characters(const void *state, struct wm_random *random, uint64_t index,
                            struct wm_text *text)
{
    const struct characters *characters = state;
    char piece[16];
    (void)index;

    for (uint64_t left = characters->count; left > 0;) {
        uint64_t fraction = wm_random_u64(random);
        size_t length = left < characters->per_draw ? (size_t)left : characters->per_draw;
        for (size_t i = 0; i < length; i++) {
            unsigned __int128 product = (unsigned __int128)fraction * characters->size;
            piece[i] = characters->alphabet[(size_t)(product >> 64)];
            fraction = (uint64_t)product;
        }
        wm_text_add_bytes(text, piece, length);
        left -= length;
    }
}

const struct wm_generator wm_generator_hex = {
    {"hex", "N", "N hexadecimal digits"},
    read_characters, draw_characters
};

const struct wm_generator wm_generator_string = {
    {"string", "N", "N letters and digits"},
    read_characters, draw_characters
};

/* Names of files may hold anything; none of it reaches a terminal as it is. */
static int fail_file(const char *arguments, int rc, const struct wm_error *inner,
                     struct wm_error *err)
{
    struct wm_text text;

    wm_text_init(&text);
    wm_text_add(&text, "{file ");
    wm_text_add_safe(&text, arguments, strlen(arguments), 0);
    wm_text_add(&text, "}: ");
    wm_text_add_safe(&text, inner->text, strlen(inner->text), 0);
    rc = wm_fail(err, rc == -ENOMEM ? rc : -EINVAL, "%s", text.data);
    wm_text_done(&text);
    return rc;
}

static int read_file(const struct wm_generator *self, const char *arguments,
                     const struct wm_cell_context *context, const void **ret_state,
                     struct wm_error *err)
{
    char *words[WM_GENERATOR_WORDS];
    struct wm_error inner = {0};
    struct wm_column *column = wm_arena_alloc(context->arena, sizeof(*column));

    if (column == NULL)
        return wm_fail(err, -ENOMEM, "no memory");
    if (!wm_generator_words(arguments, context->arena, words, 2))
        return wm_generator_misused(
            self, arguments,
            "needs the name of a CSV file (relative to the mix, without blanks) and of "
            "one of its columns",
            err);
    int rc = wm_columns_get(context->columns, words[0], words[1], column, &inner);
    if (rc < 0)
        return fail_file(arguments, rc, &inner, err);
    *ret_state = column;
    return 0;
}

/* All cells of a request that name one file see the same row of it: a user and her password. */
static void draw_file(const void *state, struct wm_random *random, uint64_t index,
                      struct wm_text *text)
{
    const struct wm_column *column = state;
    struct wm_random shared = wm_random_shared(random, column->file);
    (void)index;
    wm_text_add(text, column->cells[wm_random_below(&shared, column->rows) * column->stride]);
}

const struct wm_generator wm_generator_file = {
    {"file", "FILE.csv COLUMN", "a row's cell; one row per file and request"},
    read_file,
    draw_file
};

static int read_const(const struct wm_generator *self, const char *arguments,
                      const struct wm_cell_context *context, const void **ret_state,
                      struct wm_error *err)
{
    (void)self;
    *ret_state = wm_arena_copy(context->arena, arguments, strlen(arguments));
    return *ret_state != NULL ? 0 : wm_fail(err, -ENOMEM, "no memory");
}

const struct wm_generator wm_generator_const = {
    {"const", "TEXT", "the text as it is"},
    read_const, NULL
};

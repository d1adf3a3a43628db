/* generate_number.c - the generators whose values are numbers. */
#include "workloads/generators.h"

#include "harness/core/units.h"
#include "workloads/work.h"
#include "workloads/zipf.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const double normal_max = 1e12;
static const double normal_step = 1e-6;
static const double two_pi = 6.283185307179586;

static bool parse_integer(const char *word, int64_t *ret_value)
{
    bool negative = *word == '-';
    int64_t value = 0;

    word += negative;
    if (*word == '\0')
        return false;
    for (; *word != '\0'; word++) {
        int64_t digit = *word - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value))
            return false;
    }
    *ret_value = value;
    return true;
}

/* By hand: a printf call costs more than drawing the number. */
static void add_u64(struct wm_text *text, uint64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    wm_text_add_bytes(text, digits + at, sizeof(digits) - at);
}

static void add_i64(struct wm_text *text, int64_t value)
{
    if (value < 0)
        wm_text_add_bytes(text, "-", 1);
    add_u64(text, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

struct uniform {
    int64_t low;
    uint64_t span; /* of values; 0: all 2^64 */
};

static int read_uniform(const struct wm_generator *self, const char *arguments,
                        const struct wm_cell_context *context, const void **ret_state,
                        struct wm_error *err)
{
    char *words[WM_GENERATOR_WORDS];
    int64_t low, high;
    struct uniform *uniform = wm_arena_alloc(context->arena, sizeof(*uniform));

    if (uniform == NULL)
        return wm_fail(err, -ENOMEM, "no memory");
    if (!wm_generator_words(arguments, context->arena, words, 2) ||
        !parse_integer(words[0], &low) || !parse_integer(words[1], &high) || low > high)
        return wm_generator_misused(self, arguments, "A and B must be two integers, A not above B",
                                    err);
    *uniform = (struct uniform){.low = low, .span = (uint64_t)high - (uint64_t)low + 1};
    *ret_state = uniform;
    return 0;
}

static void draw_uniform(const void *state, struct wm_random *random, uint64_t index,
                         struct wm_text *text)
{
    const struct uniform *uniform = state;
    uint64_t above =
        uniform->span == 0 ? wm_random_u64(random) : wm_random_below(random, uniform->span);
    (void)index;
    add_i64(text, (int64_t)((uint64_t)uniform->low + above));
}

const struct wm_generator wm_generator_uniform = {
    {"uniform", "A B", "an integer from A to B, both included"},
    read_uniform, draw_uniform
};

static int read_zipf(const struct wm_generator *self, const char *arguments,
                     const struct wm_cell_context *context, const void **ret_state,
                     struct wm_error *err)
{
    char *words[WM_GENERATOR_WORDS];
    double exponent;
    uint64_t ranks;
    struct wm_zipf *zipf = wm_arena_alloc(context->arena, sizeof(*zipf));

    if (zipf == NULL)
        return wm_fail(err, -ENOMEM, "no memory");
    if (!wm_generator_words(arguments, context->arena, words, 2) ||
        wm_units_parse_decimal(words[0], &exponent) < 0 ||
        wm_units_parse_count(words[1], &ranks) < 0 || !(exponent > 0) || ranks == 0 ||
        ranks > WM_ZIPF_RANKS_MAX)
        return wm_generator_misused(
            self, arguments, "S must be a number above 0 and N a count from 1 to 1000000000", err);
    wm_zipf_init(zipf, exponent, ranks);
    *ret_state = zipf;
    return 0;
}

static void draw_zipf(const void *state, struct wm_random *random, uint64_t index,
                      struct wm_text *text)
{
    (void)index;
    add_u64(text, wm_zipf_draw(state, random));
}

const struct wm_generator wm_generator_zipf = {
    {"zipf", "S N", "a rank from 1 to N, rank k with a weight of 1/k^S"},
    read_zipf, draw_zipf
};

struct normal {
    double mean;
    double deviation;
};

static int read_normal(const struct wm_generator *self, const char *arguments,
                       const struct wm_cell_context *context, const void **ret_state,
                       struct wm_error *err)
{
    char *words[WM_GENERATOR_WORDS];
    struct normal *normal = wm_arena_alloc(context->arena, sizeof(*normal));

    if (normal == NULL)
        return wm_fail(err, -ENOMEM, "no memory");
    if (!wm_generator_words(arguments, context->arena, words, 2) ||
        wm_units_parse_decimal(words[0], &normal->mean) < 0 ||
        wm_units_parse_decimal(words[1], &normal->deviation) < 0 ||
        fabs(normal->mean) > normal_max || normal->deviation > normal_max ||
        normal->deviation < normal_step)
        return wm_generator_misused(
            self, arguments,
            "M (mean) must be a number up to 1e12 and SD (deviation) one from "
            "0.000001 to 1e12",
            err);
    *ret_state = normal;
    return 0;
}

/* G. E. P. Box, M. E. Muller: A note on the generation of random normal deviates (1958). Six
 * decimals, from an integer: printf would follow the locale, and a last bit in which two C
 * libraries' log and cos may differ is rounded away. */
static void draw_normal(const void *state, struct wm_random *random, uint64_t index,
                        struct wm_text *text)
{
    const struct normal *normal = state;
    double radius = sqrt(-2.0 * log(1.0 - wm_random_unit(random)));
    double value = radius * cos(two_pi * wm_random_unit(random));
    int64_t millionths = llround((normal->mean + normal->deviation * value) / normal_step);
    uint64_t size = millionths < 0 ? -(uint64_t)millionths : (uint64_t)millionths;
    char point[7] = ".";
    (void)index;

    if (millionths < 0)
        wm_text_add_bytes(text, "-", 1);
    add_u64(text, size / 1000000);
    size %= 1000000;
    for (size_t i = 6; i > 0; i--, size /= 10)
        point[i] = (char)('0' + size % 10);
    wm_text_add_bytes(text, point, sizeof(point));
}

const struct wm_generator wm_generator_normal = {
    {"normal", "M SD", "a decimal around the mean M with deviation SD"},
    read_normal, draw_normal
};

static int read_seq(const struct wm_generator *self, const char *arguments,
                    const struct wm_cell_context *context, const void **ret_state,
                    struct wm_error *err)
{
    (void)context;
    if (arguments[strspn(arguments, " \t")] != '\0')
        return wm_generator_misused(self, arguments, "takes no arguments", err);
    *ret_state = NULL;
    return 0;
}

static void draw_seq(const void *state, struct wm_random *random, uint64_t index,
                     struct wm_text *text)
{
    (void)state;
    (void)random;
    add_u64(text, (index & ~WM_WORK_WARMUP_INDEX) + 1);
}

const struct wm_generator wm_generator_seq = {
    {"seq", "", "the request's number, from 1"},
    read_seq, draw_seq
};

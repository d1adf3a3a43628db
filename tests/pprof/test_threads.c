/* test_threads.c - however many CPUs there are, large profiles are read and merged the same. */
#include "harness/core/text.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/merge.h"
#include "tests/support/support.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 60000, LOCATIONS = 300, NOWHERE = 9999, NOTHING = SAMPLES };

static void put_varint(struct wm_text *text, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        wm_text_add_bytes(text, &(unsigned char){(unsigned char)(value | 0x80)}, 1);
    wm_text_add_bytes(text, &(unsigned char){(unsigned char)value}, 1);
}

static void put_message(struct wm_text *text, unsigned field, struct wm_text *message)
{
    put_varint(text, field << 3 | 2);
    put_varint(text, message->length);
    wm_text_add_bytes(text, message->data, message->length);
    wm_text_clear(message);
}

/* Sample `i`: seldom alone with its stack, now and then of value 0, with ids of one byte and two.
 */
static void put_sample(struct wm_text *text, uint32_t i, bool is_wrong)
{
    struct wm_text sample, part;
    wm_text_init(&sample);
    wm_text_init(&part);
    uint32_t dice = i * 2654435761U;
    for (uint32_t at = 0; at < 3 + dice % 3; at++)
        put_varint(&part, 1 + (dice >> (8 + 4 * at)) % LOCATIONS);
    if (is_wrong)
        put_varint(&part, NOWHERE);
    put_message(&sample, 1, &part);
    put_varint(&sample, 2 << 3);
    put_varint(&sample, dice >> 29);
    for (uint32_t label = 0; label < dice >> 30; label++) {
        const unsigned char pair[] = {1 << 3, 1, 2 << 3, (unsigned char)(1 + label)};
        wm_text_add_bytes(&part, pair, label == 0 ? 2 : sizeof(pair)); /* the first says nothing */
        put_message(&sample, 3, &part);
    }
    put_message(text, 2, &sample);
    wm_text_done(&sample);
    wm_text_done(&part);
}

/* A profile whose samples `wrong` name a location that is not there. */
static void put_profile(struct wm_text *text, const uint32_t wrong[2])
{
    static const char *const strings[] = {"", "a", "b", "c"};
    struct wm_text part;
    wm_text_init(&part);
    wm_text_init(text);
    put_varint(&part, 1 << 3);
    put_varint(&part, 1);
    put_message(text, 1, &part);
    for (uint32_t i = 0; i < SAMPLES; i++)
        put_sample(text, i, i == wrong[0] || i == wrong[1]);
    for (uint32_t id = LOCATIONS; id > 0; id--) {
        put_varint(&part, 1 << 3);
        put_varint(&part, id);
        put_varint(&part, 3 << 3);
        put_varint(&part, id % 290); /* some are equal */
        put_message(text, 4, &part);
    }
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        wm_text_add(&part, strings[i]);
        put_message(text, 6, &part);
    }
    wm_text_done(&part);
    assert_false(text->failed);
}

struct result {
    unsigned char *bytes[2]; /* as read, and merged */
    size_t lengths[2];
    struct wm_error err;
    int rc;
};

static struct result read_and_merge(const struct wm_text *text)
{
    struct result result = {
        .bytes = {NULL, NULL}
    };
    struct wm_profile *profile = NULL;
    result.rc = wm_profile_decode((const unsigned char *)text->data, text->length, 0, "bytes",
                                  &profile, &result.err);
    if (result.rc < 0)
        return result;
    assert_int_equal(profile->sample_count, SAMPLES);
    assert_int_equal(wm_profile_encode(profile, &result.bytes[0], &result.lengths[0]), 0);
    struct wm_merge_input input = {.profile = profile};
    assert_int_equal(wm_profile_merge(&input, 1, false, &profile, &result.err), 0);
    assert_true(profile->sample_count > 1000 && profile->sample_count < SAMPLES - 1000);
    assert_int_equal(profile->location_count, 290);
    assert_int_equal(wm_profile_encode(profile, &result.bytes[1], &result.lengths[1]), 0);
    wm_profile_free(profile);
    return result;
}

/* On one CPU, then on all. */
static void read_both_ways(const uint32_t wrong[2], struct result results[2])
{
    struct wm_text text;
    put_profile(&text, wrong);
    wm_test_use_cpus(1);
    results[0] = read_and_merge(&text);
    wm_test_use_cpus(CPU_SETSIZE);
    results[1] = read_and_merge(&text);
    wm_text_done(&text);
}

static void test_threads_read_and_merge_what_one_does(void **state)
{
    (void)state;
    struct result results[2];
    read_both_ways((const uint32_t[]){NOTHING, NOTHING}, results);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(results[0].lengths[i], results[1].lengths[i]);
        assert_memory_equal(results[0].bytes[i], results[1].bytes[i], results[0].lengths[i]);
        free(results[0].bytes[i]);
        free(results[1].bytes[i]);
    }
}

static void test_the_first_wrong_sample_is_told(void **state)
{
    (void)state;
    static const uint32_t wrongs[][2] = {
        {5,           SAMPLES - 5},
        {SAMPLES - 9, SAMPLES - 5},
        {SAMPLES / 2, SAMPLES - 5}
    };
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        struct result results[2];
        char expected[64];
        read_both_ways(wrongs[i], results);
        snprintf(expected, sizeof(expected), "sample %u is in location 9999", wrongs[i][0] + 1);
        for (size_t way = 0; way < 2; way++) {
            assert_int_equal(results[way].rc, -EINVAL);
            assert_non_null(strstr(results[way].err.text, expected));
        }
        assert_string_equal(results[0].err.text, results[1].err.text);
    }
}

/* Their values would be a hundred gigabytes. */
static void test_what_samples_claim_costs_nothing(void **state)
{
    (void)state;
    enum { TYPES = 5000, EMPTY = 3000000 };
    struct wm_text text;
    struct wm_profile *profile = NULL;
    struct wm_error err = {{0}, {0}};
    wm_text_init(&text);
    for (int i = 0; i < TYPES; i++)
        wm_text_add_bytes(&text, "\x0a\x00", 2);
    for (int i = 0; i < EMPTY; i++)
        wm_text_add_bytes(&text, "\x12\x00", 2);
    wm_text_add_bytes(&text, "\x32\x00", 2);
    assert_int_equal(wm_profile_decode((const unsigned char *)text.data, text.length, 0, "bytes",
                                       &profile, &err),
                     -EINVAL);
    assert_non_null(strstr(err.text, "sample 1 has 0 values"));
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_read_and_merge_what_one_does),
        cmocka_unit_test(test_the_first_wrong_sample_is_told),
        cmocka_unit_test(test_what_samples_claim_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

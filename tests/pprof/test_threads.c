/* test_threads.c - however many CPUs there are, large profiles are read and merged the same. */
#include "harness/core/text.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/gzip.h"
#include "profiles/pprof/merge.h"
#include "profiles/pprof/sample_stack.h"
#include "tests/pprof/sample_profile.h"
#include "tests/pprof/spell.h"
#include "tests/support/support.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAMPLES = 60000,
    ODD_SAMPLES = 42000,
    ODD_DIFFERENT = 30000,
    LOCATIONS = 300,
    NOWHERE = 9999,
    NOTHING = SAMPLES
};

/* How a file differs from those that programs write, in which each of these is false. */
struct oddity {
    bool ids_fall;     /* locations have their ids in falling order */
    bool strings_twin; /* two strings are equal, and the later one is used */
    bool types_last;   /* there is another sample type, behind the samples */
    bool is_mixed;     /* locations come between samples */
    bool is_used_odd;  /* samples do not use locations in their order */
    bool is_twin;      /* some locations are equal */
    bool labels_fall;  /* the keys of a sample's labels are in falling order */
    bool has_zeros;    /* some samples have the value 0 */
};

/* Sample `i`: seldom alone with its stack, now and then of the least value, with ids of one byte
 * and two.
 */
static void put_sample(struct wm_text *text, uint32_t i, bool is_wrong, const struct oddity *oddity)
{
    struct wm_text sample, part;
    wm_text_init(&sample);
    wm_text_init(&part);
    uint32_t dice = i * 2654435761U;
    for (uint32_t at = 0; at < 3 + dice % 3; at++)
        spell_varint(&part, 1 + (dice >> (8 + 4 * at)) % LOCATIONS);
    if (is_wrong)
        spell_varint(&part, NOWHERE);
    spell_message(&sample, 1, &part);
    spell_number(&sample, 2, (dice >> 29) + (oddity->has_zeros ? 0 : 1));
    for (uint32_t label = 0; label < dice >> 30; label++) {
        const unsigned char key = (unsigned char)(oddity->labels_fall ? 3 - label : 1);
        const unsigned char pair[] = {1 << 3, key, 2 << 3, (unsigned char)(1 + label)};
        wm_text_add_bytes(&part, pair, label == 0 ? 2 : sizeof(pair)); /* the first says nothing */
        spell_message(&sample, 3, &part);
    }
    spell_message(text, 2, &sample);
    wm_text_done(&sample);
    wm_text_done(&part);
}

static void put_location(struct wm_text *text, uint32_t id, const struct oddity *oddity)
{
    spell_location(text, id, oddity->is_twin ? id % 290 : id);
}

static void put_types(struct wm_text *text, size_t count)
{
    struct wm_text part;
    wm_text_init(&part);
    for (size_t i = 0; i < count; i++) {
        spell_number(&part, 1, 1 + i);
        spell_message(text, 1, &part);
    }
    wm_text_done(&part);
}

/* All locations in their order, unless that is odd. */
static void put_first_sample(struct wm_text *text, const struct oddity *oddity)
{
    struct wm_text sample, part;
    wm_text_init(&sample);
    wm_text_init(&part);
    for (uint32_t id = 1; id <= LOCATIONS; id++)
        spell_varint(&part, oddity->is_used_odd ? LOCATIONS + 1 - id : id);
    spell_message(&sample, 1, &part);
    for (size_t i = 0; i < (oddity->types_last ? 2 : 1); i++) {
        spell_number(&sample, 2, 7);
    }
    spell_message(text, 2, &sample);
    wm_text_done(&sample);
    wm_text_done(&part);
}

static void put_odd_profile(struct wm_text *text, const struct oddity *oddity)
{
    static const char *const strings[2][4] = {
        {"", "a", "b", "c"},
        {"", "a", "b", "a"}
    };
    wm_text_init(text);
    put_types(text, 1);
    put_first_sample(text, oddity);
    for (uint32_t i = 0; !oddity->types_last && i < ODD_SAMPLES; i++) {
        put_sample(text, i % ODD_DIFFERENT, false, oddity);
        if (oddity->is_mixed && i < LOCATIONS)
            put_location(text, i + 1, oddity);
    }
    for (uint32_t i = 1; !oddity->is_mixed && i <= LOCATIONS; i++)
        put_location(text, oddity->ids_fall ? LOCATIONS + 1 - i : i, oddity);
    spell_strings(text, strings[oddity->strings_twin], 4);
    if (oddity->types_last)
        put_types(text, 1);
    assert_false(text->failed);
}

/* A profile whose samples `wrong` name a location that is not there. */
static void put_profile(struct wm_text *text, const uint32_t wrong[2])
{
    static const char *const strings[] = {"", "a", "b", "c"};
    wm_text_init(text);
    put_types(text, 1);
    for (uint32_t i = 0; i < SAMPLES; i++)
        put_sample(text, i, i == wrong[0] || i == wrong[1], &(struct oddity){.has_zeros = true});
    for (uint32_t id = LOCATIONS; id > 0; id--)
        put_location(text, id, &(struct oddity){.is_twin = true});
    spell_strings(text, strings, sizeof(strings) / sizeof(strings[0]));
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
    assert_int_equal(wm_profile_merge(&input, 1, 0, &profile, &result.err), 0);
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
    wm_test_needs_cpus();
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

static void add_merged(struct wm_text *text, struct wm_profile **profile, unsigned flags)
{
    struct wm_error err = {{0}, {0}};
    struct wm_merge_input input = {.profile = *profile};
    assert_int_equal(wm_profile_merge(&input, 1, flags, profile, &err), 0);
    char *merged = sample_profile_dump(*profile);
    wm_text_addf(text, "merged\n%s", merged);
    for (size_t i = 0; i < (*profile)->location_count; i++)
        wm_text_addf(text, " %llu", (unsigned long long)(*profile)->locations[i].id);
    for (size_t i = 0; i < (*profile)->samples[0].location_count; i++)
        wm_text_addf(text, " %u", wm_profile_frame(*profile, i));
    free(merged);
}

/* What is read of it, as its samples have it, and merged with nothing; or merged with flags, and
 * once more without. */
static char *dump_merged(const void *data, size_t length, unsigned flags, bool forgets)
{
    struct wm_profile *profile = NULL;
    struct wm_error err = {{0}, {0}};
    struct wm_text text;
    assert_int_equal(wm_profile_decode(data, length, 0, "bytes", &profile, &err), 0);
    wm_text_init(&text);
    if (flags == 0) {
        char *read = sample_profile_dump(profile);
        wm_text_add(&text, read);
        free(read);
    }
    if (forgets)
        wm_profile_forget(profile);
    add_merged(&text, &profile, flags);
    if (flags != 0)
        add_merged(&text, &profile, 0);
    wm_profile_free(profile);
    return wm_text_take(&text);
}

static const char *last_merged(const char *dump)
{
    const char *last = NULL;
    while ((dump = strstr(dump, "merged")) != NULL)
        last = dump++;
    assert_non_null(last);
    return last;
}

/* The same, whatever is known of its code and samples. Returns it. */
static char *check_dumps(const struct wm_text *text, const struct wm_text *packed, unsigned flags)
{
    wm_test_use_cpus(1);
    char *expected = dump_merged(text->data, text->length, flags, true);
    for (int cpus = flags == 0 ? 0 : 1; cpus < 2; cpus++) {
        wm_test_use_cpus(cpus == 0 ? 1 : CPU_SETSIZE);
        for (int at = 0; at < (flags == 0 ? 3 : 2); at++) {
            const struct wm_text *of = at == 0 ? text : packed;
            char *dump = dump_merged(of->data, of->length, flags, at == 2);
            assert_string_equal(dump, expected);
            free(dump);
        }
    }
    return expected;
}

/* By one thread or two, while it is unpacked or not, joined at once or later. */
static void test_odd_files_are_read_as_others_are(void **state)
{
    (void)state;
    static const struct oddity oddities[] = {
        {.ids_fall = false},  {.ids_fall = true},    {.strings_twin = true},
        {.types_last = true}, {.is_mixed = true},    {.is_used_odd = true},
        {.is_twin = true},    {.labels_fall = true}, {.has_zeros = true},
    };
    for (size_t i = 0; i < sizeof(oddities) / sizeof(oddities[0]); i++) {
        const struct oddity *oddity = &oddities[i];
        struct wm_text text, packed;
        unsigned char *bytes;
        size_t length;
        put_odd_profile(&text, oddity);
        assert_int_equal(wm_gzip_pack((const unsigned char *)text.data, text.length, WM_GZIP_FAST,
                                      &bytes, &length),
                         0);
        wm_text_init(&packed);
        wm_text_add_bytes(&packed, bytes, length);
        char *joined = check_dumps(&text, &packed, 0);
        char *apart = check_dumps(&text, &packed, WM_MERGE_FOR_SUMS);
        assert_true(oddity->types_last ||
                    strstr(joined, oddity->strings_twin ? "a=a,0" : "a=c,0") != NULL);
        const bool is_apart = strlen(strstr(apart, "merged")) > 2 * strlen(last_merged(apart));
        assert_int_equal(is_apart, !oddity->types_last && !oddity->has_zeros);
        assert_string_equal(last_merged(joined), last_merged(apart));
        free(joined);
        free(apart);
        free(bytes);
        wm_text_done(&text);
        wm_text_done(&packed);
    }
}

/* A member of parts is one as any other. */
static void test_a_member_of_parts_is_read_as_it_is_unpacked(void **state)
{
    (void)state;
    struct wm_text text, packed;
    struct wm_gzip_sum sum = {0, 0}, next;
    const struct oddity none = {.ids_fall = false};
    put_odd_profile(&text, &none);
    wm_text_init(&packed);
    wm_gzip_add_head(&packed);
    for (size_t at = 0, end; at < text.length; at = end) {
        end = at + 100001 < text.length ? at + 100001 : text.length;
        assert_int_equal(wm_gzip_add_part(&packed, text.data + at, end - at, &next), 0);
        wm_gzip_sum_add(&sum, &next);
    }
    assert_int_equal(wm_gzip_add_part(&packed, "", 0, &next), 0);
    wm_gzip_sum_add(&sum, &next);
    wm_gzip_add_tail(&packed, &sum);
    assert_int_equal(sum.length, text.length);
    const unsigned char *tail = (const unsigned char *)packed.data + packed.length - 4;
    assert_int_equal(wm_gzip_claim(tail, packed.length, 0), text.length);
    struct wm_gzip_input input = {(const unsigned char *)packed.data, packed.length, 0, "bytes"};
    unsigned char *unpacked = NULL;
    size_t length = 0;
    assert_int_equal(wm_gzip_unpack(&input, &unpacked, &length, NULL), 0);
    assert_int_equal(length, text.length);
    assert_memory_equal(unpacked, text.data, length);
    char *dumps[] = {dump_merged(text.data, text.length, 0, false),
                     dump_merged(packed.data, packed.length, 0, false)};
    assert_string_equal(dumps[0], dumps[1]);
    free(dumps[0]);
    free(dumps[1]);
    free(unpacked);
    wm_text_done(&text);
    wm_text_done(&packed);
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
        cmocka_unit_test(test_odd_files_are_read_as_others_are),
        cmocka_unit_test(test_a_member_of_parts_is_read_as_it_is_unpacked),
        cmocka_unit_test(test_what_samples_claim_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

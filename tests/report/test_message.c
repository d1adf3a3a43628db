/* test_message.c - profile.proto from behind: all fields at their longest, in the room they claim.
 */
#include "tests/support/support.h"

#include "harness/core/intern.h"
#include "profiles/pprof/codec.h"
#include "profiles/report/message_fields.h"

#include <stdlib.h>
#include <string.h>

enum { TYPES = 3, STACK = 40, LABELS = 4 };

static uint32_t word(struct wm_profile *profile, const char *text)
{
    int64_t number = wm_profile_string(profile, text);
    assert_true(number >= 0);
    return (uint32_t)number;
}

static void add_code(struct wm_profile *profile)
{
    const uint32_t name = word(profile, "name"), file = word(profile, "file");
    const struct wm_mapping mapping = {
        .start = UINT64_MAX - 1,
        .limit = UINT64_MAX,
        .offset = UINT64_MAX,
        .file = file,
        .build_id = name,
        .has_functions = true,
        .has_filenames = true,
        .has_lines = true,
        .has_inlines = true,
    };
    const struct wm_function function = {0, name, file, file, INT64_MIN};
    const struct wm_line lines[] = {
        {0, INT64_MIN},
        {0, -1       },
    };
    assert_int_equal(wm_profile_add_mapping(profile, &mapping), 0);
    assert_int_equal(wm_profile_add_function(profile, &function), 0);
    for (uint32_t i = 0; i < 200; i++) {
        const struct wm_location location = {
            .mapping = 1, .address = UINT64_MAX - i, .line_count = 2, .folded = true};
        assert_int_equal(wm_profile_add_location(profile, &location, lines), i);
    }
}

/* Stacks on both sides of what is packed, none, and long ones. */
static void add_samples(struct wm_profile *profile)
{
    static const size_t depths[] = {0, 1, 2, 3, STACK};
    const int64_t values[TYPES] = {INT64_MIN, -1, INT64_MAX};
    struct wm_label labels[LABELS] = {{.key = word(profile, "path")}};
    uint32_t stack[STACK];
    labels[0].string = word(profile, "a path");
    for (uint32_t i = 1; i < LABELS; i++)
        labels[i] = (struct wm_label){word(profile, "size"), 0, INT64_MIN, word(profile, "unit")};
    for (uint32_t i = 0; i < STACK; i++)
        stack[i] = 5 * i % 200;
    for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++)
        assert_true(wm_profile_add_sample(profile, stack, depths[i], labels, i % (LABELS + 1),
                                          values) >= 0);
}

static struct wm_profile *make_profile(int comments)
{
    static const char *const types[TYPES] = {"first", "second", "third"};
    struct wm_profile *profile = NULL;
    assert_int_equal(wm_profile_new(&profile), 0);
    for (int i = 0; i < TYPES; i++)
        assert_int_equal(wm_profile_add_sample_type(profile, types[i], "count"), i);
    add_code(profile);
    add_samples(profile);
    for (int i = 0; i < comments; i++)
        assert_int_equal(wm_profile_add_comment(profile, types[i]), i);
    profile->time_ns = profile->duration_ns = profile->period = INT64_MIN;
    profile->period_type = (struct wm_value_type){word(profile, "cpu"), word(profile, "seconds")};
    profile->drop_frames = word(profile, "drop");
    profile->keep_frames = word(profile, "keep");
    profile->default_sample_type = word(profile, "second");
    return profile;
}

/* Strings have in the message the numbers that they have in the profile. */
struct made {
    struct wm_message message;
    uint32_t *index_of, *strings;
    uint64_t *ids;
};

static void made_init(struct made *made, const struct wm_profile *profile)
{
    const size_t strings = wm_intern_count(profile->strings);
    made->index_of = calloc(strings, sizeof(made->index_of[0]));
    made->strings = calloc(strings, sizeof(made->strings[0]));
    made->ids = calloc(profile->location_count, sizeof(made->ids[0]));
    assert_true(made->index_of != NULL && made->strings != NULL && made->ids != NULL);
    for (uint32_t i = 0; i < strings; i++) {
        made->strings[i] = i;
        made->index_of[i] = i + 1;
    }
    made->message = (struct wm_message){
        .profile = profile,
        .index_of = made->index_of,
        .strings = made->strings,
        .string_count = strings,
        .ids = made->ids,
    };
    for (size_t i = 0; i < profile->location_count; i++) {
        made->ids[i] = wm_message_spell_id(profile->locations[i].id);
        if (WM_MESSAGE_ID_LENGTH(made->ids[i]) > made->message.id_bytes)
            made->message.id_bytes = WM_MESSAGE_ID_LENGTH(made->ids[i]);
    }
    wm_sample_labels_init(&made->message.labels);
    wm_message_number(&made->message);
}

static void made_done(struct made *made)
{
    wm_sample_labels_done(&made->message.labels);
    free(made->index_of);
    free(made->strings);
    free(made->ids);
}

/* The bytes of these items, in exactly the room that they claim; free() them. */
static unsigned char *put(struct wm_message *message, size_t first, size_t end, size_t *ret_length)
{
    const size_t room = wm_message_room(message, first, end);
    unsigned char *bytes = malloc(room);
    assert_non_null(bytes);
    unsigned char *begin = wm_message_put(message, first, end, bytes + room);
    assert_non_null(begin);
    *ret_length = (size_t)(bytes + room - begin);
    assert_true(*ret_length + sizeof(uint64_t) <= room); /* put_id() writes whole words */
    memmove(bytes, begin, *ret_length);
    return bytes;
}

static void assert_reads_as(const unsigned char *bytes, size_t length,
                            const struct wm_profile *profile)
{
    struct wm_profile *read = NULL;
    unsigned char *texts[2] = {NULL, NULL};
    size_t lengths[2];
    assert_int_equal(wm_profile_decode(bytes, length, 0, "message", &read, NULL), 0);
    assert_int_equal(wm_profile_encode(profile, &texts[0], &lengths[0]), 0);
    assert_int_equal(wm_profile_encode(read, &texts[1], &lengths[1]), 0);
    assert_int_equal(lengths[0], lengths[1]);
    assert_memory_equal(texts[0], texts[1], lengths[0]);
    free(texts[0]);
    free(texts[1]);
    wm_profile_free(read);
}

static void test_items_take_the_room_that_they_claim(void **state)
{
    (void)state;
    for (int comments = 0; comments <= TYPES; comments++) {
        struct wm_profile *profile = make_profile(comments);
        struct made made;
        made_init(&made, profile);
        const size_t items = made.message.starts[WM_MESSAGE_SECTIONS];
        size_t whole_length, length, sum = 0;
        unsigned char *whole = put(&made.message, 0, items, &whole_length);
        for (size_t i = 0; i < items; i++, sum += length) {
            unsigned char *bytes = put(&made.message, i, i + 1, &length);
            assert_true(sum + length <= whole_length);
            assert_memory_equal(whole + sum, bytes, length);
            free(bytes);
        }
        assert_int_equal(sum, whole_length);
        assert_reads_as(whole, whole_length, profile);
        free(whole);
        made_done(&made);
        wm_profile_free(profile);
    }
}

static void test_ids_of_any_length_are_spelled(void **state)
{
    (void)state;
    static const struct {
        uint64_t id;
        size_t length;
        unsigned char bytes[7];
    } cases[] = {
        {1,                       1, {1}                                       },
        {127,                     1, {127}                                     },
        {128,                     2, {0x80, 1}                                 },
        {300,                     2, {0xac, 2}                                 },
        {16384,                   3, {0x80, 0x80, 1}                           },
        {(UINT64_C(1) << 32) + 1, 5, {0x81, 0x80, 0x80, 0x80, 0x10}            },
        {(UINT64_C(1) << 49) - 1, 7, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const uint64_t spelled = wm_message_spell_id(cases[i].id);
        unsigned char bytes[sizeof(spelled)];
        memcpy(bytes, &spelled, sizeof(bytes));
        assert_int_equal(WM_MESSAGE_ID_LENGTH(spelled), cases[i].length);
        assert_memory_equal(bytes + sizeof(bytes) - cases[i].length, cases[i].bytes,
                            cases[i].length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items_take_the_room_that_they_claim),
        cmocka_unit_test(test_ids_of_any_length_are_spelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

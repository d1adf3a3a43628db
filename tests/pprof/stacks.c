/* stacks.c - small profiles of named frames. */
#include "tests/pprof/stacks.h"

#include "harness/core/text.h"
#include "profiles/pprof/sample_stack.h"
#include "tests/support/support.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 32, WORD_BYTES = 64 };

uint32_t stacks_string(struct wm_profile *profile, const char *text)
{
    int64_t number = wm_profile_string(profile, text);
    assert_true(number >= 0);
    return (uint32_t)number;
}

struct wm_profile *stacks_new(const char *type, const char *unit)
{
    struct wm_profile *profile = NULL;
    assert_int_equal(wm_profile_new(&profile), 0);
    assert_int_equal(wm_profile_add_sample_type(profile, type, unit), 0);
    struct wm_mapping mapping = {
        .start = 0x1000, .limit = 0x9000, .file = stacks_string(profile, "app")};
    assert_int_equal(wm_profile_add_mapping(profile, &mapping), 0);
    return profile;
}

static size_t split(const char *text, char words[WORDS_MAX][WORD_BYTES])
{
    size_t count = 0;
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        size_t length = strcspn(text, " ");
        assert_true(count < WORDS_MAX && length < WORD_BYTES);
        memcpy(words[count], text, length);
        words[count++][length] = '\0';
        text += length;
    }
    return count;
}

/* The address follows from the name, so that equal frames are equal in every profile. */
static uint32_t location_of(struct wm_profile *profile, const char *name)
{
    struct wm_function function = {.name = stacks_string(profile, name)};
    int64_t index = wm_profile_add_function(profile, &function);
    assert_true(index >= 0);
    struct wm_line line = {(uint32_t)index, 7};
    struct wm_location location = {.mapping = 1, .address = 0x1000, .line_count = 1};
    for (const char *at = name; *at != '\0'; at++)
        location.address = location.address * 31 % 0x7001 + (unsigned char)*at;
    index = wm_profile_add_location(profile, &location, &line);
    assert_true(index >= 0);
    return (uint32_t)index;
}

static struct wm_label label_of(struct wm_profile *profile, char *word)
{
    char *mark = strchr(word, '='), *unit;
    bool is_text = mark != NULL;
    if (!is_text)
        mark = strchr(word, ':');
    assert_non_null(mark);
    *mark = '\0';
    struct wm_label label = {.key = stacks_string(profile, word)};
    if (is_text) {
        label.string = stacks_string(profile, mark + 1);
    } else {
        label.number = strtoll(mark + 1, &unit, 10);
        label.unit = stacks_string(profile, unit);
    }
    return label;
}

void stacks_add(struct wm_profile *profile, const char *frames, const char *labels, int64_t value)
{
    char words[WORDS_MAX][WORD_BYTES];
    uint32_t locations[WORDS_MAX];
    struct wm_label all[WORDS_MAX];
    int64_t values[4] = {value, value, value, value};
    size_t depth = split(frames, words);
    for (size_t i = 0; i < depth; i++)
        locations[i] = location_of(profile, words[i]);
    size_t label_count = split(labels, words);
    for (size_t i = 0; i < label_count; i++)
        all[i] = label_of(profile, words[i]);
    assert_true(wm_profile_add_sample(profile, locations, depth, all, label_count, values) >= 0);
}

static void dump_labels(const struct wm_profile *profile, const struct wm_profile_sample *sample,
                        struct wm_text *text)
{
    for (uint32_t i = 0; i < sample->label_count; i++) {
        const struct wm_label *label = &profile->labels[sample->first_label + i];
        wm_text_addf(text, "%s%s", i == 0 ? " {" : " ", wm_profile_text(profile, label->key));
        if (label->string != 0)
            wm_text_addf(text, "=%s", wm_profile_text(profile, label->string));
        else
            wm_text_addf(text, ":%" PRId64 "%s", label->number,
                         wm_profile_text(profile, label->unit));
    }
    wm_text_add(text, sample->label_count > 0 ? "}" : "");
}

char *stacks_dump(const struct wm_profile *profile)
{
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        wm_text_add(&text, sample->from_base ? "*" : "");
        for (size_t type = 0; type < profile->sample_type_count; type++)
            wm_text_addf(&text, "%s%" PRId64, type > 0 ? "," : "",
                         profile->values[sample->first_value + type]);
        for (uint32_t at = 0; at < sample->location_count; at++) {
            const struct wm_location *location =
                &profile->locations[wm_sample_frame(wm_sample_stack(profile, sample), at)];
            for (uint32_t line = 0; line < location->line_count; line++) {
                uint32_t function = profile->lines[location->first_line + line].function;
                wm_text_addf(&text, "%s%s", line > 0 ? "<" : " ",
                             wm_profile_text(profile, profile->functions[function].name));
            }
        }
        dump_labels(profile, sample, &text);
        wm_text_add(&text, "\n");
    }
    char *dump = wm_text_take(&text);
    assert_non_null(dump);
    return dump;
}

void stacks_check(const struct wm_profile *profile, const char *expected)
{
    char *dump = stacks_dump(profile);
    assert_string_equal(dump, expected);
    free(dump);
}

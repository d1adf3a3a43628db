/* sample_profile.c - one small profile, and any profile as text. */
#include "tests/pprof/sample_profile.h"

#include "harness/core/text.h"
#include "profiles/pprof/sample_stack.h"
#include "tests/support/support.h"

#include <inttypes.h>

static uint32_t string(struct wm_profile *profile, const char *text)
{
    int64_t number = wm_profile_string(profile, text);
    assert_true(number >= 0);
    return (uint32_t)number;
}

static void add_function(struct wm_profile *profile, const char *name, int64_t start_line,
                         uint32_t *ret_index)
{
    struct wm_function function = {
        .name = string(profile, name),
        .system_name = string(profile, name),
        .file = string(profile, "/src/shop.c"),
        .start_line = start_line,
    };
    int64_t index = wm_profile_add_function(profile, &function);
    assert_true(index >= 0);
    *ret_index = (uint32_t)index;
}

static void add_locations(struct wm_profile *profile, bool backwards, uint32_t indices[3])
{
    static const char *const names[] = {"main", "parse", "hash"};
    uint32_t functions[3];
    for (size_t i = 0; i < 3; i++) {
        size_t which = backwards ? 2 - i : i;
        add_function(profile, names[which], (int64_t)(10 * which + 1), &functions[which]);
    }
    for (size_t i = 0; i < 3; i++) {
        size_t which = backwards ? 2 - i : i;
        struct wm_line lines[2] = {
            {functions[which], (int64_t)(10 * which + 5)},
            {functions[0],     3                        }
        };
        struct wm_location location = {
            .mapping = which == 2 ? 0 : 1,
            .address = 0x1000 + 16 * which,
            .line_count = which == 1 ? 2 : 1,
            .folded = which == 2,
        };
        int64_t index = wm_profile_add_location(profile, &location, lines);
        assert_true(index >= 0);
        indices[which] = (uint32_t)index;
    }
}

static void add_samples(struct wm_profile *profile, bool backwards, const uint32_t locations[3])
{
    struct wm_label labels[3] = {
        {.key = string(profile, "path"),  .string = string(profile, "ProcessOrder")            },
        {.key = string(profile, "bytes"), .number = 512,            .unit = string(profile,      "bytes")},
        {.key = string(profile,                     "path"),         .string = string(profile,      "another")},
    };
    struct wm_label swapped[3] = {labels[1], labels[0], labels[2]};
    const uint32_t stacks[4][3] = {
        {locations[1], locations[0]},
        {locations[2], locations[1], locations[0]},
        {locations[2],            locations[0]            },
        {locations[2],            locations[0]}
    };
    static const size_t depths[] = {2, 3, 2, 2};
    static const int64_t values[][2] = {
        {1, 1000     },
        {2, -2000    },
        {3, INT64_MAX},
        {1, 7        }
    };
    for (size_t i = 0; i < 4; i++) {
        size_t which = backwards ? 3 - i : i;
        const struct wm_label *used = backwards ? swapped : labels;
        int64_t index = wm_profile_add_sample(profile, stacks[which], depths[which], used,
                                              which == 1 ? 3 : 0, values[which]);
        assert_int_equal(index, i);
    }
}

struct wm_profile *sample_profile(bool backwards)
{
    struct wm_profile *profile = NULL;
    assert_int_equal(wm_profile_new(&profile), 0);
    if (backwards)
        string(profile, "never used");
    assert_int_equal(wm_profile_add_sample_type(profile, "samples", "count"), 0);
    assert_int_equal(wm_profile_add_sample_type(profile, "cpu", "nanoseconds"), 1);
    assert_int_equal(wm_profile_add_comment(profile, "first"), 0);
    assert_int_equal(wm_profile_add_comment(profile, "also"), 1);
    struct wm_mapping program = {
        .start = 0x1000,
        .limit = 0x2000,
        .file = string(profile, "/bin/shop"),
        .build_id = string(profile, "abcdef"),
        .has_functions = true,
        .has_lines = true,
    };
    struct wm_mapping library = {.start = 0x400, .limit = 0x800, .file = string(profile, "libc")};
    assert_int_equal(wm_profile_add_mapping(profile, &program), 0);
    assert_int_equal(wm_profile_add_mapping(profile, &library), 1);
    uint32_t locations[3];
    add_locations(profile, backwards, locations);
    add_samples(profile, backwards, locations);
    profile->time_ns = 1700000000000000000;
    profile->duration_ns = 1500000000;
    profile->period = 1003009;
    profile->period_type.type = string(profile, "cpu");
    profile->period_type.unit = string(profile, "nanoseconds");
    profile->default_sample_type = string(profile, "cpu");
    profile->drop_frames = string(profile, "malloc|free");
    return profile;
}

static void dump_location(const struct wm_profile *profile, uint32_t index, struct wm_text *text)
{
    const struct wm_location *location = &profile->locations[index];
    const char *file =
        location->mapping == 0
            ? "none"
            : wm_profile_text(profile, profile->mappings[location->mapping - 1].file);
    wm_text_addf(text, " 0x%" PRIx64 "%s in %s:", location->address,
                 location->folded ? " folded" : "", file);
    for (uint32_t i = 0; i < location->line_count; i++) {
        const struct wm_line *line = &profile->lines[location->first_line + i];
        const struct wm_function *function = &profile->functions[line->function];
        wm_text_addf(text, " %s/%s %s:%" PRId64 " s=%" PRId64,
                     wm_profile_text(profile, function->name),
                     wm_profile_text(profile, function->system_name),
                     wm_profile_text(profile, function->file), line->line, function->start_line);
    }
    wm_text_add(text, "\n");
}

char *sample_profile_dump(const struct wm_profile *profile)
{
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < profile->sample_type_count; i++)
        wm_text_addf(&text, "%s/%s ", wm_profile_text(profile, profile->sample_types[i].type),
                     wm_profile_text(profile, profile->sample_types[i].unit));
    for (size_t i = 0; i < profile->comment_count; i++)
        wm_text_addf(&text, "# %s\n", wm_profile_text(profile, profile->comments[i]));
    wm_text_addf(&text,
                 "time %" PRId64 " for %" PRId64 " period %" PRId64 " %s/%s drop %s keep %s "
                 "default %s\n",
                 profile->time_ns, profile->duration_ns, profile->period,
                 wm_profile_text(profile, profile->period_type.type),
                 wm_profile_text(profile, profile->period_type.unit),
                 wm_profile_text(profile, profile->drop_frames),
                 wm_profile_text(profile, profile->keep_frames),
                 wm_profile_text(profile, profile->default_sample_type));
    for (size_t i = 0; i < profile->mapping_count; i++) {
        const struct wm_mapping *mapping = &profile->mappings[i];
        wm_text_addf(&text, "mapping %" PRIx64 "-%" PRIx64 "+%" PRIx64 " %s %s %d%d%d%d\n",
                     mapping->start, mapping->limit, mapping->offset,
                     wm_profile_text(profile, mapping->file),
                     wm_profile_text(profile, mapping->build_id), mapping->has_functions,
                     mapping->has_filenames, mapping->has_lines, mapping->has_inlines);
    }
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        wm_text_add(&text, "sample");
        for (size_t j = 0; j < profile->sample_type_count; j++)
            wm_text_addf(&text, " %" PRId64, profile->values[sample->first_value + j]);
        for (size_t j = 0; j < sample->label_count; j++) {
            const struct wm_label *label = &profile->labels[sample->first_label + j];
            wm_text_addf(&text, " %s=%s,%" PRId64 "%s", wm_profile_text(profile, label->key),
                         wm_profile_text(profile, label->string), label->number,
                         wm_profile_text(profile, label->unit));
        }
        wm_text_add(&text, "\n");
        for (size_t j = 0; j < sample->location_count; j++)
            dump_location(profile, wm_sample_frame(wm_sample_stack(profile, sample), j), &text);
    }
    char *dump = wm_text_take(&text);
    assert_non_null(dump);
    return dump;
}

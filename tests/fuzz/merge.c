/* merge.c - libFuzzer: any bytes as one or two profiles of any format, merged, cut, merged again.
 *
 * The first byte says how the second enters, the next two how long the first is. */
#include "profiles/pprof/merge.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/sample_stack.h"

#include <stdlib.h>
#include <string.h>

enum { UNPACKED_MAX = 1 << 22, HEAD_BYTES = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Every number in it leads somewhere. */
static void check_references(const struct wm_profile *profile)
{
    for (size_t i = 0; i < profile->location_count; i++) {
        const struct wm_location *location = &profile->locations[i];
        require(location->mapping <= profile->mapping_count);
        require(location->first_line + (uint64_t)location->line_count <= profile->line_count);
    }
    for (size_t i = 0; i < profile->line_count; i++)
        require(profile->lines[i].function < profile->function_count);
    for (size_t i = 0; i < profile->function_count; i++)
        require(wm_profile_text(profile, profile->functions[i].name) != NULL);
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        require(sample->first_location + (uint64_t)sample->location_count <=
                profile->sample_location_count);
        require(sample->first_label + (uint64_t)sample->label_count <= profile->label_count);
        require(sample->first_value + profile->sample_type_count <= profile->value_count);
        for (uint32_t at = 0; at < sample->location_count; at++)
            require(wm_sample_frame(wm_sample_stack(profile, sample), at) <
                    profile->location_count);
    }
}

/* What a merge promises. */
static void check_merged(const struct wm_profile *profile)
{
    check_references(profile);
    for (size_t i = 0; i < profile->mapping_count; i++)
        require(profile->mappings[i].id == i + 1);
    for (size_t i = 0; i < profile->function_count; i++)
        require(profile->functions[i].id == i + 1);
    for (size_t i = 0; i < profile->location_count; i++)
        require(profile->locations[i].id == i + 1);
    for (size_t i = 0; i < profile->sample_count; i++) {
        bool is_zero = true;
        for (size_t type = 0; type < profile->sample_type_count; type++)
            is_zero &= profile->values[profile->samples[i].first_value + type] == 0;
        require(!is_zero);
    }
}

/* NULL when it is no profile. In a buffer of its exact size. */
static struct wm_profile *decode(const uint8_t *data, size_t size)
{
    struct wm_profile *profile = NULL;
    struct wm_error err = {0};
    uint8_t *copy = malloc(size > 0 ? size : 1);
    require(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    if (wm_profile_decode(copy, size, UNPACKED_MAX, "fuzz", &profile, &err) < 0)
        require(profile == NULL && err.text[0] != '\0');
    else
        check_references(profile);
    free(copy);
    return profile;
}

static void merge_again(struct wm_profile *profile, unsigned flags)
{
    struct wm_merge_input input = {profile, WM_MERGE_SOURCE};
    struct wm_profile *again = NULL;
    struct wm_error err = {0};
    size_t samples = profile->sample_count, locations = profile->location_count;
    require(wm_profile_merge(&input, 1, flags, &again, &err) == 0);
    check_merged(again);
    require(again->sample_count == samples && again->location_count == locations);
    require(wm_profile_drop_frames(again) == 0);
    check_references(again);
    unsigned char *bytes = NULL;
    size_t length;
    require(wm_profile_encode(again, &bytes, &length) == 0);
    free(bytes);
    wm_profile_free(again);
}

/* The bytes of one that is merged with these flags, and then without; takes it. */
static unsigned char *encode_merged(struct wm_profile *profile, unsigned flags, size_t *ret_length)
{
    struct wm_error err = {0};
    for (int i = 0; i < 2; i++) {
        struct wm_merge_input input = {profile, WM_MERGE_SOURCE};
        require(wm_profile_merge(&input, 1, i == 0 ? flags : 0, &profile, &err) == 0);
    }
    unsigned char *bytes = NULL;
    require(wm_profile_encode(profile, &bytes, ret_length) == 0);
    wm_profile_free(profile);
    return bytes;
}

/* Samples that were left apart can be joined later. */
static void check_sums(const uint8_t *data, size_t size)
{
    struct wm_profile *profile = decode(data, size);
    size_t lengths[2];
    if (profile == NULL)
        return;
    unsigned char *apart = encode_merged(profile, WM_MERGE_FOR_SUMS, &lengths[0]);
    unsigned char *joined = encode_merged(decode(data, size), 0, &lengths[1]);
    require(lengths[0] == lengths[1] && memcmp(apart, joined, lengths[0]) == 0);
    free(apart);
    free(joined);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD_BYTES)
        return 0;
    const uint8_t *bytes = data + HEAD_BYTES;
    size_t length = size - HEAD_BYTES, first = (size_t)data[1] << 8 | data[2];
    first = first < length ? first : length;
    check_sums(bytes, first);
    struct wm_merge_input inputs[2] = {
        {decode(bytes,         first),          WM_MERGE_SOURCE                      },
        {decode(bytes + first, length - first), (enum wm_merge_role)(data[0] & 3) % 3}
    };
    struct wm_profile *merged = NULL;
    struct wm_error err = {0};
    size_t count = inputs[0].profile == NULL ? 0 : inputs[1].profile == NULL ? 1 : 2;
    if (count == 0) {
        wm_profile_free(inputs[1].profile);
        return 0;
    }
    const unsigned flags = ((data[0] & 4) != 0 ? WM_MERGE_NORMALIZE : 0) |
                           ((data[0] & 8) != 0 ? WM_MERGE_FOR_SUMS : 0);
    if (wm_profile_merge(inputs, count, flags, &merged, &err) < 0) {
        require(merged == NULL && err.text[0] != '\0');
    } else {
        check_merged(merged);
        merge_again(merged, flags);
    }
    require(inputs[0].profile == NULL);
    return 0;
}

/* profile.c - libFuzzer: any bytes as a profile, packed or not; what is read is written and read
 * again. */
#include "profiles/pprof/codec.h"
#include "profiles/pprof/gzip.h"
#include "profiles/pprof/sample_stack.h"

#include <stdlib.h>
#include <string.h>

enum { UNPACKED_MAX = 1 << 22 };

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

/* NULL when it is no profile. */
static struct wm_profile *decode(const uint8_t *data, size_t size)
{
    struct wm_profile *profile = NULL;
    struct wm_error err = {0};
    if (wm_profile_decode(data, size, UNPACKED_MAX, "fuzz", &profile, &err) < 0) {
        require(profile == NULL && err.text[0] != '\0');
        return NULL;
    }
    check_references(profile);
    return profile;
}

/* Packed it is read while it is unpacked, and comes to the same. */
static void check_packed(const uint8_t *data, size_t size, const struct wm_profile *expected)
{
    unsigned char *packed = NULL, *bytes[2] = {NULL, NULL};
    size_t packed_size = 0, lengths[2] = {0, 0};
    if (size == 0 || size > UNPACKED_MAX || wm_gzip_is(data, size))
        return;
    require(wm_gzip_pack(data, size, WM_GZIP_FAST, &packed, &packed_size) == 0);
    struct wm_profile *profile = decode(packed, packed_size);
    require((profile == NULL) == (expected == NULL));
    if (profile != NULL) {
        require(wm_profile_encode(profile, &bytes[0], &lengths[0]) == 0);
        require(wm_profile_encode(expected, &bytes[1], &lengths[1]) == 0);
        require(lengths[0] == lengths[1] && memcmp(bytes[0], bytes[1], lengths[0]) == 0);
    }
    wm_profile_free(profile);
    free(bytes[0]);
    free(bytes[1]);
    free(packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wm_profile *profile = decode(data, size);
    check_packed(data, size, profile);
    if (profile == NULL)
        return 0;
    unsigned char *first = NULL, *second = NULL;
    size_t first_length = 0, second_length = 0;
    require(wm_profile_encode(profile, &first, &first_length) == 0);
    struct wm_profile *again = decode(first, first_length);
    require(again != NULL || first_length > UNPACKED_MAX);
    if (again != NULL) { /* the canonical form is its own */
        require(wm_profile_encode(again, &second, &second_length) == 0);
        require(second_length == first_length && memcmp(first, second, first_length) == 0);
    }
    free(second);
    free(first);
    wm_profile_free(again);
    wm_profile_free(profile);
    return 0;
}

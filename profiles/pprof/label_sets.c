/* label_sets.c - one place for each hash: a set that comes later takes that of another one. */
#include "profiles/pprof/label_sets.h"

#include "harness/core/hash.h"
#include "profiles/pprof/sample_order.h"

#include <string.h>

/* A word stands for the set: short ones are the word. */
static uint64_t word_of(const unsigned char *bytes, size_t length)
{
    uint64_t word = 0;
    if (length > sizeof(word))
        return wm_hash_bytes(0, bytes, length);
    for (size_t i = 0; i < length; i++)
        word = word << 8 | bytes[i];
    return word;
}

static size_t place_of(uint64_t word)
{
    return (word * UINT64_C(0xff51afd7ed558ccd) >> 32) % WM_LABEL_SETS;
}

const struct wm_label_set *wm_label_sets_find(const struct wm_label_sets *sets,
                                              const unsigned char *bytes, size_t length)
{
    if (length > WM_LABEL_SET_BYTES)
        return NULL;
    const uint64_t word = word_of(bytes, length);
    const struct wm_label_set *set = &sets->sets[place_of(word)];
    const bool is_it = set->word == word && set->length == length &&
                       (length <= sizeof(word) || memcmp(set->bytes, bytes, length) == 0);
    return is_it ? set : NULL;
}

bool wm_label_sets_note(struct wm_label_sets *sets, const unsigned char *bytes, size_t length,
                        const struct wm_profile *profile, const struct wm_profile_sample *sample)
{
    if (length == 0 || length > WM_LABEL_SET_BYTES || !wm_sample_is_sorted(profile, sample))
        return false;
    const uint64_t word = word_of(bytes, length);
    struct wm_label_set *set = &sets->sets[place_of(word)];
    memcpy(set->bytes, bytes, length);
    set->word = word;
    set->length = (uint32_t)length;
    set->first_label = sample->first_label;
    set->label_count = sample->label_count;
    return true;
}

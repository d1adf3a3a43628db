/* shared_labels.c - one place for each hash: a set that comes later takes that of another one. */
#include "profiles/pprof/shared_labels.h"

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
    return (word * UINT64_C(0xff51afd7ed558ccd) >> 32) % WM_SHARED_SETS;
}

const struct wm_shared_set *wm_shared_labels_find(const struct wm_shared_labels *sets,
                                                  const unsigned char *bytes, size_t length)
{
    if (length > WM_SHARED_SET_BYTES)
        return NULL;
    const uint64_t word = word_of(bytes, length);
    const struct wm_shared_set *set = &sets->sets[place_of(word)];
    const bool is_it = set->word == word && set->length == length &&
                       (length <= sizeof(word) || memcmp(set->bytes, bytes, length) == 0);
    return is_it ? set : NULL;
}

void wm_shared_labels_note(struct wm_shared_labels *sets, const unsigned char *bytes, size_t length,
                           const struct wm_profile *profile, const struct wm_profile_sample *sample)
{
    if (length == 0 || length > WM_SHARED_SET_BYTES || !wm_sample_is_sorted(profile, sample))
        return;
    const uint64_t word = word_of(bytes, length);
    struct wm_shared_set *set = &sets->sets[place_of(word)];
    memcpy(set->bytes, bytes, length);
    set->word = word;
    set->length = (uint32_t)length;
    set->first_label = sample->first_label;
    set->label_count = sample->label_count;
}

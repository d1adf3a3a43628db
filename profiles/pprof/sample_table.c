/* sample_table.c - an open-addressed table of samples.
 *
 * Samples have 32 bits of a hash each, so that a stack is only looked at when it is most likely the
 * same. No key is copied: a million stacks are most of a profile. */
#include "profiles/pprof/sample_table.h"

#include "harness/core/pages.h"
#include "profiles/pprof/sample_stack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
    return hash ^ hash >> 32;
}

static uint64_t word_at(const char *bytes, size_t count)
{
    uint64_t word = 0;
    memcpy(&word, bytes, count);
    return word;
}

static bool is_equal(const struct wm_profile *profile, const struct wm_profile_sample *left,
                     const struct wm_profile_sample *right)
{
    if (left->location_count != right->location_count || left->label_count != right->label_count)
        return false;
    size_t bytes = left->location_count * wm_profile_frame_bytes(profile);
    if (bytes > 0 && memcmp(wm_sample_stack(profile, left).frames,
                            wm_sample_stack(profile, right).frames, bytes) != 0)
        return false;
    const struct wm_label *a = profile->labels + left->first_label;
    const struct wm_label *b = profile->labels + right->first_label;
    for (uint32_t i = 0; i < left->label_count; i++)
        if (a[i].key != b[i].key || a[i].string != b[i].string || a[i].number != b[i].number ||
            a[i].unit != b[i].unit)
            return false;
    return true;
}

int wm_sample_table_init(struct wm_sample_table *table, struct wm_profile *profile,
                         uint32_t *hashes)
{
    size_t slots = 64;
    while (slots / 4 * 3 < profile->sample_count)
        slots *= 2;
    *table = (struct wm_sample_table){.profile = profile, .slot_count = slots};
    table->hashes = hashes;
    table->sample_plus_1 = wm_pages_new(slots, sizeof(table->sample_plus_1[0]));
    if (table->sample_plus_1 == NULL)
        return -ENOMEM;
    memset(table->sample_plus_1, 0, slots * sizeof(table->sample_plus_1[0]));
    return 0;
}

void wm_sample_table_done(struct wm_sample_table *table)
{
    wm_pages_free(table->sample_plus_1);
    *table = (struct wm_sample_table){0};
}

uint32_t wm_sample_hash(const struct wm_profile *profile, const struct wm_profile_sample *sample)
{
    const char *frames = wm_sample_stack(profile, sample).frames;
    size_t left = sample->location_count * wm_profile_frame_bytes(profile);
    const struct wm_label *labels = profile->labels + sample->first_label;
    uint64_t hash = sample->location_count, other = sample->label_count;
    for (; left >= 16; left -= 16, frames += 16) { /* two at once: a product takes its time */
        hash = mix(hash, word_at(frames, 8));
        other = mix(other, word_at(frames + 8, 8));
    }
    for (; left > 0; left -= left < 8 ? left : 8, frames += 8)
        hash = mix(hash, word_at(frames, left < 8 ? left : 8));
    for (uint32_t i = 0; i < sample->label_count; i++) {
        hash = mix(hash, (uint64_t)labels[i].key << 32 | labels[i].string);
        other = mix(other, (uint64_t)labels[i].number ^ (uint64_t)labels[i].unit << 40);
    }
    hash = mix(hash, other);
    return (uint32_t)(hash ^ hash >> 29);
}

void wm_sample_table_ask(const struct wm_sample_table *table, uint32_t hash)
{
    __builtin_prefetch(&table->sample_plus_1[hash & (table->slot_count - 1)], 1);
}

const struct wm_profile_sample *wm_sample_table_find(struct wm_sample_table *table,
                                                     const struct wm_profile_sample *sample,
                                                     uint32_t hash)
{
    const struct wm_profile *profile = table->profile;
    size_t mask = table->slot_count - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        const uint32_t number = table->sample_plus_1[at] - 1;
        if (table->sample_plus_1[at] == 0) {
            table->hashes[profile->sample_count] = hash;
            table->sample_plus_1[at] = (uint32_t)profile->sample_count + 1;
            return NULL;
        }
        const struct wm_profile_sample *known = &profile->samples[number];
        if (table->hashes[number] == hash && is_equal(profile, known, sample))
            return known;
    }
}

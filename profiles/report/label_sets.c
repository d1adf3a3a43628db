/* label_sets.c - numbers for labels that samples have together. */
#include "profiles/report/label_sets.h"

#include "harness/core/intern.h"
#include "profiles/pprof/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { RECENT = 64 };

struct numbering {
    const struct wm_profile *profile;
    int64_t bytes_key, base_key; /* -ENOENT: no label is called so */
    struct wm_label *shown;      /* of one sample; what lies between the fields is zero */
    size_t capacity;
    uint32_t
        recent[RECENT]; /* sets that were looked up, + 1: nearly every sample has one of them */
};

static bool is_shown(const struct numbering *numbering, const struct wm_label *label)
{
    if (label->string != 0)
        return label->key != numbering->base_key;
    return label->key == numbering->bytes_key && (label->number != 0 || label->unit != 0);
}

static int reserve(struct numbering *numbering, size_t count)
{
    if (count <= numbering->capacity)
        return 0;
    free(numbering->shown);
    numbering->capacity = 2 * count;
    numbering->shown = calloc(numbering->capacity, sizeof(numbering->shown[0]));
    return numbering->shown != NULL ? 0 : -ENOMEM;
}

/* The number of the set that was put together; -ENOMEM. */
static int64_t look_up(struct numbering *numbering, struct wm_intern *known, size_t count)
{
    const struct wm_label *shown = numbering->shown;
    uint32_t *recent = &numbering->recent[count > 0 ? shown[count - 1].string % RECENT : 0];
    size_t length = 0;
    const void *bytes = *recent != 0 ? wm_intern_get(known, *recent - 1, &length) : NULL;
    if (bytes != NULL && length == count * sizeof(shown[0]) && memcmp(bytes, shown, length) == 0)
        return (int64_t)*recent - 1;
    const int64_t set = wm_intern_bytes(known, shown, count * sizeof(shown[0]));
    *recent = set < 0 ? 0 : (uint32_t)set + 1;
    return set;
}

/* The number of the sample's set; -ENOMEM. */
static int64_t find_set(struct numbering *numbering, struct wm_label_sets *sets,
                        const struct wm_profile_sample *sample)
{
    const struct wm_label *labels = numbering->profile->labels + sample->first_label;
    size_t count = 0;
    if (reserve(numbering, (size_t)sample->label_count + 1) < 0)
        return -ENOMEM;
    for (uint32_t i = 0; i < sample->label_count; i++) {
        struct wm_label *to = &numbering->shown[count];
        to->key = labels[i].key; /* field by field, which leaves the gaps as they are */
        to->string = labels[i].string;
        to->number = labels[i].number;
        to->unit = labels[i].unit;
        count += is_shown(numbering, &labels[i]);
        sets->has_numbers |= count > 0 && numbering->shown[count - 1].string == 0;
    }
    return look_up(numbering, sets->known, count);
}

int wm_label_sets_init(struct wm_label_sets *sets, const struct wm_profile *profile)
{
    struct numbering numbering = {
        .profile = profile,
        .bytes_key = wm_intern_find(profile->strings, "bytes", strlen("bytes")),
        .base_key = wm_intern_find(profile->strings, WM_MERGE_BASE_KEY, strlen(WM_MERGE_BASE_KEY)),
    };
    *sets = (struct wm_label_sets){.of = calloc(profile->sample_count + 1, sizeof(sets->of[0]))};
    int rc = sets->of == NULL ? -ENOMEM : wm_intern_new(&sets->known);
    for (size_t i = 0; rc == 0 && i < profile->sample_count; i++) {
        const int64_t set = find_set(&numbering, sets, &profile->samples[i]);
        sets->of[i] = (uint32_t)set;
        rc = set < 0 ? -ENOMEM : 0;
    }
    free(numbering.shown);
    return rc;
}

void wm_label_sets_done(struct wm_label_sets *sets)
{
    free(sets->of);
    wm_intern_free(sets->known);
    *sets = (struct wm_label_sets){.of = NULL};
}

size_t wm_label_sets_count(const struct wm_label_sets *sets)
{
    return wm_intern_count(sets->known);
}

const struct wm_label *wm_label_sets_get(const struct wm_label_sets *sets, uint32_t set,
                                         size_t *ret_count)
{
    size_t length;
    const struct wm_label *labels = wm_intern_get(sets->known, set, &length);
    *ret_count = length / sizeof(labels[0]);
    return labels;
}

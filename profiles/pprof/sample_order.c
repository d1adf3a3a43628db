/* sample_order.c - where the order of things in a profile is that of their use. */
#include "profiles/pprof/sample_order.h"

#include "profiles/pprof/sample_stack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct wm_use_order wm_use_order_note(struct wm_use_order order, const struct wm_profile *profile,
                                      const struct wm_profile_sample *sample)
{
    const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
    for (uint32_t i = 0; i < sample->location_count; i++) {
        const uint32_t location = wm_sample_frame(stack, i);
        if (location < order.next)
            continue;
        order.run = location == order.next ? order.run : location;
        order.next = location + 1;
    }
    return order;
}

/* ---- Labels ---- */

bool wm_label_is_mute(const struct wm_label *label)
{
    return label->string == 0 && label->number == 0 && label->unit == 0;
}

static bool is_before(const struct wm_label *left, const struct wm_label *right)
{
    bool left_number = left->string == 0, right_number = right->string == 0;
    return left_number != right_number ? right_number : left->key < right->key;
}

static bool is_sorted(const struct wm_label *labels, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (is_before(&labels[i], &labels[i - 1]))
            return false;
    return true;
}

/* Two sorted halves of `from` into `to`. */
static void merge_halves(const struct wm_label *from, size_t half, size_t count,
                         struct wm_label *to)
{
    size_t left = 0, right = half;
    for (size_t i = 0; i < count; i++) {
        bool take_right = left == half || (right < count && is_before(&from[right], &from[left]));
        to[i] = take_right ? from[right++] : from[left++];
    }
}

/* By doubling runs, since equal keys keep their order, and a sample of a foreign file may have any
 * number of labels. */
static int sort_labels(struct wm_label_scratch *scratch, struct wm_label *labels, size_t count)
{
    if (is_sorted(labels, count))
        return 0;
    if (scratch->count < count) {
        struct wm_label *grown = reallocarray(scratch->labels, count, sizeof(*grown));
        if (grown == NULL)
            return -ENOMEM;
        scratch->labels = grown;
        scratch->count = count;
    }
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t at = 0; at < count; at += 2 * run) {
            size_t left = count - at < run ? count - at : run;
            size_t both = count - at < 2 * run ? count - at : 2 * run;
            merge_halves(labels + at, left, both, scratch->labels + at);
        }
        memcpy(labels, scratch->labels, count * sizeof(labels[0]));
    }
    return 0;
}

int wm_sample_sort_labels(const struct wm_profile *profile, const struct wm_profile_sample *sample,
                          struct wm_label_scratch *scratch)
{
    struct wm_label *labels = profile->labels + sample->first_label;
    if (wm_sample_is_sorted(profile, sample)) /* perhaps they are those of others, too */
        return 0;
    for (uint32_t i = 0; i < sample->label_count; i++) {
        struct wm_label *label = &labels[i];
        if (label->string != 0)
            label->number = label->unit = 0;
        scratch->has_mute |= wm_label_is_mute(label);
    }
    return sort_labels(scratch, labels, sample->label_count);
}

bool wm_sample_is_sorted(const struct wm_profile *profile, const struct wm_profile_sample *sample)
{
    const struct wm_label *labels = profile->labels + sample->first_label;
    for (uint32_t i = 0; i < sample->label_count; i++) {
        const bool is_number = labels[i].number != 0 || labels[i].unit != 0;
        if (is_number == (labels[i].string != 0))
            return false;
    }
    return is_sorted(labels, sample->label_count);
}

/* merge.c - sources and bases to one profile: headers, signs, the mark of a diff's base. */
#include "profiles/pprof/merge.h"

#include "harness/core/intern.h"
#include "profiles/pprof/append.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/join.h"
#include "profiles/pprof/rescale.h"
#include "profiles/pprof/sample_order.h"
#include "profiles/pprof/scale.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What percentages of a diff compare with carries this label, in files too. */
static const char base_key[] = WM_MERGE_BASE_KEY, base_value[] = "true";

static int combine_role(struct wm_merge_input *inputs, size_t count, bool bases,
                        enum wm_join_aim aim, struct wm_profile **ret_profile,
                        struct wm_error *err);
static int combine(struct wm_profile **profiles, size_t count, enum wm_join_aim aim,
                   struct wm_error *err);
static int subtract(struct wm_profile *profile, struct wm_profile *base, bool normalize,
                    struct wm_error *err);
static int merge_headers(struct wm_profile *into, const struct wm_profile *from);
static int join_comments(struct wm_profile *profile);
static int mark_base(struct wm_profile *profile);
static void remove_texts(struct wm_profile *profile, uint32_t key);
static void find_base(struct wm_profile *profile);
static void remove_mute(struct wm_profile *profile);
static int failed(struct wm_error *err, int rc);

int wm_profile_merge(struct wm_merge_input *inputs, size_t count, unsigned flags,
                     struct wm_profile **ret_profile, struct wm_error *err)
{
    struct wm_profile *profile = NULL, *base = NULL;
    /* What a program wrote has few equal samples, if any. Of several files most are equal: to join
     * them costs less than to carry them through a view. */
    const bool apart = (flags & WM_MERGE_FOR_SUMS) != 0 && count == 1;
    bool is_diff = false;
    for (size_t i = 0; i < count; i++)
        is_diff |= inputs[i].role == WM_MERGE_DIFF_BASE;
    int rc =
        combine_role(inputs, count, false, apart ? WM_JOIN_FOR_SUMS : WM_JOIN_ALL, &profile, err);
    if (rc == 0)
        rc = combine_role(inputs, count, true, WM_JOIN_ALL, &base, err);
    if (rc == 0 && profile == NULL)
        rc = wm_fail(err, -EINVAL, "there is no profile beside the base");
    if (rc < 0)
        goto out;
    if (base != NULL) {
        if (is_diff && (rc = mark_base(base)) < 0) {
            failed(err, rc);
            goto out;
        }
        rc = subtract(profile, base, (flags & WM_MERGE_NORMALIZE) != 0, err);
        base = NULL;
        if (rc < 0)
            goto out;
    }
    assert(profile != NULL);
    find_base(profile);
    if (wm_profile_has_mute_labels(profile))
        remove_mute(profile);
    *ret_profile = profile;
    profile = NULL;
out:
    wm_profile_free(profile);
    wm_profile_free(base);
    for (size_t i = 0; i < count; i++) {
        wm_profile_free(inputs[i].profile);
        inputs[i].profile = NULL;
    }
    return rc;
}

/* The sources, or the bases, in one; NULL when there are none. */
static int combine_role(struct wm_merge_input *inputs, size_t count, bool bases,
                        enum wm_join_aim aim, struct wm_profile **ret_profile, struct wm_error *err)
{
    size_t found = 0;
    int rc = 0;
    struct wm_profile **profiles = calloc(count + 1, sizeof(*profiles));
    if (profiles == NULL)
        return failed(err, -ENOMEM);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        if ((inputs[i].role != WM_MERGE_SOURCE) != bases)
            continue;
        profiles[found++] = inputs[i].profile;
        inputs[i].profile = NULL;
    }
    if (rc == 0 && found > 0)
        rc = combine(profiles, found, aim, err);
    if (rc == 0) {
        *ret_profile = profiles[0];
        profiles[0] = NULL;
    }
    for (size_t i = 0; i < found; i++)
        wm_profile_free(profiles[i]);
    free(profiles);
    return rc;
}

/* All into the first; each of the others is freed as soon as it is in. */
static int combine(struct wm_profile **profiles, size_t count, enum wm_join_aim aim,
                   struct wm_error *err)
{
    int rc = wm_profiles_to_one_unit(profiles, count, err);
    if (rc < 0)
        return rc;
    for (size_t i = 1; rc == 0 && i < count; i++) {
        rc = merge_headers(profiles[0], profiles[i]);
        if (rc < 0)
            break;
        rc = wm_profile_append(profiles[0], profiles[i]);
        profiles[i] = NULL;
    }
    if (rc == 0)
        rc = join_comments(profiles[0]);
    if (rc == 0)
        rc = wm_profile_join(profiles[0], aim);
    return rc < 0 ? failed(err, rc) : 0;
}

/* Takes the base. */
static int subtract(struct wm_profile *profile, struct wm_profile *base, bool normalize,
                    struct wm_error *err)
{
    struct wm_profile *pair[2] = {profile, base};
    int rc = normalize ? wm_profile_scale_to(profile, base, err) : 0;
    if (rc == 0 && wm_profile_negate(base) < 0)
        rc = failed(err, -ENOMEM);
    if (rc == 0)
        rc = combine(pair, 2, WM_JOIN_ALL, err);
    wm_profile_free(pair[1]);
    return rc;
}

static int merge_headers(struct wm_profile *into, const struct wm_profile *from)
{
    if (into->time_ns == 0 || from->time_ns < into->time_ns)
        into->time_ns = from->time_ns;
    into->duration_ns = wm_add_wrapping(into->duration_ns, from->duration_ns);
    if (into->period == 0 || into->period < from->period)
        into->period = from->period;
    if (into->default_sample_type == 0) {
        const char *type = wm_profile_text(from, from->default_sample_type);
        int64_t number = wm_profile_string(into, type);
        if (number < 0)
            return (int)number;
        into->default_sample_type = (uint32_t)number;
    }
    return 0;
}

/* Each is told once, even if one profile has it twice. */
static int join_comments(struct wm_profile *profile)
{
    bool *seen = calloc(wm_intern_count(profile->strings), sizeof(*seen));
    if (seen == NULL)
        return -ENOMEM;
    size_t kept = 0;
    for (size_t i = 0; i < profile->comment_count; i++) {
        uint32_t comment = profile->comments[i];
        if (!seen[comment])
            profile->comments[kept++] = comment;
        seen[comment] = true;
    }
    profile->comment_count = kept;
    free(seen);
    return 0;
}

/* Each sample gets the base's label behind its own: from the last on, as they move up. */
static int mark_base(struct wm_profile *profile)
{
    int64_t key = wm_profile_string(profile, base_key);
    int64_t value = wm_profile_string(profile, base_value);
    if (key < 0 || value < 0)
        return -ENOMEM;
    int rc = wm_profile_part_labels(profile);
    if (rc < 0)
        return rc;
    remove_texts(profile, (uint32_t)key);
    size_t count = profile->sample_count;
    if (profile->label_count + count > UINT32_MAX)
        return -EOVERFLOW;
    rc = wm_profile_reserve_samples(profile, 0, 0, count, 0);
    if (rc < 0)
        return rc;
    struct wm_label mark = {.key = (uint32_t)key, .string = (uint32_t)value};
    for (size_t i = count; i-- > 0;) {
        struct wm_profile_sample *sample = &profile->samples[i];
        struct wm_label *from = profile->labels + sample->first_label;
        memmove(from + i, from, sample->label_count * sizeof(*from));
        from[i + sample->label_count] = mark;
        sample->first_label += (uint32_t)i;
        sample->label_count++;
    }
    profile->label_count += count;
    return 0;
}

/* Its texts of this key; numbers are labels of their own. */
static void remove_texts(struct wm_profile *profile, uint32_t key)
{
    size_t kept = 0;
    for (size_t i = 0; i < profile->sample_count; i++) {
        struct wm_profile_sample *sample = &profile->samples[i];
        size_t first = kept;
        for (uint32_t at = 0; at < sample->label_count; at++) {
            struct wm_label label = profile->labels[sample->first_label + at];
            if (label.key != key || label.string == 0)
                profile->labels[kept++] = label;
        }
        sample->first_label = (uint32_t)first;
        sample->label_count = (uint32_t)(kept - first);
    }
    profile->label_count = kept;
}

static void find_base(struct wm_profile *profile)
{
    int64_t key = wm_intern_find(profile->strings, base_key, sizeof(base_key) - 1);
    int64_t value = wm_intern_find(profile->strings, base_value, sizeof(base_value) - 1);
    if (key < 0 || value < 0)
        return;
    for (size_t i = 0; i < profile->sample_count; i++) {
        struct wm_profile_sample *sample = &profile->samples[i];
        const struct wm_label *label = profile->labels + sample->first_label;
        for (uint32_t left = sample->label_count; left > 0; left--, label++)
            sample->from_base |= label->key == key && label->string == value;
    }
}

/* The reference tells a text by its number in the file, where a second empty string has one that
 * is not 0: it keeps such samples apart as it merges, but loses the label as it copies the merged
 * profile, before anything is filtered or shown. No samples share such labels. */
static void remove_mute(struct wm_profile *profile)
{
    for (size_t i = 0; i < profile->sample_count; i++) {
        struct wm_profile_sample *sample = &profile->samples[i];
        struct wm_label *labels = profile->labels + sample->first_label;
        uint32_t kept = 0;
        if (wm_sample_is_sorted(profile, sample)) /* perhaps they are those of others, too */
            continue;
        for (uint32_t at = 0; at < sample->label_count; at++)
            if (!wm_label_is_mute(&labels[at]))
                labels[kept++] = labels[at];
        sample->label_count = kept;
    }
}

static int failed(struct wm_error *err, int rc)
{
    if (rc == -EOVERFLOW)
        return wm_fail(err, rc, "the profiles have more parts than can be numbered");
    return wm_fail(err, rc, "no memory to merge the profiles");
}

/* join.c - joins equal things of one profile.
 *
 * Code (mappings, functions, locations) is small and built anew in order of first use. Samples are
 * most of a profile: threads look which locations they use, and number them anew where they are.
 * Then equal ones are found, in their order. What programs write has its locations in order of use
 * and all different: there nothing is numbered anew. */
#include "profiles/pprof/join.h"

#include "harness/core/parallel.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/join_code.h"
#include "profiles/pprof/sample_order.h"
#include "profiles/pprof/sample_stack.h"
#include "profiles/pprof/sample_table.h"
#include "profiles/pprof/scale.h"

#include <errno.h>
#include <stdlib.h>

enum { SLICE_LEAST = 20000 }; /* samples that are worth a thread */
enum { AHEAD = 16 };          /* samples from asking for memory of the table to using it */

/* The locations of a thread's samples, in order of first use there. */
struct uses {
    uint32_t *order;
    size_t count;
};

struct join {
    struct wm_profile *profile;
    struct wm_join_code code;
    bool keeps_locations;                        /* all have their old numbers */
    bool is_in_order;                            /* nothing is left to sort or to be found out */
    struct wm_use_order orders[WM_PARALLEL_MAX]; /* by thread */
    bool has_mute[WM_PARALLEL_MAX];              /* labels, by thread */
    struct uses uses[WM_PARALLEL_MAX];
    uint32_t *hashes; /* by sample; NULL: equal ones stay apart */
    struct wm_sample_table table;
};

static int join_once(struct wm_profile *profile, enum wm_join_aim aim, bool *ret_again);
static bool is_for_sums_alone(const struct wm_profile *profile);
static int init_table(struct join *join);
static int join_code(struct join *join, size_t slices);
static bool uses_in_order(const struct join *join);
static int find_uses(void *user, const struct wm_slice *slice);
static int map_uses(struct join *join);
static int prepare_samples(void *user, const struct wm_slice *slice);
static void settle_samples(struct join *join);
static void add_values(struct wm_profile *profile, const struct wm_profile_sample *to,
                       const struct wm_profile_sample *from);
static bool is_zero(const struct wm_profile *profile, const struct wm_profile_sample *sample);
static size_t drop_zeros(struct wm_profile *profile);
static void done(struct join *join);

int wm_profile_join(struct wm_profile *profile, enum wm_join_aim aim)
{
    bool again = true;
    int rc = 0;
    while (rc == 0 && again)
        rc = join_once(profile, aim, &again);
    return rc;
}

/* `again`: some sums came out as zeros, and what only they used has to go too. */
static int join_once(struct wm_profile *profile, enum wm_join_aim aim, bool *ret_again)
{
    struct join join = {.profile = profile, .keeps_locations = wm_profile_is_joined(profile)};
    const bool apart = aim == WM_JOIN_FOR_SUMS && is_for_sums_alone(profile);
    bool is_joined = false;
    int rc = 0;
    *ret_again = false;
    join.is_in_order = join.keeps_locations && wm_profile_is_in_order(profile);
    if (apart && join.is_in_order)
        return 0;
    if (!apart)
        join.is_in_order &= drop_zeros(profile) == 0;
    const size_t samples = profile->sample_count;
    const size_t slices = wm_parallel_slices(samples, SLICE_LEAST);
    if (!apart)
        rc = init_table(&join);
    if (rc == 0 && join.keeps_locations) {
        rc = wm_parallel(samples, slices, prepare_samples, &join);
        is_joined = join.is_in_order || uses_in_order(&join);
    }
    if (rc == 0 && !is_joined)
        rc = join_code(&join, slices);
    if (rc < 0)
        goto out;
    if (!apart)
        settle_samples(&join);
    if (!is_joined)
        wm_profile_take_code(profile, join.code.code);
    join.code.code = NULL;
    for (size_t i = 0; i < WM_PARALLEL_MAX; i++)
        if (join.has_mute[i])
            wm_profile_mark_mute_labels(profile);
    for (size_t i = 0; profile->sample_count < samples && i < profile->sample_count; i++)
        *ret_again |= is_zero(profile, &profile->samples[i]);
out:
    done(&join);
    return rc;
}

/* Whether equal samples count as their sum would, wherever samples are only added up. Views pass
 * over a sample whose value is 0, and add up magnitudes: as long as all values are above 0, that
 * and the order in which things are met are the same for parts and sum. Means are quotients of
 * sums, so they change nothing. No sum may overflow, as it would be negative then. */
static bool is_for_sums_alone(const struct wm_profile *profile)
{
    const uint64_t most = profile->sample_count > 0 ? INT64_MAX / profile->sample_count : 0;
    /* of the values less 1, where 0 and what is below come out on top; of all that are there, even
     * if no sample has them any more */
    uint64_t largest = profile->sample_type_count > 0 ? 0 : UINT64_MAX;
    for (size_t i = 0; i < profile->value_count; i++) {
        const uint64_t less = (uint64_t)profile->values[i] - 1;
        largest = less > largest ? less : largest;
    }
    return largest < most;
}

static int init_table(struct join *join)
{
    join->hashes = calloc(join->profile->sample_count + 1, sizeof(join->hashes[0]));
    return join->hashes == NULL ? -ENOMEM
                                : wm_sample_table_init(&join->table, join->profile, join->hashes);
}

static int join_code(struct join *join, size_t slices)
{
    const size_t samples = join->profile->sample_count;
    int rc = wm_join_code_init(&join->code, join->profile, false);
    if (rc == 0)
        rc = wm_parallel(samples, slices, find_uses, join);
    if (rc == 0)
        rc = map_uses(join);
    return rc == 0 ? wm_parallel(samples, slices, prepare_samples, join) : rc;
}

/* All of them, one thread's samples behind the other's. */
static bool uses_in_order(const struct join *join)
{
    uint32_t used = 0;
    for (size_t i = 0; i < WM_PARALLEL_MAX; i++) {
        const struct wm_use_order *order = &join->orders[i];
        if (order->next <= used)
            continue;
        if (order->run > used)
            return false;
        used = order->next;
    }
    return used == join->profile->location_count;
}

bool wm_profile_has_joined_code(const struct wm_profile *profile)
{
    struct wm_join_code join;
    int rc = wm_join_code_init(&join, profile, true);
    if (rc == 0 && profile->mapping_count > 0)
        rc = wm_join_mapping(&join, 0);
    for (uint32_t i = 0; rc == 0 && i < profile->location_count; i++)
        rc = wm_join_location(&join, i);
    bool is_joined = rc == 0;
    for (size_t i = 0; is_joined && i < profile->mapping_count; i++)
        is_joined = join.mapping_of[i] == i + 1 && profile->mappings[i].id == i + 1;
    for (size_t i = 0; is_joined && i < profile->function_count; i++)
        is_joined = join.function_of[i] == i + 1 && profile->functions[i].id == i + 1;
    for (size_t i = 0; is_joined && i < profile->location_count; i++)
        is_joined = join.location_of[i] == i + 1 && profile->locations[i].id == i + 1;
    wm_join_code_done(&join);
    return is_joined;
}

static void done(struct join *join)
{
    for (size_t i = 0; i < WM_PARALLEL_MAX; i++)
        free(join->uses[i].order);
    free(join->hashes);
    wm_join_code_done(&join->code);
    wm_sample_table_done(&join->table);
}

/* As many locations as its samples can use at most. */
static size_t most_uses(const struct wm_profile *profile, const struct wm_slice *slice)
{
    size_t frames = 0;
    for (size_t i = slice->first; i < slice->end; i++)
        frames += profile->samples[i].location_count;
    return frames < profile->location_count ? frames : profile->location_count;
}

static int find_uses(void *user, const struct wm_slice *slice)
{
    struct join *join = user;
    const struct wm_profile *profile = join->profile;
    struct uses *uses = &join->uses[slice->number];
    bool *seen = calloc(profile->location_count + 1, sizeof(seen[0]));
    uses->order = calloc(most_uses(profile, slice) + 1, sizeof(uses->order[0]));
    int rc = seen == NULL || uses->order == NULL ? -ENOMEM : 0;
    for (size_t i = slice->first; rc == 0 && i < slice->end; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
        for (uint32_t at = 0; at < sample->location_count; at++) {
            const uint32_t location = wm_sample_frame(stack, at);
            if (seen[location])
                continue;
            seen[location] = true;
            uses->order[uses->count++] = location;
        }
    }
    free(seen);
    return rc;
}

/* The threads' orders one behind the other are the order of all. The program itself comes first. */
static int map_uses(struct join *join)
{
    int rc = join->profile->mapping_count > 0 ? wm_join_mapping(&join->code, 0) : 0;
    for (size_t i = 0; i < WM_PARALLEL_MAX; i++)
        for (size_t at = 0; rc == 0 && at < join->uses[i].count; at++)
            rc = wm_join_location(&join->code, join->uses[i].order[at]);
    join->keeps_locations = true;
    for (size_t i = 0; i < join->profile->location_count; i++)
        join->keeps_locations &=
            join->code.location_of[i] == i + 1 || join->code.location_of[i] == 0;
    return rc;
}

/* New locations and sorted labels, where the old ones are, and hashes, if they are wished for. */
static int prepare_samples(void *user, const struct wm_slice *slice)
{
    struct join *join = user;
    const struct wm_profile *profile = join->profile;
    const uint32_t *location_of = join->code.location_of;
    struct wm_label_scratch scratch = {0};
    struct wm_use_order order = {0, 0};
    int rc = 0;
    for (size_t i = slice->first; rc == 0 && i < slice->end; i++) {
        struct wm_profile_sample *sample = &profile->samples[i];
        const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
        if (join->keeps_locations && !join->is_in_order)
            order = wm_use_order_note(order, profile, sample);
        for (uint32_t at = 0; !join->keeps_locations && at < sample->location_count; at++)
            wm_sample_set_frame(stack, at, location_of[wm_sample_frame(stack, at)] - 1);
        if (!join->is_in_order)
            rc = wm_sample_sort_labels(profile, sample, &scratch);
        if (join->hashes != NULL)
            join->hashes[i] = wm_sample_hash(profile, sample);
    }
    join->orders[slice->number] = order;
    join->has_mute[slice->number] = scratch.has_mute;
    free(scratch.labels);
    return rc;
}

/* The first of equal samples stays, with the sum of all. */
static void settle_samples(struct join *join)
{
    struct wm_profile *profile = join->profile;
    const size_t count = profile->sample_count;
    profile->sample_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count)
            wm_sample_table_ask(&join->table, join->hashes[i + AHEAD]);
        const struct wm_profile_sample *known =
            wm_sample_table_find(&join->table, &profile->samples[i], join->hashes[i]);
        if (known != NULL)
            add_values(profile, known, &profile->samples[i]);
        else
            profile->samples[profile->sample_count++] = profile->samples[i];
    }
}

static void add_values(struct wm_profile *profile, const struct wm_profile_sample *to,
                       const struct wm_profile_sample *from)
{
    int64_t *sums = profile->values + to->first_value;
    const int64_t *values = profile->values + from->first_value;
    for (size_t i = 0; i < profile->sample_type_count; i++)
        sums[i] = wm_add_wrapping(sums[i], values[i]);
}

/* Returns how many went. */
static size_t drop_zeros(struct wm_profile *profile)
{
    const size_t count = profile->sample_count;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!is_zero(profile, &profile->samples[i]))
            profile->samples[kept++] = profile->samples[i];
    profile->sample_count = kept;
    return count - kept;
}

static bool is_zero(const struct wm_profile *profile, const struct wm_profile_sample *sample)
{
    const int64_t *values = profile->values + sample->first_value;
    for (size_t i = 0; i < profile->sample_type_count; i++)
        if (values[i] != 0)
            return false;
    return true;
}

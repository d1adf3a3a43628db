/* finish_profile.c - the samples as a pprof profile, labelled with their execution path. */
#include "profiles/gather/finish.h"

#include "harness/core/clock.h"

enum { VALUE_SAMPLES, VALUE_CPU, VALUE_COUNT };
enum { LABEL_MAX = 4 };

struct work {
    struct wm_finish *finish;
    struct wm_profile *profile;
    uint32_t keys[LABEL_MAX]; /* "path", "segment", "entry", "outcome" */
};

static int describe_profile(struct work *work);
static int add_cells(struct work *work);
static int add_lost(struct work *work);

int wm_finish_profile(struct wm_finish *finish)
{
    struct work work = {.finish = finish, .profile = finish->run->profile};
    int rc = describe_profile(&work);
    if (rc == 0)
        rc = add_cells(&work);
    return rc == 0 ? add_lost(&work) : rc;
}

static int describe_profile(struct work *work)
{
    static const char *const keys[LABEL_MAX] = {"path", "segment", "entry", "outcome"};
    struct wm_profile *profile = work->profile;
    uint32_t hz = work->finish->region->plan.hz;
    int rc = wm_profile_add_sample_type(profile, "samples", "count");
    if (rc >= 0)
        rc = wm_profile_add_sample_type(profile, "cpu", "nanoseconds");
    if (rc >= 0)
        rc = wm_locations_string(profile, "cpu", &profile->default_sample_type);
    if (rc >= 0)
        rc = wm_locations_string(profile, "cpu", &profile->period_type.type);
    if (rc >= 0)
        rc = wm_locations_string(profile, "nanoseconds", &profile->period_type.unit);
    for (size_t i = 0; i < LABEL_MAX && rc >= 0; i++)
        rc = wm_locations_string(profile, keys[i], &work->keys[i]);
    profile->period = hz > 0 ? (int64_t)(WM_NS_PER_SECOND / hz) : 0;
    profile->time_ns = (int64_t)wm_finish_started_wall_ns(work->finish);
    profile->duration_ns = (int64_t)wm_finish_duration_ns(work->finish);
    return rc < 0 ? rc : 0;
}

static int add_label(struct work *work, struct wm_label *labels, size_t *count, size_t key,
                     const char *value)
{
    if (value == NULL || value[0] == '\0')
        return 0;
    struct wm_label *label = &labels[*count];
    *label = (struct wm_label){.key = work->keys[key]};
    ++*count;
    return wm_locations_string(work->profile, value, &label->string);
}

static int add_sample(struct work *work, uint32_t path, uint32_t node, const uint32_t *locations,
                      size_t location_count, const struct wm_weight *weight)
{
    const struct wm_known *known = &work->finish->known;
    struct wm_label labels[LABEL_MAX];
    size_t count = 0;
    if (path == WM_SLOT_HARNESS && work->finish->timed_only)
        return 0;
    int rc = add_label(work, labels, &count, 0, work->finish->path_names[path]);
    if (rc == 0)
        rc = add_label(work, labels, &count, 1, known->nodes[node].text);
    if (rc == 0 && path < known->path_count)
        rc = add_label(work, labels, &count, 2, known->paths[path].entry);
    if (rc == 0 && path < known->path_count)
        rc = add_label(work, labels, &count, 3, known->paths[path].outcome);
    if (rc < 0)
        return rc;
    int64_t values[VALUE_COUNT] = {
        [VALUE_SAMPLES] = (int64_t)weight->samples, [VALUE_CPU] = (int64_t)weight->cpu_ns};
    work->finish->run->cpu_ns += weight->cpu_ns;
    int64_t sample =
        wm_profile_add_sample(work->profile, locations, location_count, labels, count, values);
    return sample < 0 ? (int)sample : 0;
}

static int add_cell(struct work *work, const struct wm_aggregate_cell *cell)
{
    struct wm_locations *places = &work->finish->locations;
    uint32_t locations[WM_FRAME_MAX];
    uint32_t node;
    size_t count;
    const uint64_t *frames =
        wm_aggregate_frames(work->finish->aggregate, cell->stack, &node, &count);
    for (size_t i = 0; i < count; i++) {
        int64_t location = wm_locations_of_frame(places, frames, i);
        if (location < 0)
            return (int)location;
        locations[i] = (uint32_t)location;
    }
    if (count == 0) {
        int64_t location = wm_locations_add_synthetic(places, "(no stack)");
        if (location < 0)
            return (int)location;
        locations[count++] = (uint32_t)location;
    }
    node = wm_finish_node(work->finish, cell);
    return add_sample(work, cell->path, node, locations, count, &cell->weight);
}

static int add_cells(struct work *work)
{
    const struct wm_aggregate *aggregate = work->finish->aggregate;
    for (size_t i = 0; i < aggregate->cell_count; i++) {
        int rc = add_cell(work, &aggregate->cells[i]);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* CPU time that no sample carries, so that the profile's total is that of all rows. */
static int add_lost(struct work *work)
{
    const struct {
        uint32_t slot;
        const char *name;
        uint64_t cpu_ns;
    } lost[] = {
        {WM_SLOT_UNATTRIBUTED, WM_PATH_UNATTRIBUTED, work->finish->counted.lost_cpu_ns        },
        {WM_SLOT_HARNESS,      WM_PATH_HARNESS,      work->finish->counted.lost_harness_cpu_ns},
    };
    for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
        struct wm_weight weight = {.cpu_ns = lost[i].cpu_ns};
        if (weight.cpu_ns == 0)
            continue;
        int64_t location = wm_locations_add_synthetic(&work->finish->locations, lost[i].name);
        if (location < 0)
            return (int)location;
        uint32_t index = (uint32_t)location;
        int rc = add_sample(work, lost[i].slot, WM_NODE_ROOT, &index, 1, &weight);
        if (rc < 0)
            return rc;
    }
    return 0;
}

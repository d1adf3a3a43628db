/* finish_profile.c - the samples as a pprof profile, labelled with their execution path. */
#include "profiles/gather/finish.h"

#include "harness/core/clock.h"
#include "harness/core/intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_SAMPLES, VALUE_CPU, VALUE_COUNT };
enum { LABEL_MAX = 4 };

struct work {
    struct wm_finish *finish;
    struct wm_profile *profile;
    uint32_t *mappings; /* by module: index into the profile's */
    struct wm_intern *addresses;
    uint32_t *locations; /* by number in `addresses`: index into the profile's */
    size_t location_capacity;
    uint32_t keys[LABEL_MAX]; /* "path", "segment", "entry", "outcome" */
};

static int describe_profile(struct work *work);
static int add_mappings(struct work *work);
static int add_cells(struct work *work);
static int add_lost(struct work *work);

int wm_finish_profile(struct wm_finish *finish)
{
    struct work work = {.finish = finish, .profile = finish->run->profile};
    work.mappings = calloc(finish->modules->count + 1, sizeof(*work.mappings));
    int rc = work.mappings != NULL ? wm_intern_new(&work.addresses) : -ENOMEM;
    if (rc == 0)
        rc = describe_profile(&work);
    if (rc == 0)
        rc = add_mappings(&work);
    if (rc == 0)
        rc = add_cells(&work);
    if (rc == 0)
        rc = add_lost(&work);
    wm_intern_free(work.addresses);
    free(work.locations);
    free(work.mappings);
    return rc;
}

/* A string's number into *ret_number. */
static int number_of(struct wm_profile *profile, const char *string, uint32_t *ret_number)
{
    int64_t number = wm_profile_string(profile, string);
    if (number < 0)
        return (int)number;
    *ret_number = (uint32_t)number;
    return 0;
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
        rc = number_of(profile, "cpu", &profile->default_sample_type);
    if (rc >= 0)
        rc = number_of(profile, "cpu", &profile->period_type.type);
    if (rc >= 0)
        rc = number_of(profile, "nanoseconds", &profile->period_type.unit);
    for (size_t i = 0; i < LABEL_MAX && rc >= 0; i++)
        rc = number_of(profile, keys[i], &work->keys[i]);
    profile->period = hz > 0 ? (int64_t)(WM_NS_PER_SECOND / hz) : 0;
    profile->time_ns = (int64_t)wm_finish_started_wall_ns(work->finish);
    profile->duration_ns = (int64_t)wm_finish_duration_ns(work->finish);
    return rc < 0 ? rc : 0;
}

static int add_mapping(struct work *work, size_t at)
{
    static const char digits[] = "0123456789abcdef";
    const struct wm_module *module = &work->finish->modules->list[at];
    char build_id[2 * sizeof(module->build_id) + 1];
    size_t bytes = module->build_id_bytes;
    for (size_t i = 0; i < bytes; i++) {
        build_id[2 * i] = digits[module->build_id[i] >> 4];
        build_id[2 * i + 1] = digits[module->build_id[i] & 15];
    }
    build_id[2 * bytes] = '\0';
    /* All that can be known of its addresses is found here; pprof need not look again. */
    struct wm_mapping mapping = {.start = module->start,
                                 .limit = module->end,
                                 .offset = module->offset,
                                 .has_functions = true,
                                 .has_filenames = true,
                                 .has_lines = true,
                                 .has_inlines = true};
    int rc = number_of(work->profile, module->path, &mapping.file);
    if (rc == 0)
        rc = number_of(work->profile, build_id, &mapping.build_id);
    if (rc < 0)
        return rc;
    int64_t index = wm_profile_add_mapping(work->profile, &mapping);
    if (index < 0)
        return (int)index;
    work->mappings[at] = (uint32_t)index;
    return 0;
}

/* The file of the app itself among the modules, which bear resolved names; NULL: not there. */
static const char *find_main(const struct wm_finish *finish)
{
    const struct wm_modules *modules = finish->modules;
    const char *app = finish->region->plan.app;
    if (memchr(app, '\0', sizeof(finish->region->plan.app)) == NULL || *app == '\0')
        return NULL;
    char *resolved = realpath(app, NULL);
    const char *found = NULL;
    for (size_t i = 0; i < modules->count && found == NULL; i++)
        if (strcmp(modules->list[i].path, resolved != NULL ? resolved : app) == 0)
            found = modules->list[i].path;
    for (size_t i = 0; i < modules->count && found == NULL; i++)
        if (strcmp(wm_modules_base_name(modules->list[i].path), wm_modules_base_name(app)) == 0)
            found = modules->list[i].path;
    free(resolved);
    return found;
}

/* The app comes first: pprof takes the first mapping for the program that was profiled. */
static int add_mappings(struct work *work)
{
    const struct wm_modules *modules = work->finish->modules;
    const char *app = find_main(work->finish);
    for (int others = app != NULL ? 0 : 1; others <= 1; others++) {
        for (size_t i = 0; i < modules->count; i++) {
            bool is_app = app != NULL && strcmp(modules->list[i].path, app) == 0;
            int rc = is_app == (others == 0) ? add_mapping(work, i) : 0;
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

static int64_t add_function(struct wm_profile *profile, const struct wm_symbol_frame *frame)
{
    struct wm_function function = {.start_line = frame->start_line};
    int rc = number_of(profile, frame->function[0] != '\0' ? frame->function : frame->linkage,
                       &function.name);
    if (rc == 0)
        rc = number_of(profile, frame->linkage, &function.system_name);
    if (rc == 0)
        rc = number_of(profile, frame->file, &function.file);
    return rc < 0 ? rc : wm_profile_add_function(profile, &function);
}

/* The location of an address, with a line for each function inlined there; one that no symbol
 * is known for has its mapping alone. */
static int64_t add_location(struct work *work, uint64_t address)
{
    struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX];
    struct wm_line lines[WM_SYMBOL_FRAME_MAX];
    const struct wm_modules *modules = work->finish->modules;
    struct wm_location location = {.address = address};
    size_t module = wm_modules_find(modules, address);
    if (module != SIZE_MAX)
        location.mapping = work->mappings[module] + 1;
    size_t count = wm_symbolizer_find(modules->symbolizer, address, frames);
    for (size_t i = 0; i < count; i++) {
        if (frames[i].function[0] == '\0' && frames[i].linkage[0] == '\0')
            continue;
        int64_t function = add_function(work->profile, &frames[i]);
        if (function < 0)
            return function;
        lines[location.line_count++] =
            (struct wm_line){.function = (uint32_t)function, .line = frames[i].line};
    }
    return wm_profile_add_location(work->profile, &location, lines);
}

/* The same, found again where the address was met before. */
static int64_t find_location(struct work *work, uint64_t address)
{
    int64_t number = wm_intern_find(work->addresses, &address, sizeof(address));
    if (number >= 0)
        return work->locations[number];
    int64_t location = add_location(work, address);
    if (location < 0)
        return location;
    size_t count = wm_intern_count(work->addresses);
    if (count == work->location_capacity) {
        size_t capacity = count > 0 ? count * 2 : 1024;
        uint32_t *locations = realloc(work->locations, capacity * sizeof(*locations));
        if (locations == NULL)
            return -ENOMEM;
        work->locations = locations;
        work->location_capacity = capacity;
    }
    work->locations[count] = (uint32_t)location;
    number = wm_intern_bytes(work->addresses, &address, sizeof(address));
    return number < 0 ? number : location;
}

/* A location that is no code: what could not be told apart any further. */
static int64_t add_synthetic(struct wm_profile *profile, const char *name)
{
    struct wm_function function = {0};
    int rc = number_of(profile, name, &function.name);
    if (rc < 0)
        return rc;
    function.system_name = function.name;
    int64_t index = wm_profile_add_function(profile, &function);
    if (index < 0)
        return index;
    struct wm_line line = {.function = (uint32_t)index};
    struct wm_location location = {.line_count = 1};
    return wm_profile_add_location(profile, &location, &line);
}

static int add_label(struct work *work, struct wm_label *labels, size_t *count, size_t key,
                     const char *value)
{
    if (value == NULL || value[0] == '\0')
        return 0;
    struct wm_label *label = &labels[*count];
    *label = (struct wm_label){.key = work->keys[key]};
    ++*count;
    return number_of(work->profile, value, &label->string);
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
        rc = add_label(work, labels, &count, 1, known->nodes[wm_known_node(known, node)].text);
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
    uint32_t locations[WM_FRAME_MAX];
    size_t location_count = 0;
    uint32_t node;
    size_t frame_count;
    const uint64_t *frames =
        wm_aggregate_frames(work->finish->aggregate, cell->stack, &node, &frame_count);
    for (size_t i = 0; i < frame_count; i++) {
        /* The leaf is where it was; callers are where they would go on, one past the call. */
        uint64_t address = i == 0 || frames[i] == 0 ? frames[i] : frames[i] - 1;
        int64_t location = find_location(work, address);
        if (location < 0)
            return (int)location;
        locations[location_count++] = (uint32_t)location;
    }
    if (location_count == 0) {
        int64_t location = add_synthetic(work->profile, "(no stack)");
        if (location < 0)
            return (int)location;
        locations[location_count++] = (uint32_t)location;
    }
    return add_sample(work, cell->path, node, locations, location_count, &cell->weight);
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
        int64_t location = add_synthetic(work->profile, lost[i].name);
        if (location < 0)
            return (int)location;
        uint32_t index = (uint32_t)location;
        int rc = add_sample(work, lost[i].slot, WM_NODE_ROOT, &index, 1, &weight);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* locations.c - addresses as locations of the run's profile. */
#include "profiles/gather/locations.h"

#include "harness/core/intern.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int add_mappings(struct wm_locations *locations, const char *main);

int wm_locations_init(struct wm_locations *locations, struct wm_profile *profile,
                      const struct wm_modules *modules, const char *main)
{
    *locations = (struct wm_locations){.profile = profile, .modules = modules};
    locations->mappings = calloc(modules->count + 1, sizeof(*locations->mappings));
    int rc = locations->mappings != NULL ? wm_intern_new(&locations->addresses) : -ENOMEM;
    return rc == 0 ? add_mappings(locations, main) : rc;
}

void wm_locations_done(struct wm_locations *locations)
{
    wm_intern_free(locations->addresses);
    free(locations->numbers);
    free(locations->mappings);
    *locations = (struct wm_locations){0};
}

int wm_locations_string(struct wm_profile *profile, const char *string, uint32_t *ret_number)
{
    int64_t number = wm_profile_string(profile, string);
    if (number < 0)
        return (int)number;
    *ret_number = (uint32_t)number;
    return 0;
}

static int add_mapping(struct wm_locations *locations, size_t at)
{
    static const char digits[] = "0123456789abcdef";
    const struct wm_module *module = &locations->modules->list[at];
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
    int rc = wm_locations_string(locations->profile, module->path, &mapping.file);
    if (rc == 0)
        rc = wm_locations_string(locations->profile, build_id, &mapping.build_id);
    if (rc < 0)
        return rc;
    int64_t index = wm_profile_add_mapping(locations->profile, &mapping);
    if (index < 0)
        return (int)index;
    locations->mappings[at] = (uint32_t)index;
    return 0;
}

static int add_mappings(struct wm_locations *locations, const char *main)
{
    const struct wm_modules *modules = locations->modules;
    for (int others = main != NULL ? 0 : 1; others <= 1; others++) {
        for (size_t i = 0; i < modules->count; i++) {
            bool is_main = main != NULL && strcmp(modules->list[i].path, main) == 0;
            int rc = is_main == (others == 0) ? add_mapping(locations, i) : 0;
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

static int64_t add_function(struct wm_profile *profile, const struct wm_symbol_frame *frame)
{
    struct wm_function function = {.start_line = frame->start_line};
    int rc = wm_locations_string(
        profile, frame->function[0] != '\0' ? frame->function : frame->linkage, &function.name);
    if (rc == 0)
        rc = wm_locations_string(profile, frame->linkage, &function.system_name);
    if (rc == 0)
        rc = wm_locations_string(profile, frame->file, &function.file);
    return rc < 0 ? rc : wm_profile_add_function(profile, &function);
}

/* The location of an address, with a line for each function inlined there; one that no symbol
 * is known for has its mapping alone. */
static int64_t add_location(struct wm_locations *locations, uint64_t address)
{
    struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX];
    struct wm_line lines[WM_SYMBOL_FRAME_MAX];
    const struct wm_modules *modules = locations->modules;
    struct wm_location location = {.address = address};
    size_t module = wm_modules_find(modules, address);
    if (module != SIZE_MAX)
        location.mapping = locations->mappings[module] + 1;
    size_t count = wm_symbolizer_find(modules->symbolizer, address, frames);
    for (size_t i = 0; i < count; i++) {
        if (frames[i].function[0] == '\0' && frames[i].linkage[0] == '\0')
            continue;
        int64_t function = add_function(locations->profile, &frames[i]);
        if (function < 0)
            return function;
        lines[location.line_count++] =
            (struct wm_line){.function = (uint32_t)function, .line = frames[i].line};
    }
    return wm_profile_add_location(locations->profile, &location, lines);
}

/* The same, found again where the address was met before. */
static int64_t find_location(struct wm_locations *locations, uint64_t address)
{
    int64_t number = wm_intern_find(locations->addresses, &address, sizeof(address));
    if (number >= 0)
        return locations->numbers[number];
    int64_t location = add_location(locations, address);
    if (location < 0)
        return location;
    size_t count = wm_intern_count(locations->addresses);
    if (count == locations->capacity) {
        size_t capacity = count > 0 ? count * 2 : 1024;
        uint32_t *numbers = realloc(locations->numbers, capacity * sizeof(*numbers));
        if (numbers == NULL)
            return -ENOMEM;
        locations->numbers = numbers;
        locations->capacity = capacity;
    }
    locations->numbers[count] = (uint32_t)location;
    number = wm_intern_bytes(locations->addresses, &address, sizeof(address));
    return number < 0 ? number : location;
}

int64_t wm_locations_of_frame(struct wm_locations *locations, const uint64_t *frames, size_t i)
{
    /* The leaf is where it was; callers are where they would go on, one past the call. */
    uint64_t address = i == 0 || frames[i] == 0 ? frames[i] : frames[i] - 1;
    return find_location(locations, address);
}

int64_t wm_locations_add_synthetic(struct wm_locations *locations, const char *name)
{
    struct wm_profile *profile = locations->profile;
    struct wm_function function = {0};
    int rc = wm_locations_string(profile, name, &function.name);
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

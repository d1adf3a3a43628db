/* modules.c - the region's binaries, checked, copied and reported to the symbolizer. */
#include "profiles/gather/modules.h"

#include "profiles/wire/modules.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int wm_modules_init(struct wm_modules *modules, const struct wm_region *region)
{
    memset(modules, 0, sizeof(*modules));
    modules->region = region;
    return wm_symbolizer_new(&modules->symbolizer);
}

void wm_modules_done(struct wm_modules *modules)
{
    wm_symbolizer_free(modules->symbolizer);
    free(modules->list);
    memset(modules, 0, sizeof(*modules));
}

static bool makes_sense(const struct wm_module *module)
{
    return module->start < module->end && module->build_id_bytes <= sizeof(module->build_id) &&
           memchr(module->path, '\0', sizeof(module->path)) != NULL && module->path[0] != '\0';
}

/* Processes of one image report the same binaries, each for itself. Not the same any more is one
 * whose place another has had since. */
static bool is_known(const struct wm_modules *modules, const struct wm_module *module)
{
    for (size_t i = modules->count; i > 0; i--) {
        const struct wm_module *known = &modules->list[i - 1];
        if (known->end <= module->start || known->start >= module->end)
            continue;
        return known->start == module->start && known->end == module->end &&
               known->bias == module->bias && known->offset == module->offset &&
               strcmp(known->path, module->path) == 0;
    }
    return false;
}

static void tag(struct wm_module *module)
{
    module->start = wm_modules_tag(module->image, module->start);
    module->end = wm_modules_tag(module->image, module->end);
    module->bias = wm_modules_tag(module->image, module->bias);
}

static int report(struct wm_modules *modules, const struct wm_module *module)
{
    struct wm_symbol_module reported = {
        .path = module->path,
        .bias = module->bias,
        .start = module->start,
        .end = module->end,
        .build_id = module->build_id_bytes > 0 ? module->build_id : NULL,
        .build_id_bytes = module->build_id_bytes,
    };
    return wm_symbolizer_add(modules->symbolizer, &reported);
}

/* Room for one more. */
static int reserve(struct wm_modules *modules)
{
    if (modules->count < modules->capacity)
        return 0;
    size_t capacity = modules->capacity > 0 ? modules->capacity * 2 : 32;
    struct wm_module *list = realloc(modules->list, capacity * sizeof(*list));
    if (list == NULL)
        return -ENOMEM;
    modules->list = list;
    modules->capacity = capacity;
    return 0;
}

enum { TURNS_MAX = 20 }; /* of a millisecond: a write takes less, but may be interrupted */

/* Copies the entry, if it was written since it was last copied. `turns`: how long the others were
 * waited for. */
static bool copy_new(struct wm_modules *modules, uint32_t at, int *turns,
                     struct wm_module *ret_module)
{
    const struct timespec turn = {0, 1000 * 1000};
    uint32_t writes;
    bool is_whole;
    while (!(is_whole = wm_module_read(modules->region, at, ret_module, &writes)) &&
           (*turns)++ < TURNS_MAX)
        (void)nanosleep(&turn, NULL);
    if (modules->read[at] == writes + 1)
        return false;
    modules->read[at] = writes + 1;
    if (is_whole)
        return ret_module->end != 0; /* else emptied, and not used again */
    modules->damaged++;
    return false;
}

static int take(struct wm_modules *modules, struct wm_module *module)
{
    if (!makes_sense(module)) {
        modules->damaged++;
        return 0;
    }
    tag(module);
    if (is_known(modules, module))
        return 0;
    int rc = report(modules, module);
    if (rc < 0)
        return rc;
    modules->count++;
    return 0;
}

int wm_modules_update(struct wm_modules *modules)
{
    /* pairs with the publishing of the last module */
    uint32_t count = atomic_load_explicit(&modules->region->module_count, memory_order_acquire);
    int rc = 0;
    int turns = 0;
    for (uint32_t at = 0; at < count && at < WM_MODULE_MAX && rc == 0; at++) {
        rc = reserve(modules);
        if (rc == 0 && copy_new(modules, at, &turns, &modules->list[modules->count]))
            rc = take(modules, &modules->list[modules->count]);
    }
    return rc;
}

size_t wm_modules_find(const struct wm_modules *modules, uint64_t address)
{
    /* The latest first: where two overlap, the earlier one was unmapped without being sampled. */
    for (size_t i = modules->count; i > 0; i--)
        if (address >= modules->list[i - 1].start && address < modules->list[i - 1].end)
            return i - 1;
    return SIZE_MAX;
}

const char *wm_modules_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

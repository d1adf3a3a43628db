/* modules.c - the region's binaries, checked, copied and reported to the symbolizer. */
#include "profiles/gather/modules.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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

int wm_modules_update(struct wm_modules *modules)
{
    /* pairs with the publishing of the last module */
    uint32_t count = atomic_load_explicit(&modules->region->module_count, memory_order_acquire);
    if (count > WM_MODULE_MAX)
        count = WM_MODULE_MAX;
    for (; modules->seen < count; modules->seen++) {
        if (modules->count == modules->capacity) {
            size_t capacity = modules->capacity > 0 ? modules->capacity * 2 : 32;
            struct wm_module *list = realloc(modules->list, capacity * sizeof(*list));
            if (list == NULL)
                return -ENOMEM;
            modules->list = list;
            modules->capacity = capacity;
        }
        struct wm_module *module = &modules->list[modules->count];
        memcpy(module, &modules->region->modules[modules->seen], sizeof(*module));
        if (module->end == 0) /* emptied, and not used again */
            continue;
        if (!makes_sense(module)) {
            modules->damaged++;
            continue;
        }
        tag(module);
        if (is_known(modules, module))
            continue;
        int rc = report(modules, module);
        if (rc < 0)
            return rc;
        modules->count++;
    }
    return 0;
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

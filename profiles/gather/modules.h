/* modules.h - the binaries of the app's processes and the names in them.
 *
 * Each program that was executed (an image) has addresses of its own. They are kept apart by the
 * image's number in bits that no address has; those of the first one, 0, stay as they are. */
#ifndef WM_GATHER_MODULES_H
#define WM_GATHER_MODULES_H

#include "harness/core/error.h"
#include "profiles/symbols/symbolize.h"
#include "profiles/wire/region.h"

#include <stddef.h>
#include <stdint.h>

enum { WM_IMAGE_SHIFT = 48 };

struct wm_modules {
    const struct wm_region *region;
    struct wm_symbolizer *symbolizer;
    struct wm_module *list; /* copies, checked, each once, their addresses tagged */
    size_t count;
    size_t capacity;
    uint32_t
        read[WM_MODULE_MAX]; /* of the region's entries: 1 + its writes when it was last read */
    uint64_t damaged;
};

WM_MUST_USE int wm_modules_init(struct wm_modules *modules, const struct wm_region *region);
void wm_modules_done(struct wm_modules *modules);

/* An address of an image as this room knows it. */
static inline uint64_t wm_modules_tag(uint32_t image, uint64_t address)
{
    return address + ((uint64_t)(image & (WM_IMAGE_MAX - 1)) << WM_IMAGE_SHIFT);
}

/* Takes up what the region knows by now, also in entries that had others before. Waits 20 ms at
 * most for those that are being written; what is not whole then is damaged. */
WM_MUST_USE int wm_modules_update(struct wm_modules *modules);
/* The binary that holds the address, as an index into the list; SIZE_MAX: none does. */
size_t wm_modules_find(const struct wm_modules *modules, uint64_t address);
/* The last part of a file name. */
const char *wm_modules_base_name(const char *path);

#endif

/* binaries.c - tells the harness which binaries the process has, and where. */
#include "profiles/probe/binaries.h"

#include "profiles/probe/processes.h"
#include "profiles/probe/state.h"
#include "profiles/wire/modules.h"
#include "profiles/wire/shared.h"

#include <elf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- The table ---- */

static bool is_same(const struct wm_module *a, const struct wm_module *b)
{
    return a->image == b->image && a->start == b->start && a->end == b->end && a->bias == b->bias &&
           strcmp(a->path, b->path) == 0;
}

/* Images that a process lives of. One without a place in the table of processes is not seen. */
static void mark_living(const struct wm_region *region, unsigned char living[WM_IMAGE_MAX / 8])
{
    uint32_t count = atomic_load_explicit(&region->process_count, memory_order_relaxed);
    for (uint32_t i = 0; i < count && i < WM_PROCESS_MAX; i++) {
        uint32_t image = region->processes[i].image;
        if (image < WM_IMAGE_MAX && !wm_process_is_gone(&region->processes[i]))
            living[image / 8] |= (unsigned char)(1 << image % 8);
    }
}

/* [under the region's lock] Programs that ended before anybody looked at them, as most of the short
 * ones do, have no samples that would need their binaries. */
static void sweep(struct wm_region *region)
{
    static const struct wm_module empty;
    unsigned char living[WM_IMAGE_MAX / 8] = {0};
    mark_living(region, living);
    for (uint32_t i = 0; i < WM_MODULE_MAX; i++) {
        uint32_t image = region->modules[i].image;
        if (!wm_module_is_free(region, i) && image < WM_IMAGE_MAX &&
            (living[image / 8] & 1 << image % 8) == 0 &&
            atomic_load_explicit(&region->image_sampled[image], memory_order_relaxed) == 0)
            wm_module_write(region, i, &empty);
    }
}

/* [under the region's lock] Where the binary is, or is to be; WM_MODULE_MAX: there is no room. */
static uint32_t find_place(const struct wm_region *region, const struct wm_module *module)
{
    uint32_t count = atomic_load_explicit(&region->module_count, memory_order_relaxed);
    uint32_t empty = count;
    for (uint32_t at = 0; at < count; at++) {
        bool is_free = wm_module_is_free(region, at);
        if (!is_free && is_same(&region->modules[at], module))
            return at;
        if (is_free && empty == count)
            empty = at;
    }
    return empty;
}

/* Forked processes of one program open the same libraries, mostly at the same place. */
static void add(struct wm_region *region, const struct wm_module *module)
{
    static bool swept; /* once in a program's life: it takes a while */
    wm_region_lock(region);
    uint32_t at = find_place(region, module);
    if (at == WM_MODULE_MAX && wm_probe.agent && !swept) {
        swept = true;
        sweep(region);
        at = find_place(region, module);
    }
    if (at == WM_MODULE_MAX) {
        atomic_fetch_add(&region->modules_lost, 1);
    } else if (wm_module_is_free(region, at)) {
        wm_module_write(region, at, module);
        if (at == atomic_load_explicit(&region->module_count, memory_order_relaxed))
            atomic_store_explicit(&region->module_count, at + 1,
                                  memory_order_release); /* pairs with the harness's reading */
    }
    wm_region_unlock(region);
}

/* ---- What is told ---- */

static void copy_build_id(const struct dl_phdr_info *info, const ElfW(Phdr) * header,
                          struct wm_module *module)
{
    const unsigned char *at = (const unsigned char *)(uintptr_t)(info->dlpi_addr + header->p_vaddr);
    const unsigned char *end = at + header->p_memsz;
    while (end - at >= (ptrdiff_t)sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) note;
        memcpy(&note, at, sizeof(note));
        const unsigned char *name = at + sizeof(note);
        const unsigned char *body = name + ((note.n_namesz + 3u) & ~3u);
        if (body + note.n_descsz > end)
            return;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(name, "GNU", 4) == 0 &&
            note.n_descsz <= sizeof(module->build_id)) {
            memcpy(module->build_id, body, note.n_descsz);
            module->build_id_bytes = note.n_descsz;
            return;
        }
        at = body + ((note.n_descsz + 3u) & ~3u);
    }
}

void wm_binary_tell(const struct dl_phdr_info *info, const char *path)
{
    struct wm_region *region = wm_probe.region;
    if (region == NULL)
        return;
    struct wm_module module = {.bias = info->dlpi_addr, .image = wm_probe.image};
    if (path[0] == '\0') {
        ssize_t length = readlink("/proc/self/exe", module.path, sizeof(module.path) - 1);
        module.path[length > 0 ? length : 0] = '\0';
    } else if (strchr(path, '/') == NULL) {
        snprintf(module.path, sizeof(module.path), "[vdso]");
    } else {
        char real[PATH_MAX];
        const char *resolved = realpath(path, real);
        snprintf(module.path, sizeof(module.path), "%.*s", (int)sizeof(module.path) - 1,
                 resolved != NULL ? resolved : path);
    }
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_NOTE)
            copy_build_id(info, &info->dlpi_phdr[i], &module);
    }
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_LOAD || (header->p_flags & PF_X) == 0)
            continue;
        module.start = info->dlpi_addr + header->p_vaddr;
        module.end = module.start + header->p_memsz;
        module.offset = header->p_offset;
        add(region, &module);
    }
}

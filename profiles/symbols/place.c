/* place.c - addresses of a process to addresses of a file. */
#include "profiles/symbols/place.h"

#include <errno.h>

enum { PAGE_BYTES = 4096 };

static const uint64_t kernel_half = UINT64_C(1) << 63;

static bool is_all_of_memory(const struct wm_mapped *mapped);
static bool is_kernel(const struct wm_image *image, const struct wm_mapped *mapped);
static int find_kernel_shift(const struct wm_image *image, const struct wm_mapped *mapped,
                             uint64_t *ret_shift);
static int find_in_file(const struct wm_image *image, const struct wm_mapped *mapped,
                        uint64_t address, uint64_t *ret_address);
static int find_without_bytes(const struct wm_image *image, const struct wm_mapped *mapped,
                              uint64_t address, uint64_t *ret_address);
static uint64_t page_of(uint64_t address);

int wm_place_find(const struct wm_image *image, const struct wm_mapped *mapped, uint64_t address,
                  uint64_t *ret_address)
{
    uint64_t shift = 0;
    if (is_all_of_memory(mapped)) {
        *ret_address = address;
        return 0;
    }
    if (address < mapped->start || address >= mapped->limit)
        return -ERANGE;
    if (!is_kernel(image, mapped))
        return find_in_file(image, mapped, address, ret_address);
    int rc = find_kernel_shift(image, mapped, &shift);
    if (rc == 0)
        *ret_address = address - shift;
    return rc;
}

static bool is_all_of_memory(const struct wm_mapped *mapped)
{
    return mapped->start == 0 && mapped->offset == 0 &&
           (mapped->limit == 0 || mapped->limit == UINT64_MAX);
}

/* Kernels run in the upper half, or are said to begin at 0 by those who hide where they were. */
static bool is_kernel(const struct wm_image *image, const struct wm_mapped *mapped)
{
    return mapped->has_kernel_text || mapped->start >= kernel_half ||
           (image->fixed && mapped->start == 0);
}

/* What to subtract, by pprof's cases. */
static int find_kernel_shift(const struct wm_image *image, const struct wm_mapped *mapped,
                             uint64_t *ret_shift)
{
    if (image->text == image->segment_count)
        return -ENOTSUP;
    uint64_t text = image->segments[image->text].address;
    bool same_page_offset =
        mapped->has_kernel_text && mapped->start % PAGE_BYTES == mapped->kernel_text % PAGE_BYTES;
    bool at_text = mapped->start >= text && mapped->limit > mapped->start &&
                   (mapped->offset == 0 || mapped->offset == mapped->start);
    bool by_symbol = (mapped->start == 0 && mapped->has_kernel_text) ||
                     (same_page_offset && (at_text || mapped->start % PAGE_BYTES != 0));
    if (text == mapped->start - mapped->offset)
        *ret_shift = mapped->offset; /* perf: the offset is how far the kernel was moved */
    else if (by_symbol)
        *ret_shift = mapped->start - mapped->kernel_text;
    else if (at_text || (image->fixed && mapped->start == 0))
        *ret_shift = mapped->start - text;
    else
        return -ENOTSUP;
    return 0;
}

/* Two segments may share a page, which is then mapped with each; their bytes in the file never
 * overlap, so these decide. What a segment has in memory alone holds no code. */
static int find_in_file(const struct wm_image *image, const struct wm_mapped *mapped,
                        uint64_t address, uint64_t *ret_address)
{
    uint64_t offset = address - mapped->start + mapped->offset;
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct wm_segment *segment = &image->segments[i];
        if (offset < segment->offset || offset - segment->offset >= segment->file_bytes)
            continue;
        *ret_address = offset - segment->offset + segment->address;
        return 0;
    }
    return find_without_bytes(image, mapped, address, ret_address);
}

/* A debug file has the program's headers but not its code, and the offsets are its own. Then only
 * a mapping that is as large as the whole of its one code segment can be recognized. */
static int find_without_bytes(const struct wm_image *image, const struct wm_mapped *mapped,
                              uint64_t address, uint64_t *ret_address)
{
    const struct wm_segment *code = NULL;
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct wm_segment *segment = &image->segments[i];
        if (!segment->code)
            continue;
        if (segment->file_bytes > 0)
            return -ERANGE;
        if (code != NULL)
            return -ENOTSUP;
        code = segment;
    }
    if (code == NULL)
        return -ENOTSUP;
    uint64_t first = page_of(code->address);
    uint64_t bytes = page_of(code->address + code->memory_bytes + PAGE_BYTES - 1) - first;
    if (page_of(mapped->limit - mapped->start + PAGE_BYTES - 1) != bytes)
        return -ENOTSUP;
    *ret_address = address - mapped->start + first;
    return 0;
}

static uint64_t page_of(uint64_t address)
{
    return address & ~(uint64_t)(PAGE_BYTES - 1);
}

/* place.h - addresses of a process to addresses of a file, from how the file was mapped.
 *
 * The arithmetic of the ELF specification (chapter 2, program loading): a page of a file lies in
 * memory as it lies in the file, so an address is first turned into an offset in the file, and that
 * into the address which the program header around it gives to its bytes. Kernels are not mapped
 * from a file; what profilers write for them is told apart as google/pprof does (internal/elfexec,
 * kernelBase of Go 1.19.8). Nothing is read here. */
#ifndef WM_SYMBOLS_PLACE_H
#define WM_SYMBOLS_PLACE_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A part of a file that is loaded: PT_LOAD of its program headers. */
struct wm_segment {
    uint64_t offset, address;
    uint64_t file_bytes, memory_bytes;
    bool code; /* executable */
};

enum { WM_SEGMENT_MAX = 64 };

struct wm_image {
    bool fixed; /* linked for one address (ET_EXEC), else for any (ET_DYN) */
    struct wm_segment segments[WM_SEGMENT_MAX];
    size_t segment_count;
    size_t text; /* the segment that holds .text; segment_count: none */
};

/* How a process had it. `start` and `offset` 0 and `limit` 0 or UINT64_MAX stand for all of memory:
 * addresses are the file's already. */
struct wm_mapped {
    uint64_t start, limit, offset;
    bool has_kernel_text;
    uint64_t kernel_text; /* the file's address of the symbol that `start` stands for */
};

/* The file's address into *ret_address. -ERANGE when `address` was not mapped from the file,
 * -ENOTSUP when nothing says where the file's code was: the mapping is like none of the file's
 * segments. */
WM_MUST_USE int wm_place_find(const struct wm_image *image, const struct wm_mapped *mapped,
                              uint64_t address, uint64_t *ret_address);

#endif

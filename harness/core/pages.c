/* pages.c - memory that is large and will be used whole. */
#include "harness/core/pages.h"

#include <limits.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>

void wm_pages_large(void *block, size_t bytes)
{
    const uintptr_t page_bytes = (uintptr_t)2 << 20;
    uintptr_t first = ((uintptr_t)block + page_bytes - 1) / page_bytes * page_bytes;
    uintptr_t end = ((uintptr_t)block + bytes) / page_bytes * page_bytes;
    if (block != NULL && first < end)
        (void)madvise((void *)first, end - first, MADV_HUGEPAGE); /* a kernel may have none */
}

void wm_pages_give_back(size_t bytes)
{
    (void)mallopt(M_MMAP_THRESHOLD, bytes < INT_MAX ? (int)bytes : INT_MAX);
}

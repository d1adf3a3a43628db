/* pages.c - memory that is large and will be used whole. */
#include "harness/core/pages.h"

#include <limits.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { LARGE_PAGE_BYTES = 2 << 20 };

void *wm_pages_new(size_t count, size_t item_bytes)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, item_bytes, &bytes))
        return NULL;
    if (bytes < LARGE_PAGE_BYTES)
        return malloc(bytes);
    void *block = NULL;
    if (posix_memalign(&block, LARGE_PAGE_BYTES, bytes) != 0)
        return NULL;
    const size_t whole_pages = bytes / LARGE_PAGE_BYTES * LARGE_PAGE_BYTES;
    (void)madvise(block, whole_pages, MADV_HUGEPAGE); /* a kernel may have none */
    return block;
}

void *wm_pages_grow(void *block, size_t old_bytes, size_t count, size_t item_bytes)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, item_bytes, &bytes))
        return NULL;
    if (bytes < LARGE_PAGE_BYTES)
        return realloc(block, bytes);
    void *grown = wm_pages_new(count, item_bytes);
    if (grown == NULL)
        return NULL;
    if (old_bytes > 0)
        memcpy(grown, block, old_bytes < bytes ? old_bytes : bytes);
    free(block);
    return grown;
}

size_t wm_pages_drop(const void *bytes, size_t length)
{
    const uintptr_t first = (uintptr_t)bytes, end = (first + length) / LARGE_PAGE_BYTES;
    const uintptr_t start = (first + LARGE_PAGE_BYTES - 1) / LARGE_PAGE_BYTES;
    if (start >= end || madvise((void *)(start * LARGE_PAGE_BYTES),
                                (end - start) * LARGE_PAGE_BYTES, MADV_DONTNEED) != 0)
        return 0;
    return end * LARGE_PAGE_BYTES - first;
}

void wm_pages_give_back(size_t bytes)
{
    (void)mallopt(M_MMAP_THRESHOLD, bytes < INT_MAX ? (int)bytes : INT_MAX);
}

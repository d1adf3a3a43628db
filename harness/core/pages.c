/* pages.c - memory that is large and will be used whole.
 *
 * Large blocks are mapped here and not by malloc(), which takes them from the heap while there is
 * room, and ever larger ones once such a one was freed. */
#include "harness/core/pages.h"

#include <limits.h>
#include <malloc.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LARGE_PAGE_BYTES = 2 << 20, PAGE_BYTES = 4096, HEAP_BYTES = 32 << 20 };

/* Before each block. */
struct head {
    alignas(max_align_t) size_t bytes; /* of the block */
    size_t mapped_bytes;               /* from a page before the block on; 0: of malloc() */
};

static struct head *head_of(void *block)
{
    return (struct head *)block - 1;
}

static void *allocate(size_t bytes)
{
    struct head *head = malloc(sizeof(*head) + bytes);
    if (head == NULL)
        return NULL;
    *head = (struct head){bytes, 0};
    return head + 1;
}

/* Begins on a large page, with a page before it for the head. */
static void *map(size_t bytes, bool on_large_pages)
{
    const size_t whole = (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    char *from = mmap(NULL, whole + PAGE_BYTES + LARGE_PAGE_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (from == MAP_FAILED)
        return NULL;
    const size_t over = ((uintptr_t)from + PAGE_BYTES) % LARGE_PAGE_BYTES;
    const size_t before = over == 0 ? 0 : LARGE_PAGE_BYTES - over;
    char *block = from + before + PAGE_BYTES;
    if (before > 0)
        munmap(from, before);
    if (before < LARGE_PAGE_BYTES)
        munmap(block + whole, LARGE_PAGE_BYTES - before);
    if (on_large_pages)
        (void)madvise(block, whole / LARGE_PAGE_BYTES * LARGE_PAGE_BYTES, MADV_HUGEPAGE);
    *head_of(block) = (struct head){bytes, whole + PAGE_BYTES};
    return block;
}

void *wm_pages_new(size_t count, size_t item_bytes)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, item_bytes, &bytes) || bytes > PTRDIFF_MAX / 2)
        return NULL;
    return bytes < LARGE_PAGE_BYTES ? allocate(bytes) : map(bytes, true);
}

void *wm_pages_new_small(size_t bytes)
{
    return bytes <= PTRDIFF_MAX / 2 ? map(bytes, false) : NULL;
}

void wm_pages_free(void *block)
{
    if (block == NULL)
        return;
    struct head *head = head_of(block);
    if (head->mapped_bytes == 0)
        free(head);
    else
        munmap((char *)block - PAGE_BYTES, head->mapped_bytes);
}

void *wm_pages_grow(void *block, size_t count, size_t item_bytes)
{
    void *grown = wm_pages_new(count, item_bytes);
    if (block == NULL || grown == NULL)
        return grown;
    const size_t was = head_of(block)->bytes, is = head_of(grown)->bytes;
    memcpy(grown, block, was < is ? was : is);
    wm_pages_free(block);
    return grown;
}

size_t wm_pages_drop(const void *bytes, size_t length)
{
    const uintptr_t first = (uintptr_t)bytes, end = (first + length) / PAGE_BYTES;
    const uintptr_t start = (first + PAGE_BYTES - 1) / PAGE_BYTES;
    if (start >= end ||
        madvise((void *)(start * PAGE_BYTES), (end - start) * PAGE_BYTES, MADV_DONTNEED) != 0)
        return 0;
    return end * PAGE_BYTES - first;
}

void wm_pages_prepare(void *bytes, size_t length)
{
    const uintptr_t start = (uintptr_t)bytes / PAGE_BYTES;
    const uintptr_t end = ((uintptr_t)bytes + length + PAGE_BYTES - 1) / PAGE_BYTES;
    (void)madvise((void *)(start * PAGE_BYTES), (end - start) * PAGE_BYTES, MADV_POPULATE_WRITE);
}

void wm_pages_prepare_heap(void)
{
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_MMAP_THRESHOLD, HEAP_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, INT_MAX);
    (void)mallopt(M_TOP_PAD, HEAP_BYTES);
    void *first = malloc(LARGE_PAGE_BYTES); /* makes the heap as large as that */
    (void)mallopt(M_TOP_PAD, LARGE_PAGE_BYTES);
    const uintptr_t start = (uintptr_t)first / LARGE_PAGE_BYTES + 1;
    const uintptr_t end = (uintptr_t)sbrk(0) / LARGE_PAGE_BYTES;
    if (first != NULL && start < end)
        (void)madvise((void *)(start * LARGE_PAGE_BYTES), (end - start) * LARGE_PAGE_BYTES,
                      MADV_HUGEPAGE);
    free(first);
}

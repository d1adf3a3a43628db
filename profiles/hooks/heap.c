/* heap.c - the malloc family, counted per thread: exact allocations and bytes.
 *
 * The next allocator in line does the work (libc's, or one that the app links). Until dlsym has
 * found it, which itself may allocate, a small arena serves every member of the family. */
#include "profiles/hooks/heap.h"

#include "profiles/probe/state.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BOOT_BYTES = 64 * 1024 };

static struct family {
    void *(*malloc)(size_t);
    void *(*calloc)(size_t, size_t);
    void *(*realloc)(void *, size_t);
    void (*free)(void *);
    void *(*memalign)(size_t, size_t);
    int (*posix_memalign)(void **, size_t, size_t);
    void *(*aligned_alloc)(size_t, size_t);
    void *(*valloc)(size_t);
    void *(*pvalloc)(size_t);
    size_t (*malloc_usable_size)(void *);
} next;

/* glibc declares dlsym a leaf, so the compiler believes that these cannot change across it. */
static volatile int state; /* 0: nothing known, 1: dlsym under way, 2: ready */

static _Alignas(64) unsigned char boot[BOOT_BYTES];
static size_t boot_used;

static int is_boot(const void *block)
{
    return (const unsigned char *)block >= boot && (const unsigned char *)block < boot + BOOT_BYTES;
}

/* Each block is preceded by its size. Only start-up comes here, on one thread. */
static void *boot_alloc(size_t alignment, size_t bytes)
{
    if (alignment < 16)
        alignment = 16;
    size_t at = (boot_used + sizeof(size_t) + alignment - 1) & ~(alignment - 1);
    if (bytes > BOOT_BYTES || at > BOOT_BYTES - bytes) {
        errno = ENOMEM;
        return NULL;
    }
    memcpy(boot + at - sizeof(size_t), &bytes, sizeof(bytes));
    boot_used = at + bytes;
    return boot + at;
}

static size_t boot_size(const void *block)
{
    size_t bytes;
    memcpy(&bytes, (const unsigned char *)block - sizeof(size_t), sizeof(bytes));
    return bytes;
}

static void find(void *slot, const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    memcpy(slot, &function, sizeof(function));
}

static int make_ready(void)
{
    if (state == 1)
        return 0;
    state = 1;
    find(&next.calloc, "calloc");
    find(&next.realloc, "realloc");
    find(&next.free, "free");
    find(&next.memalign, "memalign");
    find(&next.posix_memalign, "posix_memalign");
    find(&next.aligned_alloc, "aligned_alloc");
    find(&next.valloc, "valloc");
    find(&next.pvalloc, "pvalloc");
    find(&next.malloc_usable_size, "malloc_usable_size");
    find(&next.malloc, "malloc");
    state = 2;
    return 1;
}

static inline int ready(void)
{
    return __builtin_expect(state == 2, 1) || make_ready();
}

/* A block that was had: one allocation. Returns it. */
static inline void *count(void *block, size_t bytes)
{
    if (block == NULL)
        return NULL;
    wm_tls.allocs++;
    wm_tls.alloc_bytes += bytes;
    return block;
}

void *wm_heap_alloc(size_t bytes)
{
    return ready() ? next.malloc(bytes) : boot_alloc(0, bytes);
}

void wm_heap_free(void *block)
{
    if (ready() && !is_boot(block))
        next.free(block);
}

WM_EXPORT void *malloc(size_t bytes)
{
    if (!ready())
        return boot_alloc(0, bytes);
    return count(next.malloc(bytes), bytes);
}

WM_EXPORT void free(void *block)
{
    if (__builtin_expect(is_boot(block), 0) || !ready())
        return;
    next.free(block);
}

WM_EXPORT void *calloc(size_t items, size_t bytes)
{
    if (!ready()) /* the arena is zeroed, and nothing in it is used twice */
        return bytes != 0 && items > BOOT_BYTES / bytes ? NULL : boot_alloc(0, items * bytes);
    return count(next.calloc(items, bytes), items * bytes);
}

static void *leave_boot(void *block, size_t bytes)
{
    void *copy = malloc(bytes);
    size_t old = boot_size(block);
    if (copy != NULL)
        memcpy(copy, block, old < bytes ? old : bytes);
    return copy;
}

WM_EXPORT void *realloc(void *block, size_t bytes)
{
    if (block == NULL)
        return malloc(bytes);
    if (is_boot(block) || !ready())
        return leave_boot(block, bytes);
    size_t old = next.malloc_usable_size(block);
    void *moved = next.realloc(block, bytes);
    /* One that moves or grows is one allocation of the new size. */
    if (moved != NULL && (moved != block || bytes > old))
        (void)count(moved, bytes);
    return moved;
}

WM_EXPORT void *reallocarray(void *block, size_t items, size_t bytes)
{
    size_t total;
    if (__builtin_mul_overflow(items, bytes, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(block, total);
}

WM_EXPORT void *memalign(size_t alignment, size_t bytes)
{
    return ready() ? count(next.memalign(alignment, bytes), bytes) : boot_alloc(alignment, bytes);
}

WM_EXPORT void *aligned_alloc(size_t alignment, size_t bytes)
{
    return ready() ? count(next.aligned_alloc(alignment, bytes), bytes)
                   : boot_alloc(alignment, bytes);
}

WM_EXPORT int posix_memalign(void **ret_block, size_t alignment, size_t bytes)
{
    if (ready()) {
        int rc = next.posix_memalign(ret_block, alignment, bytes);
        if (rc == 0)
            (void)count(*ret_block, bytes);
        return rc;
    }
    *ret_block = boot_alloc(alignment, bytes);
    return *ret_block != NULL ? 0 : ENOMEM;
}

WM_EXPORT void *valloc(size_t bytes)
{
    return ready() ? count(next.valloc(bytes), bytes)
                   : boot_alloc((size_t)sysconf(_SC_PAGESIZE), bytes);
}

WM_EXPORT void *pvalloc(size_t bytes)
{
    return ready() ? count(next.pvalloc(bytes), bytes)
                   : boot_alloc((size_t)sysconf(_SC_PAGESIZE), bytes);
}

WM_EXPORT size_t malloc_usable_size(void *block)
{
    if (block == NULL || !ready())
        return 0;
    return is_boot(block) ? boot_size(block) : next.malloc_usable_size(block);
}

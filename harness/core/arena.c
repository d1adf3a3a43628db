/* arena.c - memory of one lifetime: blocks that double in size, given out from the front. */
#include "harness/core/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK_BYTES = 4096, LARGEST_BLOCK_BYTES = 1 << 20 };

struct wm_arena_block {
    struct wm_arena_block *next;
    size_t size;
    size_t used;
    alignas(max_align_t) unsigned char data[];
};

static struct wm_arena_block *add_block(struct wm_arena *arena, size_t bytes)
{
    size_t size = FIRST_BLOCK_BYTES;
    if (arena->first != NULL && arena->first->size < LARGEST_BLOCK_BYTES)
        size = arena->first->size * 2;
    else if (arena->first != NULL)
        size = LARGEST_BLOCK_BYTES;
    if (size < bytes)
        size = bytes;
    struct wm_arena_block *block = malloc(sizeof(*block) + size);
    if (block == NULL)
        return NULL;
    block->next = arena->first;
    block->size = size;
    block->used = 0;
    arena->first = block;
    return block;
}

void wm_arena_init(struct wm_arena *arena)
{
    *arena = (struct wm_arena){0};
}

void wm_arena_done(struct wm_arena *arena)
{
    for (struct wm_arena_block *block = arena->first; block != NULL;) {
        struct wm_arena_block *next = block->next;
        free(block);
        block = next;
    }
    wm_arena_init(arena);
}

void wm_arena_reset(struct wm_arena *arena)
{
    struct wm_arena_block *kept = NULL;
    for (struct wm_arena_block *block = arena->first; block != NULL;) {
        struct wm_arena_block *next = block->next;
        if (kept == NULL || block->size > kept->size) {
            free(kept);
            kept = block;
        } else {
            free(block);
        }
        block = next;
    }
    if (kept != NULL) {
        kept->next = NULL;
        kept->used = 0;
    }
    *arena = (struct wm_arena){.first = kept};
}

void *wm_arena_alloc(struct wm_arena *arena, size_t bytes)
{
    const size_t alignment = alignof(max_align_t);
    if (bytes > SIZE_MAX / 2)
        return NULL;
    size_t rounded = (bytes + alignment - 1) & ~(alignment - 1);
    if (rounded == 0)
        rounded = alignment; /* so that each call gives an address of its own */
    struct wm_arena_block *block = arena->first;
    if (block == NULL || block->size - block->used < rounded)
        block = add_block(arena, rounded);
    if (block == NULL)
        return NULL;
    void *data = block->data + block->used;
    block->used += rounded;
    arena->bytes += bytes;
    return memset(data, 0, rounded);
}

char *wm_arena_copy(struct wm_arena *arena, const char *bytes, size_t length)
{
    if (length == SIZE_MAX)
        return NULL;
    char *copy = wm_arena_alloc(arena, length + 1);
    if (copy != NULL && length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

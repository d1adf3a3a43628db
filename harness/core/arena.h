/* arena.h - memory of one lifetime, freed at once. Not thread-safe. */
#ifndef WM_CORE_ARENA_H
#define WM_CORE_ARENA_H

#include <stddef.h>

struct wm_arena {
    struct wm_arena_block *first;
    size_t bytes; /* handed out since the last reset */
};

void wm_arena_init(struct wm_arena *arena);
void wm_arena_done(struct wm_arena *arena);
/* Forgets all content, keeps the largest block for reuse. */
void wm_arena_reset(struct wm_arena *arena);
/* `bytes` zeroed bytes, aligned for any type; NULL when memory is out. */
void *wm_arena_alloc(struct wm_arena *arena, size_t bytes);
/* A copy of `length` bytes with a NUL behind it; NULL when memory is out. */
char *wm_arena_copy(struct wm_arena *arena, const char *bytes, size_t length);

#endif

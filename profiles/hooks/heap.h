/* heap.h - memory for the hooks themselves, which counts as nobody's allocation. */
#ifndef WM_HOOKS_HEAP_H
#define WM_HOOKS_HEAP_H

#include <stddef.h>

/* [any] As malloc and free, uncounted. */
void *wm_heap_alloc(size_t bytes);
void wm_heap_free(void *block);

#endif

/* pages.h - memory that is large and will be used whole. */
#ifndef WM_CORE_PAGES_H
#define WM_CORE_PAGES_H

#include <stddef.h>

/* A new block that begins on a large page if it is as large as one, and asks the kernel for large
 * pages: its first use then costs a fault for each 2 MiB, not for each 4 KiB, a third of the time
 * of filling it. No more memory is used than without. Not zeroed; free() it. NULL: no memory. */
void *wm_pages_new(size_t count, size_t item_bytes);

/* Such a block or one of malloc(), NULL too, with room for more; as realloc() otherwise. What is
 * large is copied: moved by the kernel it would no longer begin on a large page. */
void *wm_pages_grow(void *block, size_t old_bytes, size_t count, size_t item_bytes);

/* The large pages that lie in these bytes, read for the last time, are given back to the system:
 * they hold zeros then. Returns how many bytes there are up to the end of the last one; 0: none. */
size_t wm_pages_drop(const void *bytes, size_t length);

/* From now on a block of this size or more is given back to the system as soon as it is freed. Left
 * alone, malloc keeps ever larger ones for later once such a one was freed. */
void wm_pages_give_back(size_t bytes);

#endif

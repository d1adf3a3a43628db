/* pages.h - memory that is large and will be used whole.
 *
 * The first use of each page of 4 KiB costs a microsecond, a third of the time of filling it. The
 * kernel gives pages of 2 MiB to who asks for them. */
#ifndef WM_CORE_PAGES_H
#define WM_CORE_PAGES_H

#include <stddef.h>

/* A new block: of malloc(), or, if it is as large as a large page, apart from the heap and on large
 * pages as far as it fills them. No more memory is used than without, and none until it is touched.
 * Not zeroed; wm_pages_free() it. NULL: no memory. */
void *wm_pages_new(size_t count, size_t item_bytes);
/* Gives a large block back to the system. NULL is none. */
void wm_pages_free(void *block);
/* A block, NULL too, with room for more; as realloc() otherwise. */
void *wm_pages_grow(void *block, size_t count, size_t item_bytes);

/* A new block that is read once, from its first byte on, and given back meanwhile: on small pages,
 * of which wm_pages_drop leaves less. wm_pages_free() it, too. */
void *wm_pages_new_small(size_t bytes);
/* The pages that lie in these bytes are given back to the system: they hold zeros then. Returns how
 * many bytes there are up to the end of the last one; 0: none. */
size_t wm_pages_drop(const void *bytes, size_t length);

/* The pages of these bytes are there from now on, in one go: a fifth of the time less than one by
 * one as they are touched. */
void wm_pages_prepare(void *bytes, size_t length);

/* For a process that makes much of its memory and ends soon: what malloc() gives out from now on
 * lies on large pages, in one heap for all threads that keeps what is freed. Once, and first. */
void wm_pages_prepare_heap(void);

#endif

/* intern.h - equal strings (or equal fixed keys) to one small number, in order of first use. */
#ifndef WM_CORE_INTERN_H
#define WM_CORE_INTERN_H

#include "harness/core/error.h"

#include <stddef.h>
#include <stdint.h>

struct wm_intern;

WM_MUST_USE int wm_intern_new(struct wm_intern **ret_intern);
void wm_intern_free(struct wm_intern *intern);
/* Room for so many in all, so that it need not grow step by step. -ENOMEM. */
WM_MUST_USE int wm_intern_expect(struct wm_intern *intern, size_t count);
/* The number of these bytes, from 0; new bytes are copied. -ENOMEM. Bytes may hold NULs. */
WM_MUST_USE int64_t wm_intern_bytes(struct wm_intern *intern, const void *bytes, size_t length);
WM_MUST_USE int64_t wm_intern_string(struct wm_intern *intern, const char *string);
/* The number if these bytes are known, -ENOENT otherwise. */
int64_t wm_intern_find(const struct wm_intern *intern, const void *bytes, size_t length);
size_t wm_intern_count(const struct wm_intern *intern);
/* Bytes of `id` with a NUL behind them, borrowed until free; *ret_length may be NULL. Aligned for
 * any type. `id` < count. */
const void *wm_intern_get(const struct wm_intern *intern, uint32_t id, size_t *ret_length);

#endif

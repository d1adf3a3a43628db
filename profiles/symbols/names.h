/* names.h - the linker's name for a function to the one that a person would write. */
#ifndef WM_SYMBOLS_NAMES_H
#define WM_SYMBOLS_NAMES_H

#include "harness/core/arena.h"

/* "shop::Cart::total" from "_ZNK4shop4CartIiE5totalEi.isra.0": demangled, without parameters,
 * template arguments, return type and the suffixes of compiler clones. Allocated in `arena`
 * or `linkage` itself; `linkage` too when memory is out. */
const char *wm_symbol_name(struct wm_arena *arena, const char *linkage);

#endif

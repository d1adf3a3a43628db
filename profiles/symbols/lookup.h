/* lookup.h - the address of a function by its name, and whether its binary tells of calls. */
#ifndef WM_SYMBOLS_LOOKUP_H
#define WM_SYMBOLS_LOOKUP_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stdint.h>

struct wm_symbol_place {
    uint64_t address; /* in the file; 0: it has no function of this name (it may be inlined) */
    /* Its name, without the file before it: in the one that was asked for. */
    const char *function;
    bool hooks; /* some of the binary was compiled with -finstrument-functions */
};

/* Looks through the symbol tables of `file` for `name`, as the linker has it or as a person would
 * write it; "walk.c:leg" is the static function of that source, ":leg" the global one. -EINVAL when
 * the file is no ELF file, or when several functions have the name: `err` then tells what they are
 * to be called. (They are not taken together: an op would be now the one, now the other.) */
WM_MUST_USE int wm_symbol_lookup(const char *file, const char *name,
                                 struct wm_symbol_place *ret_place, struct wm_error *err);

#endif

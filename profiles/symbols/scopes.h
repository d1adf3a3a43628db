/* scopes.h - frames from DWARF: which function an address lies in, and what was inlined there.
 *
 * libdw walks a compile unit anew for each address. Here a unit is walked once, when an address
 * first falls into it, and flattened: a sorted list of places where the innermost scope changes.
 * After that an address costs three binary searches (unit, scope, line). */
#ifndef WM_SYMBOLS_SCOPES_H
#define WM_SYMBOLS_SCOPES_H

#include "harness/core/error.h"
#include "profiles/symbols/symbolize.h"

#include <elfutils/libdw.h>
#include <stdint.h>

struct wm_scopes;

/* Lists the units of `dwarf`, which must outlive it. -ENOMEM. */
WM_MUST_USE int wm_scopes_new(Dwarf *dwarf, struct wm_scopes **ret_scopes);
void wm_scopes_free(struct wm_scopes *scopes);
/* The frames at `address` (DWARF's own), innermost first; their strings live as long as the
 * scopes and the Dwarf. Where the unit knows the line but no function, one frame whose names are
 * "". 0: no unit has the address. */
size_t wm_scopes_find(struct wm_scopes *scopes, uint64_t address,
                      struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX]);

#endif

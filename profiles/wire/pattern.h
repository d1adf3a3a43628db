/* pattern.h - a request's target to its pattern: what differs between requests becomes {id}.
 *
 * On the wall between the processes, since the agent and the harness must call one request by one
 * name. Pure; no allocation. */
#ifndef WM_WIRE_PATTERN_H
#define WM_WIRE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

enum { WM_PATTERN_BYTES = 256 }; /* longer ones are cut and end in "…" */

/* [any] Writes the pattern of a target ("/users/42/cart?x=1" -> "/users/{id}/cart") into `to`
 * (WM_PATTERN_BYTES, a C string afterwards); its length. Query and fragment are left out. A
 * segment becomes {id} when it is all digits, a UUID, or 8 hex digits and more with a digit among
 * them; of a name with a suffix ("1234.html") the stem is judged. Control bytes become '?'. */
size_t wm_pattern_of_target(const char *target, size_t bytes, char *to);

#endif

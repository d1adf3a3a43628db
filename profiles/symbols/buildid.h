/* buildid.h - the build id that the linker wrote into a binary. */
#ifndef WM_SYMBOLS_BUILDID_H
#define WM_SYMBOLS_BUILDID_H

#include <stdbool.h>

enum { WM_BUILD_ID_BYTES = 2 * 64 + 1 }; /* in hex; longer ones are cut */

/* Writes the build id of the ELF file `name` in hex. False where it has none or is not readable as
 * one: hex is "" then. */
bool wm_build_id_read(const char *name, char hex[WM_BUILD_ID_BYTES]);

#endif

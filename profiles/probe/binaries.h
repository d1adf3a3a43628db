/* binaries.h - tells the harness which binaries the process has, and where. */
#ifndef WM_PROBE_BINARIES_H
#define WM_PROBE_BINARIES_H

#include <link.h>

/* [any] Puts the binary into wm_region.modules, each of its executable segments, unless it is
 * there. `path`: "" the program, one without a slash the vdso. Once the table is full, a server's
 * binaries take the places of those that no sample needs. */
void wm_binary_tell(const struct dl_phdr_info *info, const char *path);

#endif

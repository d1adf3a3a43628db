/* debuginfo.h - one binary: found, checked to be the one that ran, and asked about addresses. */
#ifndef WM_SYMBOLS_DEBUGINFO_H
#define WM_SYMBOLS_DEBUGINFO_H

#include "harness/core/error.h"
#include "profiles/symbols/place.h"
#include "profiles/symbols/server.h"
#include "profiles/symbols/symbolize.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wm_debuginfo;

struct wm_debuginfo_options {
    bool tables_only;               /* names by symbol tables, without files and lines */
    struct wm_debug_server *server; /* asked for what this machine lacks; NULL: nobody is */
};

/* Opens the binary `path`; "[vdso]" is this process's own. -ENOENT and the like when it cannot be
 * read, -EINVAL when it is no ELF file, -ESTALE when its build id is not the given one (of 0
 * bytes: unknown, any will do; never so for the vdso), -ENOMEM. `err` gets the whole sentence.
 * Debug information is looked for only when an address is asked for. `options` NULL: neither. */
WM_MUST_USE int wm_debuginfo_open(const char *path, const uint8_t *build_id, size_t build_id_bytes,
                                  const struct wm_debuginfo_options *options,
                                  struct wm_debuginfo **ret_info, struct wm_error *err);
void wm_debuginfo_close(struct wm_debuginfo *info);

/* What of the file is loaded where, for place.h. */
const struct wm_image *wm_debuginfo_image(const struct wm_debuginfo *info);
/* The address of the symbol with this name; false: it has none. Looks through all of them. */
bool wm_debuginfo_symbol(const struct wm_debuginfo *info, const char *name, uint64_t *ret_address);

/* The frames at `address` (of the file, not of a process), innermost first; their strings live
 * until close. 0: nothing is known of it. */
size_t wm_debuginfo_find(struct wm_debuginfo *info, uint64_t address,
                         struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX]);

#endif

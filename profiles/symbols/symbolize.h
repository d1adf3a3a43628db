/* symbolize.h - addresses to functions, files and lines, by libdw.
 *
 * One symbolizer serves one process: its binaries are reported first, then asked. Debug
 * information is found in the file itself, by build id below /usr/lib/debug, or by
 * .gnu_debuglink; without any, the symbol table (.symtab, then .dynsym) gives the name. */
#ifndef WM_SYMBOLS_SYMBOLIZE_H
#define WM_SYMBOLS_SYMBOLIZE_H

#include "harness/core/error.h"

#include <stddef.h>
#include <stdint.h>

struct wm_symbolizer;

/* A binary as it was mapped. */
struct wm_symbol_module {
    const char *path;
    uint64_t bias;  /* what was added to the file's virtual addresses */
    uint64_t start; /* mapped range */
    uint64_t end;
    const uint8_t *build_id; /* what the process really had mapped; NULL unknown */
    size_t build_id_bytes;
};

/* One frame; several at one address where functions were inlined. */
struct wm_symbol_frame {
    const char *function; /* as a person would write it (demangled, no parameters); "" unknown */
    const char *linkage;  /* as the linker sees it */
    const char *file;     /* "" unknown */
    uint32_t line;        /* 0 unknown */
    uint32_t start_line;  /* where the function begins, 0 unknown */
};

enum { WM_SYMBOL_FRAME_MAX = 64 };

WM_MUST_USE int wm_symbolizer_new(struct wm_symbolizer **ret_symbolizer);
void wm_symbolizer_free(struct wm_symbolizer *symbolizer);
/* Reports a binary; several ranges of one file are reported one by one. A file that is gone,
 * unreadable or not what was mapped (build id differs) is remembered as such: its addresses get no
 * names, and wm_symbolizer_problem tells. */
WM_MUST_USE int wm_symbolizer_add(struct wm_symbolizer *symbolizer,
                                  const struct wm_symbol_module *module);
/* The frames at `address`, innermost inlined function first; their strings are borrowed until
 * free. The count, 0 when nothing is known of it. For a return address pass address - 1. */
size_t wm_symbolizer_find(struct wm_symbolizer *symbolizer, uint64_t address,
                          struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX]);
/* The i-th binary that could not be used, as a sentence; NULL past the last. */
const char *wm_symbolizer_problem(const struct wm_symbolizer *symbolizer, size_t i);

#endif

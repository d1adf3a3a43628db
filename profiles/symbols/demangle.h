/* demangle.h - what the linker's name of a C++ or Rust function says.
 *
 * As `go tool pprof` shows names, so that a report by either reads the same. It differs where that
 * tool is wrong about a name; README.md lists how. */
#ifndef WM_SYMBOLS_DEMANGLE_H
#define WM_SYMBOLS_DEMANGLE_H

#include "harness/core/arena.h"

/* Rust's names are the same in each. */
enum wm_demangle_style {
    WM_DEMANGLE_SHORT,     /* without parameters, return type and template arguments */
    WM_DEMANGLE_TEMPLATES, /* with template arguments */
    WM_DEMANGLE_FULL,
};

/* Allocated in `arena`; NULL when `linkage` is no mangled name (or memory is out). Suffixes of
 * clones (".isra.0") are left out. */
const char *wm_demangle(struct wm_arena *arena, const char *linkage, enum wm_demangle_style style);

/* The same of Rust's names alone. */
const char *wm_demangle_rust(struct wm_arena *arena, const char *linkage);

/* A name that someone else demangled already, cut to what `style` shows: parameters and template
 * arguments go if it looks like C++. Allocated in `arena` or `name` itself. */
const char *wm_demangle_shorten(struct wm_arena *arena, const char *name,
                                enum wm_demangle_style style);

#endif

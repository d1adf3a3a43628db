/* rust.h - the names that Rust's compilers give to the linker. */
#ifndef WM_SYMBOLS_RUST_H
#define WM_SYMBOLS_RUST_H

#include "harness/core/text.h"

#include <stdbool.h>

/* Adds what `linkage` says as Rust writes it: "<u32 as core::fmt::Debug>::fmt". Both spellings:
 * "_R" of today (Rust's RFC 2603), and that of before 2025, a C++ name that ends with a hash, which
 * is left out. False, and `text` as it was, when it is neither. */
bool wm_rust_demangle(const char *linkage, struct wm_text *text);

/* Of the older spelling alone, rust_legacy.c. */
bool wm_rust_demangle_legacy(const char *linkage, struct wm_text *text);

#endif

/* imports.h - what a binary wants to find in others. */
#ifndef WM_SYMBOLS_IMPORTS_H
#define WM_SYMBOLS_IMPORTS_H

#include <stdbool.h>

/* Whether the ELF file `name` refers to the symbol and leaves it to the loader to find. False also
 * where it cannot be read. */
bool wm_symbol_is_imported(const char *name, const char *symbol);

#endif

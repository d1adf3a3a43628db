/* symtab.h - functions by the symbol tables of a binary: .symtab where there is one, and .dynsym.
 */
#ifndef WM_SYMBOLS_SYMTAB_H
#define WM_SYMBOLS_SYMTAB_H

#include "harness/core/error.h"

#include <elfutils/libdwfl.h>
#include <stdint.h>

struct wm_symtab;

/* Sorts the module's symbols once; a module without any gives an empty table. -ENOMEM. */
WM_MUST_USE int wm_symtab_new(Dwfl_Module *module, struct wm_symtab **ret_symtab);
void wm_symtab_free(struct wm_symtab *symtab);
/* The function around `address` (of the module): its name as a person would write it and, in
 * *ret_linkage, as the linker does; borrowed until the table or the module goes. NULL, and
 * *ret_linkage untouched, when there is none. */
const char *wm_symtab_find(struct wm_symtab *symtab, uint64_t address, const char **ret_linkage);

#endif

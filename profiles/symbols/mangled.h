/* mangled.h - where in a mangled C++ name the function's name ends and its type begins.
 *
 * The grammar of the C++ ABI tells that for certain; in the demangled text, with its return types,
 * casts, function pointers and operators, it can only be guessed. Nothing is translated here. */
#ifndef WM_SYMBOLS_MANGLED_H
#define WM_SYMBOLS_MANGLED_H

#include <stddef.h>

/* Of "_ZNK4shop4Cart5totalEi" the "_ZN4shop4Cart5totalE": neither parameters nor return type nor
 * the qualifiers of a method nor whatever follows. `to` has room for all of `mangled`. The length;
 * 0 when `mangled` is not the name of a function or variable ("vtable for ..." is neither) or not
 * well-formed. */
size_t wm_mangled_cut(const char *mangled, char *to);

#endif

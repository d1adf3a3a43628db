/* search.h - where the debug information of a binary is: in libdwfl's terms.
 *
 * By build id below /usr/lib/debug, by .gnu_debuglink beside the binary, and from the servers that
 * the module's user data (a struct wm_debug_server, NULL: none) asks. */
#ifndef WM_SYMBOLS_SEARCH_H
#define WM_SYMBOLS_SEARCH_H

#include <elfutils/libdwfl.h>

extern const Dwfl_Callbacks wm_search_callbacks;

#endif

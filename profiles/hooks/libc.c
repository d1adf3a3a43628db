/* libc.c - the next definitions of what the hooks stand in front of. */
#include "profiles/hooks/libc.h"

#include <dlfcn.h>
#include <string.h>

struct wm_libc wm_libc_functions;

/* Function pointers that dlsym gives as what they are not. */
static void find(void *slot, const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    memcpy(slot, &function, sizeof(function));
}

/* The first to be called of this library, since other constructors of it call what is hooked. */
__attribute__((constructor(101))) void wm_libc_find(void)
{
    if (wm_libc_functions.found)
        return;
#define WM_LIBC_FIND(name) find(&wm_libc_functions.name, #name);
    WM_LIBC_FUNCTIONS(WM_LIBC_FIND)
#undef WM_LIBC_FIND
    wm_libc_functions.found = true;
}

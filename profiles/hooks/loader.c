/* loader.c - dl_iterate_phdr for the handler's sake: see profiles/probe/modules.h.
 *
 * dlopen is left alone: a wrapper would become its caller, and with it the app's RUNPATH and
 * $ORIGIN would be looked up in the wrong place. dlclose needs no wrapper either: what a handler
 * may read was pinned when the snapshot took it in. */
#include "profiles/hooks/real.h"
#include "profiles/probe/modules.h"
#include "profiles/probe/state.h"

WM_EXPORT int dl_iterate_phdr(wm_phdr_fn *callback, void *data)
{
    static int (*real)(wm_phdr_fn *, void *);
    if (wm_tls.in_handler > 0)
        return wm_modules_iterate(callback, data);
    WM_REAL(real, "dl_iterate_phdr");
    return real(callback, data);
}

/* real.h - the function that an interposed one stands in front of. */
#ifndef WM_HOOKS_REAL_H
#define WM_HOOKS_REAL_H

#include <dlfcn.h>

/* Sets the function pointer `slot` to the next definition of `name` after ours, once. Racing
 * threads store the same value. */
#define WM_REAL(slot, name)                                                                        \
    do {                                                                                           \
        if (__builtin_expect((slot) == NULL, 0))                                                   \
            *(void **)&(slot) = dlsym(RTLD_NEXT, name);                                            \
    } while (0)

#endif

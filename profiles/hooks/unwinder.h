/* unwinder.h - libunwind's own system calls, kept off the process's descriptors.
 *
 * To find out whether memory is readable it writes a byte from there into a pipe that it opened at
 * its first use, and reads it back. A process that closes what it does not know would close that
 * pipe, and the bytes would go into whatever gets the numbers next. So there is no pipe: pipe2
 * gives it none, and its reads and writes (by syscall()) are answered without one. */
#ifndef WM_HOOKS_UNWINDER_H
#define WM_HOOKS_UNWINDER_H

#include "profiles/probe/state.h"
#include "profiles/probe/unwind.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* [signal] The call is libunwind's: by its place, or as nobody else calls while it works. */
static inline bool wm_unwinder_calls(const void *caller)
{
    return wm_tls.in_handler > 0 || wm_unwind_holds(caller);
}

/* [signal] It is meant for the pipe that there is not. */
static inline bool wm_unwinder_uses(int fd, const void *caller)
{
    return __builtin_expect(fd == -1, 0) && wm_unwinder_calls(caller);
}

/* [signal] What it gets instead: nothing to read, and 1 for memory that can be read, else -1. */
ssize_t wm_unwinder_reads(void);
ssize_t wm_unwinder_writes(const void *from);

#endif

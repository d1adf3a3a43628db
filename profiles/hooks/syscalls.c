/* syscalls.c - system calls by their number: those that the agent must know of. [signal] */
#include "profiles/hooks/libc.h"
#include "profiles/hooks/unwinder.h"
#include "profiles/probe/processes.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/syscall.h>

static long call(long number, const long at[6])
{
    return wm_libc()->syscall(number, at[0], at[1], at[2], at[3], at[4], at[5]);
}

/* As ends.c does it: an event that stays armed would end the new program by SIGTRAP. */
static long execute(long number, const long at[6])
{
    wm_process_exec_begins();
    long rc = call(number, at);
    int saved_errno = errno;
    wm_process_exec_failed();
    errno = saved_errno;
    return rc;
}

/* libunwind writes past write(), since a sanitizer might object to where from. */
WM_EXPORT long syscall(long number, ...)
{
    long at[6]; /* whatever is there: no call takes more */
    va_list arguments;
    va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        at[i] = va_arg(arguments, long);
    va_end(arguments);
    if (number == SYS_write && wm_unwinder_uses((int)at[0], __builtin_return_address(0)))
        return wm_unwinder_writes((const void *)at[1]);
    if (number == SYS_execve || number == SYS_execveat)
        return execute(number, at);
    return call(number, at);
}

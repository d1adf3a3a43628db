/* unwinder.c - libunwind without its pipe. [signal] */
#include "profiles/hooks/unwinder.h"

#include "profiles/hooks/libc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

WM_EXPORT int pipe2(int fds[2], int flags)
{
    if (!wm_unwinder_calls(__builtin_return_address(0)))
        return wm_libc()->pipe2(fds, flags);
    fds[0] = fds[1] = -1;
    return 0;
}

/* Its writes go past write(). What follows is all that glibc's own does. */
WM_EXPORT long syscall(long number, ...)
{
    va_list list;
    long a[6];
    va_start(list, number);
    for (int i = 0; i < 6; i++) /* those that were not given are garbage, as the kernel expects */
        a[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_write && wm_unwinder_uses((int)a[0], __builtin_return_address(0)))
        return wm_unwinder_writes((const void *)a[1]);
    register long r10 __asm__("r10") = a[3];
    register long r8 __asm__("r8") = a[4];
    register long r9 __asm__("r9") = a[5];
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    if ((unsigned long)result > -4096UL) {
        errno = (int)-result;
        return -1;
    }
    return result;
}

ssize_t wm_unwinder_reads(void)
{
    errno = EAGAIN;
    return -1;
}

/* The kernel looks at the set before it looks at what is to be done with it, which is nothing it
 * knows: EFAULT where there is no memory, EINVAL where there is. */
ssize_t wm_unwinder_writes(const void *from)
{
    enum { NO_SUCH_ACTION = 99, SET_BYTES = 8 };
    (void)syscall(SYS_rt_sigprocmask, NO_SUCH_ACTION, from, NULL, SET_BYTES);
    if (errno == EFAULT)
        return -1;
    errno = 0;
    return 1;
}

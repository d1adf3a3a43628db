/* ends.c - a process that ends, or becomes another program. */
#include "profiles/hooks/libc.h"
#include "profiles/probe/processes.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

WM_EXPORT _Noreturn void _exit(int status)
{
    wm_process_end();
    wm_libc()->_exit(status);
    __builtin_unreachable();
}

WM_EXPORT _Noreturn void _Exit(int status)
{
    _exit(status);
}

/* ---- The family of exec ---- */

static int failed(int rc)
{
    int saved_errno = errno;
    wm_process_exec_failed();
    errno = saved_errno;
    return rc;
}

WM_EXPORT int execve(const char *path, char *const arguments[], char *const environment[])
{
    wm_process_exec_begins();
    return failed(wm_libc()->execve(path, arguments, environment));
}

WM_EXPORT int execv(const char *path, char *const arguments[])
{
    return execve(path, arguments, environ);
}

WM_EXPORT int execvpe(const char *file, char *const arguments[], char *const environment[])
{
    wm_process_exec_begins();
    return failed(wm_libc()->execvpe(file, arguments, environment));
}

WM_EXPORT int execvp(const char *file, char *const arguments[])
{
    return execvpe(file, arguments, environ);
}

WM_EXPORT int fexecve(int fd, char *const arguments[], char *const environment[])
{
    wm_process_exec_begins();
    return failed(wm_libc()->fexecve(fd, arguments, environment));
}

WM_EXPORT int execveat(int folder, const char *path, char *const arguments[],
                       char *const environment[], int flags)
{
    wm_process_exec_begins();
    return failed(wm_libc()->execveat(folder, path, arguments, environment, flags));
}

/* As many as there are, with the NULL that ends them. */
static size_t count_arguments(const char *first, va_list more)
{
    size_t count = 1;
    for (const char *argument = first; argument != NULL; argument = va_arg(more, const char *))
        count++;
    return count;
}

/* `arguments` from variable ones, on the stack as libc has them: no more of it than they need. For
 * execle, *ret_environment is what stands behind them. */
#define COLLECT(first, arguments, ret_environment)                                                 \
    do {                                                                                           \
        va_list more;                                                                              \
        va_start(more, first);                                                                     \
        (arguments) = __builtin_alloca(count_arguments(first, more) * sizeof(*(arguments)));       \
        va_end(more);                                                                              \
        va_start(more, first);                                                                     \
        collect(first, more, arguments, ret_environment);                                          \
        va_end(more);                                                                              \
    } while (0)

static void collect(const char *first, va_list more, char **arguments,
                    char *const **ret_environment)
{
    for (const char *argument = first; argument != NULL; argument = va_arg(more, const char *))
        *arguments++ = (char *)(uintptr_t)argument;
    *arguments = NULL;
    if (ret_environment != NULL)
        *ret_environment = va_arg(more, char *const *);
}

WM_EXPORT int execl(const char *path, const char *first, ...)
{
    char **arguments;
    COLLECT(first, arguments, NULL);
    return execv(path, arguments);
}

WM_EXPORT int execlp(const char *file, const char *first, ...)
{
    char **arguments;
    COLLECT(first, arguments, NULL);
    return execvp(file, arguments);
}

WM_EXPORT int execle(const char *path, const char *first, ...)
{
    char **arguments;
    char *const *environment = NULL;
    COLLECT(first, arguments, &environment);
    return execve(path, arguments, environment);
}

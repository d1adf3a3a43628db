/* ends.c - a process that ends, or becomes another program. */
#include "profiles/hooks/libc.h"
#include "profiles/probe/processes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

enum { ARGUMENTS_MAX = 4096 }; /* of one call of execl: more are refused, with E2BIG */

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

/* Arguments up to the NULL that ends them, and for execle the environment behind it. */
static int collect(const char *first, va_list more, char *arguments[ARGUMENTS_MAX],
                   char *const **ret_environment)
{
    int count = 0;
    const char *argument = first;
    for (; argument != NULL && count < ARGUMENTS_MAX - 1; argument = va_arg(more, const char *))
        arguments[count++] = (char *)(uintptr_t)argument;
    arguments[count] = NULL;
    if (argument != NULL) {
        errno = E2BIG;
        return -1;
    }
    if (ret_environment != NULL)
        *ret_environment = va_arg(more, char *const *);
    return 0;
}

WM_EXPORT int execl(const char *path, const char *first, ...)
{
    char *arguments[ARGUMENTS_MAX];
    va_list more;
    va_start(more, first);
    int rc = collect(first, more, arguments, NULL);
    va_end(more);
    return rc == 0 ? execv(path, arguments) : rc;
}

WM_EXPORT int execlp(const char *file, const char *first, ...)
{
    char *arguments[ARGUMENTS_MAX];
    va_list more;
    va_start(more, first);
    int rc = collect(first, more, arguments, NULL);
    va_end(more);
    return rc == 0 ? execvp(file, arguments) : rc;
}

WM_EXPORT int execle(const char *path, const char *first, ...)
{
    char *arguments[ARGUMENTS_MAX];
    va_list more;
    va_start(more, first);
    char *const *environment = NULL;
    int rc = collect(first, more, arguments, &environment);
    va_end(more);
    return rc == 0 ? execve(path, arguments, environment) : rc;
}

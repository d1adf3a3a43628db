/* error.c - fills struct wm_error. */
#include "harness/core/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

int wm_fail(struct wm_error *err, int rc, const char *format, ...)
{
    if (err == NULL)
        return rc;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    return rc;
}

int wm_fail_at(struct wm_error *err, int rc, const char *place, const char *format, ...)
{
    if (err == NULL)
        return rc;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    snprintf(err->place, sizeof(err->place), "%s", place);
    return rc;
}

int wm_fail_errno(struct wm_error *err, int rc, const char *place, const char *doing)
{
    char buffer[128];
    return wm_fail_at(err, rc, place, "cannot %s: %s", doing,
                      strerror_r(-rc, buffer, sizeof(buffer)));
}

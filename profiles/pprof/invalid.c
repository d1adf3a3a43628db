/* invalid.c - the sentences for what the readers of samples and of all else may find. */
#include "profiles/pprof/invalid.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

int wm_read_invalid(const struct wm_wire_input *input, size_t at, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (at == 0)
        return wm_fail_at(input->err, -EINVAL, input->place, "not a valid profile: %s", text);
    return wm_fail_at(input->err, -EINVAL, input->place,
                      "byte %zu (unpacked): not a valid profile: %s", at, text);
}

int wm_read_no_string(const struct wm_wire_input *input, size_t at, int64_t number, size_t count)
{
    return wm_read_invalid(input, at, "string %" PRId64 " is asked for, the table has %zu", number,
                           count);
}

int wm_read_failed(const struct wm_wire_input *input, int rc)
{
    const char *why = rc == -EOVERFLOW ? "it has more parts than can be numbered" : "no memory";
    return wm_fail_at(input->err, rc, input->place, "cannot read the profile: %s", why);
}

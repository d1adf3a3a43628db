/* print.c - results to standard output, everything else to standard error. */
#include "harness/cli/print.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { TERMINAL_COLUMNS = 80 }; /* of one that does not say */

/* Whether a progress line stands on the terminal. */
static bool progress_shown;
static const char *progress_prefix = "";

int wm_print_error(const struct wm_error *err)
{
    wm_print_progress_done();
    if (err->place[0] != '\0')
        fprintf(stderr, "waymark: %s: %s\n", err->place, err->text);
    else
        fprintf(stderr, "waymark: %s\n", err->text);
    return WM_EXIT_USAGE;
}

void wm_print_note(const char *format, ...)
{
    va_list args;
    wm_print_progress_done();
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

int wm_print_result(const struct wm_text *text, struct wm_error *err)
{
    if (text->failed)
        return wm_fail(err, -ENOMEM, "no memory for the result");
    wm_print_progress_done();
    errno = 0;
    bool failed = fwrite(text->data, 1, text->length, stdout) != text->length;
    failed = fflush(stdout) != 0 || failed;
    if (failed && errno != EPIPE) /* a reader that goes away, such as head, has seen enough */
        return wm_fail_errno(err, errno != 0 ? -errno : -EIO, "standard output", "write");
    return 0;
}

size_t wm_print_columns(void)
{
    struct winsize size = {0};
    if (isatty(STDOUT_FILENO) == 0)
        return 0;
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : TERMINAL_COLUMNS;
}

void wm_print_progress(const char *format, ...)
{
    va_list args;
    if (isatty(STDERR_FILENO) == 0)
        return;
    fprintf(stderr, "\r\033[K%s", progress_prefix);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fflush(stderr);
    progress_shown = true;
}

void wm_print_progress_begin(const char *prefix)
{
    progress_prefix = prefix;
}

void wm_print_progress_done(void)
{
    if (progress_shown)
        fputs("\r\033[K", stderr);
    progress_shown = false;
}

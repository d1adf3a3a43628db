/* print.h - the only place that writes to a person: results, notes, errors, progress. */
#ifndef WM_CLI_PRINT_H
#define WM_CLI_PRINT_H

#include "harness/core/error.h"
#include "harness/core/text.h"

/* Exit codes, an interface. */
enum { WM_EXIT_DONE, WM_EXIT_CHECK_FAILED, WM_EXIT_USAGE, WM_EXIT_APP_FAILED };
/* A second Ctrl-C, or one before anything was measured; as shells have it. */
enum { WM_EXIT_INTERRUPTED = 130 };

/* "waymark: place: text" to standard error; returns WM_EXIT_USAGE. */
int wm_print_error(const struct wm_error *err);
/* A line to standard error. */
void wm_print_note(const char *format, ...) WM_PRINTF(1, 2);
/* The result, to standard output. -ENOMEM for a text that failed, or the errno of writing. */
WM_MUST_USE int wm_print_result(const struct wm_text *text, struct wm_error *err);

/* Columns of the terminal that standard output is; 0: it is none. */
size_t wm_print_columns(void);

/* A line that is written over; nothing unless standard error is a terminal. */
void wm_print_progress(const char *format, ...) WM_PRINTF(1, 2);
/* What the line begins with from now on; borrowed. */
void wm_print_progress_begin(const char *prefix);
/* Takes the line away. Notes and errors do so too. */
void wm_print_progress_done(void);

#endif

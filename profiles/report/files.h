/* files.h - file names as views show them. Private to this room. */
#ifndef WM_REPORT_FILES_H
#define WM_REPORT_FILES_H

#include "profiles/report/report.h"

/* Cuts what -trim_path and -source_path say from the functions' file names and takes the detours
 * out of them, where the view shows frames. -ENOMEM. */
WM_MUST_USE int wm_report_clean_files(struct wm_report *report, struct wm_error *err);

/* The part of `file` behind what is cut. Either path may be NULL. */
const char *wm_file_trimmed(const char *file, const char *trim_path, const char *source_path);
/* Adds the last name of a path, without slashes at its end; "." for "". */
void wm_file_add_base(struct wm_text *text, const char *file);
/* Adds the shortest name of the same file: without "//", "/./" and "a/../"; "." for "". */
void wm_file_add_clean(struct wm_text *text, const char *file);

#endif

/* file.h - whole files in, whole files out: nothing is ever left half-written. */
#ifndef WM_CORE_FILE_H
#define WM_CORE_FILE_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* Reads all of `name` ("-" is standard input) into memory with a NUL behind it; free() it.
 * -EFBIG above `limit` bytes (0: none). */
WM_MUST_USE int wm_file_read(const char *name, size_t limit, char **ret_data, size_t *ret_length,
                             struct wm_error *err);

/* Reads up to `length` bytes of an open file, fewer only at its end. Their number, or a negative
 * errno. */
WM_MUST_USE ssize_t wm_file_fill(int fd, void *to, size_t length);

/* A file being written. Regular files go to a temporary name beside the target and are renamed by
 * wm_file_commit; pipes and devices are written straight. */
struct wm_file;
WM_MUST_USE int wm_file_create(const char *name, struct wm_file **ret_file, struct wm_error *err);
/* The stream to write to; its errors are found by wm_file_commit. */
FILE *wm_file_stream(struct wm_file *file);
/* Flushes, and remembers this place for wm_file_cut. The errno of the first write that failed. */
WM_MUST_USE int wm_file_mark(struct wm_file *file);
/* Back to the place that was marked last, as if nothing had been written since, nor failed: what a
 * full disk took can be given up. -ESPIPE where that cannot be; after a
 * failure only wm_file_discard is left. */
WM_MUST_USE int wm_file_cut(struct wm_file *file);
/* Flushes, syncs, renames and frees. On failure (no space, for one) the temporary file is gone,
 * the target untouched, `err` filled and `file` freed as well. */
WM_MUST_USE int wm_file_commit(struct wm_file *file, struct wm_error *err);
/* Throws away what was written. NULL is allowed. */
void wm_file_discard(struct wm_file *file);

/* wm_file_create, write, wm_file_commit in one. */
WM_MUST_USE int wm_file_write(const char *name, const void *data, size_t length,
                              struct wm_error *err);
/* Makes the folder and its parents; an existing folder is fine. */
WM_MUST_USE int wm_file_make_folder(const char *name, struct wm_error *err);
bool wm_file_exists(const char *name);
/* "a/b" from "a" and "b" ("b" if it is absolute); free() it, NULL when memory is out. */
char *wm_file_join_dup(const char *folder, const char *name);

#endif

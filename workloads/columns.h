/* columns.h - columns of CSV files that a mix draws from, each file read once. */
#ifndef WM_WORKLOADS_COLUMNS_H
#define WM_WORKLOADS_COLUMNS_H

#include "harness/core/error.h"

#include <stddef.h>
#include <stdint.h>

struct wm_columns;

struct wm_column {
    const char *const *cells; /* of row i: cells[i * stride] */
    size_t stride;
    size_t rows;   /* above 0 */
    uint64_t file; /* a hash of the file's name: equal for its columns, in every run */
};

/* `folder` is where relative names start. -ENOMEM. */
WM_MUST_USE int wm_columns_new(const char *folder, struct wm_columns **ret_columns);
void wm_columns_free(struct wm_columns *columns);
/* Finds `column` of `file`, reading the file if it is new; lives as long as `columns`. -EINVAL, or
 * the errno of reading, with the file (and its line) in the text; the place stays the caller's. */
WM_MUST_USE int wm_columns_get(struct wm_columns *columns, const char *file, const char *column,
                               struct wm_column *ret_column, struct wm_error *err);

#endif

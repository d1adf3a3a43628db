/* table.h - reads the run folder's CSV tables by column name. Private to this room.
 *
 * Later versions may add columns anywhere, so a cell is found by its header, never by position. */
#ifndef WM_RUNS_TABLE_H
#define WM_RUNS_TABLE_H

#include "harness/core/arena.h"
#include "harness/core/csv.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WM_TABLE_COLUMN_MAX = 32 };

struct wm_table_row {
    const struct wm_csv_row *csv;
    const size_t *positions;  /* of the known columns in this file */
    const char *const *names; /* of the known columns */
    const char *place;
};

typedef int wm_table_row_fn(const struct wm_table_row *row, void *user, struct wm_error *err);

/* Reads `file`, whose header must have the `count` columns `names` (others are skipped), and calls
 * `fn` for each row. -EINVAL with the line of what is wrong. */
WM_MUST_USE int wm_table_read(const char *file, const char *const *names, size_t count,
                              wm_table_row_fn *fn, void *user, struct wm_error *err);

/* A cell of a known column. */
const char *wm_table_cell(const struct wm_table_row *row, size_t column);
/* The cell as a number; an empty one is 0. -EINVAL with the line. */
WM_MUST_USE int wm_table_u64(const struct wm_table_row *row, size_t column, uint64_t *ret_value,
                             struct wm_error *err);
WM_MUST_USE int wm_table_hex(const struct wm_table_row *row, size_t column, uint64_t *ret_value,
                             struct wm_error *err);
WM_MUST_USE int wm_table_share(const struct wm_table_row *row, size_t column, double *ret_value,
                               struct wm_error *err);
/* Fails with the row's place. */
int wm_table_fail(const struct wm_table_row *row, size_t column, const char *expected,
                  struct wm_error *err);
/* A copy of the cell that lives as long as the arena; -ENOMEM. */
WM_MUST_USE int wm_table_copy(const struct wm_table_row *row, size_t column, struct wm_arena *arena,
                              const char **ret_copy);

/* Makes room for one more element in an array that only grows by this function: its capacity
 * follows from its count. NULL when memory is out; the old array is still the caller's then. */
void *wm_table_grow(void *array, size_t count, size_t element_bytes);

#endif

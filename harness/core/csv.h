/* csv.h - RFC 4180 rows in and out, over libcsv.
 *
 * The reader knows the line that each row begins on, which is what a person needs to mend it. */
#ifndef WM_CORE_CSV_H
#define WM_CORE_CSV_H

#include "harness/core/error.h"
#include "harness/core/text.h"

#include <stddef.h>
#include <stdint.h>

struct wm_csv_row {
    const char *const *cells; /* NUL-terminated, borrowed until the callback returns */
    const size_t *lengths;    /* a cell may hold NULs: then strlen() differs */
    size_t count;
    uint32_t line; /* of the row's first byte, from 1 */
};

/* Called for each row that is not empty. A negative value ends the reading and is returned. */
typedef int wm_csv_row_fn(const struct wm_csv_row *row, void *user, struct wm_error *err);

/* Reads the CSV text (a UTF-8 BOM is skipped, CR LF and LF end a row). `place` names it in errors
 * as "place:line". -EINVAL for an unclosed quote (told with the line that it opens on), a quote in
 * the middle of a cell, or bytes that cannot be text (NUL). */
WM_MUST_USE int wm_csv_read(const char *data, size_t length, const char *place, wm_csv_row_fn *row,
                            void *user, struct wm_error *err);

/* Adds one cell, quoted where it must be, after a comma unless it is the first of its line. */
void wm_csv_add(struct wm_text *text, const char *cell);
void wm_csv_add_u64(struct wm_text *text, uint64_t value);
/* A share, with 6 decimals. */
void wm_csv_add_share(struct wm_text *text, double value);
/* Ends the row (CR LF is RFC 4180's; we end with LF, which every reader takes). */
void wm_csv_end(struct wm_text *text);

#endif

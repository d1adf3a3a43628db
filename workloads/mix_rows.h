/* mix_rows.h - a mix in memory. Private to mix.c, which draws from it, and mix_read.c, which makes
 * it. */
#ifndef WM_WORKLOADS_MIX_ROWS_H
#define WM_WORKLOADS_MIX_ROWS_H

#include "harness/core/arena.h"
#include "workloads/columns.h"
#include "workloads/expect.h"
#include "workloads/generate.h"
#include "workloads/pick.h"
#include "workloads/work.h"

#include <stddef.h>
#include <stdint.h>

#define WM_MIX_BODY UINT32_MAX /* in the place of a field's number */

/* A cell whose value each request draws anew. */
struct wm_mix_drawn {
    uint32_t field;  /* or WM_MIX_BODY */
    uint32_t column; /* of the file, from 1: the stream of its random numbers; 0 picks the row */
    const struct wm_cell_program *program;
};

struct wm_mix_row {
    const char *entry;
    const char *expect_text;            /* as written */
    const struct wm_expect *expect;     /* NULL: none */
    const struct wm_work_field *fields; /* a drawn one's value is "" here */
    const struct wm_mix_drawn *drawn;
    const char *body; /* NULL: none, or drawn */
    size_t body_bytes;
    double weight;
    uint64_t think_ns;
    uint32_t line;
    uint32_t field_count;
    uint32_t drawn_count;
};

struct wm_mix {
    struct wm_arena arena; /* all that the rows point to */
    struct wm_columns *columns;
    struct wm_mix_row *rows;
    size_t row_count;
    double total_weight;
    struct wm_pick pick; /* of a row, by weight */
};

#endif

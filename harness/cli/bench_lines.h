/* bench_lines.h - measurements as Go's benchmark lines, printed as they come. */
#ifndef WM_CLI_BENCH_LINES_H
#define WM_CLI_BENCH_LINES_H

#include "harness/core/error.h"
#include "harness/core/text.h"
#include "profiles/wire/region.h"

#include <stdbool.h>
#include <stdint.h>

struct wm_bench_lines {
    const struct wm_region *region;
    const char *function; /* what is timed inside of the entry points; NULL: they are */
    struct wm_text all;   /* header lines and results so far: bench.txt */
    uint32_t taken;       /* rounds on the board that were looked at */
    bool begun;           /* the header lines are printed */
    int rc;               /* of printing */
    struct wm_error err;
};

/* `app` is the file, for the line "pkg:". */
void wm_bench_lines_init(struct wm_bench_lines *lines, const struct wm_region *region,
                         const char *function, const char *app);
void wm_bench_lines_done(struct wm_bench_lines *lines);
/* Prints what is new on the board to standard output, and how far it is to a terminal. `user` is
 * the lines: for wm_session_watcher. */
void wm_bench_lines_turn(void *user);
/* Prints one more line, of a result that came from elsewhere. */
void wm_bench_lines_add(struct wm_bench_lines *lines, const char *line);

/* A round's benchmark: "HandleRequest", "HandleRequest/sha256_end-2", into `text`. False for a
 * round that makes no sense: the app may have written over it. */
bool wm_bench_lines_name(const struct wm_bench_lines *lines, const struct wm_bench_round *round,
                         struct wm_text *text);
/* How many rounds there are. */
uint32_t wm_bench_lines_rounds(const struct wm_region *region);
/* Notes, for each benchmark, its median, its spread and its outliers. */
void wm_bench_lines_tell(const struct wm_bench_lines *lines);

#endif

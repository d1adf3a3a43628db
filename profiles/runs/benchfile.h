/* benchfile.h - results of benchmarks, in the text that Go's tools write and read.
 *
 *     goos: linux
 *     goarch: amd64
 *     pkg: libshop.so
 *     cpu: AMD EPYC 7B13
 *     BenchmarkHandleRequest-2   74467857   15.50 ns/op   24 B/op   1 allocs/op
 *
 * Format: golang.org/design/14313-benchmark-format. A line "key: value" configures what follows; a
 * result is a name that begins with "Benchmark" and an upper case letter (or no letter), the number
 * of iterations, and pairs of a value and its unit. Every other line is somebody's output and is
 * passed over, as Go's own tools do. */
#ifndef WM_RUNS_BENCHFILE_H
#define WM_RUNS_BENCHFILE_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WM_BENCH_MEASURE_MAX = 32 }; /* pairs of a line; further ones are not read */

struct wm_bench_measure {
    double value;
    const char *unit; /* "ns/op" */
};

/* One line: one of the `--count` measurements of a benchmark. */
struct wm_bench_result {
    const char *name;    /* as written, without "Benchmark": "HandleRequest-2" */
    const char *package; /* of the last line "pkg: "; "" before any */
    uint64_t iterations;
    struct wm_bench_measure *measures;
    size_t measure_count;
};

struct wm_bench_setting {
    const char *key, *value;
};

/* All strings and arrays belong to the file. */
struct wm_benchfile {
    struct wm_bench_setting *settings; /* the first value of each key, in order */
    size_t setting_count;
    struct wm_bench_result *results; /* in the file's order */
    size_t result_count;
    struct wm_arena *arena;
};

/* ---- Writing ---- */

void wm_bench_add_setting(struct wm_text *text, const char *key, const char *value);
/* A result with its newline. `name` without "Benchmark"; blanks in it become '_'. Values are
 * written as Go writes them: integers for what counts (B/op, allocs/op), four figures else. */
void wm_bench_add_result(struct wm_text *text, const struct wm_bench_result *result);

/* ---- Reading ---- */

/* Reads the file; -EINVAL where it holds no result at all, with the first line that looks like one
 * and why it is none. */
WM_MUST_USE int wm_benchfile_read(const char *name, struct wm_benchfile **ret_file,
                                  struct wm_error *err);
/* The same of bytes; `place` stands for the file in errors. */
WM_MUST_USE int wm_benchfile_parse(const char *text, size_t length, const char *place,
                                   struct wm_benchfile **ret_file, struct wm_error *err);
void wm_benchfile_free(struct wm_benchfile *file);
/* Whether a benchmark of another package has the same name. */
bool wm_benchfile_has_namesake(const struct wm_benchfile *file,
                               const struct wm_bench_result *result);
/* What to call it: its name, with the package behind it in brackets where asked for. Lives in the
 * arena, or in the result's file. NULL: no memory. */
const char *wm_bench_title(const struct wm_bench_result *result, bool with_package,
                           struct wm_arena *arena);
/* The value of a setting; NULL: it has none. */
const char *wm_benchfile_setting(const struct wm_benchfile *file, const char *key);

#endif

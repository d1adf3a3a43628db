/* bench_options.h - what `waymark bench` was told: its option table and the values. */
#ifndef WM_CLI_BENCH_OPTIONS_H
#define WM_CLI_BENCH_OPTIONS_H

#include "harness/cli/run_options.h"
#include "profiles/wire/bench.h"

struct wm_bench_values {
    struct wm_run_values run; /* app, workload, seed, hz, output, force */
    const char *entry, *bench, *function, *callgrind;
    uint64_t count;
    struct wm_bench_time {
        uint64_t ns, iterations; /* one of them 0 */
    } time;
    struct wm_bench_cpus {
        uint32_t list[WM_BENCH_CPU_MAX], count;
    } cpus;
    struct wm_bench_fields {
        char bytes[WM_BENCH_FIELD_BYTES]; /* name, NUL, value, NUL, … */
        uint32_t used, count;
    } fields;
};

enum { WM_BENCH_OPTION_COUNT = 20 };
extern const struct wm_option wm_bench_options[WM_BENCH_OPTION_COUNT];

void wm_bench_values_init(struct wm_bench_values *values);
/* Refuses what does not go together, with the reason. -EINVAL. */
WM_MUST_USE int wm_bench_values_check(const struct wm_options *options,
                                      const struct wm_bench_values *values, struct wm_error *err);
/* Fills the plan from the values; its function's address is the caller's to find. */
void wm_bench_values_plan(const struct wm_bench_values *values, struct wm_bench_plan *plan);
/* Fills run->settings. */
WM_MUST_USE int wm_bench_values_describe(const struct wm_options *options,
                                         const struct wm_bench_values *values, struct wm_run *run);

#endif

/* mix.h - which requests to make, how often, and which path each must take; from CSV.
 *
 * A mix knows neither clock nor state: request i is a pure function of (file, seed, i). */
#ifndef WM_WORKLOADS_MIX_H
#define WM_WORKLOADS_MIX_H

#include "harness/core/error.h"
#include "workloads/work.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wm_mix;
struct wm_mix_scratch; /* where one thread's current request lives */

/* Reads the mix `name`. -EINVAL with the place "name:line" for every kind of bad row. Free
 * with wm_mix_free. Immutable afterwards: any number of threads may draw from it. */
WM_MUST_USE int wm_mix_read(const char *name, struct wm_mix **ret_mix, struct wm_error *err);
/* The same for a server, which has no entry points: the column `entry` may be missing, or its cells
 * be empty. */
WM_MUST_USE int wm_mix_read_for_server(const char *name, struct wm_mix **ret_mix,
                                       struct wm_error *err);
void wm_mix_free(struct wm_mix *mix);

size_t wm_mix_row_count(const struct wm_mix *mix);
const char *wm_mix_entry(const struct wm_mix *mix, size_t row);
/* The expectation as written, "" when the row has none. */
const char *wm_mix_expect(const struct wm_mix *mix, size_t row);
/* The i-th segment that the expectation names, visited or not; NULL past the last. */
const char *wm_mix_expect_name(const struct wm_mix *mix, size_t row, size_t i);
/* The row's line in the file. */
uint32_t wm_mix_line(const struct wm_mix *mix, size_t row);
/* The row's part of all requests, 0..1. */
double wm_mix_share(const struct wm_mix *mix, size_t row);

/* Does a request that visited these active paths ("A", "A/B", …) and ended with `outcome` (""
 * none) meet the row's expectation? Its entry point counts as visited. A row without one is always
 * met. */
bool wm_mix_expect_met(const struct wm_mix *mix, size_t row, const char *const *nodes,
                       size_t node_count, const char *outcome);

WM_MUST_USE int wm_mix_scratch_new(const struct wm_mix *mix, struct wm_mix_scratch **ret_scratch);
void wm_mix_scratch_free(struct wm_mix_scratch *scratch);
/* Fills `work` with request `index` under `seed`; due_ns is 0. Its bytes live in `scratch` until
 * the next call. -ENOMEM. */
WM_MUST_USE int wm_mix_draw(const struct wm_mix *mix, uint64_t seed, uint64_t index,
                            struct wm_mix_scratch *scratch, struct wm_work *work);

#endif

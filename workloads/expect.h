/* expect.h - which execution path a row of a mix must take: "ProcessOrder+!Refund:approved". */
#ifndef WM_WORKLOADS_EXPECT_H
#define WM_WORKLOADS_EXPECT_H

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>

struct wm_expect;

/* Segment names joined by + (each visited; !Name: not visited), at the end :outcome; one of both
 * may be left out. A :: belongs to a name. Lives in the arena. -EINVAL, the place is the caller's.
 */
WM_MUST_USE int wm_expect_read(const char *text, struct wm_arena *arena,
                               const struct wm_expect **ret_expect, struct wm_error *err);
/* `nodes` are active paths ("A", "A/B", ...); a name matches a segment anywhere in them, or the
 * entry point. `outcome` is "" for none. */
bool wm_expect_met(const struct wm_expect *expect, const char *entry, const char *const *nodes,
                   size_t node_count, const char *outcome);
/* The i-th segment that is named, visited or not; NULL past the last. */
const char *wm_expect_name(const struct wm_expect *expect, size_t i);

#endif

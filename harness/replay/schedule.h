/* schedule.h - when each request is due: closed, constant, poisson, as recorded.
 *
 * Arithmetic only: no clock, no loop. The due times of a plan are a pure function of (plan, trace),
 * so whoever walks the indices again, as `--save-trace` does, gets the same times. */
#ifndef WM_REPLAY_SCHEDULE_H
#define WM_REPLAY_SCHEDULE_H

#include "harness/core/error.h"
#include "profiles/wire/region.h"

#include <stdint.h>

struct wm_schedule;

/* -EINVAL when the plan's law is unknown, or its rate or speed is not above 0. */
WM_MUST_USE int wm_schedule_new(const struct wm_plan *plan, struct wm_schedule **ret_schedule,
                                struct wm_error *err);
void wm_schedule_free(struct wm_schedule *schedule);
/* When request `index` is due, in nanoseconds from the start of the run; never before the request
 * ahead of it. `work_due_ns` is the request's own time in its trace, 0 in a mix. To be asked for
 * 0, 1, 2, … in order, each once; not thread-safe. Always 0 in a closed loop. */
uint64_t wm_schedule_due(struct wm_schedule *schedule, uint64_t index, uint64_t work_due_ns);

/* The name of a law (enum wm_law) as the user writes it; NULL past the last one. */
const char *wm_schedule_law_name(uint32_t law);

#endif

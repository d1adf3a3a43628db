/* cost.h - CPU time per request as a cell of a table. Private to this room. */
#ifndef WM_VIEWS_COST_H
#define WM_VIEWS_COST_H

#include "harness/core/units.h"

#include <stdbool.h>
#include <stdint.h>

/* Below so many samples the 95 % interval of a cost, 1.96 / sqrt(n) to either side, is wider than
 * half of the cost itself. */
enum { WM_COST_SAMPLES_MIN = 16, WM_COST_BYTES = WM_UNIT_BYTES + 2 };

static inline bool wm_cost_is_vague(uint64_t samples)
{
    return samples > 0 && samples < WM_COST_SAMPLES_MIN;
}

/* "22.4 µs"; "(22.4 µs)" where it is vague; "–" without samples or requests. Returns `cell`. */
const char *wm_cost(uint64_t cpu_ns, uint64_t requests, uint64_t samples, char cell[WM_COST_BYTES]);

#endif

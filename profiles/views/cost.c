/* cost.c - CPU time per request as a cell of a table. */
#include "profiles/views/cost.h"

#include <stdio.h>

const char *wm_cost(uint64_t cpu_ns, uint64_t requests, uint64_t samples, char cell[WM_COST_BYTES])
{
    char number[WM_UNIT_BYTES];
    if (samples == 0 || requests == 0) {
        (void)snprintf(cell, WM_COST_BYTES, "–");
        return cell;
    }
    wm_units_duration((double)cpu_ns / (double)requests, number);
    (void)snprintf(cell, WM_COST_BYTES, wm_cost_is_vague(samples) ? "(%s)" : "%s", number);
    return cell;
}

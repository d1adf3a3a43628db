/* noise.h - what else went on while a benchmark ran. */
#ifndef WM_CLI_NOISE_H
#define WM_CLI_NOISE_H

#include "harness/core/text.h"
#include "profiles/wire/bench.h"

#include <stdint.h>

struct wm_noise {
    double busy_s, steal_s; /* of all CPUs, since the machine started */
    double own_s;           /* of this process and the children it waited for */
    uint64_t at_ns;
};

/* Where the machine stands now. */
void wm_noise_read(struct wm_noise *noise);
/* A line of what happened since `before`: the other load, time stolen by the hypervisor, the
 * frequency governor, and what the board says of preemptions and migrations. */
void wm_noise_describe(const struct wm_noise *before, const struct wm_bench_board *board,
                       struct wm_text *text);

#endif

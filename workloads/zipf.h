/* zipf.h - ranks 1..N, rank k with a probability proportional to 1 / k^S; no table, any N. */
#ifndef WM_WORKLOADS_ZIPF_H
#define WM_WORKLOADS_ZIPF_H

#include "workloads/random.h"

#include <stdint.h>

#define WM_ZIPF_RANKS_MAX UINT64_C(1000000000)

struct wm_zipf {
    double exponent;
    double one_less; /* 1 - exponent */
    double ranks;
    double low;      /* the integral from which ... */
    double high;     /* ... up to which a number is drawn */
    double shortcut; /* a rank at most this far above its number needs no further test */
};

/* `exponent` above 0 and finite, 1 included; `ranks` from 1 to WM_ZIPF_RANKS_MAX. */
void wm_zipf_init(struct wm_zipf *zipf, double exponent, uint64_t ranks);
uint64_t wm_zipf_draw(const struct wm_zipf *zipf, struct wm_random *random);

#endif

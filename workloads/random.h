/* random.h - numbers without state: a pure function of (seed, index, stream, draw).
 *
 * Request i draws from its own generator, so that neither threads nor timing change it. */
#ifndef WM_WORKLOADS_RANDOM_H
#define WM_WORKLOADS_RANDOM_H

#include <stdint.h>

struct wm_random {
    uint64_t key;
    uint64_t draw;
    uint64_t request; /* the key before the stream went in: what all streams of a request share */
};

/* The generator of request `index`, for the use `stream` (a column's number, the row's choice). */
struct wm_random wm_random_at(uint64_t seed, uint64_t index, uint32_t stream);
/* A generator that depends on the request and `name` but not on the stream: the cells of one
 * request that ask for the same name see the same numbers. */
struct wm_random wm_random_shared(const struct wm_random *random, uint64_t name);
uint64_t wm_random_u64(struct wm_random *random);
/* Uniform in [0, bound), without bias; `bound` above 0. */
uint64_t wm_random_below(struct wm_random *random, uint64_t bound);
/* Uniform in [0, 1), 53 bits. */
double wm_random_unit(struct wm_random *random);

#endif

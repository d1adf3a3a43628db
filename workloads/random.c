/* random.c - counter-based random numbers: hashes of (seed, index, stream, draw).
 *
 * A generator that is a keyed hash of a counter needs no state that threads would have to share
 * (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, SC 2011). The hash is
 * SplitMix64's (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014)
 * with David Stafford's thirteenth set of constants: two multiplications, and here two rounds of
 * it between the index and the first number. Integers only: equal on every machine. */
#include "workloads/random.h"

#define GOLDEN UINT64_C(0x9e3779b97f4a7c15) /* 2^64 / golden ratio, odd */

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

struct wm_random wm_random_at(uint64_t seed, uint64_t index, uint32_t stream)
{
    uint64_t request = mix(mix(seed + GOLDEN) + index * GOLDEN);
    /* The stream is hashed beside the request, not after it: that chain is what a draw waits for.
     */
    return (struct wm_random){
        .key = request ^ mix(stream * GOLDEN + 1), .draw = 0, .request = request};
}

struct wm_random wm_random_shared(const struct wm_random *random, uint64_t name)
{
    return (struct wm_random){
        .key = mix(random->request ^ mix(name)), .draw = 0, .request = random->request};
}

uint64_t wm_random_u64(struct wm_random *random)
{
    random->draw++;
    return mix(random->key + random->draw * GOLDEN);
}

/* Daniel Lemire: Fast random integer generation in an interval, TOMACS 29 (2019). The high half
 * of a product is the result; the few low halves that would favour some results are redrawn. */
uint64_t wm_random_below(struct wm_random *random, uint64_t bound)
{
    unsigned __int128 product = (unsigned __int128)wm_random_u64(random) * bound;

    if ((uint64_t)product < bound) {
        uint64_t unfair = -bound % bound;
        while ((uint64_t)product < unfair)
            product = (unsigned __int128)wm_random_u64(random) * bound;
    }
    return (uint64_t)(product >> 64);
}

double wm_random_unit(struct wm_random *random)
{
    return (double)(wm_random_u64(random) >> 11) * 0x1p-53;
}

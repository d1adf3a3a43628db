/* ring.h - one producer, one consumer, whole records, never waiting.
 *
 *   head ──> where the producer writes next          both only grow; the place in `data`
 *   tail ──> where the consumer reads next           is the number modulo the size
 *
 * A record is a multiple of 8 bytes and starts with its own size (u32). It is never split: where
 * it does not fit before the end, a filler of size 0 sends the reader back to the start.
 * When the ring is full the record is refused and the producer counts it; nobody waits. */
#ifndef WM_WIRE_RING_H
#define WM_WIRE_RING_H

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

struct wm_ring {
    _Atomic uint64_t head;
    char head_pad[56]; /* the two ends live on cache lines of their own */
    _Atomic uint64_t tail;
    char tail_pad[56];
};

/* [signal] Room for `bytes` (a multiple of 8, at most size / 2) in the ring of `size` bytes (a
 * power of two) at `data`; NULL when it is full. Nothing is visible before wm_ring_commit. */
static inline void *wm_ring_reserve(struct wm_ring *ring, unsigned char *data, uint32_t size,
                                    uint32_t bytes, uint64_t *ret_head)
{
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    /* pairs with wm_ring_pop: what was read may be written over */
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
    uint32_t at = (uint32_t)(head & (size - 1));
    uint32_t skip = bytes > size - at ? size - at : 0;
    if (head - tail + skip + bytes > size)
        return NULL;
    if (skip > 0) {
        memset(data + at, 0, sizeof(uint32_t));
        at = 0;
    }
    *ret_head = head + skip + bytes;
    return data + at;
}

/* [signal] Makes the reserved record visible. */
static inline void wm_ring_commit(struct wm_ring *ring, uint64_t head)
{
    atomic_store_explicit(&ring->head, head, memory_order_release); /* pairs with wm_ring_peek */
}

/* [any, one consumer] The oldest record, NULL when there is none. It stays until wm_ring_pop. */
static inline const void *wm_ring_peek(struct wm_ring *ring, const unsigned char *data,
                                       uint32_t size)
{
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    /* pairs with wm_ring_commit */
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
    while (tail != head) {
        uint32_t at = (uint32_t)(tail & (size - 1));
        uint32_t bytes;
        memcpy(&bytes, data + at, sizeof(bytes));
        if (bytes != 0)
            return data + at;
        tail += size - at;
        atomic_store_explicit(&ring->tail, tail, memory_order_release);
    }
    return NULL;
}

/* [any, one consumer] Gives back the record that wm_ring_peek returned. */
static inline void wm_ring_pop(struct wm_ring *ring, const void *record)
{
    uint32_t bytes;
    memcpy(&bytes, record, sizeof(bytes));
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    /* pairs with wm_ring_reserve */
    atomic_store_explicit(&ring->tail, tail + bytes, memory_order_release);
}

#endif

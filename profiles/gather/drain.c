/* drain.c - rings to records, each copied out and checked before anybody looks into it. */
#include "profiles/gather/drain.h"

#include <errno.h>
#include <string.h>

enum { SAMPLE_BYTES_MAX = sizeof(struct wm_sample) + WM_FRAME_MAX * sizeof(uint64_t) };

struct source {
    struct wm_ring *ring;
    const unsigned char *data;
    uint32_t size;
    uint32_t bytes_min; /* of a record */
    uint32_t bytes_max;
    struct wm_drain_place *place;
};

static int64_t drain_samples(struct wm_drain *drain, uint32_t thread,
                             const struct wm_drain_sink *sink);
static int64_t drain_ends(struct wm_drain *drain, uint32_t thread,
                          const struct wm_drain_sink *sink);

void wm_drain_init(struct wm_drain *drain, struct wm_region *region)
{
    memset(drain, 0, sizeof(*drain));
    drain->region = region;
}

int64_t wm_drain_all(struct wm_drain *drain, const struct wm_drain_sink *sink)
{
    int64_t records = 0;
    /* Every slot, since a thread that is gone may have left records behind; a slot that was never
     * used costs one look at each of its heads. */
    for (uint32_t thread = 0; thread < WM_THREAD_MAX; thread++) {
        drain->thread = thread;
        int64_t taken = drain_samples(drain, thread, sink);
        if (taken < 0)
            return taken;
        records += taken;
        taken = drain_ends(drain, thread, sink);
        if (taken < 0)
            return taken;
        records += taken;
    }
    return records;
}

/* Copies the record at the place into `record` (bytes_max bytes) and moves on: 1 taken, 0 nothing
 * there, -EBADMSG nonsense. */
static int take(const struct source *source, uint64_t head, void *record)
{
    struct wm_drain_place *place = source->place;
    while (place->tail != head) {
        uint64_t left = head - place->tail;
        uint32_t at = (uint32_t)(place->tail & (source->size - 1));
        uint32_t to_end = source->size - at;
        uint32_t bytes;
        if (left > source->size || left % 8 != 0)
            return -EBADMSG;
        memcpy(&bytes, source->data + at, sizeof(bytes));
        if (bytes == 0) {
            if (left < to_end)
                return -EBADMSG;
            place->tail += to_end;
            continue;
        }
        if (bytes < source->bytes_min || bytes > source->bytes_max || bytes % 8 != 0 ||
            bytes > left || bytes > to_end)
            return -EBADMSG;
        memcpy(record, source->data + at, bytes);
        memcpy(record, &bytes, sizeof(bytes)); /* the app may have changed it since */
        place->tail += bytes;
        return 1;
    }
    return 0;
}

static void release(const struct source *source)
{
    /* pairs with wm_ring_reserve */
    atomic_store_explicit(&source->ring->tail, source->place->tail, memory_order_release);
}

static void abandon(struct wm_drain *drain, struct wm_drain_place *place)
{
    place->abandoned = true;
    drain->rings_abandoned++;
}

static int64_t drain_samples(struct wm_drain *drain, uint32_t thread,
                             const struct wm_drain_sink *sink)
{
    union {
        struct wm_sample sample;
        unsigned char bytes[SAMPLE_BYTES_MAX];
    } record;
    struct wm_thread *from = &drain->region->threads[thread];
    struct source source = {.ring = &from->sample_ring,
                            .data = from->samples_data,
                            .size = WM_SAMPLE_RING,
                            .bytes_min = sizeof(struct wm_sample),
                            .bytes_max = SAMPLE_BYTES_MAX,
                            .place = &drain->samples[thread]};
    /* pairs with wm_ring_commit */
    uint64_t head = atomic_load_explicit(&source.ring->head, memory_order_acquire);
    if (source.place->abandoned || head == source.place->tail)
        return 0;
    int64_t taken = 0;
    int rc;
    while ((rc = take(&source, head, &record)) > 0) {
        if (record.sample.frame_count >
            (record.sample.bytes - sizeof(record.sample)) / sizeof(uint64_t)) {
            rc = -EBADMSG;
            break;
        }
        int sunk = sink->sample(sink->user, &record.sample);
        if (sunk < 0)
            return sunk;
        taken++;
    }
    if (rc == -EBADMSG)
        abandon(drain, source.place);
    release(&source);
    return taken;
}

static int64_t drain_ends(struct wm_drain *drain, uint32_t thread, const struct wm_drain_sink *sink)
{
    struct wm_end end;
    struct wm_thread *from = &drain->region->threads[thread];
    struct source source = {.ring = &from->end_ring,
                            .data = from->ends_data,
                            .size = WM_END_RING,
                            .bytes_min = sizeof(struct wm_end),
                            .bytes_max = sizeof(struct wm_end),
                            .place = &drain->ends[thread]};
    /* pairs with wm_ring_commit */
    uint64_t head = atomic_load_explicit(&source.ring->head, memory_order_acquire);
    if (source.place->abandoned || head == source.place->tail)
        return 0;
    int64_t taken = 0;
    int rc;
    while ((rc = take(&source, head, &end)) > 0) {
        int sunk = sink->end(sink->user, &end);
        if (sunk < 0)
            return sunk;
        taken++;
    }
    if (rc == -EBADMSG)
        abandon(drain, source.place);
    release(&source);
    return taken;
}

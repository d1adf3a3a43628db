/* legacy_heap.c - heap, growth and fragmentation profiles: a line for each stack.
 *
 *   heap profile:  144: 8498176 [ 144: 8498176] @ heapz_v2/524288
 *        1:    9216 [     1:    9216] @ 0xc635c8 0x42ecc3 ...
 *      (live count: bytes [all that was allocated: bytes]) */
#include "profiles/pprof/legacy.h"

#include "profiles/pprof/scale.h"

#include <errno.h>
#include <math.h>

static const char heading[] = "heap profile:";

enum { COUNTS = 4 }; /* live, its bytes, allocated, its bytes */

struct heap {
    struct wm_legacy *legacy;
    bool is_sampled; /* one allocation for so many bytes: the period */
    bool has_allocated;
    int64_t period;
    uint32_t bytes_key;
};

static bool read_header(struct wm_slice line, struct heap *heap);
static bool read_kind(struct wm_slice kind, struct heap *heap);
static bool read_counts(struct wm_slice *line, bool may_be_negative, int64_t counts[COUNTS]);
static int read_types(const struct heap *heap);
static int read_stack(const struct heap *heap);
static bool find_counts(struct wm_slice *line, int64_t counts[COUNTS]);
static int scale(const struct heap *heap, int64_t *count, int64_t *bytes, int64_t *each_bytes);

bool wm_legacy_is_heap(struct wm_legacy *legacy)
{
    struct heap heap = {0};
    return wm_legacy_next_line(legacy) && read_header(legacy->line, &heap);
}

int wm_legacy_read_heap(struct wm_legacy *legacy)
{
    struct heap heap = {.legacy = legacy};
    if (!wm_legacy_next_line(legacy) || !read_header(legacy->line, &heap))
        return -ENOENT;
    int64_t key = wm_profile_string(legacy->profile, "bytes");
    if (key < 0)
        return wm_legacy_failed(legacy, (int)key);
    heap.bytes_key = (uint32_t)key;
    int rc = read_types(&heap);
    while (rc == 0 && wm_legacy_next_said(legacy) && !wm_legacy_announces_maps(legacy->line))
        rc = read_stack(&heap);
    return rc == 0 ? wm_legacy_read_announced_maps(legacy) : rc;
}

static bool read_header(struct wm_slice line, struct heap *heap)
{
    int64_t counts[COUNTS];
    line = wm_slice_find(line, heading);
    if (line.at == NULL)
        return false;
    wm_slice_skip(&line, heading);
    wm_slice_skip_all(&line, ' ');
    if (!read_counts(&line, false, counts))
        return false;
    wm_slice_skip_all(&line, ' ');
    if (!wm_slice_skip(&line, "@"))
        return false;
    heap->has_allocated =
        (counts[2] != counts[0] && counts[2] != 0) || (counts[3] != counts[1] && counts[3] != 0);
    return read_kind(line, heap);
}

/* What stands behind the "@". */
static bool read_kind(struct wm_slice kind, struct heap *heap)
{
    static const struct {
        const char *name;
        bool is_sampled;
        int64_t divisor; /* of the number behind it; 0: the period is 1 */
    } kinds[] = {
        {"heapz_v2",      true,  1},
        {"heap_v2",       true,  1},
        {"heapprofile",   false, 0},
        {"heap",          true,  2},
        {"growth",        false, 0},
        {"fragmentation", false, 0},
    };
    wm_slice_skip_all(&kind, ' ');
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct wm_slice rest = kind;
        int64_t period = 0;
        if (!wm_slice_skip(&rest, kinds[i].name))
            continue;
        bool is_word =
            rest.length > 0 && (rest.at[0] == '_' || (rest.at[0] >= 'a' && rest.at[0] <= 'z') ||
                                (rest.at[0] >= '0' && rest.at[0] <= '9'));
        if (is_word && kinds[i].name[0] == 'h')
            continue; /* another kind of heap */
        if (wm_slice_skip(&rest, "/"))
            (void)wm_slice_number(&rest, false, &period);
        heap->is_sampled = kinds[i].is_sampled;
        heap->period = kinds[i].divisor == 0 ? 1 : period / kinds[i].divisor;
        if (kinds[i].name[0] != 'h')
            heap->has_allocated = false;
        return true;
    }
    return false;
}

/* "1: 9216 [ 1: 9216]" */
static bool read_counts(struct wm_slice *line, bool may_be_negative, int64_t counts[COUNTS])
{
    static const char *const between[COUNTS] = {":", "[", ":", "]"};
    for (size_t i = 0; i < COUNTS; i++) {
        if (i > 0)
            wm_slice_skip_all(line, ' ');
        if (!wm_slice_number(line, may_be_negative && i < 2, &counts[i]))
            return false;
        if (between[i][0] != ':')
            wm_slice_skip_all(line, ' ');
        if (!wm_slice_skip(line, between[i]))
            return false;
    }
    return true;
}

static int read_types(const struct heap *heap)
{
    static const char *const plain[] = {"objects", "space", NULL};
    /* what is live comes last, where pprof looks for what it shows unless told */
    static const char *const full[] = {"alloc_objects", "alloc_space", "inuse_objects",
                                       "inuse_space", NULL};
    const char *const *types = heap->has_allocated ? full : plain;
    int rc = wm_legacy_period(heap->legacy, "space", "bytes", heap->period);
    for (size_t i = 0; rc == 0 && types[i] != NULL; i++)
        rc = wm_legacy_type(heap->legacy, types[i], i % 2 == 0 ? "count" : "bytes");
    return rc;
}

static int read_stack(const struct heap *heap)
{
    struct wm_legacy *legacy = heap->legacy;
    struct wm_slice line = legacy->line;
    int64_t counts[COUNTS], values[COUNTS], each_bytes = 0;
    if (!find_counts(&line, counts))
        return wm_legacy_malformed(legacy, "a stack that is not like '1: 1024 [1: 1024] @ 0x1f'");
    size_t first = heap->has_allocated ? 0 : 2;
    for (size_t i = first; i < COUNTS; i += 2) {
        values[i] = counts[(i + 2) % COUNTS];
        values[i + 1] = counts[(i + 3) % COUNTS];
        int rc = scale(heap, &values[i], &values[i + 1], &each_bytes);
        if (rc < 0)
            return rc;
    }
    int rc = wm_legacy_push_text(legacy, wm_legacy_addresses(line), -1);
    struct wm_label label = {.key = heap->bytes_key, .number = each_bytes};
    return rc == 0 ? wm_legacy_sample(legacy, &label, values + first) : rc;
}

/* At the first number of the line from which on it is as it should be: there may be words of a log
 * before. */
static bool find_counts(struct wm_slice *line, int64_t counts[COUNTS])
{
    struct wm_slice at = *line;
    while (at.length > 0) {
        struct wm_slice rest = at;
        if (read_counts(&rest, true, counts) && wm_slice_skip(&rest, " @")) {
            *line = rest;
            return true;
        }
        wm_slice_step(&at);
    }
    return false;
}

/* A sampled allocation stands for others of its size: the smaller, the more. */
static int scale(const struct heap *heap, int64_t *count, int64_t *bytes, int64_t *each_bytes)
{
    if (*count == 0 && *bytes != 0)
        return wm_legacy_malformed(heap->legacy, "no objects, but bytes of them");
    if (*count == 0)
        return 0;
    *each_bytes = wm_divide(*bytes, *count);
    if (heap->is_sampled && *bytes == 0)
        *count = 0;
    if (!heap->is_sampled || *bytes == 0 || heap->period <= 1)
        return 0;
    double mean_bytes = (double)*bytes / (double)*count;
    double stands_for = 1 / (1 - exp(-mean_bytes / (double)heap->period));
    *count = wm_truncate((double)*count * stands_for);
    *bytes = wm_truncate((double)*bytes * stands_for);
    return 0;
}

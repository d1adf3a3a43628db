/* resolve.c - samples wait for their request's end, ends for their samples. */
#include "profiles/gather/resolve.h"

#include "profiles/gather/labels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct wait_item {
    uint32_t stack;
    struct wm_weight weight;
};

struct wm_pending {
    uint64_t request; /* 0: the slot is free */
    uint32_t path;    /* once it ended */
    bool ended;
    uint64_t expected; /* samples; once it ended */
    uint64_t seen;
    struct wait_item *items;
    size_t item_count;
    size_t item_capacity;
};

enum { SLOTS_FIRST = 1024, ITEMS_FIRST = 4 };

static struct wm_pending *find(const struct wm_resolve *resolve, uint64_t request);
static int insert(struct wm_resolve *resolve, uint64_t request, struct wm_pending **ret_pending);
static void drop(struct wm_resolve *resolve, struct wm_pending *pending);
static int add_item(struct wm_pending *pending, uint32_t stack, const struct wm_weight *weight);
static int hand_over(struct wm_resolve *resolve, struct wm_pending *pending, uint32_t path);

int wm_resolve_init(struct wm_resolve *resolve, struct wm_aggregate *aggregate)
{
    memset(resolve, 0, sizeof(*resolve));
    resolve->aggregate = aggregate;
    resolve->table = calloc(SLOTS_FIRST, sizeof(*resolve->table));
    if (resolve->table == NULL)
        return -ENOMEM;
    resolve->slots = SLOTS_FIRST;
    return 0;
}

void wm_resolve_done(struct wm_resolve *resolve)
{
    for (size_t i = 0; i < resolve->slots; i++)
        free(resolve->table[i].items);
    free(resolve->table);
    memset(resolve, 0, sizeof(*resolve));
}

int wm_resolve_sample(struct wm_resolve *resolve, uint64_t request, uint32_t stack, uint64_t cpu_ns)
{
    struct wm_weight weight = {1, cpu_ns, (double)cpu_ns * (double)cpu_ns};
    struct wm_pending *pending = find(resolve, request);
    int rc = 0;
    if (pending->request == 0)
        rc = insert(resolve, request, &pending);
    if (rc < 0)
        return rc;
    pending->seen++;
    if (!pending->ended)
        return add_item(pending, stack, &weight);
    rc = wm_aggregate_add(resolve->aggregate, pending->path, stack, &weight);
    if (pending->seen >= pending->expected)
        drop(resolve, pending);
    return rc;
}

/* A path that the board named; what stands for none is (unattributed). */
static uint32_t path_of(struct wm_resolve *resolve, int64_t path, uint64_t samples)
{
    if (path >= 0 && path < WM_PATH_MAX)
        return (uint32_t)path;
    if (path == WM_LABEL_GONE)
        resolve->labels_gone += samples;
    else
        resolve->damaged_ends++;
    return WM_SLOT_UNATTRIBUTED;
}

int wm_resolve_labelled(struct wm_resolve *resolve, const struct wm_region *region, uint64_t label,
                        uint32_t stack, uint64_t cpu_ns)
{
    int64_t path = wm_label_path(region, label);
    if (path == WM_LABEL_OPEN)
        return wm_resolve_sample(resolve, label, stack, cpu_ns);
    struct wm_weight weight = {1, cpu_ns, (double)cpu_ns * (double)cpu_ns};
    return wm_aggregate_add(resolve->aggregate, path_of(resolve, path, 1), stack, &weight);
}

int wm_resolve_ask(struct wm_resolve *resolve, const struct wm_region *region)
{
    size_t i = 0;
    while (i < resolve->slots && resolve->count > 0) {
        struct wm_pending *pending = &resolve->table[i];
        int64_t path =
            wm_label_is(pending->request) ? wm_label_path(region, pending->request) : WM_LABEL_OPEN;
        if (path == WM_LABEL_OPEN) {
            i++;
            continue;
        }
        int rc = hand_over(resolve, pending, path_of(resolve, path, pending->seen));
        if (rc < 0)
            return rc;
        drop(resolve, pending); /* another may move to this place: it is looked at again */
    }
    return 0;
}

int wm_resolve_end(struct wm_resolve *resolve, const struct wm_end *end)
{
    uint32_t path = end->path;
    if (path >= WM_PATH_MAX || end->request == 0) {
        resolve->damaged_ends++;
        path = WM_SLOT_UNATTRIBUTED;
    }
    if (end->samples == 0 || end->request == 0)
        return 0;
    struct wm_pending *pending = find(resolve, end->request);
    int rc = 0;
    if (pending->request == 0)
        rc = insert(resolve, end->request, &pending);
    if (rc == 0 && !pending->ended)
        rc = hand_over(resolve, pending, path);
    if (rc < 0)
        return rc;
    pending->ended = true;
    pending->path = path;
    pending->expected = end->samples;
    if (pending->seen >= pending->expected)
        drop(resolve, pending);
    return 0;
}

int wm_resolve_flush(struct wm_resolve *resolve)
{
    for (size_t i = 0; i < resolve->slots; i++) {
        struct wm_pending *pending = &resolve->table[i];
        int rc = hand_over(resolve, pending, WM_SLOT_UNATTRIBUTED);
        if (rc < 0)
            return rc;
        *pending = (struct wm_pending){0};
    }
    resolve->count = 0;
    return 0;
}

static size_t home(const struct wm_resolve *resolve, uint64_t request)
{
    return (size_t)wm_hash_mix(request) & (resolve->slots - 1);
}

/* The request's slot, or the free one where it belongs. The table is never full. */
static struct wm_pending *find(const struct wm_resolve *resolve, uint64_t request)
{
    size_t at = home(resolve, request);
    while (resolve->table[at].request != 0 && resolve->table[at].request != request)
        at = (at + 1) & (resolve->slots - 1);
    return &resolve->table[at];
}

static int grow(struct wm_resolve *resolve)
{
    struct wm_pending *old = resolve->table;
    size_t old_slots = resolve->slots;
    struct wm_pending *table = calloc(old_slots * 2, sizeof(*table));
    if (table == NULL)
        return -ENOMEM;
    resolve->table = table;
    resolve->slots = old_slots * 2;
    for (size_t i = 0; i < old_slots; i++)
        if (old[i].request != 0)
            *find(resolve, old[i].request) = old[i];
    free(old);
    return 0;
}

static int insert(struct wm_resolve *resolve, uint64_t request, struct wm_pending **ret_pending)
{
    int rc = 0;
    if (resolve->count >= WM_PENDING_MAX) {
        resolve->given_up += resolve->count;
        rc = wm_resolve_flush(resolve);
    } else if (resolve->count >= resolve->slots / 2) {
        rc = grow(resolve);
    }
    if (rc < 0)
        return rc;
    struct wm_pending *pending = find(resolve, request);
    pending->request = request;
    resolve->count++;
    *ret_pending = pending;
    return 0;
}

/* Frees the slot and moves later ones of the same chain up, so that find() needs no tombstones. */
static void drop(struct wm_resolve *resolve, struct wm_pending *pending)
{
    size_t mask = resolve->slots - 1;
    size_t hole = (size_t)(pending - resolve->table);
    free(pending->items);
    for (size_t at = (hole + 1) & mask; resolve->table[at].request != 0; at = (at + 1) & mask) {
        size_t wanted = home(resolve, resolve->table[at].request);
        if (((at - wanted) & mask) >= ((at - hole) & mask)) {
            resolve->table[hole] = resolve->table[at];
            hole = at;
        }
    }
    resolve->table[hole] = (struct wm_pending){0};
    resolve->count--;
}

static int by_stack(const void *a, const void *b)
{
    const struct wait_item *left = a;
    const struct wait_item *right = b;
    return (left->stack > right->stack) - (left->stack < right->stack);
}

/* Joins equal stacks: a request that runs for hours has many samples and few stacks. */
static void join_items(struct wm_pending *pending)
{
    size_t kept = 0;
    qsort(pending->items, pending->item_count, sizeof(*pending->items), by_stack);
    for (size_t i = 1; i < pending->item_count; i++) {
        if (pending->items[i].stack == pending->items[kept].stack)
            wm_weight_add(&pending->items[kept].weight, &pending->items[i].weight);
        else
            pending->items[++kept] = pending->items[i];
    }
    pending->item_count = kept + 1;
}

static int add_item(struct wm_pending *pending, uint32_t stack, const struct wm_weight *weight)
{
    if (pending->item_count == pending->item_capacity) {
        if (pending->item_count > 0)
            join_items(pending);
        if (pending->item_count >= pending->item_capacity / 2) {
            size_t capacity = pending->item_capacity > 0 ? pending->item_capacity * 2 : ITEMS_FIRST;
            struct wait_item *items = realloc(pending->items, capacity * sizeof(*items));
            if (items == NULL)
                return -ENOMEM;
            pending->items = items;
            pending->item_capacity = capacity;
        }
    }
    pending->items[pending->item_count++] = (struct wait_item){stack, *weight};
    return 0;
}

static int hand_over(struct wm_resolve *resolve, struct wm_pending *pending, uint32_t path)
{
    for (size_t i = 0; i < pending->item_count; i++) {
        const struct wait_item *item = &pending->items[i];
        int rc = wm_aggregate_add(resolve->aggregate, path, item->stack, &item->weight);
        if (rc < 0)
            return rc;
    }
    free(pending->items);
    pending->items = NULL;
    pending->item_count = pending->item_capacity = 0;
    return 0;
}

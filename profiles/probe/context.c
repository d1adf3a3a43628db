/* context.c - the request that is open on a thread: from its begin to its path. */
#include "profiles/probe/context.h"
#include "profiles/probe/life.h"
#include "profiles/probe/probe.h"
#include "profiles/probe/state.h"
#include "profiles/probe/threads.h"

#include <stddef.h>
#include <string.h>

_Static_assert(offsetof(struct wm_context, node) == offsetof(struct wm_context_slot, node) &&
                   offsetof(struct wm_context, limited) ==
                       offsetof(struct wm_context_slot, limited) &&
                   offsetof(struct wm_context, visits) == offsetof(struct wm_context_slot, visits),
               "waymark.h shows the start of a context slot");

WM_EXPORT __thread struct wm_context *wm_context_current;

/* Whether a context is attached to some thread; in a server also that it is to go when it comes
 * off, or has gone. */
enum attached { ATTACHED_NOT, ATTACHED, ATTACHED_LAST };

/* Free slots, last in first out, and which of the others is attached to some thread. */
static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t free_slots[WM_CONTEXT_MAX];
static uint32_t free_count;
static uint32_t used_count; /* slots from here on were never used */
static _Atomic uint32_t attached[WM_CONTEXT_MAX];

static struct wm_context_slot *slot_of(struct wm_context *context)
{
    return (struct wm_context_slot *)context;
}

static _Atomic uint32_t *attached_of(const struct wm_context_slot *slot)
{
    return &attached[slot - wm_probe.region->contexts];
}

static struct wm_context_slot *take_slot(void)
{
    struct wm_context_slot *slot = wm_tls.spare;
    wm_tls.spare = NULL;
    if (slot != NULL)
        return slot;
    pthread_mutex_lock(&pool_lock);
    if (free_count > 0)
        slot = &wm_probe.region->contexts[free_slots[--free_count]];
    else if (used_count < WM_CONTEXT_MAX)
        slot = &wm_probe.region->contexts[used_count++];
    pthread_mutex_unlock(&pool_lock);
    return slot;
}

static void give_slot(struct wm_context_slot *slot)
{
    atomic_store_explicit(&slot->state, WM_CONTEXT_FREE, memory_order_release);
    if (wm_tls.spare == NULL && wm_tls.own != NULL) {
        wm_tls.spare = slot;
        return;
    }
    pthread_mutex_lock(&pool_lock);
    free_slots[free_count++] = (uint32_t)(slot - wm_probe.region->contexts);
    pthread_mutex_unlock(&pool_lock);
}

void wm_context_thread_end(void)
{
    struct wm_context_slot *slot = wm_tls.spare;
    wm_tls.spare = NULL;
    wm_tls.own = NULL;
    if (slot != NULL)
        give_slot(slot);
}

static void set_current(struct wm_context *context)
{
    wm_tls.attach_allocs = wm_tls.allocs;
    wm_tls.attach_alloc_bytes = wm_tls.alloc_bytes;
    /* The sampler's signal reads it at any instruction, and the context through it: what was
     * written there before comes first, what comes after the detaching stays after it. */
    __atomic_store_n(&wm_context_current, context, __ATOMIC_RELEASE);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static void set_free(struct wm_context_slot *slot);

/* Its connection may have been closed meanwhile, by another thread. */
static void let_go(struct wm_context_slot *slot)
{
    uint32_t was = ATTACHED;
    /* pairs with wm_context_attach, and with wm_context_give_shared */
    if (!atomic_compare_exchange_strong_explicit(attached_of(slot), &was, ATTACHED_NOT,
                                                 memory_order_acq_rel, memory_order_acquire) &&
        was == ATTACHED_LAST)
        set_free(slot);
}

WM_EXPORT struct wm_context *wm_context_detach(void)
{
    struct wm_context *context = wm_context_current;
    if (context == NULL)
        return NULL;
    struct wm_context_slot *slot = slot_of(context);
    slot->allocs += wm_tls.allocs - wm_tls.attach_allocs;
    slot->alloc_bytes += wm_tls.alloc_bytes - wm_tls.attach_alloc_bytes;
    set_current(NULL);
    if (wm_probe.agent)
        let_go(slot);
    else
        /* pairs with wm_context_attach on the thread that goes on */
        atomic_store_explicit(attached_of(slot), ATTACHED_NOT, memory_order_release);
    return context;
}

WM_EXPORT int wm_context_attach(struct wm_context *context)
{
    if (context == wm_context_current)
        return 0;
    if (context != NULL) {
        /* pairs with wm_context_detach */
        uint32_t was = ATTACHED_NOT;
        if (!atomic_compare_exchange_strong_explicit(attached_of(slot_of(context)), &was, ATTACHED,
                                                     memory_order_acquire, memory_order_relaxed))
            return -1;
        if (wm_tls.own == NULL)
            wm_thread_enter(false);
    }
    (void)wm_context_detach();
    set_current(context);
    return 0;
}

WM_EXPORT struct wm_context *wm_probe_begin(uint32_t entry, uint32_t row, uint64_t index,
                                            int counted)
{
    struct wm_context_slot *slot = take_slot();
    if (slot == NULL) {
        atomic_fetch_add(&wm_probe.region->contexts_lost, 1);
        return NULL;
    }
    uint64_t number = (uint64_t)(slot - wm_probe.region->contexts) + 1;
    slot->serial = slot->serial == 0 ? number << 40 : slot->serial + 1;
    slot->node = WM_NODE_ROOT;
    slot->limited = 0;
    slot->entry = entry;
    slot->outcome = 0;
    slot->row = row;
    slot->counted = counted != 0;
    slot->many = 0;
    slot->visited_count = 0;
    slot->index = index;
    slot->signature = 0;
    slot->allocs = 0;
    slot->alloc_bytes = 0;
    atomic_store_explicit(&slot->samples, 0, memory_order_relaxed);
    /* pairs with the harness's reading after a crash */
    atomic_store_explicit(&slot->state, WM_CONTEXT_OPEN, memory_order_release);
    struct wm_context *context = (struct wm_context *)slot;
    atomic_store_explicit(attached_of(slot), ATTACHED, memory_order_relaxed);
    set_current(context);
    return context;
}

WM_EXPORT void wm_probe_stands_for_many(struct wm_context *context)
{
    slot_of(context)->many = 1;
}

void wm_context_count_visits(struct wm_context_slot *slot)
{
    struct wm_region *region = wm_probe.region;
    uint64_t *visits = wm_tls.own != NULL ? wm_tls.own->shared->visits : NULL;
    for (uint32_t i = 0; i < slot->visited_count; i++) {
        uint16_t node = slot->visited[i];
        if (slot->counted != 0 && visits != NULL)
            visits[node] += slot->visits[node];
        else if (slot->counted != 0)
            atomic_fetch_add(&region->node_visits[node], slot->visits[node]);
        slot->visits[node] = 0;
    }
    slot->visits[0] = 0;
    slot->visited_count = 0;
}

/* The drain learns which path the request's samples belong to. */
static void tell_end(const struct wm_context_slot *slot, uint32_t path, uint32_t samples)
{
    if (wm_tls.own == NULL)
        wm_thread_enter(false);
    struct wm_thread *thread = wm_tls.own != NULL ? wm_tls.own->shared : NULL;
    uint64_t head;
    struct wm_end *end = thread != NULL ? wm_ring_reserve(&thread->end_ring, thread->ends_data,
                                                          WM_END_RING, sizeof(*end), &head)
                                        : NULL;
    if (end == NULL) {
        if (thread != NULL)
            thread->ends_dropped++;
        return;
    }
    *end = (struct wm_end){
        .bytes = sizeof(*end), .path = path, .request = slot->serial, .samples = samples};
    wm_ring_commit(&thread->end_ring, head);
}

WM_EXPORT void wm_probe_end(struct wm_context *context, struct wm_probe_end *ret_end)
{
    struct wm_context_slot *slot = slot_of(context);
    if (context == wm_context_current)
        (void)wm_context_detach(); /* from here on no sample is this request's */
    ret_end->path = wm_path_find(slot);
    ret_end->allocs = slot->allocs;
    ret_end->alloc_bytes = slot->alloc_bytes;
    uint32_t samples = atomic_load_explicit(&slot->samples, memory_order_relaxed);
    ret_end->sampling_ns = (uint64_t)samples * wm_probe.region->sample_cost_ns;
    if (samples > 0)
        tell_end(slot, ret_end->path, samples);
    wm_context_count_visits(slot);
    give_slot(slot);
    ret_end->end_ns = wm_probe_clock(CLOCK_MONOTONIC);
}

/* ---- In a server ---- */

static _Atomic uint32_t next_free; /* a guess, so that a low number is used again */
/* Looking through all of them takes a millisecond: not for each request, where none is free. */
static _Atomic uint64_t full_until_ns;
enum { FULL_NS = 100 * 1000 * 1000 };

/* Its process was killed, and could not give it back. */
static bool is_abandoned(const struct wm_context_slot *slot)
{
    return wm_life_process_is_over(slot->pid_space, slot->pid);
}

static bool take_shared(struct wm_context_slot *slot, bool abandoned)
{
    uint32_t state = atomic_load_explicit(&slot->state, memory_order_relaxed);
    if (abandoned ? !is_abandoned(slot) : state == WM_CONTEXT_OPEN)
        return false;
    if (!atomic_compare_exchange_strong_explicit(&slot->state, &state, WM_CONTEXT_OPEN,
                                                 memory_order_acquire, memory_order_relaxed))
        return false;
    slot->pid = wm_probe.pid;
    slot->pid_space = wm_probe.pid_space;
    return true;
}

static struct wm_context_slot *find_shared(void)
{
    uint32_t from = atomic_load_explicit(&next_free, memory_order_relaxed);
    for (uint32_t i = 0; i < 2 * WM_CONTEXT_MAX; i++) {
        struct wm_context_slot *slot = &wm_probe.region->contexts[(from + i) % WM_CONTEXT_MAX];
        if (take_shared(slot, i >= WM_CONTEXT_MAX))
            return slot;
    }
    return NULL;
}

uint32_t wm_context_take_shared(void)
{
    struct wm_context_slot *slot = NULL;
    uint64_t now_ns = wm_probe_clock(CLOCK_MONOTONIC);
    if (now_ns >= atomic_load_explicit(&full_until_ns, memory_order_relaxed))
        slot = find_shared();
    if (slot == NULL) {
        if (now_ns >= atomic_load_explicit(&full_until_ns, memory_order_relaxed))
            atomic_store_explicit(&full_until_ns, now_ns + FULL_NS, memory_order_relaxed);
        atomic_fetch_add(&wm_probe.region->contexts_lost, 1);
        return 0;
    }
    wm_context_count_visits(slot); /* an abandoned one's: it must be clean */
    slot->serial = 0;
    slot->entry = WM_ENTRY_NONE;
    slot->row = WM_ROW_NONE;
    slot->many = 0;
    atomic_store_explicit(attached_of(slot), ATTACHED_NOT, memory_order_relaxed);
    uint32_t at = (uint32_t)(slot - wm_probe.region->contexts);
    atomic_store_explicit(&next_free, at + 1, memory_order_relaxed);
    return at + 1;
}

static void set_free(struct wm_context_slot *slot)
{
    wm_context_count_visits(slot);
    atomic_store_explicit(&next_free, (uint32_t)(slot - wm_probe.region->contexts),
                          memory_order_relaxed);
    atomic_store_explicit(&full_until_ns, 0, memory_order_relaxed);
    /* pairs with take_shared */
    atomic_store_explicit(&slot->state, WM_CONTEXT_FREE, memory_order_release);
}

bool wm_context_give_shared(struct wm_context_slot *slot)
{
    /* pairs with let_go */
    if (atomic_exchange_explicit(attached_of(slot), ATTACHED_LAST, memory_order_acq_rel) ==
        ATTACHED)
        return false;
    set_free(slot);
    return true;
}

bool wm_context_keep_shared(struct wm_context_slot *slot)
{
    uint32_t was = ATTACHED_LAST;
    return atomic_compare_exchange_strong(attached_of(slot), &was, ATTACHED_NOT);
}

void wm_context_forget_all(void)
{
    wm_context_current = NULL;
    wm_tls.spare = NULL;
    wm_tls.served = NULL;
}

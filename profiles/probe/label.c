/* label.c - whose request this thread serves, in a server. */
#include "profiles/probe/label.h"

#include "profiles/probe/context.h"
#include "profiles/probe/state.h"
#include "profiles/probe/waymark.h"

#include <string.h>

static struct wm_context_slot *slot_at(uint32_t number)
{
    return &wm_probe.region->contexts[number - 1];
}

static void add(_Atomic uint64_t *sum, uint64_t amount)
{
    atomic_fetch_add_explicit(sum, amount, memory_order_relaxed);
}

static void count_allocs(uint64_t label)
{
    uint64_t allocs = wm_tls.allocs - wm_tls.label_allocs;
    uint64_t bytes = wm_tls.alloc_bytes - wm_tls.label_alloc_bytes;
    wm_tls.label_allocs = wm_tls.allocs;
    wm_tls.label_alloc_bytes = wm_tls.alloc_bytes;
    if (allocs == 0 || label == 0)
        return;
    struct wm_board *board = &wm_probe.region->board;
    if ((label & WM_LABEL_KIND) == WM_LABEL_PATH) {
        uint32_t path = (uint32_t)(label & (WM_PATH_MAX - 1));
        add(&board->seen_allocs[path], allocs);
        add(&board->seen_alloc_bytes[path], bytes);
        return;
    }
    struct wm_board_request *request = wm_board_request(board, label);
    /* A later request's by now: too late for the books. */
    if (atomic_load_explicit(&request->label, memory_order_relaxed) != label)
        return;
    add(&request->allocs, allocs);
    add(&request->alloc_bytes, bytes);
}

void wm_label_set(uint64_t label)
{
    uint64_t old = atomic_load_explicit(&wm_tls.label, memory_order_relaxed);
    if (old == label)
        return;
    count_allocs(old);
    if (wm_tls.served != NULL && wm_tls.served == wm_context_current)
        (void)wm_context_detach();
    wm_tls.served = NULL;
    atomic_store_explicit(&wm_tls.label, label, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    /* Not exact: two threads at once count one. */
    struct wm_process *process = wm_probe.process;
    if (label != 0 && process != NULL) {
        uint64_t times = atomic_load_explicit(&process->labelled, memory_order_relaxed);
        atomic_store_explicit(&process->labelled, times + 1, memory_order_relaxed);
    }
}

/* ---- Contexts of connections ---- */

static void start_over(struct wm_context_slot *slot, uint64_t label)
{
    struct wm_region *region = wm_probe.region;
    wm_context_count_visits(slot);
    slot->limited = 0;
    slot->outcome = 0;
    slot->visited_count = 0;
    slot->signature = 0;
    slot->counted = atomic_load_explicit(&region->app_running, memory_order_relaxed);
    slot->serial = label;
    __atomic_store_n(&slot->node, WM_NODE_ROOT, __ATOMIC_RELAXED);
}

void wm_label_attach(_Atomic uint32_t *number)
{
    uint64_t label = atomic_load_explicit(&wm_tls.label, memory_order_relaxed);
    uint32_t at = atomic_load_explicit(number, memory_order_relaxed);
    if (label == 0 || (at != 0 && wm_context_current == (struct wm_context *)slot_at(at) &&
                       slot_at(at)->serial == label))
        return;
    if (at == 0) {
        at = wm_context_take_shared();
        if (at == 0)
            return; /* counted: segments are not followed */
        uint32_t none = 0;
        if (!atomic_compare_exchange_strong(number, &none, at)) { /* another thread's came first */
            (void)wm_context_give_shared(slot_at(at));
            at = none;
        }
    }
    struct wm_context_slot *slot = slot_at(at);
    if (wm_context_attach((struct wm_context *)slot) != 0)
        return;
    if (atomic_load_explicit(number, memory_order_acquire) != at) { /* it was closed in between */
        (void)wm_context_detach();
        return;
    }
    wm_tls.served = (struct wm_context *)slot;
    if (slot->serial == label)
        return;
    start_over(slot, label);
    if ((label & WM_LABEL_KIND) != WM_LABEL_BOARD)
        return;
    struct wm_board_request *request = wm_board_request(&wm_probe.region->board, label);
    if (atomic_load_explicit(&request->label, memory_order_relaxed) == label)
        /* pairs with the harness's reading, once the reply is whole */
        atomic_store_explicit(&request->context, at, memory_order_release);
}

void wm_label_detach(_Atomic uint32_t *number, bool at_end)
{
    uint32_t at = atomic_exchange(number, 0);
    if (at == 0)
        return;
    struct wm_context_slot *slot = slot_at(at);
    if (wm_context_give_shared(slot))
        return;
    if ((struct wm_context *)slot == wm_context_current) {
        wm_tls.served = NULL;
        (void)wm_context_detach();
    } else if (at_end && wm_context_keep_shared(slot)) {
        wm_context_count_visits(slot); /* it is free once its process has ended */
    }
}

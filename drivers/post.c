/* post.c - requests on the label board: put there before they are written, resolved after. */
#include "drivers/post.h"

/* Servers go on counting after their answer (when they write their log, say), so what a request
 * counted is taken when its entry is needed for another one, a million requests later. */
static void take_counts(struct wm_board *board, struct wm_board_request *request)
{
    if (atomic_load_explicit(&request->allocs, memory_order_relaxed) == 0)
        return; /* most servers, and all without the agent: no locked exchange then */
    uint64_t allocs = atomic_exchange_explicit(&request->allocs, 0, memory_order_relaxed);
    uint64_t bytes = atomic_exchange_explicit(&request->alloc_bytes, 0, memory_order_relaxed);
    uint32_t path = atomic_load_explicit(&request->path, memory_order_acquire);
    if (path == 0 || path > WM_PATH_MAX)
        return;
    atomic_fetch_add_explicit(&board->seen_allocs[path - 1], allocs, memory_order_relaxed);
    atomic_fetch_add_explicit(&board->seen_alloc_bytes[path - 1], bytes, memory_order_relaxed);
}

void wm_post_open(struct wm_board *board, uint16_t port)
{
    atomic_store_explicit(&board->ports[port], WM_PORT_OURS, memory_order_release);
}

void wm_post_close(struct wm_board *board, uint16_t port)
{
    atomic_store_explicit(&board->ports[port], WM_PORT_FOREIGN, memory_order_release);
}

uint64_t wm_post_begin(struct wm_board *board, uint16_t port)
{
    uint64_t serial = atomic_fetch_add_explicit(&board->next_serial, 1, memory_order_relaxed);
    uint64_t label = WM_LABEL_BOARD | serial;
    struct wm_board_request *request = wm_board_request(board, label);
    /* A reader that finds the new label must not find the former owner's path; nor may an agent go
     * on counting for that once its counts are taken. */
    atomic_store_explicit(&request->label, 0, memory_order_relaxed);
    take_counts(board, request);
    atomic_store_explicit(&request->path, 0, memory_order_release);
    atomic_store_explicit(&request->context, 0, memory_order_relaxed);
    atomic_store_explicit(&request->lost, 0, memory_order_relaxed);
    atomic_store_explicit(&request->label, label, memory_order_release);
    /* pairs with the agent's reading of its connection's label */
    atomic_store_explicit(&board->ports[port], label, memory_order_release);
    return label;
}

void wm_post_describe(struct wm_board *board, uint64_t label, uint64_t index, uint32_t entry)
{
    struct wm_board_request *request = wm_board_request(board, label);
    atomic_store_explicit(&request->index, index, memory_order_relaxed);
    atomic_store_explicit(&request->entry, entry, memory_order_relaxed);
}

/* Its entry; NULL when that is a later request's by now: an answer may come a million requests
 * late.
 */
static struct wm_board_request *entry_of(struct wm_board *board, uint64_t label)
{
    struct wm_board_request *request = wm_board_request(board, label);
    return atomic_load_explicit(&request->label, memory_order_relaxed) == label ? request : NULL;
}

uint32_t wm_post_context(struct wm_board *board, uint64_t label)
{
    struct wm_board_request *request = entry_of(board, label);
    /* pairs with the agent, which stores it before it writes the reply */
    return request != NULL ? atomic_load_explicit(&request->context, memory_order_acquire) : 0;
}

void wm_post_end(struct wm_board *board, uint64_t label, uint32_t path)
{
    struct wm_board_request *request = entry_of(board, label);
    if (request != NULL) /* pairs with the drain, which reads it to resolve samples */
        atomic_store_explicit(&request->path, path + 1, memory_order_release);
}

void wm_post_lost(struct wm_board *board, uint64_t label, bool lost)
{
    struct wm_board_request *request = entry_of(board, label);
    if (request != NULL)
        atomic_store_explicit(&request->lost, lost, memory_order_relaxed);
}

void wm_post_sweep(struct wm_board *board)
{
    uint64_t made = atomic_load_explicit(&board->next_serial, memory_order_relaxed);
    uint64_t count = made < WM_BOARD_REQUESTS ? made : WM_BOARD_REQUESTS;
    for (uint64_t i = 0; i < count; i++)
        take_counts(board, &board->requests[i]);
}

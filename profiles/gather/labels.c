/* labels.c - labels to paths, by the board. */
#include "profiles/gather/labels.h"

static int64_t look_up(const struct wm_board *board, uint64_t label)
{
    const struct wm_board_request *request = &board->requests[label & (WM_BOARD_REQUESTS - 1)];
    if (atomic_load_explicit(&request->label, memory_order_acquire) != label)
        return WM_LABEL_GONE;
    /* pairs with the driver's storing it when the reply was whole */
    uint32_t path = atomic_load_explicit(&request->path, memory_order_acquire);
    /* The driver may have given the place away while we looked. */
    if (atomic_load_explicit(&request->label, memory_order_relaxed) != label)
        return WM_LABEL_GONE;
    return path != 0 ? (int64_t)path - 1 : WM_LABEL_OPEN;
}

int64_t wm_label_path(const struct wm_region *region, uint64_t label)
{
    if ((label & WM_LABEL_KIND) == WM_LABEL_PATH)
        return (int64_t)(label & ~WM_LABEL_KIND);
    return look_up(&region->board, label);
}

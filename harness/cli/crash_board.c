/* crash_board.c - which requests a server had in its hands when it died, from the label board. */
#include "harness/cli/crash.h"
#include "harness/core/arena.h"

#include <errno.h>
#include <stdbool.h>

/* The driver may have noticed the end before us: then the request has ended, without an answer. */
static bool was_in_flight(const struct wm_board_request *request)
{
    return atomic_load(&request->label) != 0 &&
           (atomic_load(&request->index) & WM_WORK_WARMUP_INDEX) == 0 &&
           (atomic_load(&request->path) == 0 || atomic_load(&request->lost) != 0);
}

static int take(const struct wm_region *region, const struct wm_board_request *request,
                struct wm_run *run, struct wm_crash_request *ret_request)
{
    struct wm_text entry;
    wm_text_init(&entry);
    wm_crash_add_entry(region, atomic_load(&request->entry), &entry);
    *ret_request = (struct wm_crash_request){
        .index = atomic_load(&request->index),
        .entry = entry.failed ? NULL : wm_arena_copy(run->arena, entry.data, entry.length),
        .active_path = "",
    };
    wm_text_done(&entry);
    return ret_request->entry != NULL ? 0 : -ENOMEM;
}

int wm_crash_collect_board(const struct wm_region *region, struct wm_run *run,
                           struct wm_crash_report *report)
{
    const struct wm_board *board = &region->board;
    /* All that there is: a slow request may be as old as the run. */
    uint64_t made = atomic_load(&board->next_serial);
    uint64_t end = made < WM_BOARD_REQUESTS ? made : WM_BOARD_REQUESTS;
    size_t room = 0;
    int rc = 0;
    for (uint64_t i = 0; i < end; i++)
        room += was_in_flight(&board->requests[i]);
    report->requests = wm_arena_alloc(run->arena, (room + 1) * sizeof(*report->requests));
    if (report->requests == NULL)
        return -ENOMEM;
    for (uint64_t i = 0; rc == 0 && i < end && report->request_count < room; i++) {
        if (was_in_flight(&board->requests[i]))
            rc = take(region, &board->requests[i], run, &report->requests[report->request_count++]);
    }
    return rc;
}

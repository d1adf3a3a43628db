/* crash_board.c - which requests a server had in its hands when it died, from the label board. */
#include "drivers/net.h"
#include "harness/cli/crash.h"
#include "harness/core/arena.h"

#include <errno.h>
#include <string.h>

/* A connection has one request at a time, so those in flight are among the last so many. */
enum { LAST_REQUESTS = 2 * WM_CONTEXT_MAX };

/* The driver may have noticed the end before us: then the request ended without an answer. */
static bool was_in_flight(const struct wm_region *region, const struct wm_board_request *request,
                          uint64_t label)
{
    if (atomic_load(&request->label) != label ||
        (atomic_load(&request->index) & WM_WORK_WARMUP_INDEX) != 0)
        return false;
    uint32_t path = atomic_load(&request->path);
    if (path == 0)
        return true;
    uint32_t outcome = path <= WM_PATH_MAX ? region->paths[path - 1].outcome : 0;
    uint32_t name = outcome < WM_OUTCOME_MAX ? region->outcomes[outcome] : 0;
    return name < WM_NAME_BYTES - sizeof(WM_NET_UNANSWERED) &&
           strcmp(region->names + name, WM_NET_UNANSWERED) == 0;
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
    uint64_t end = atomic_load(&board->next_serial);
    uint64_t first = end > LAST_REQUESTS ? end - LAST_REQUESTS : 1;
    int rc = 0;
    report->requests = wm_arena_alloc(run->arena, (end - first + 1) * sizeof(*report->requests));
    if (report->requests == NULL)
        return -ENOMEM;
    for (uint64_t serial = first; rc == 0 && serial < end; serial++) {
        uint64_t label = WM_LABEL_BOARD | serial;
        const struct wm_board_request *request = &board->requests[label & (WM_BOARD_REQUESTS - 1)];
        if (was_in_flight(region, request, label))
            rc = take(region, request, run, &report->requests[report->request_count++]);
    }
    return rc;
}

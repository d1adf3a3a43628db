/* server_notes.c - what a reader of a server's run should know. */
#include "harness/cli/server_notes.h"

#include "harness/core/units.h"

#define BUSY_ENOUGH 0.95
#define LATE_NS UINT64_C(1000000)

/* From the first to the last thing that has to happen; the first that did not is told. */
static void note_agent(const struct wm_region *region, struct wm_run *run)
{
    uint64_t sockets = 0, labelled = 0;
    uint32_t count = atomic_load(&region->process_count);
    for (uint32_t i = 0; i < count && i < WM_PROCESS_MAX; i++) {
        sockets += atomic_load(&region->processes[i].sockets);
        labelled += atomic_load(&region->processes[i].labelled);
    }
    if (count == 0)
        wm_run_note(run, "the agent is in no process of the server: a static binary, one with "
                         "more rights than who starts it (setuid), or a start that clears the "
                         "environment; nothing is known of its inside");
    else if (sockets == 0)
        wm_run_note(run, "the agent saw no read from a socket: the server uses io_uring or system "
                         "calls of its own, not libc's, or the agent is only in what starts it "
                         "(a cleared environment, a static binary, or started as another user "
                         "by setpriv or su: start waymark as that user); its work cannot be told "
                         "by request");
    else if (labelled == 0)
        wm_run_note(run, "the agent saw no connection %s: %s; its work cannot be told by request",
                    region->plan.target == WM_TARGET_WATCH ? "that it could read"
                                                           : "of waymark's in the server",
                    region->plan.target == WM_TARGET_WATCH
                        ? "nobody sent requests, or not by TCP"
                        : "something stands in between, such as a proxy");
}

static void note_harness(struct wm_run *run)
{
    char busy[WM_UNIT_BYTES], late[WM_UNIT_BYTES];
    if (run->harness_busy >= BUSY_ENOUGH)
        wm_run_note(run,
                    "the harness and not the server was the bottleneck: a thread that sends "
                    "was busy %s of the time; --threads N adds some",
                    wm_units_share(run->harness_busy, busy));
    else if (run->open_loop && run->late_p99_ns > LATE_NS && run->queue_max == 0)
        wm_run_note(run,
                    "the harness was late by %s (p99) though connections were free: this "
                    "machine is too busy for that rate",
                    wm_units_duration((double)run->late_p99_ns, late));
}

void wm_server_notes(const struct wm_region *region, struct wm_run *run)
{
    switch ((enum wm_target_kind)region->plan.target) {
    case WM_TARGET_HOST:
        break;
    case WM_TARGET_SERVER:
        note_harness(run);
        note_agent(region, run);
        break;
    case WM_TARGET_CONNECT:
        note_harness(run);
        break;
    case WM_TARGET_WATCH:
        note_agent(region, run);
        break;
    }
}

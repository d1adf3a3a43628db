/* waiting.c - notices that a run waits for a request that does not end. */
#include "harness/cli/waiting.h"

#include "harness/cli/crash.h"
#include "harness/core/units.h"
#include "workloads/work.h"

static bool still_open(const struct wm_waiting *waiting, const struct wm_region *region)
{
    const struct wm_context_slot *slot = &region->contexts[waiting->context - 1];
    return atomic_load(&slot->state) == WM_CONTEXT_OPEN && slot->serial == waiting->serial;
}

/* Slots are taken in order: behind one that was never used there is none, and none is touched. */
static void watch_first(struct wm_waiting *waiting, const struct wm_region *region, uint64_t now_ns)
{
    waiting->context = 0;
    for (uint32_t i = 0; i < WM_CONTEXT_MAX && region->contexts[i].serial != 0; i++) {
        if (atomic_load(&region->contexts[i].state) != WM_CONTEXT_OPEN)
            continue;
        waiting->context = i + 1;
        waiting->serial = region->contexts[i].serial;
        waiting->since_ns = now_ns;
        return;
    }
}

static void describe(const struct wm_region *region, const struct wm_context_slot *slot,
                     struct wm_text *text)
{
    char number[WM_UNIT_BYTES];
    bool warmup = (slot->index & WM_WORK_WARMUP_INDEX) != 0;
    wm_text_addf(text, "waiting for %srequest %s, ", warmup ? "warm-up " : "",
                 wm_units_count(slot->index & ~WM_WORK_WARMUP_INDEX, number));
    wm_crash_add_entry(region, slot->entry, text);
    struct wm_text path;
    wm_text_init(&path);
    wm_crash_add_active_path(region, slot->node, &path);
    if (path.length > 0)
        wm_text_addf(text, " in %s", path.data);
    wm_text_done(&path);
    wm_text_addf(text, ": in flight for %d s and longer", (int)(WM_WAITING_NS / 1000000000));
}

bool wm_waiting_look(struct wm_waiting *waiting, const struct wm_region *region, uint64_t now_ns,
                     struct wm_text *text)
{
    uint64_t next_index = atomic_load(&region->next_index);
    if (waiting->told || next_index != waiting->next_index) {
        waiting->next_index = next_index;
        waiting->context = 0;
        return false;
    }
    if (waiting->context == 0 || !still_open(waiting, region)) {
        watch_first(waiting, region, now_ns);
        return false;
    }
    if (now_ns - waiting->since_ns < WM_WAITING_NS)
        return false;
    waiting->told = true;
    describe(region, &region->contexts[waiting->context - 1], text);
    return true;
}

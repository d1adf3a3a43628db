/* crash.c - what is known of an app that died, out of the shared region.
 *
 * The app may have written over its end of the region before it died: numbers and offsets are
 * checked here before they are followed. */
#include "harness/cli/crash.h"

#include "harness/cli/request.h"
#include "harness/core/arena.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *name_at(const struct wm_region *region, uint32_t offset)
{
    if (offset >= WM_NAME_BYTES ||
        memchr(region->names + offset, '\0', WM_NAME_BYTES - offset) == NULL)
        return "";
    return region->names + offset;
}

/* A name of the app's, fit to be shown. */
static void add_name(const struct wm_region *region, uint32_t offset, struct wm_text *text)
{
    const char *name = name_at(region, offset);
    wm_text_add_safe(text, name, strlen(name), 200);
}

static const char *take(struct wm_run *run, struct wm_text *text)
{
    const char *copy = text->failed ? NULL : wm_arena_copy(run->arena, text->data, text->length);
    wm_text_done(text);
    return copy;
}

void wm_crash_add_active_path(const struct wm_region *region, uint32_t node, struct wm_text *text)
{
    enum { DEPTH_MAX = 256 };
    uint32_t nodes[DEPTH_MAX];
    size_t depth = 0;
    while (node > WM_NODE_ROOT && node < WM_NODE_MAX && depth < DEPTH_MAX) {
        nodes[depth++] = node;
        node = region->nodes[node].parent;
    }
    while (depth > 0) {
        add_name(region, region->nodes[nodes[--depth]].name, text);
        wm_text_add(text, depth > 0 ? "/" : "");
    }
}

void wm_crash_add_entry(const struct wm_region *region, uint32_t entry, struct wm_text *text)
{
    if (entry < WM_ENTRY_MAX)
        add_name(region, region->entries[entry], text);
}

static const char *active_path(const struct wm_region *region, uint32_t node, struct wm_run *run)
{
    struct wm_text text;
    wm_text_init(&text);
    wm_crash_add_active_path(region, node, &text);
    return take(run, &text);
}

static const char *entry_name(const struct wm_region *region, uint32_t entry, struct wm_run *run)
{
    struct wm_text text;
    wm_text_init(&text);
    wm_crash_add_entry(region, entry, &text);
    return take(run, &text);
}

static int by_running_and_index(const void *left, const void *right)
{
    const struct wm_crash_request *a = left;
    const struct wm_crash_request *b = right;
    if (a->running != b->running)
        return a->running ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

static int by_index(const void *left, const void *right)
{
    const struct wm_crash_request *a = left;
    const struct wm_crash_request *b = right;
    return (a->index > b->index) - (a->index < b->index);
}

/* A benchmark keeps a context open for each path: only the one that ran was in flight. */
static bool is_in_flight(const struct wm_region *region, uint32_t i)
{
    const struct wm_context_slot *slot = &region->contexts[i];
    return atomic_load(&slot->state) == WM_CONTEXT_OPEN &&
           (slot->many == 0 || region->crash.context == i + 1);
}

static int collect_requests(const struct wm_region *region, struct wm_run *run,
                            struct wm_crash_report *report)
{
    size_t room = 0;
    for (uint32_t i = 0; i < WM_CONTEXT_MAX; i++)
        room += is_in_flight(region, i);
    report->requests = wm_arena_alloc(run->arena, (room + 1) * sizeof(*report->requests));
    if (report->requests == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < WM_CONTEXT_MAX && report->request_count < room; i++) {
        const struct wm_context_slot *slot = &region->contexts[i];
        if (!is_in_flight(region, i))
            continue;
        struct wm_crash_request *request = &report->requests[report->request_count++];
        request->warmup = (slot->index & WM_WORK_WARMUP_INDEX) != 0;
        request->index = slot->index;
        request->running = report->tid != 0 && region->crash.context == i + 1;
        request->entry = entry_name(region, slot->entry, run);
        request->active_path = active_path(region, slot->node, run);
        if (request->entry == NULL || request->active_path == NULL)
            return -ENOMEM;
    }
    return 0;
}

/* Draws each request again. A trace is read once, so they are asked for in order. */
static int redraw(struct wm_job *job, struct wm_run *run, struct wm_crash_report *report)
{
    if (job->stream == NULL)
        return 0;
    bool trace = wm_stream_mix(job->stream) == NULL;
    qsort(report->requests, report->request_count, sizeof(*report->requests), by_index);
    if (trace && wm_stream_rewind(job->stream, NULL) < 0)
        return 0;
    for (size_t i = 0; i < report->request_count; i++) {
        struct wm_crash_request *request = &report->requests[i];
        struct wm_work work;
        uint64_t index = trace ? request->index & ~WM_WORK_WARMUP_INDEX : request->index;
        if (wm_job_redraw(job, index, &work, NULL) <= 0)
            continue; /* without its fields a request is still worth telling */
        request->fields = wm_request_copy_fields(run->arena, &work);
        if (request->fields == NULL)
            return -ENOMEM;
        request->field_count = work.field_count;
    }
    return 0;
}

static int collect_stack(const struct wm_region *region, struct wm_gather *gather,
                         struct wm_run *run, struct wm_crash_report *report)
{
    size_t count = region->crash.frame_count;
    if (count > WM_FRAME_MAX)
        count = 0;
    report->stack = wm_arena_alloc(run->arena, (count + 1) * sizeof(*report->stack));
    if (report->stack == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        /* a return address may already belong to the next line, or the next function */
        uint64_t address = region->crash.frames[i] - (i > 0);
        report->stack[i] = wm_gather_describe(gather, run, address);
        if (report->stack[i] == NULL)
            return -ENOMEM;
        report->stack_count++;
    }
    return 0;
}

int wm_crash_collect(struct wm_job *job, const struct wm_region *region, struct wm_gather *gather,
                     struct wm_run *run, struct wm_crash_report *report, struct wm_error *err)
{
    int rc = 0;
    /* pairs with the probe's crash handler */
    if (atomic_load_explicit(&region->crash.ready, memory_order_acquire) != 0) {
        report->tid = region->crash.tid;
        report->address = region->crash.address;
        rc = collect_stack(region, gather, run, report);
    }
    if (rc == 0)
        rc = report->server ? wm_crash_collect_board(region, run, report)
                            : collect_requests(region, run, report);
    if (rc == 0)
        rc = redraw(job, run, report);
    if (rc < 0)
        return wm_fail(err, rc, "no memory for what is known of the crash");
    qsort(report->requests, report->request_count, sizeof(*report->requests), by_running_and_index);
    return 0;
}

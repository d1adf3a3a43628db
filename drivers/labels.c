/* labels.c - what a request to a server is called, and which execution path it took. */
#include "drivers/labels.h"

#include "profiles/wire/shared.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OTHER_LABEL "(other)"

struct wm_labels {
    struct wm_region *region;
    const struct wm_protocol *protocol;
    struct wm_text text; /* the protocol's label of a request */
};

int wm_labels_new(struct wm_region *region, const struct wm_protocol *protocol,
                  struct wm_labels **ret_labels)
{
    struct wm_labels *labels = calloc(1, sizeof(*labels));
    if (labels == NULL)
        return -ENOMEM;
    labels->region = region;
    labels->protocol = protocol;
    wm_text_init(&labels->text);
    *ret_labels = labels;
    return 0;
}

void wm_labels_free(struct wm_labels *labels)
{
    if (labels == NULL)
        return;
    wm_text_done(&labels->text);
    free(labels);
}

static const char *told_label(const struct wm_work *work)
{
    for (uint32_t i = 0; i < work->field_count; i++) {
        if (strcmp(work->fields[i].name, "label") == 0 && work->fields[i].value[0] != '\0')
            return work->fields[i].value;
    }
    return work->entry[0] != '\0' ? work->entry : NULL;
}

/* Places are kept for what finds no other: one, and one for each worker that may be taking its
 * last at the same time. */
static uint32_t entry_of(struct wm_region *region, const char *label)
{
    uint32_t entry = wm_shared_find_entry(region, label);
    if (entry != WM_ENTRY_NONE)
        return entry;
    if (atomic_load_explicit(&region->entry_count, memory_order_relaxed) <
        WM_ENTRY_MAX - 1 - WM_WORKER_MAX)
        entry = wm_shared_entry(region, label);
    if (entry == WM_ENTRY_NONE)
        entry = wm_shared_entry(region, OTHER_LABEL);
    return entry;
}

int wm_labels_entry(struct wm_labels *labels, const struct wm_work *work, uint32_t *ret_entry)
{
    const char *label = told_label(work);
    if (label == NULL) {
        wm_text_clear(&labels->text);
        int rc = labels->protocol->label(work, &labels->text);
        if (rc < 0)
            return rc;
        if (labels->text.failed)
            return -ENOMEM;
        label = labels->text.data;
    }
    uint32_t entry = entry_of(labels->region, label);
    /* No memory for names is left: any entry there is. */
    *ret_entry = entry != WM_ENTRY_NONE ? entry : 0;
    return 0;
}

uint32_t wm_labels_path(struct wm_labels *labels, uint32_t entry, const char *outcome,
                        uint32_t context)
{
    struct wm_region *region = labels->region;
    uint32_t number = wm_shared_outcome(region, outcome);
    if (context == 0 || context > WM_CONTEXT_MAX)
        return wm_shared_path(region, entry, number, 0, NULL, 0);
    const struct wm_context_slot *marked = &region->contexts[context - 1];
    uint32_t count = marked->visited_count < WM_NODE_MAX ? marked->visited_count : WM_NODE_MAX;
    return wm_shared_path(region, entry, number, marked->signature, marked->visited, count);
}

/* labels.h - what a request to a server is called, and which execution path it took.
 *
 * A label is an entry of the region's table; with what the server marked and how the reply went it
 * makes the path. Labels past WM_ENTRY_MAX share one called "(other)". [one thread] each. */
#ifndef WM_DRIVERS_LABELS_H
#define WM_DRIVERS_LABELS_H

#include "drivers/protocols/protocol.h"
#include "harness/core/error.h"
#include "profiles/wire/region.h"

#include <stdint.h>

struct wm_labels;

WM_MUST_USE int wm_labels_new(struct wm_region *region, const struct wm_protocol *protocol,
                              struct wm_labels **ret_labels);
void wm_labels_free(struct wm_labels *labels);

/* The entry of a request: its field `label`, else its entry's name if it has one, else what the
 * protocol calls it. -ENOMEM, or -EINVAL from the protocol. */
WM_MUST_USE int wm_labels_entry(struct wm_labels *labels, const struct wm_work *work,
                                uint32_t *ret_entry);
/* The path of a request that ended with this outcome ("" none). `context`: 0, or 1 + the context
 * that the server marked its segments in. */
uint32_t wm_labels_path(struct wm_labels *labels, uint32_t entry, const char *outcome,
                        uint32_t context);

#endif

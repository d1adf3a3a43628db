/* spread.h - the requests of one second, evenly over it.
 *
 * A log with whole seconds says how many requests came in each, not when: sent all at once they
 * would be a burst that never was. Of n in a second, request k is due k/n of a second into it. To
 * know n the second's requests are held, in a fixed buffer; what it cannot hold is due with the
 * last one that it held, and counted (`crowded`). */
#ifndef WM_CAPTURES_SPREAD_H
#define WM_CAPTURES_SPREAD_H

#include "workloads/captures/capture.h"

enum { WM_SPREAD_BYTES = WM_CAPTURE_SECOND_MIB << 20 }; /* some 20,000 lines of an access log */

struct wm_spread;

WM_MUST_USE int wm_spread_new(struct wm_trace_writer *writer, struct wm_capture_report *report,
                              struct wm_spread **ret_spread);
void wm_spread_free(struct wm_spread *spread); /* what is still held is forgotten */

/* A request of the second that starts at `second_ns`, which is never below that of the last call.
 * It is written when its second is over. Fields are copied; they take less than WM_SPREAD_BYTES. */
WM_MUST_USE int wm_spread_add(struct wm_spread *spread, uint64_t second_ns,
                              const struct wm_work_field *fields, uint32_t field_count,
                              struct wm_error *err);
/* After the last request: writes what is held. */
WM_MUST_USE int wm_spread_finish(struct wm_spread *spread, struct wm_error *err);

#endif

/* request.h - a request as a person reads it, and a copy that outlives its stream's next one. */
#ifndef WM_CLI_REQUEST_H
#define WM_CLI_REQUEST_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/text.h"
#include "workloads/work.h"

#include <stddef.h>

/* "op=order sku=17 qty=3", long values cut, foreign bytes made harmless. */
void wm_request_describe(const struct wm_work_field *fields, size_t count, struct wm_text *text);
/* Copies fields with their strings into `arena`; NULL: no memory. */
const struct wm_work_field *wm_request_copy_fields(struct wm_arena *arena,
                                                   const struct wm_work *work);

#endif

/* raw.h - recorded requests that fields cannot hold: `raw` = 1 and a body of the very bytes. */
#ifndef WM_PROTOCOLS_RAW_H
#define WM_PROTOCOLS_RAW_H

#include "harness/core/error.h"
#include "harness/core/text.h"
#include "workloads/work.h"

#include <stdbool.h>

bool wm_raw_is(const struct wm_work *work);
/* Appends its bytes; -EINVAL when there are none. */
WM_MUST_USE int wm_raw_spell(const struct wm_work *work, struct wm_text *out, struct wm_error *err);
/* Whether its answer was an error when it was recorded, which is then expected. */
bool wm_raw_seen_failed(const struct wm_work *work);

#endif

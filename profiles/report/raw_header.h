/* raw_header.h - what stands above the samples of raw. Private to raw.c. */
#ifndef WM_REPORT_RAW_HEADER_H
#define WM_REPORT_RAW_HEADER_H

#include "harness/core/text.h"
#include "profiles/pprof/profile.h"

/* Comments, period, time, duration and the sample types. */
void wm_raw_add_header(struct wm_text *text, const struct wm_profile *profile);

#endif

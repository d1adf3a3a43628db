/* per_request.h - a base brought to the requests of the new side. Private to this room.
 *
 * Two runs are as long as they are, and their mixes may differ; what a request costs is told by
 * neither of their sums. */
#ifndef WM_REPORT_PER_REQUEST_H
#define WM_REPORT_PER_REQUEST_H

#include "profiles/report/report.h"

/* Scales what the base's samples count, path by path, to as many requests as the new side had, and
 * tells so in the notes; samples of no path by the requests of all. Paths that the new side has not
 * come to nothing. *ret_scaled is whether it was done: not where requests are not known, there is
 * no base, or sums were made equal by -normalize. -ENOMEM. */
WM_MUST_USE int wm_report_scale_base(struct wm_report *report, bool *ret_scaled);

#endif

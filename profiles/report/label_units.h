/* label_units.h - what the numbers of labels count. Private to this room. */
#ifndef WM_REPORT_LABEL_UNITS_H
#define WM_REPORT_LABEL_UNITS_H

#include "profiles/report/report.h"

/* Of the whole profile: filters come later. Keys with numbers of several units are told in the
 * report's notes. -ENOMEM. */
WM_MUST_USE int wm_label_units_new(struct wm_report *report, struct wm_label_units **ret_units,
                                   struct wm_error *err);
void wm_label_units_free(struct wm_label_units *units);

#endif

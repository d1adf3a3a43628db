/* by_amount.h - an amount of what the samples count, in three figures. Private to this room.
 *
 * measure.h prints whole numbers as another program does; a cost for each request is a fraction and
 * our own, so it reads as everywhere in waymark: "22.4 µs". */
#ifndef WM_REPORT_BY_AMOUNT_H
#define WM_REPORT_BY_AMOUNT_H

#include "profiles/report/report.h"

enum { WM_BY_AMOUNT_BYTES = 96 };

/* In the unit that fits, or that -unit names; with -divide_by. Returns `text`. */
const char *wm_by_amount(const struct wm_report *report, double amount,
                         char text[WM_BY_AMOUNT_BYTES]);

#endif

/* label_lines.h - what the labels of samples print. Private to this room.
 *
 * In large profiles most samples have one label, and few different ones: its text is kept. */
#ifndef WM_REPORT_LABEL_LINES_H
#define WM_REPORT_LABEL_LINES_H

#include "profiles/report/memo.h"
#include "profiles/report/sample_labels.h"

/* Adds what the labels, at least one, come to. -ENOMEM. */
typedef int wm_label_lines_make(struct wm_sample_labels *labels, const struct wm_report *report,
                                struct wm_text *text);

/* For one thread. */
struct wm_label_lines {
    const struct wm_report *report;
    wm_label_lines_make *make;
    struct wm_sample_labels labels;
    struct wm_memo memo;
};

void wm_label_lines_init(struct wm_label_lines *lines, const struct wm_report *report,
                         wm_label_lines_make *make);
void wm_label_lines_done(struct wm_label_lines *lines);
/* Adds the sample's; nothing if it has none. -ENOMEM. */
WM_MUST_USE int wm_label_lines_add(struct wm_label_lines *lines, size_t sample,
                                   struct wm_text *text);

#endif

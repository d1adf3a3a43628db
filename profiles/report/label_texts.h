/* label_texts.h - what pictures tell of sets of labels: all string labels of a set as one text, and
 * each number by itself. Private to this room. */
#ifndef WM_REPORT_LABEL_TEXTS_H
#define WM_REPORT_LABEL_TEXTS_H

#include "profiles/report/label_sets.h"
#include "profiles/report/report.h"

/* The string labels of a set, or one of its number labels. */
struct wm_label_piece {
    uint32_t kind;    /* equal for those with equal string labels and equal text */
    uint32_t strings; /* number of the set's string labels; 0: it has none */
    const char *text;
    bool is_number;
    int64_t number;
    const char *unit;
};

/* Zeroed is empty. */
struct wm_label_texts {
    struct wm_intern *known; /* number 0 is "" */
    struct wm_label_piece *pieces;
    size_t count;
    size_t *first; /* per set, into pieces; one more at the end */
};

/* -ENOMEM. */
WM_MUST_USE int wm_label_texts_init(struct wm_label_texts *texts, const struct wm_report *report,
                                    const struct wm_label_sets *sets);
void wm_label_texts_done(struct wm_label_texts *texts);

#endif

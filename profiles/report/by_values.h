/* by_values.h - the values of -by's label: what each cost and which requests it had, before they
 * get columns. Private to the by*.c files. */
#ifndef WM_REPORT_BY_VALUES_H
#define WM_REPORT_BY_VALUES_H

#include "profiles/report/by.h"

enum wm_by_place {
    WM_BY_IN_COLUMN,
    WM_BY_OVER_ALL, /* shared out over the columns */
    WM_BY_NO_REQUEST,
    WM_BY_ONLY_NEW,
    WM_BY_ONLY_BASE,
    WM_BY_PLACES,
};

struct wm_by_value {
    const char *label, *name; /* "" and "(no LABEL)" where there is none */
    uint64_t requests[WM_BY_SIDES];
    double cost[WM_BY_SIDES];
    enum wm_by_place place;
    uint32_t column;
};

/* Zeroed is empty. */
struct wm_by_values {
    struct wm_by *by;
    struct wm_intern *names;
    struct wm_by_value *values;
    size_t count;
    uint32_t *value_of; /* per sample */
    uint32_t entry_key;
    bool labelled; /* some sample has the label */
};

/* The values of by->report's samples, whose base becomes positive; by->left_out tells of those that
 * get no column. -EINVAL where no sample has the label; -ENOMEM. wm_by_values_done is due, on
 * errors, too. */
WM_MUST_USE int wm_by_values_init(struct wm_by_values *values, struct wm_by *by,
                                  struct wm_error *err);
void wm_by_values_done(struct wm_by_values *values);

/* Where a value with such requests belongs. */
enum wm_by_place wm_by_place_of(const struct wm_by *by, const struct wm_by_value *value);

#endif

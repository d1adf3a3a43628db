/* sample_labels.h - a sample's labels, grouped by key, in an order that does not depend on the
 * file's. Private to this room. */
#ifndef WM_REPORT_SAMPLE_LABELS_H
#define WM_REPORT_SAMPLE_LABELS_H

#include "profiles/report/report.h"

/* Memory that is used again for the next sample. Zeroed is empty. */
struct wm_sample_labels {
    const struct wm_label **labels; /* strings before numbers, keys ascending, a key's in order */
    size_t count, capacity;
    struct wm_text text; /* for wm_sample_labels_add */
    struct wm_sample_label_line *lines;
    size_t line_count, line_capacity;
};

/* Adds what `labels`, all of one key and kind, come to as one text. */
typedef void wm_label_format(const struct wm_report *report, const struct wm_label *const *labels,
                             size_t count, struct wm_text *text);

void wm_sample_labels_init(struct wm_sample_labels *labels);
void wm_sample_labels_done(struct wm_sample_labels *labels);
/* -ENOMEM. */
WM_MUST_USE int wm_sample_labels_read(struct wm_sample_labels *labels,
                                      const struct wm_profile *profile, size_t sample);
/* The end of the group of equal kind and key that begins at `from`. */
size_t wm_sample_labels_group(const struct wm_sample_labels *labels, size_t from);
bool wm_label_is_number(const struct wm_label *label);

/* Adds a text per key, strings or numbers, sorted as texts, `between` them. Returns how many, or
 * -ENOMEM. */
WM_MUST_USE int wm_sample_labels_add(struct wm_sample_labels *labels,
                                     const struct wm_report *report, bool numbers,
                                     wm_label_format *format, const char *between,
                                     struct wm_text *text);

/* Adds the values that the sample has under this key, "," between them, as one name; false: it has
 * none. */
bool wm_sample_label_add_value(const struct wm_report *report,
                               const struct wm_profile_sample *sample, uint32_t key,
                               struct wm_text *text);

#endif

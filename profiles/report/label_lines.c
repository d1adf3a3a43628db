/* label_lines.c - what the labels of samples print. */
#include "profiles/report/label_lines.h"

void wm_label_lines_init(struct wm_label_lines *lines, const struct wm_report *report,
                         wm_label_lines_make *make)
{
    *lines = (struct wm_label_lines){.report = report, .make = make};
    wm_sample_labels_init(&lines->labels);
}

void wm_label_lines_done(struct wm_label_lines *lines)
{
    wm_sample_labels_done(&lines->labels);
}

int wm_label_lines_add(struct wm_label_lines *lines, size_t sample, struct wm_text *text)
{
    const struct wm_profile *profile = lines->report->profile;
    const struct wm_profile_sample *from = &profile->samples[sample];
    const struct wm_label *first = &profile->labels[from->first_label];
    const bool is_kept = from->label_count == 1 && !wm_label_is_number(first);
    const uint64_t number = is_kept ? (uint64_t)first->key << 32 | first->string : 0;
    if (is_kept && wm_memo_add(&lines->memo, number, text))
        return 0;
    const size_t start = text->length;
    int rc = wm_sample_labels_read(&lines->labels, profile, sample);
    if (rc == 0 && lines->labels.count > 0)
        rc = lines->make(&lines->labels, lines->report, text);
    if (rc == 0 && is_kept)
        wm_memo_keep(&lines->memo, number, text, start);
    return rc;
}

/* proto.c - the profile itself, as merged and filtered. */
#include "profiles/report/message.h"
#include "profiles/report/report.h"

int wm_print_proto(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    struct wm_profile *profile = report->profile;
    const bool divides = report->options->divide_by != 1;
    for (size_t i = 0; divides && i < profile->sample_count; i++) {
        int64_t *values = profile->values + profile->samples[i].first_value;
        for (size_t type = 0; type < profile->sample_type_count; type++)
            values[type] = wm_report_divide(report, values[type]);
    }
    return wm_message_add(text, profile, report, err);
}

/* label_units.c - one unit per label key, whatever its samples say. */
#include "profiles/report/label_units.h"

#include "harness/core/intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct wm_label_units {
    uint32_t *of_key; /* by string number of the key; 0: no sample gives one */
    bool *told;       /* by the same: another unit was seen and told */
    size_t count;
};

static void tell_another(struct wm_report *report, const struct wm_label_units *units,
                         const struct wm_label *label)
{
    const struct wm_profile *profile = report->profile;
    const char *key = wm_profile_text(profile, label->key);
    const char *used = wm_profile_text(profile, units->of_key[label->key]);
    const char *other = wm_profile_text(profile, label->unit);
    wm_text_add(report->notes, "numbers of label ");
    wm_text_add_safe(report->notes, key, strlen(key), 60);
    wm_text_add(report->notes, " are shown in ");
    wm_text_add_safe(report->notes, used, strlen(used), 60);
    wm_text_add(report->notes, ", but some are in ");
    wm_text_add_safe(report->notes, other, strlen(other), 60);
    wm_text_add(report->notes, "\n");
}

static void take_label(struct wm_report *report, struct wm_label_units *units,
                       const struct wm_label *label)
{
    if (label->string != 0 || label->unit == 0)
        return;
    uint32_t *unit = &units->of_key[label->key];
    if (*unit == 0) {
        *unit = label->unit;
    } else if (*unit != label->unit && !units->told[label->key]) {
        units->told[label->key] = true;
        tell_another(report, units, label);
    }
}

int wm_label_units_new(struct wm_report *report, struct wm_label_units **ret_units,
                       struct wm_error *err)
{
    const struct wm_profile *profile = report->profile;
    struct wm_label_units *units = calloc(1, sizeof(*units));
    size_t count = wm_intern_count(profile->strings);
    if (units == NULL)
        return wm_fail(err, -ENOMEM, "no memory for the labels' units");
    units->count = count;
    units->of_key = calloc(count + 1, sizeof(units->of_key[0]));
    units->told = calloc(count + 1, sizeof(units->told[0]));
    if (units->of_key == NULL || units->told == NULL) {
        wm_label_units_free(units);
        return wm_fail(err, -ENOMEM, "no memory for the labels' units");
    }
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        for (uint32_t at = 0; at < sample->label_count; at++)
            take_label(report, units, &profile->labels[sample->first_label + at]);
    }
    *ret_units = units;
    return 0;
}

void wm_label_units_free(struct wm_label_units *units)
{
    if (units == NULL)
        return;
    free(units->of_key);
    free(units->told);
    free(units);
}

const char *wm_report_label_unit(const struct wm_report *report, uint32_t key)
{
    const struct wm_label_units *units = report->label_units;
    const char *name = wm_profile_text(report->profile, key);
    if (key < units->count && units->of_key[key] != 0)
        return wm_profile_text(report->profile, units->of_key[key]);
    bool bytes = strcmp(name, "alignment") == 0 || strcmp(name, "request") == 0;
    return bytes ? "bytes" : name;
}

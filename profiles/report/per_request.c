/* per_request.c - the base's samples by the requests of their paths. */
#include "profiles/report/per_request.h"

#include "harness/core/units.h"
#include "profiles/report/sample_labels.h"
#include "profiles/runs/requests.h"

#include <errno.h>
#include <math.h>

struct scaling {
    struct wm_report *report;
    uint64_t all[WM_REQUESTS_SIDES];
    uint32_t path_key;
    struct wm_text name;
};

static bool has_base(const struct wm_profile *profile)
{
    for (size_t i = 0; i < profile->sample_count; i++)
        if (profile->samples[i].from_base)
            return true;
    return false;
}

static double factor_of(struct scaling *scaling, const struct wm_profile_sample *sample)
{
    const struct wm_requests *requests = scaling->report->options->requests;
    uint64_t counts[WM_REQUESTS_SIDES] = {0};
    wm_text_clear(&scaling->name);
    if (wm_sample_label_add_value(scaling->report, sample, scaling->path_key, &scaling->name))
        for (int side = 0; side < WM_REQUESTS_SIDES; side++)
            counts[side] =
                wm_requests_of(requests, "path", scaling->name.data, (enum wm_requests_side)side);
    const uint64_t *of = counts[WM_REQUESTS_BASE] > 0 ? counts : scaling->all;
    return (double)of[WM_REQUESTS_NEW] / (double)of[WM_REQUESTS_BASE];
}

static int64_t scale(int64_t value, double factor)
{
    double scaled = round((double)value * factor);
    return scaled <= -0x1p63 ? INT64_MIN : scaled >= 0x1p63 ? INT64_MAX : (int64_t)scaled;
}

static void scale_all(struct scaling *scaling)
{
    const struct wm_report *report = scaling->report;
    struct wm_profile *profile = report->profile;
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        int64_t *value = &profile->values[sample->first_value + report->value_type];
        if (sample->from_base)
            *value = scale(*value, factor_of(scaling, sample));
    }
}

int wm_report_scale_base(struct wm_report *report, bool *ret_scaled)
{
    const struct wm_report_options *options = report->options;
    struct scaling scaling = {.report = report};
    char now[WM_UNIT_BYTES], before[WM_UNIT_BYTES];
    *ret_scaled = false;
    if (options->requests == NULL || options->normalize || !has_base(report->profile))
        return 0;
    for (int side = 0; side < WM_REQUESTS_SIDES; side++) {
        scaling.all[side] = wm_requests_all(options->requests, (enum wm_requests_side)side);
        if (scaling.all[side] == 0)
            return 0;
    }
    int64_t key = wm_profile_string(report->profile, "path");
    if (key < 0)
        return -ENOMEM;
    scaling.path_key = (uint32_t)key;
    wm_text_init(&scaling.name);
    scale_all(&scaling);
    bool failed = scaling.name.failed;
    wm_text_done(&scaling.name);
    wm_text_addf(report->notes,
                 "the base is scaled, path by path, from its %s requests to the %s of now\n",
                 wm_units_count(scaling.all[WM_REQUESTS_BASE], before),
                 wm_units_count(scaling.all[WM_REQUESTS_NEW], now));
    *ret_scaled = true;
    return failed ? -ENOMEM : 0;
}

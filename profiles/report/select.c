/* select.c - which samples stay, and what of their stacks and labels.
 *
 * pprof makes a pass over all samples for each of its filters; here a sample goes through all of
 * them at once, in their order. What is judged are locations and strings, before any sample. */
#include "profiles/report/select.h"

void wm_select_warn(const struct wm_report *report, const char *name, bool given, bool matched)
{
    if (given && !matched)
        wm_text_addf(report->notes, "%s expression matched no samples\n", name);
}

static int select_samples(struct wm_report *report, const struct wm_frame_filters *frames,
                          struct wm_tag_filters *tags)
{
    struct wm_profile *profile = report->profile;
    size_t kept = 0;
    for (size_t i = 0; i < profile->sample_count; i++) {
        struct wm_profile_sample sample = profile->samples[i];
        if (!wm_frame_filters_keep(frames, &sample))
            continue;
        int keeps = wm_tag_filters_keep(tags, &sample);
        if (keeps < 0)
            return keeps;
        if (keeps == 0)
            continue;
        wm_frame_filters_prune(frames, &sample);
        profile->samples[kept++] = sample;
    }
    profile->sample_count = kept;
    return 0;
}

/* Without any filter only samples without a stack go. */
static void drop_empty(struct wm_profile *profile)
{
    size_t kept = 0;
    for (size_t i = 0; i < profile->sample_count; i++) {
        if (profile->samples[i].location_count == 0)
            continue;
        if (kept < i)
            profile->samples[kept] = profile->samples[i];
        kept++;
    }
    profile->sample_count = kept;
}

int wm_report_select(struct wm_report *report, struct wm_error *err)
{
    struct wm_frame_filters frames = {.report = report};
    struct wm_tag_filters tags = {.report = report};
    int rc = wm_frame_filters_init(&frames, report, err);
    if (rc == 0)
        rc = wm_tag_filters_init(&tags, report, err);
    if (rc == 0 && !frames.any && !wm_tag_filters_any(&tags)) {
        drop_empty(report->profile);
    } else if (rc == 0) {
        rc = select_samples(report, &frames, &tags);
        if (rc < 0)
            wm_fail(err, rc, "no memory for the filters");
    }
    if (rc == 0) {
        wm_frame_filters_warn(&frames);
        wm_tag_filters_warn(&tags);
    }
    wm_frame_filters_done(&frames);
    wm_tag_filters_done(&tags);
    return rc;
}

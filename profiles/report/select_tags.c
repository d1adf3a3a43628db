/* select_tags.c - the filters on labels: which samples stay by them, and which labels are shown. */
#include "profiles/report/select.h"

#include "profiles/pprof/merge.h"
#include "profiles/report/tagfilter.h"

#include <errno.h>
#include <string.h>

/* By enum wm_tag_filter_kind: what pprof calls it in warnings. */
static const char *const names[WM_TAG_FILTERS] = {"TagFocus", "TagIgnore", "Path"};

int wm_tag_filters_init(struct wm_tag_filters *filters, struct wm_report *report,
                        struct wm_error *err)
{
    const struct wm_report_options *options = report->options;
    struct wm_tag_filter **all = filters->filters;
    *filters = (struct wm_tag_filters){.report = report};
    int rc = wm_tag_filter_new(report, "-tagfocus", options->tagfocus, &all[WM_TAGFOCUS], err);
    if (rc == 0)
        rc = wm_tag_filter_new(report, "-tagignore", options->tagignore, &all[WM_TAGIGNORE], err);
    if (rc == 0)
        rc = wm_tag_filter_new_path(report, options->path, &all[WM_PATH], err);
    if (rc == 0)
        rc = wm_verdicts_init(&filters->show, report->profile, "-tagshow", options->tagshow, err);
    if (rc == 0)
        rc = wm_verdicts_init(&filters->hide, report->profile, "-taghide", options->taghide, err);
    if (rc == 0 && (filters->show.regex != NULL || filters->hide.regex != NULL)) {
        rc = wm_profile_part_labels(report->profile);
        if (rc < 0)
            wm_fail(err, rc, "%s",
                    rc == -EOVERFLOW ? "the samples have more labels than can be numbered"
                                     : "no memory for the filters");
    }
    return rc;
}

void wm_tag_filters_done(struct wm_tag_filters *filters)
{
    for (size_t i = 0; i < WM_TAG_FILTERS; i++)
        wm_tag_filter_free(filters->filters[i]);
    wm_verdicts_done(&filters->show, "-tagshow", filters->report->notes);
    wm_verdicts_done(&filters->hide, "-taghide", filters->report->notes);
}

bool wm_tag_filters_any(const struct wm_tag_filters *filters)
{
    bool any = filters->show.regex != NULL || filters->hide.regex != NULL;
    for (size_t i = 0; i < WM_TAG_FILTERS; i++)
        any = any || filters->filters[i] != NULL;
    return any;
}

void wm_tag_filters_warn(const struct wm_tag_filters *filters)
{
    for (size_t i = 0; i < WM_TAG_FILTERS; i++)
        wm_select_warn(filters->report, names[i], filters->filters[i] != NULL, filters->matched[i]);
    wm_select_warn(filters->report, "TagShow", filters->show.regex != NULL, filters->shown);
    wm_select_warn(filters->report, "TagHide", filters->hide.regex != NULL, filters->hidden);
}

static bool shows(struct wm_tag_filters *filters, const struct wm_label *label)
{
    bool shown = filters->show.regex == NULL || wm_verdicts_find(&filters->show, label->key);
    bool hidden = filters->hide.regex != NULL && wm_verdicts_find(&filters->hide, label->key);
    filters->shown |= shown;
    filters->hidden |= hidden;
    return shown && !hidden;
}

/* A base whose label is gone is no base any more, as for pprof. */
static void show_labels(struct wm_tag_filters *filters, struct wm_profile_sample *sample)
{
    struct wm_profile *profile = filters->report->profile;
    struct wm_label *labels = profile->labels + sample->first_label;
    uint32_t kept = 0;
    if (filters->show.regex == NULL && filters->hide.regex == NULL)
        return;
    for (uint32_t i = 0; i < sample->label_count; i++) {
        if (shows(filters, &labels[i]))
            labels[kept++] = labels[i];
        else if (sample->from_base)
            sample->from_base =
                strcmp(wm_profile_text(profile, labels[i].key), WM_MERGE_BASE_KEY) != 0;
    }
    sample->label_count = kept;
}

int wm_tag_filters_keep(struct wm_tag_filters *filters, struct wm_profile_sample *sample)
{
    bool keeps = true;
    for (size_t i = 0; i < WM_TAG_FILTERS; i++) {
        if (filters->filters[i] == NULL)
            continue;
        int matches = wm_tag_filter_matches(filters->filters[i], sample);
        if (matches < 0)
            return matches;
        filters->matched[i] |= matches == 1;
        keeps = keeps && (matches == 1) == (i != WM_TAGIGNORE);
    }
    if (keeps)
        show_labels(filters, sample);
    return keeps ? 1 : 0;
}

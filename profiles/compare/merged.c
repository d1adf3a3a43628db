/* merged.c - profiles of two sets of runs become one. */
#include "profiles/compare/merged.h"

#include "harness/core/file.h"
#include "harness/core/intern.h"
#include "profiles/pprof/merge.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int add_runs(struct wm_requests *requests, const struct wm_set *set,
                    enum wm_requests_side side)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < set->run_count; i++)
        rc = wm_requests_add(requests, set->runs[i], side);
    return rc;
}

int wm_merged_requests(const struct wm_set *base, const struct wm_set *now,
                       struct wm_requests **ret_requests, struct wm_error *err)
{
    struct wm_requests *requests = NULL;
    int rc = wm_requests_new(&requests);
    if (rc == 0)
        rc = add_runs(requests, base, WM_REQUESTS_BASE);
    if (rc == 0)
        rc = add_runs(requests, now, WM_REQUESTS_NEW);
    if (rc == 0)
        rc = wm_requests_finish(requests);
    if (rc < 0) {
        wm_requests_free(requests);
        return wm_fail(err, rc, "no memory for the runs");
    }
    *ret_requests = requests;
    return 0;
}

/* ---- To as many requests ---- */

static double scale_of(const struct wm_requests *requests, const char *path)
{
    uint64_t before = wm_requests_of(requests, "path", path, WM_REQUESTS_BASE);
    uint64_t after = wm_requests_of(requests, "path", path, WM_REQUESTS_NEW);
    if (before == 0) { /* (unattributed), (harness) */
        before = wm_requests_all(requests, WM_REQUESTS_BASE);
        after = wm_requests_all(requests, WM_REQUESTS_NEW);
    }
    return before > 0 ? (double)after / (double)before : 1;
}

/* The name of the sample's path, as a number of the profile's strings; 0: it has none. */
static uint32_t path_of(const struct wm_profile *profile, const struct wm_profile_sample *sample,
                        uint32_t key)
{
    uint32_t path = 0;
    for (uint32_t at = 0; at < sample->label_count; at++) {
        const struct wm_label *label = &profile->labels[sample->first_label + at];
        if (label->key == key)
            path = label->string;
    }
    return path;
}

/* What rounding leaves goes to the next sample of the path: most samples are few ticks, whose parts
 * would all be rounded to the same side. */
static int scale_base(struct wm_profile *profile, const struct wm_requests *requests)
{
    int64_t key = wm_profile_string(profile, "path");
    size_t types = profile->sample_type_count, paths = wm_intern_count(profile->strings);
    double *left = calloc(paths * types + 1, sizeof(left[0]));
    for (size_t i = 0; key >= 0 && left != NULL && i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        uint32_t path = path_of(profile, sample, (uint32_t)key);
        double scale = scale_of(requests, wm_profile_text(profile, path));
        int64_t *values = profile->values + sample->first_value;
        for (size_t type = 0; type < types; type++) {
            double *rest = &left[path * types + type];
            *rest += (double)values[type] * scale;
            values[type] = llround(*rest);
            *rest -= (double)values[type];
        }
    }
    int rc = key < 0 || left == NULL ? -ENOMEM : 0;
    free(left);
    return rc;
}

/* ---- The merge ---- */

static int read_profile(const struct wm_set *set, size_t at, const struct wm_requests *requests,
                        struct wm_profile **ret_profile, struct wm_error *err)
{
    char *name = wm_file_join_dup(set->folders[at], "profile.pb.gz");
    if (name == NULL)
        return wm_fail(err, -ENOMEM, "no memory for a file name");
    int rc = wm_profile_read(name, 0, ret_profile, err);
    free(name);
    if (rc < 0)
        return rc;
    rc = wm_requests_rename(requests, set->runs[at], *ret_profile);
    return rc < 0 ? wm_fail(err, rc, "no memory for the profile") : 0;
}

static int read_side(const struct wm_set *set, const struct wm_requests *requests,
                     enum wm_merge_role role, struct wm_merge_input *inputs, struct wm_error *err)
{
    for (size_t i = 0; i < set->run_count; i++) {
        inputs[i].role = role;
        int rc = read_profile(set, i, requests, &inputs[i].profile, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int wm_merged_new(const struct wm_set *base, const struct wm_set *now,
                  const struct wm_requests *requests, bool per_request,
                  struct wm_profile **ret_profile, struct wm_error *err)
{
    size_t count = base->run_count + now->run_count;
    struct wm_merge_input *inputs = calloc(count + 1, sizeof(inputs[0]));
    if (inputs == NULL)
        return wm_fail(err, -ENOMEM, "no memory for the profiles");
    struct wm_merge_input *of_base = inputs + now->run_count;
    int rc = read_side(now, requests, WM_MERGE_SOURCE, inputs, err);
    if (rc == 0)
        rc = read_side(base, requests, WM_MERGE_DIFF_BASE, of_base, err);
    for (size_t i = 0; rc == 0 && per_request && i < base->run_count; i++) {
        rc = scale_base(of_base[i].profile, requests);
        if (rc < 0)
            wm_fail(err, rc, "no memory for the profile");
    }
    if (rc == 0)
        rc = wm_profile_merge(inputs, count, 0, ret_profile, err);
    else
        for (size_t i = 0; i < count; i++)
            wm_profile_free(inputs[i].profile);
    free(inputs);
    return rc;
}

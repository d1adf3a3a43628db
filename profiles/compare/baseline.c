/* baseline.c - copies a set to where it stays. */
#include "profiles/compare/baseline.h"

#include "harness/core/file.h"
#include "harness/core/text.h"
#include "profiles/compare/baseline_place.h"
#include "profiles/runs/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int wm_baseline_folder(const char *name, char **ret_folder, struct wm_error *err)
{
    struct wm_text folder, shown;
    const char *fault = wm_record_name_fault(name);
    wm_text_init(&shown);
    if (fault != NULL) {
        wm_text_add_safe(&shown, name, strlen(name), 60);
        int rc = wm_fail_at(err, -EINVAL, "--name", "'%s' cannot be a baseline's name: %s",
                            shown.data, fault);
        wm_text_done(&shown);
        return rc;
    }
    wm_text_init(&folder);
    wm_text_addf(&folder, "%s/" WM_RECORD_BASELINES "/%s", wm_record_home(), name);
    *ret_folder = wm_text_take(&folder);
    return *ret_folder != NULL ? 0 : wm_fail(err, -ENOMEM, "no memory for a file name");
}

/* ---- Copying ---- */

/* A file of benchmark results alone, whatever its name. */
static int copy_bench(const char *from, const char *folder, struct wm_error *err)
{
    char *data = NULL, *to = wm_file_join_dup(folder, WM_RUN_BENCH);
    size_t length = 0;
    int rc = to == NULL ? wm_fail(err, -ENOMEM, "no memory for a file name")
                        : wm_file_read(from, 0, &data, &length, err);
    if (rc == 0)
        rc = wm_file_write(to, data, length, err);
    free(data);
    free(to);
    return rc;
}

static int copy_set(const struct wm_set *set, const char *folder, struct wm_error *err)
{
    int rc = wm_file_make_folder(folder, err);
    for (size_t i = 0; rc == 0 && i < set->run_count; i++) {
        char digits[24];
        (void)snprintf(digits, sizeof(digits), "%zu", i + 1);
        char *to = wm_file_join_dup(folder, digits);
        rc = to == NULL ? wm_fail(err, -ENOMEM, "no memory for a file name")
                        : wm_run_copy(set->folders[i], to, err);
        free(to);
    }
    if (rc == 0 && set->bench_facts != NULL)
        return wm_run_copy(set->bench_folder, folder, err);
    return rc == 0 && set->bench != NULL ? copy_bench(set->bench_name, folder, err) : rc;
}

int wm_baseline_set(const struct wm_set *set, const char *name, struct wm_error *err)
{
    struct wm_baseline_place place = {.held = -1};
    char *folder = NULL;
    int rc = wm_baseline_folder(name, &folder, err);
    if (rc == 0)
        rc = wm_baseline_place_open(folder, &place, err);
    if (rc == 0)
        rc = copy_set(set, place.made, err);
    if (rc == 0)
        rc = wm_baseline_place_take(&place, err);
    wm_baseline_place_done(&place);
    free(folder);
    return rc;
}

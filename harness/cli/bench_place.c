/* bench_place.c - a benchmark's folder or tag. */
#include "harness/cli/bench_place.h"

#include "harness/core/file.h"
#include "profiles/runs/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int take_folder(struct wm_bench_place *place, const char *folder, struct wm_error *err)
{
    int length = snprintf(place->folder, sizeof(place->folder), "%s", folder);
    if (length < 0 || (size_t)length >= sizeof(place->folder))
        return wm_fail_errno(err, -ENAMETOOLONG, folder, "write");
    return 0;
}

/* A tag's benchmark is one measurement: a second one would silently mix two. */
static int refuse_second(const struct wm_bench_place *place, struct wm_error *err)
{
    char *bench = wm_file_join_dup(place->folder, WM_TAG_BENCH);
    if (bench == NULL)
        return wm_fail(err, -ENOMEM, "no memory");
    int rc = 0;
    if (wm_file_exists(bench) && !place->force)
        rc = wm_fail_at(err, -EEXIST, place->tag,
                        "the tag holds a benchmark: choose another name, or replace what it holds "
                        "with --force");
    free(bench);
    return rc;
}

static int open_tag(struct wm_bench_place *place, const struct wm_run *run, struct wm_error *err)
{
    place->places.tag = place->tag; /* so that a folder that stays empty is removed */
    int rc = wm_record_open(place->tag, &place->places.tag_made, err);
    char *folder = rc == 0 ? wm_record_folder_dup(place->tag) : NULL;
    if (rc == 0)
        rc = folder == NULL ? wm_fail(err, -ENOMEM, "no memory") : take_folder(place, folder, err);
    if (rc == 0)
        (void)snprintf(place->places.tag_folder, sizeof(place->places.tag_folder), "%s", folder);
    free(folder);
    if (rc == 0)
        rc = refuse_second(place, err);
    return rc == 0 && !place->force ? wm_record_admit(place->tag, run, err) : rc;
}

int wm_bench_place_open(struct wm_bench_place *place, const struct wm_run_values *values,
                        const struct wm_run *run, struct wm_error *err)
{
    struct wm_place only;
    place->tag = values->tag;
    place->force = values->force;
    if (place->tag != NULL)
        return open_tag(place, run, err);
    int rc = wm_places_open(&place->places, values, err);
    if (rc == 0)
        rc = wm_place_open(&place->places, "", 0, &only, err);
    return rc < 0 ? rc : take_folder(place, only.folder, err);
}

static int write_to(const struct wm_bench_place *place, const struct wm_run *run,
                    const struct wm_crash_report *report, struct wm_error *err)
{
    int rc = wm_run_write(run, place->folder, err);
    return rc == 0 && run->crashed ? wm_crash_save(report, place->folder, err) : rc;
}

int wm_bench_place_write(struct wm_bench_place *place, const struct wm_run *run,
                         const struct wm_crash_report *report, struct wm_error *err)
{
    if (place->tag == NULL)
        return write_to(place, run, report, err);
    int lock = wm_record_lock(place->tag, err);
    if (lock < 0)
        return lock;
    int rc = place->force ? wm_record_clear(place->tag, 0, err) : 0;
    if (rc == 0)
        rc = write_to(place, run, report, err);
    if (rc == 0)
        rc = wm_record_file(place->tag, err);
    wm_record_unlock(lock);
    return rc;
}

void wm_bench_place_close(struct wm_bench_place *place)
{
    wm_places_close(&place->places);
}

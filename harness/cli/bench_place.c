/* bench_place.c - a benchmark's folder or tag. */
#include "harness/cli/bench_place.h"

#include "harness/core/file.h"
#include "profiles/runs/record.h"

#include <errno.h>
#include <stdlib.h>

/* A tag's benchmark is one measurement: a second one would silently mix two. */
static int refuse_second(const struct wm_bench_place *place, struct wm_error *err)
{
    char *bench = wm_file_join_dup(place->folder, WM_RUN_BENCH);
    if (bench == NULL)
        return wm_fail(err, -ENOMEM, "no memory");
    int rc = 0;
    if (wm_file_exists(bench))
        rc = wm_fail_at(err, -EEXIST, place->places.tag,
                        "the tag holds a benchmark: choose another name, or replace what it holds "
                        "with --force");
    free(bench);
    return rc;
}

int wm_bench_place_open(struct wm_bench_place *place, const struct wm_run_values *values,
                        const struct wm_run *run, struct wm_error *err)
{
    struct wm_places *places = &place->places;
    int rc = wm_places_open(places, values, err);
    place->folder = places->tag != NULL ? places->tag_folder : places->base;
    if (rc < 0 || places->tag == NULL || places->force)
        return rc;
    rc = refuse_second(place, err);
    return rc == 0 ? wm_record_admit(places->tag, run, err) : rc;
}

static int write_to(const struct wm_bench_place *place, const struct wm_run *run,
                    const struct wm_crash_report *report, struct wm_error *err)
{
    int rc = wm_run_write(run, place->folder, err);
    return rc == 0 && run->crashed ? wm_crash_save(report, place->folder, err) : rc;
}

/* An older benchmark's files give way to the new one's, when all of those are written; then the
 * tag's runs go, which are no part of it. */
int wm_bench_place_write(struct wm_bench_place *place, const struct wm_run *run,
                         const struct wm_crash_report *report, struct wm_error *err)
{
    const char *tag = place->places.tag;
    if (tag == NULL)
        return write_to(place, run, report, err);
    int lock = wm_record_lock(tag, err);
    if (lock < 0)
        return lock;
    /* asked once more, since another benchmark may have been filed while this one ran */
    int rc = place->places.force ? 0 : refuse_second(place, err);
    if (rc == 0)
        rc = write_to(place, run, report, err);
    if (rc == 0 && place->places.force)
        rc = wm_record_clear(tag, WM_RECORD_KEEP_BENCH, err);
    if (rc == 0)
        rc = wm_record_file(tag, err);
    wm_record_unlock(lock);
    return rc;
}

void wm_bench_place_close(struct wm_bench_place *place)
{
    wm_places_close(&place->places);
}

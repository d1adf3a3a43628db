/* places.c - folders of runs: named, checked, made, and removed again where they stayed empty. */
#include "harness/cli/places.h"

#include "harness/core/file.h"
#include "profiles/runs/record.h"
#include "profiles/runs/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FOLDER_TRIES = 100 };

static int take_name(char *to, const char *name, struct wm_error *err)
{
    if (strlen(name) >= PATH_MAX)
        return wm_fail_errno(err, -ENAMETOOLONG, name, "write");
    memcpy(to, name, strlen(name) + 1);
    return 0;
}

static int name_folder(char *folder, struct wm_error *err)
{
    char stamp[32];
    struct tm tm;
    time_t now = time(NULL);
    localtime_r(&now, &tm);
    if (strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm) == 0)
        stamp[0] = '\0';
    for (int i = 1; i <= FOLDER_TRIES; i++) {
        if (i == 1)
            snprintf(folder, PATH_MAX, "runs/%s", stamp);
        else
            snprintf(folder, PATH_MAX, "runs/%s-%d", stamp, i);
        if (!wm_file_exists(folder))
            return 0;
    }
    return wm_fail_at(err, -EEXIST, folder, "there are too many runs of this second; use -o DIR");
}

/* A set's folder: empty, or with runs of a set that --force replaces. */
static int open_set(struct wm_places *places, struct wm_error *err)
{
    if (wm_run_is(places->base))
        return wm_fail_at(err, -EEXIST, places->base,
                          "the folder holds a single run, and several need one of their own: "
                          "choose another with -o");
    int rc = wm_old_runs_find(places->base, &places->old, err);
    if (rc == 0 && places->old.count > 0 && !places->force)
        rc = wm_fail_at(err, -EEXIST, places->base,
                        "the folder holds %zu runs: choose another with -o, or replace them with "
                        "--force",
                        places->old.count);
    if (rc == 0 && places->old.count == 0)
        rc = wm_run_prepare(places->base, false, err);
    return rc;
}

static int open_base(struct wm_places *places, const char *output, struct wm_error *err)
{
    int rc = 0;
    if (output != NULL)
        rc = take_name(places->base, output, err);
    else
        rc = name_folder(places->base, err);
    if (rc < 0)
        return rc;
    bool made = !wm_file_exists(places->base);
    rc = places->series ? open_set(places, err) : wm_run_prepare(places->base, places->force, err);
    places->base_made = made && wm_file_exists(places->base);
    return rc;
}

static int open_tag(struct wm_places *places, struct wm_error *err)
{
    int rc = wm_record_open(places->tag, &places->tag_made, err);
    char *folder = rc == 0 ? wm_record_folder_dup(places->tag) : NULL;
    if (rc == 0)
        rc = folder == NULL ? wm_fail(err, -ENOMEM, "no memory")
                            : take_name(places->tag_folder, folder, err);
    free(folder);
    return rc;
}

int wm_places_open(struct wm_places *places, const struct wm_run_values *values,
                   struct wm_error *err)
{
    *places = (struct wm_places){
        .series = values->repeat > 0 || values->interleave != NULL,
        .force = values->force,
        .tag = values->tag,
    };
    int rc = places->tag != NULL ? open_tag(places, err) : 0;
    if (rc == 0 && (places->tag == NULL || values->output != NULL))
        rc = open_base(places, values->output, err);
    return rc;
}

static void remove_below(const char *folder, const char *name)
{
    char *below = wm_file_join_dup(folder, name);
    if (below != NULL)
        (void)rmdir(below);
    free(below);
}

void wm_places_close(struct wm_places *places)
{
    /* each fails, as it should, when something was written there */
    if (places->base_made) {
        remove_below(places->base, "a");
        remove_below(places->base, "b");
        (void)rmdir(places->base);
    }
    if (places->tag_made) {
        (void)rmdir(places->tag_folder);
        (void)rmdir(wm_record_home());
    }
    wm_old_runs_done(&places->old);
}

/* ---- One run ---- */

static int open_numbered(struct wm_places *places, const char *side, uint32_t number,
                         struct wm_place *place, struct wm_error *err)
{
    int length = snprintf(place->folder, sizeof(place->folder), "%s/%s%s%u", places->base, side,
                          side[0] != '\0' ? "/" : "", number);
    if (length < 0 || (size_t)length >= sizeof(place->folder))
        return wm_fail_errno(err, -ENAMETOOLONG, places->base, "write");
    bool made = !wm_file_exists(place->folder);
    int rc = wm_run_prepare(place->folder, places->force, err);
    place->made = made && wm_file_exists(place->folder);
    return rc;
}

static int open_filed(struct wm_places *places, struct wm_place *place, struct wm_error *err)
{
    int rc = wm_numbered_claim(places->tag_folder, places->last_number + 1, places->force,
                               &place->claim, err);
    if (rc < 0)
        return rc;
    places->last_number = place->claim.number;
    place->filed_too = places->base[0] != '\0';
    return place->filed_too ? 0 : take_name(place->folder, place->claim.folder, err);
}

int wm_place_open(struct wm_places *places, const char *side, uint32_t number,
                  struct wm_place *ret_place, struct wm_error *err)
{
    *ret_place = (struct wm_place){.claim = {.fd = -1}};
    int rc = 0;
    if (places->base[0] != '\0' && places->series)
        rc = open_numbered(places, side, number, ret_place, err);
    else if (places->base[0] != '\0')
        rc = take_name(ret_place->folder, places->base, err);
    if (rc == 0 && places->tag != NULL)
        rc = open_filed(places, ret_place, err);
    return rc;
}

int wm_place_take_over(struct wm_places *places, const struct wm_place *place, struct wm_error *err)
{
    int rc = 0;
    if (!places->force)
        return 0;
    places->force = false;
    if (places->old.count > 0)
        rc = wm_old_runs_remove(&places->old, places->base, place->folder, err);
    if (rc == 0 && places->tag != NULL)
        rc = wm_record_clear(places->tag, place->claim.number, err);
    return rc;
}

void wm_place_close(struct wm_place *place)
{
    wm_numbered_release(&place->claim);
    if (place->made)
        (void)rmdir(place->folder); /* fails, as it should, when a run was written */
    place->made = false;
}

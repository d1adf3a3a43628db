/* places.h - where the runs of one `waymark run` go: a folder (-o, or runs/DATE-TIME), a set of
 * numbered runs in it, a tag of the record, or a folder and a tag. A benchmark's results go to the
 * folder, or into the tag's own. What there is to refuse is
 * refused before anything runs. */
#ifndef WM_CLI_PLACES_H
#define WM_CLI_PLACES_H

#include "harness/cli/run_options.h"
#include "harness/core/error.h"
#include "profiles/runs/numbered.h"

#include <limits.h>
#include <stdbool.h>

struct wm_places {
    bool series;         /* runs 1 … N in the folder, not one */
    bool force;          /* until the first run is written: what follows joins it */
    char base[PATH_MAX]; /* "": the runs go to the tag alone */
    bool base_made;      /* it was not there before */
    const char *tag;     /* NULL: none */
    char tag_folder[PATH_MAX];
    bool tag_made;
    struct wm_old_runs old; /* what --force replaces, until the first new run is written */
    uint32_t last_number;   /* of the tag */
};

/* One run's place, or two. */
struct wm_place {
    char folder[PATH_MAX];
    bool made;
    struct wm_claim claim; /* of a run of the tag; its folder may be `folder` itself */
    bool filed_too;        /* the run goes into the claim's folder as well */
};

WM_MUST_USE int wm_places_open(struct wm_places *places, const struct wm_run_values *values,
                               struct wm_error *err);
/* Folders that were made and stayed empty go. */
void wm_places_close(struct wm_places *places);

/* Makes the place of the next run ready: of a series, run `number` of `side` ("" or "a", "b"). */
WM_MUST_USE int wm_place_open(struct wm_places *places, const char *side, uint32_t number,
                              struct wm_place *ret_place, struct wm_error *err);
/* After the first run that was written: what --force replaces is removed. */
WM_MUST_USE int wm_place_take_over(struct wm_places *places, const struct wm_place *place,
                                   struct wm_error *err);
void wm_place_close(struct wm_place *place);

#endif

/* finish.h - what the steps of wm_gather_finish share. Each fills one part of the run, in this
 * order. Private to this room. */
#ifndef WM_GATHER_FINISH_H
#define WM_GATHER_FINISH_H

#include "profiles/gather/aggregate.h"
#include "profiles/gather/counted.h"
#include "profiles/gather/known.h"
#include "profiles/gather/locations.h"
#include "profiles/gather/modules.h"
#include "profiles/gather/segment_rules.h"
#include "profiles/runs/run.h"

/* What was lost on the way, beyond what the region itself counts. */
struct wm_gather_losses {
    uint64_t rings_abandoned;
    uint64_t stacks_cut;
    uint64_t damaged;
    uint64_t requests_given_up;
    uint64_t outcomes_lost;    /* requests counted under WM_OUTCOME_OTHER */
    uint64_t stack_nodes_lost; /* stacks with segments past the limit */
    uint64_t labels_gone;      /* samples whose request was no longer on the board */
};

struct wm_finish {
    const struct wm_region *region;
    struct wm_aggregate *aggregate;
    struct wm_modules *modules;
    struct wm_known known;
    struct wm_run *run;
    struct wm_gather_losses losses;
    struct wm_histogram cost; /* of the handler */
    uint64_t last_sign_ns;    /* when records last came; 0 never */
    struct wm_counted_sums counted;
    uint32_t target; /* enum wm_target_kind */
    bool is_server;  /* not a host */
    bool timed_only; /* a benchmark: what the harness did around it is left out */
    struct wm_locations locations;
    const struct wm_segment_rules *rules; /* functions that are segments; NULL: none */
    bool *rules_seen;                     /* by rule: on some stack */
    uint32_t *stack_nodes;                /* by stack, of those in no marked segment; 0: none */
    const char **path_names;              /* display names by slot; WM_SLOT_MAX of them */
};

/* finish_paths.c: run->paths, and path_names from it. */
WM_MUST_USE int wm_finish_paths(struct wm_finish *finish);
/* finish_locations.c: `locations`. */
WM_MUST_USE int wm_finish_locations(struct wm_finish *finish);
/* finish_stacks.c: the nodes of samples in no marked segment, by the functions on their stacks;
 * nothing where no functions are listed. */
WM_MUST_USE int wm_finish_stacks(struct wm_finish *finish);
/* The node of a cell's samples. */
uint32_t wm_finish_node(const struct wm_finish *finish, const struct wm_aggregate_cell *cell);
/* finish_segments.c: run->segments and coverage. */
WM_MUST_USE int wm_finish_segments(struct wm_finish *finish);
/* finish_profile.c: run->profile and run->cpu_ns. */
WM_MUST_USE int wm_finish_profile(struct wm_finish *finish);
/* finish_totals.c: the rest of the run's figures, and its texts. */
WM_MUST_USE int wm_finish_totals(struct wm_finish *finish);
/* finish_served.c: the part of that which only servers have. */
WM_MUST_USE int wm_finish_served(struct wm_finish *finish);
/* finish_notes.c: one sentence for each thing that a reader of the figures should know. */
void wm_finish_notes(struct wm_finish *finish);

/* The start of the run on the wall clock. */
uint64_t wm_finish_started_wall_ns(const struct wm_finish *finish);
/* How long it ran; until its last sign of life if it crashed. */
uint64_t wm_finish_duration_ns(const struct wm_finish *finish);

#endif

/* requests.h - how many requests stand behind each value of a profile's labels: what a cost is
 * divided by.
 *
 * Several runs become one here, as their profiles become one by a merge. Paths are the same where
 * their ids are, but a path's display name depends on the paths of its run; so the paths of all
 * runs are named anew together, and the labels `path` of their profiles are brought to those names
 * before the merge. */
#ifndef WM_RUNS_REQUESTS_H
#define WM_RUNS_REQUESTS_H

#include "profiles/runs/run.h"

struct wm_requests;

/* On which side of a comparison a run stands. */
enum wm_requests_side { WM_REQUESTS_NEW, WM_REQUESTS_BASE, WM_REQUESTS_SIDES };

WM_MUST_USE int wm_requests_new(struct wm_requests **ret_requests);
void wm_requests_free(struct wm_requests *requests);
/* Counts a run in; nothing of it is kept. -ENOMEM. */
WM_MUST_USE int wm_requests_add(struct wm_requests *requests, const struct wm_run *run,
                                enum wm_requests_side side);
/* Names the paths, after the last run. -ENOMEM. */
WM_MUST_USE int wm_requests_finish(struct wm_requests *requests);

/* The paths of all runs under their names: ids, requests, nodes; no latencies. Borrowed. */
const struct wm_paths *wm_requests_paths(const struct wm_requests *requests);
/* Requests of a label's value: the key is "path", "entry", "outcome" ("": those without) or
 * "segment" (those that visited it, so that a request counts for several; all where nobody knows,
 * of segments from stacks; "": all). 0: there were
 * none, or it is no such label. */
uint64_t wm_requests_of(const struct wm_requests *requests, const char *key, const char *value,
                        enum wm_requests_side side);
/* The i-th label that requests were counted by; *ret_value NULL past the last. */
void wm_requests_label(const struct wm_requests *requests, size_t i, const char **ret_key,
                       const char **ret_value);
/* All requests. */
uint64_t wm_requests_all(const struct wm_requests *requests, enum wm_requests_side side);
/* Brings the labels `path` of this run's profile to the joint names. -ENOMEM. */
WM_MUST_USE int wm_requests_rename(const struct wm_requests *requests, const struct wm_run *run,
                                   struct wm_profile *profile);

#endif

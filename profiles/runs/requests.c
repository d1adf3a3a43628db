/* requests.c - the requests behind each value of a label, of one run or several. */
#include "profiles/runs/requests.h"

#include "harness/core/arena.h"
#include "harness/core/intern.h"
#include "harness/core/text.h"
#include "profiles/runs/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char PATH_KEY[] = "path";

/* What is remembered of a run's path until it has its name. */
struct share {
    uint64_t id, requests;
    enum wm_requests_side side;
};

struct count {
    uint64_t requests[WM_REQUESTS_SIDES];
};

struct wm_requests {
    struct wm_paths *paths;
    struct wm_intern *ids; /* of their rows, in order until they are sorted */
    struct share *shares;
    size_t share_count;
    struct wm_intern *labels; /* key, NUL, value */
    struct count *counts;     /* of those */
    size_t count_count;
    struct count all;
};

int wm_requests_new(struct wm_requests **ret_requests)
{
    struct wm_requests *requests = calloc(1, sizeof(*requests));
    if (requests == NULL)
        return -ENOMEM;
    int rc = wm_paths_new(&requests->paths);
    if (rc == 0)
        rc = wm_intern_new(&requests->ids);
    if (rc == 0)
        rc = wm_intern_new(&requests->labels);
    if (rc < 0) {
        wm_requests_free(requests);
        return rc;
    }
    *ret_requests = requests;
    return 0;
}

void wm_requests_free(struct wm_requests *requests)
{
    if (requests == NULL)
        return;
    wm_paths_free(requests->paths);
    wm_intern_free(requests->ids);
    wm_intern_free(requests->labels);
    free(requests->shares);
    free(requests->counts);
    free(requests);
}

/* ---- Counting ---- */

static void add_label(struct wm_text *text, const char *key, const char *value)
{
    wm_text_clear(text);
    wm_text_add_bytes(text, key, strlen(key) + 1);
    wm_text_add(text, value);
}

static int count(struct wm_requests *requests, const char *key, const char *value,
                 const struct share *share)
{
    struct wm_text label;
    wm_text_init(&label);
    add_label(&label, key, value);
    int64_t number =
        label.failed ? -ENOMEM : wm_intern_bytes(requests->labels, label.data, label.length);
    wm_text_done(&label);
    if (number < 0)
        return (int)number;
    if ((size_t)number == requests->count_count) {
        struct count *counts =
            wm_table_grow(requests->counts, requests->count_count, sizeof(counts[0]));
        if (counts == NULL)
            return -ENOMEM;
        requests->counts = counts;
        requests->counts[requests->count_count++] = (struct count){{0}};
    }
    requests->counts[number].requests[share->side] += share->requests;
    return 0;
}

/* The row of a path in the joint table, made from this one if it is new. */
static int find_row(struct wm_requests *requests, const struct wm_path_row *from,
                    struct wm_path_row **ret_row)
{
    int64_t number = wm_intern_bytes(requests->ids, &from->id, sizeof(from->id));
    if (number < 0)
        return (int)number;
    if ((size_t)number < requests->paths->count) {
        *ret_row = &requests->paths->rows[number];
        return 0;
    }
    struct wm_paths *paths = requests->paths;
    struct wm_path_row *row = wm_paths_add(paths);
    const char **nodes = wm_arena_alloc(paths->arena, (from->node_count + 1) * sizeof(nodes[0]));
    if (row == NULL || nodes == NULL)
        return -ENOMEM;
    row->id = from->id;
    row->entry = wm_arena_copy(paths->arena, from->entry, strlen(from->entry));
    row->outcome = wm_arena_copy(paths->arena, from->outcome, strlen(from->outcome));
    for (size_t i = 0; i < from->node_count; i++) {
        nodes[i] = wm_arena_copy(paths->arena, from->nodes[i], strlen(from->nodes[i]));
        if (nodes[i] == NULL)
            return -ENOMEM;
    }
    row->nodes = nodes;
    row->node_count = from->node_count;
    *ret_row = row;
    return row->entry != NULL && row->outcome != NULL ? 0 : -ENOMEM;
}

static int add_path(struct wm_requests *requests, const struct wm_path_row *from,
                    enum wm_requests_side side)
{
    struct wm_path_row *row = NULL;
    struct share *shares =
        wm_table_grow(requests->shares, requests->share_count, sizeof(shares[0]));
    if (shares == NULL)
        return -ENOMEM;
    requests->shares = shares;
    struct share *share = &shares[requests->share_count++];
    *share = (struct share){from->id, from->requests, side};
    int rc = find_row(requests, from, &row);
    if (rc < 0)
        return rc;
    row->requests += from->requests;
    row->errors += from->errors;
    row->samples += from->samples;
    row->cpu_ns += from->cpu_ns;
    requests->all.requests[side] += from->requests;
    rc = count(requests, "entry", from->entry, share);
    if (rc == 0)
        rc = count(requests, "segment", "", share);
    return rc == 0 ? count(requests, "outcome", from->outcome, share) : rc;
}

int wm_requests_add(struct wm_requests *requests, const struct wm_run *run,
                    enum wm_requests_side side)
{
    int rc = 0;
    uint64_t all = 0;
    for (size_t i = 0; rc == 0 && i < run->paths->count; i++) {
        if (wm_path_is_closing(&run->paths->rows[i]))
            continue;
        all += run->paths->rows[i].requests;
        rc = add_path(requests, &run->paths->rows[i], side);
    }
    for (size_t i = 0; rc == 0 && i < run->segments->count; i++) {
        const struct wm_segment_row *row = &run->segments->rows[i];
        struct share share = {0, row->from_stacks ? all : row->requests, side};
        rc = count(requests, "segment", row->segment, &share);
    }
    return rc;
}

/* ---- Names ---- */

static const struct wm_path_row *find_id(const struct wm_requests *requests, uint64_t id)
{
    int64_t number = wm_intern_find(requests->ids, &id, sizeof(id));
    return number >= 0 ? &requests->paths->rows[number] : NULL;
}

/* The rows are left in the order of their ids' numbers: it is how they are found. */
int wm_requests_finish(struct wm_requests *requests)
{
    int rc = wm_paths_name(requests->paths);
    for (size_t i = 0; rc == 0 && i < requests->share_count; i++) {
        const struct share *share = &requests->shares[i];
        const struct wm_path_row *row = find_id(requests, share->id);
        rc = count(requests, PATH_KEY, row->name, share);
    }
    return rc;
}

const struct wm_paths *wm_requests_paths(const struct wm_requests *requests)
{
    return requests->paths;
}

uint64_t wm_requests_of(const struct wm_requests *requests, const char *key, const char *value,
                        enum wm_requests_side side)
{
    struct wm_text label;
    wm_text_init(&label);
    add_label(&label, key, value);
    int64_t number = wm_intern_find(requests->labels, label.data, label.length);
    wm_text_done(&label);
    return number >= 0 ? requests->counts[number].requests[side] : 0;
}

void wm_requests_label(const struct wm_requests *requests, size_t i, const char **ret_key,
                       const char **ret_value)
{
    *ret_key = *ret_value = NULL;
    if (i >= requests->count_count)
        return;
    *ret_key = wm_intern_get(requests->labels, (uint32_t)i, NULL);
    *ret_value = *ret_key + strlen(*ret_key) + 1;
}

uint64_t wm_requests_all(const struct wm_requests *requests, enum wm_requests_side side)
{
    return requests->all.requests[side];
}

/* The joint name of each of the run's own, as string numbers of the profile: pairs, old and new. */
static int find_names(const struct wm_requests *requests, const struct wm_run *run,
                      struct wm_profile *profile, uint32_t *names)
{
    for (size_t i = 0; i < run->paths->count; i++) {
        const struct wm_path_row *row = &run->paths->rows[i];
        const struct wm_path_row *joint = find_id(requests, row->id);
        int64_t from = wm_profile_string(profile, row->name);
        int64_t to = joint != NULL ? wm_profile_string(profile, joint->name) : from;
        if (from < 0 || to < 0)
            return -ENOMEM;
        names[2 * i] = (uint32_t)from;
        names[2 * i + 1] = (uint32_t)to;
    }
    return 0;
}

int wm_requests_rename(const struct wm_requests *requests, const struct wm_run *run,
                       struct wm_profile *profile)
{
    int64_t key = wm_profile_string(profile, PATH_KEY);
    uint32_t *names = calloc(run->paths->count + 1, 2 * sizeof(names[0]));
    int rc = key < 0 || names == NULL ? -ENOMEM : find_names(requests, run, profile, names);
    for (size_t i = 0; rc == 0 && i < profile->label_count; i++) {
        struct wm_label *label = &profile->labels[i];
        if (label->key != (uint32_t)key || label->string == 0)
            continue;
        for (size_t at = 0; at < run->paths->count; at++) {
            if (names[2 * at] != label->string)
                continue;
            label->string = names[2 * at + 1];
            break;
        }
    }
    wm_profile_forget(profile);
    free(names);
    return rc;
}

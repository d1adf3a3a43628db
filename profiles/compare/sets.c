/* sets.c - an operand of a comparison to its runs and benchmark results. */
#include "profiles/compare/sets.h"

#include "harness/core/file.h"
#include "profiles/runs/numbered.h"
#include "profiles/runs/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void wm_set_free(struct wm_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->run_count; i++) {
        wm_run_free(set->runs[i]);
        free(set->folders[i]);
    }
    free(set->runs);
    free(set->folders);
    wm_benchfile_free(set->bench);
    free(set->bench_name);
    wm_run_free(set->bench_facts);
    free(set->bench_folder);
    free(set);
}

/* "folder/file" is there. */
static bool holds(const char *folder, const char *file)
{
    char *name = wm_file_join_dup(folder, file);
    bool found = name != NULL && wm_file_exists(name);
    free(name);
    return found;
}

static bool is_folder(const char *name)
{
    struct stat found;
    return stat(name, &found) == 0 && S_ISDIR(found.st_mode);
}

static int add_run(struct wm_set *set, const char *folder, struct wm_error *err)
{
    struct wm_run **runs = reallocarray(set->runs, set->run_count + 1, sizeof(runs[0]));
    if (runs != NULL)
        set->runs = runs;
    char **folders = reallocarray(set->folders, set->run_count + 1, sizeof(folders[0]));
    if (folders != NULL)
        set->folders = folders;
    char *copy = strdup(folder);
    if (runs == NULL || folders == NULL || copy == NULL) {
        free(copy);
        return wm_fail_at(err, -ENOMEM, folder, "no memory for the run");
    }
    int rc = wm_run_read(folder, &runs[set->run_count], err);
    if (rc == 0 && runs[set->run_count]->crashed) { /* it has not done what the others did */
        wm_run_free(runs[set->run_count]);
        set->crashed_count++;
        rc = 1;
    }
    if (rc != 0) {
        free(copy);
        return rc < 0 ? rc : 0;
    }
    folders[set->run_count++] = copy;
    return 0;
}

static int add_numbered(struct wm_set *set, const char *folder, struct wm_error *err)
{
    uint32_t *numbers = NULL;
    size_t count = 0;
    int rc = wm_numbered_list(folder, &numbers, &count, err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        char *name = wm_numbered_dup(folder, numbers[i]);
        rc = name == NULL ? wm_fail_at(err, -ENOMEM, folder, "no memory for its runs")
                          : add_run(set, name, err);
        free(name);
    }
    free(numbers);
    return rc;
}

static int read_bench(struct wm_set *set, const char *file, struct wm_error *err)
{
    set->bench_name = strdup(file);
    if (set->bench_name == NULL)
        return wm_fail_at(err, -ENOMEM, file, "no memory for its results");
    return wm_benchfile_read(file, &set->bench, err);
}

/* What lies beside results of benchmarks is the profile that goes with them, and no run: it tells
 * what they were of. */
static int read_facts(struct wm_set *set, const char *folder, struct wm_error *err)
{
    if (!wm_run_is(folder))
        return 0;
    set->bench_folder = strdup(folder);
    if (set->bench_folder == NULL)
        return wm_fail_at(err, -ENOMEM, folder, "no memory for its results");
    return wm_run_read(folder, &set->bench_facts, err);
}

static int read_folder(struct wm_set *set, const char *folder, struct wm_error *err)
{
    bool has_bench = holds(folder, WM_RUN_BENCH);
    int rc = wm_run_is(folder) && !has_bench ? add_run(set, folder, err)
                                             : add_numbered(set, folder, err);
    if (rc < 0 || !has_bench)
        return rc;
    char *file = wm_file_join_dup(folder, WM_RUN_BENCH);
    rc = file == NULL ? wm_fail_at(err, -ENOMEM, folder, "no memory for its results")
                      : read_bench(set, file, err);
    free(file);
    return rc < 0 ? rc : read_facts(set, folder, err);
}

static bool is_empty(const struct wm_set *set)
{
    return set->run_count == 0 && set->bench == NULL;
}

static int refuse_crashed(const struct wm_set *set, struct wm_error *err)
{
    return wm_fail_at(err, -EINVAL, set->name,
                      set->crashed_count == 1
                          ? "the app crashed in this run, so it tells no cost"
                          : "the app crashed in all runs, so they tell no cost");
}

/* What the operand names in the record, where it is a bare name. */
static int read_tag(struct wm_set *set, struct wm_error *err)
{
    if (strchr(set->name, '/') != NULL)
        return 0;
    char *folder = wm_file_join_dup(wm_record_home(), set->name);
    if (folder == NULL)
        return wm_fail_at(err, -ENOMEM, set->name, "no memory for its runs");
    int rc = is_folder(folder) ? read_folder(set, folder, err) : 0;
    free(folder);
    return rc;
}

static int read_operand(struct wm_set *set, struct wm_error *err)
{
    bool exists = wm_file_exists(set->name);
    int rc = 0;
    if (exists && is_folder(set->name))
        rc = read_folder(set, set->name, err);
    else if (exists)
        return read_bench(set, set->name, err);
    if (rc == 0 && is_empty(set) && set->crashed_count == 0)
        rc = read_tag(set, err);
    if (rc < 0 || !is_empty(set))
        return rc;
    if (set->crashed_count > 0)
        return refuse_crashed(set, err);
    if (exists)
        return wm_fail_at(
            err, -EINVAL, set->name,
            "holds no run: expected run.json, or runs in folders 1, 2, …, or " WM_RUN_BENCH);
    return wm_fail_at(err, -ENOENT, set->name,
                      "is no run folder, set, file of benchmark results, or tag in %.200s",
                      wm_record_home());
}

int wm_set_read(const char *operand, struct wm_set **ret_set, struct wm_error *err)
{
    struct wm_set *set = calloc(1, sizeof(*set));
    if (set == NULL)
        return wm_fail_at(err, -ENOMEM, operand, "no memory for its runs");
    set->name = operand;
    int rc = read_operand(set, err);
    if (rc < 0) {
        wm_set_free(set);
        return rc;
    }
    *ret_set = set;
    return 0;
}

/* ---- Turns ---- */

enum { SECOND_BYTES = sizeof("2026-01-01T00:00:00") - 1 };

struct turn {
    const char *started;
    size_t length; /* that counts: of all the same */
    bool base;
};

/* ISO 8601 in UTC sorts as text. */
static int compare_turns(const void *a, const void *b)
{
    const struct turn *left = a, *right = b;
    return strncmp(left->started, right->started, left->length);
}

/* Old runs know their second and no more; beside one of them no other's part of a second counts. */
static void limit_turns(struct turn *turns, size_t count)
{
    size_t length = SIZE_MAX;
    for (size_t i = 0; i < count; i++)
        if (strchr(turns[i].started, '.') == NULL)
            length = SECOND_BYTES;
    for (size_t i = 0; i < count; i++)
        turns[i].length = length;
}

/* The fewest changes of side that the order allows. Of several runs of one second, where no more is
 * known, nobody knows the order: those of both sides change once, from the side that went before.
 */
static size_t count_changes(const struct turn *turns, size_t count)
{
    size_t changes = 0;
    bool base = false, known = false;
    for (size_t i = 0, end; i < count; i = end) {
        bool mixed = false;
        for (end = i + 1; end < count && compare_turns(&turns[i], &turns[end]) == 0; end++)
            mixed |= turns[end].base != turns[i].base;
        changes += mixed || (known && base != turns[i].base);
        base = mixed ? !base : turns[i].base;
        known |= !mixed;
    }
    return changes;
}

bool wm_sets_take_turns(const struct wm_set *base, const struct wm_set *now)
{
    size_t count = base->run_count + now->run_count;
    size_t shorter = base->run_count < now->run_count ? base->run_count : now->run_count;
    struct turn *turns = calloc(count + 1, sizeof(turns[0]));
    if (turns == NULL || shorter < 2) {
        free(turns);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        bool first = i < base->run_count;
        size_t at = first ? i : i - base->run_count;
        turns[i] = (struct turn){(first ? base : now)->runs[at]->started, 0, first};
    }
    limit_turns(turns, count);
    qsort(turns, count, sizeof(turns[0]), compare_turns);
    size_t changes = count_changes(turns, count);
    free(turns);
    return changes >= shorter;
}

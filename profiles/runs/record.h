/* record.h - the record: what was measured, by the name (the tag) that it was filed under.
 *
 *     $WAYMARK_HOME, or .waymark in the working directory
 *     └─ NAME/          a tag: results of one build, one kind of work, one machine
 *        ├─ tag.json    what is known of it, in short
 *        ├─ 1/ … N/     runs (numbered.h)
 *        └─ bench.txt   results of benchmarks (benchfile.h), with the run folder's files of the
 *                       profile that goes with them beside it
 *
 * tag.json says nothing that the other files do not: it is made anew from them whenever something
 * is filed, and put in place by a rename. Who files holds the tag's lock meanwhile. */
#ifndef WM_RUNS_RECORD_H
#define WM_RUNS_RECORD_H

#include "harness/core/error.h"
#include "profiles/runs/run.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WM_TAG_NAME_MAX = 100 };         /* bytes */
#define WM_RECORD_BASELINES "baselines" /* the folder of what is no tag */
#define WM_TAG_JSON "tag.json"

/* What a cost of the record is of. */
enum wm_tag_kind { WM_TAG_ENTRY, WM_TAG_PATH, WM_TAG_BENCHMARK, WM_TAG_KINDS };
/* "entry", "path", "benchmark". */
const char *wm_tag_kind_name(enum wm_tag_kind kind);

/* CPU per request, or time per operation: the mean over the runs (or over a benchmark's lines) with
 * its 95 % interval; of a single run, what its samples tell. */
struct wm_tag_result {
    enum wm_tag_kind kind;
    const char *name;
    uint64_t path_id;  /* of a path, else 0 */
    uint64_t requests; /* of all runs; a benchmark's iterations */
    uint64_t count;    /* runs or lines behind it */
    bool known;        /* false: nothing was sampled there, and the three below are 0 */
    double ns, low_ns, high_ns;
};

struct wm_tag {
    const char *name, *folder;
    uint64_t filed_ns; /* wall time of the last filing: the order of the record */
    uint64_t run_count, crashed_count;
    uint64_t bench_count; /* lines of results */
    bool mixed;           /* runs that are not of one build, work and load stand in it */
    /* The latest run, with requests, errors, mismatches and seconds of all of them; without
     * paths, segments and profile. Owns the strings of the tag. */
    struct wm_run *facts;
    struct wm_tag_result *results; /* entry points, paths, benchmarks; dearest first in each */
    size_t result_count;
};

/* ---- Names and places ---- */

/* The folder of the record; borrowed. */
const char *wm_record_home(void);
/* Why it may not name what lies in the record; NULL: it may. 1 to WM_TAG_NAME_MAX bytes of UTF-8
 * without '/' and control characters may, that begin with neither '.' nor '-'. */
const char *wm_record_name_fault(const char *name);
/* -EINVAL unless it may be a tag's name: such a one, but WM_RECORD_BASELINES. */
WM_MUST_USE int wm_record_check_name(const char *name, struct wm_error *err);
/* "HOME/NAME" of a name that may be one; free() it. NULL: no memory. */
char *wm_record_folder_dup(const char *name);

/* ---- Filing ---- */

/* Makes the tag's folder, which is then there and writable. *ret_made: it was not there before. */
WM_MUST_USE int wm_record_open(const char *name, bool *ret_made, struct wm_error *err);
/* Whether a run with these settings, machine and identity may join what the tag holds: -EEXIST with
 * what differs. A tag that holds nothing takes everything. */
WM_MUST_USE int wm_record_admit(const char *name, const struct wm_run *run, struct wm_error *err);
/* Removes what the tag holds but for the run `kept`, or for its benchmark. What is to stay was
 * written before, so that nothing is lost where there is no room for it. Under the lock. */
enum { WM_RECORD_KEEP_BENCH = 0 };
WM_MUST_USE int wm_record_clear(const char *name, uint32_t kept, struct wm_error *err);
/* Waits for the tag's lock, some seconds at most: a descriptor for wm_record_unlock, or negative.
 */
WM_MUST_USE int wm_record_lock(const char *name, struct wm_error *err);
/* The same with others who read: who writes waits. */
WM_MUST_USE int wm_record_lock_to_read(const char *name, struct wm_error *err);
void wm_record_unlock(int lock);
/* Writes tag.json from what the tag's folder holds. Under the lock, after each change. */
WM_MUST_USE int wm_record_file(const char *name, struct wm_error *err);

/* Whether two runs are of one work, load, machine and rate of sampling; otherwise the first that
 * differs ("the hash of the work") with both values. What an older version did not keep differs
 * from what is known. */
struct wm_tag_difference {
    const char *what, *is, *was;
};
bool wm_tag_comparable(const struct wm_run *run, const struct wm_run *other,
                       struct wm_tag_difference *ret_difference);

/* ---- Reading ---- */

struct wm_record { /* all tags, the one filed last first */
    struct wm_tag **tags;
    size_t count;
    size_t unreadable; /* tags whose tag.json is damaged */
    char *first_fault; /* what is wrong with the first of them; NULL none */
};
WM_MUST_USE int wm_record_read(struct wm_record **ret_record, struct wm_error *err);
void wm_record_free(struct wm_record *record);

/* -ENOENT where there is none of this name. */
WM_MUST_USE int wm_tag_read(const char *name, struct wm_tag **ret_tag, struct wm_error *err);
void wm_tag_free(struct wm_tag *tag);
/* Adds it as tag.json has it. */
void wm_tag_add_json(const struct wm_tag *tag, struct wm_text *text);

#endif

/* legacy_threads.c - the stacks of all threads:
 *
 *   --- threadz 1 ---
 *   --- Thread 7f794ab90940 (name: main/14748) stack: ---
 *     PC:  0x00bc8f1c: helper(arg *)
 *     0x0040be31: main */
#include "profiles/pprof/legacy.h"

#include <errno.h>

static const char no_trace[] = "---- no stack trace for";

/* "--- threadz 1 ---", anywhere in the line. */
static bool is_list_header(struct wm_slice line)
{
    int64_t version;
    line = wm_slice_find(line, "--- threadz ");
    return line.at != NULL && wm_slice_skip(&line, "--- threadz ") &&
           wm_slice_number(&line, false, &version) && wm_slice_begins(line, " ---");
}

/* "--- Thread 7f794ab90940 (name: main/14748) stack: ---" */
static bool is_thread_header(struct wm_slice line)
{
    uint64_t id;
    line = wm_slice_find(line, "--- Thread ");
    if (line.at == NULL || !wm_slice_skip(&line, "--- Thread ") || !wm_slice_hex(&line, &id) ||
        !wm_slice_skip(&line, " (name: "))
        return false;
    struct wm_slice end = wm_slice_find(line, ") stack: ---");
    const char *at = end.at;
    while (at != NULL && at > line.at && at[-1] >= '0' && at[-1] <= '9')
        at--; /* the thread's number */
    return at != NULL && at < end.at && at > line.at && at[-1] == '/';
}

bool wm_legacy_is_threads(struct wm_legacy *legacy)
{
    return wm_legacy_next_said(legacy) &&
           (is_list_header(legacy->line) || is_thread_header(legacy->line));
}

/* The lines up to the next that begins with dashes. */
static int read_stack(struct wm_legacy *legacy)
{
    bool is_same = false;
    int rc = 0;
    legacy->stack_length = 0;
    while (rc == 0 && wm_legacy_next_line(legacy)) {
        if (wm_slice_begins(legacy->line, "---") || wm_legacy_announces_maps(legacy->line))
            break;
        if (wm_slice_find(legacy->line, "same as previous thread").at != NULL)
            is_same = true;
        else
            rc = wm_legacy_push_text(legacy, legacy->line, 0);
    }
    if (is_same)
        legacy->stack_length = 0;
    return rc;
}

static int add_thread(struct wm_legacy *legacy)
{
    struct wm_profile *profile = legacy->profile;
    if (legacy->stack_length == 0) { /* one more like the last */
        if (profile->sample_count > 0)
            profile->values[profile->value_count - 1]++;
        return 0;
    }
    for (size_t i = 1; i < legacy->stack_length; i++)
        legacy->stack[i]--;
    return wm_legacy_sample(legacy, NULL, &(int64_t){1});
}

int wm_legacy_read_threads(struct wm_legacy *legacy)
{
    int rc = wm_legacy_type(legacy, "thread", "count");
    if (rc == 0)
        rc = wm_legacy_period(legacy, "thread", "count", 1);
    bool more = wm_legacy_next_said(legacy);
    if (rc == 0 && more && is_list_header(legacy->line)) {
        do
            more = wm_legacy_next_line(legacy);
        while (more && !wm_slice_begins(legacy->line, "-") &&
               !wm_legacy_announces_maps(legacy->line));
    }
    while (rc == 0 && !wm_legacy_announces_maps(legacy->line) &&
           !wm_slice_begins(legacy->line, no_trace)) {
        if (!is_thread_header(legacy->line))
            return wm_legacy_malformed(legacy,
                                       "neither a thread nor the mappings, where one of them "
                                       "should begin");
        rc = read_stack(legacy);
        if (rc == 0)
            rc = add_thread(legacy);
    }
    if (rc == 0)
        rc = wm_legacy_read_announced_maps(legacy);
    if (rc == 0)
        wm_legacy_drop_repeated_leaves(legacy);
    return rc;
}

/* ending.c - how the app's process ended, and what that makes of the run. */
#include "harness/cli/ending.h"

#include "harness/cli/print.h"

#include <errno.h>

int wm_ending_fault(const struct wm_region *region)
{
    struct wm_error err = {0};
    int rc = region->fault.rc;
    wm_fail_at(&err, rc, region->fault.place, "%s", region->fault.text);
    wm_print_error(&err);
    bool input = rc == -EINVAL || rc == -ENOENT || rc == -ENOEXEC;
    return input ? WM_EXIT_USAGE : WM_EXIT_APP_FAILED;
}

static void add_words(const struct wm_text *words, struct wm_text *text)
{
    if (words != NULL && words->length > 0)
        wm_text_addf(text, "%sits last lines:\n%s", text->length > 0 ? "\n" : "", words->data);
}

void wm_ending_tell_words(const struct wm_text *words)
{
    struct wm_text text;
    wm_text_init(&text);
    add_words(words, &text);
    if (text.length > 0)
        wm_print_note("%s", text.data);
    wm_text_done(&text);
}

static int tell_crash(struct wm_ending *ending, struct wm_job *job, const struct wm_region *region,
                      struct wm_gather *gather, struct wm_run *run, struct wm_error *err)
{
    struct wm_crash_report *report = &ending->report;
    struct wm_text headline;
    report->server = region->plan.target != WM_TARGET_HOST;
    report->signal = ending->session.exit.signal;
    report->exit_code = ending->session.exit.exit_code;
    int rc = wm_crash_collect(job, region, gather, run, report, err);
    if (rc < 0)
        return rc;
    wm_text_init(&headline);
    wm_crash_headline(report, &headline);
    wm_run_note(run, "%s; see crash.json", headline.data);
    wm_text_done(&headline);
    wm_crash_describe(report, ending->folder, &ending->crash);
    add_words(ending->last_words, &ending->crash);
    ending->exit_code = WM_EXIT_APP_FAILED;
    return 0;
}

static bool ended_well(const struct wm_target_exit *how)
{
    return how->signal == 0 && how->exit_code == 0;
}

static void note_exit(const struct wm_ending *ending, bool done, struct wm_run *run)
{
    const struct wm_session_result *session = &ending->session;
    const struct wm_target_exit *how = &session->exit;
    if (session->lingered)
        wm_run_note(run, "after the last request %s did not exit within %d s: it was ended",
                    ending->called, WM_SESSION_LINGER_S);
    else if (done && !session->killed && !ended_well(how))
        wm_run_note(run, "%s%s ended with %s %d instead of 0",
                    ending->watched ? "" : "after the last request ", ending->called,
                    how->signal != 0 ? "signal" : "exit code",
                    how->signal != 0 ? how->signal : how->exit_code);
}

int wm_ending_judge(struct wm_ending *ending, struct wm_job *job, const struct wm_region *region,
                    struct wm_gather *gather, struct wm_run *run, struct wm_error *err)
{
    const struct wm_session_result *session = &ending->session;
    bool done = atomic_load(&region->stage) == WM_STAGE_DONE;
    ending->watched = region->plan.target == WM_TARGET_WATCH;
    note_exit(ending, done, run);
    if (ending->watched && !ended_well(&session->exit))
        ending->exit_code = WM_EXIT_APP_FAILED;
    if (!done && !session->killed)
        return tell_crash(ending, job, region, gather, run, err);
    run->crashed = false; /* one that was killed did not die by itself */
    if (session->gave_up)
        wm_run_note(run, "ended 10 s after a signal: requests in flight did not end");
    else if (session->stopped && !(ending->watched && !session->killed))
        wm_run_note(run, session->killed
                             ? "ended at once by a second signal: requests in flight were "
                               "not waited for"
                             : "ended by a signal, before the end of the plan");
    if (session->killed)
        ending->exit_code = WM_EXIT_INTERRUPTED;
    return 0;
}

struct rlimit wm_ending_allow_files(void)
{
    struct rlimit limit, before = {0};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return before;
    before = limit;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    return before;
}

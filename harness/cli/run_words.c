/* run_words.c - the notes of `waymark run`: of its plan before, of where to look after. */
#include "harness/cli/run_words.h"

#include "harness/cli/import.h"
#include "harness/cli/print.h"
#include "harness/core/units.h"

#include <inttypes.h>
#include <string.h>

static void tell_import(const struct wm_job *job)
{
    struct wm_text text;
    wm_text_init(&text);
    wm_import_describe(&job->import, &text);
    wm_print_note("%s: %s", job->source, text.data);
    wm_text_done(&text);
}

/* The same for who reads the run later, if it says more than a number. */
void wm_run_note_import(const struct wm_job *job, struct wm_run *run)
{
    const struct wm_capture_report *import = &job->import;
    struct wm_text text;
    bool timed = job->plan.law == WM_LAW_RECORDED && import->spread > 0;
    if (!job->imported || (import->skipped == 0 && import->reordered == 0 && !timed))
        return;
    wm_text_init(&text);
    wm_import_describe(import, &text);
    wm_run_note(run, "%s: %s", job->source, text.data);
    wm_text_done(&text);
}

static void tell_cut(const struct wm_job *job)
{
    char count[WM_UNIT_BYTES];
    wm_print_note("%s: cut off at byte %" PRIu64 "; the %s request%s before it %s replayed",
                  job->source, job->summary.cut_offset,
                  wm_units_count(job->summary.requests, count),
                  job->summary.requests == 1 ? "" : "s", job->summary.requests == 1 ? "is" : "are");
}

/* The part of the trace that --requests and --duration leave, and its last due time. */
static uint64_t count_sent(struct wm_job *job, double *ret_ns)
{
    const struct wm_plan *plan = &job->plan;
    struct wm_work work;
    uint64_t count = 0;
    while ((plan->requests == 0 || count < plan->requests) &&
           wm_stream_draw(job->cursor, count, &work, NULL) > 0) {
        double ns = (double)work.due_ns / plan->speed;
        if (plan->duration_ns > 0 && ns >= (double)plan->duration_ns)
            break;
        *ret_ns = ns;
        count++;
    }
    return count;
}

/* A recorded day takes a day: whoever did not mean that should know at once. */
static int tell_length(struct wm_job *job, struct wm_error *err)
{
    char takes[WM_UNIT_BYTES], all[WM_UNIT_BYTES], count[WM_UNIT_BYTES];
    const struct wm_plan *plan = &job->plan;
    double ns = (double)job->summary.last_due_ns / plan->speed;
    bool cut = plan->duration_ns > 0 && (double)plan->duration_ns <= ns;
    bool fewer = plan->requests > 0 && plan->requests < job->summary.requests;
    uint64_t sent = cut || fewer ? count_sent(job, &ns) : job->summary.requests;
    bool part = sent < job->summary.requests;
    wm_units_count(job->summary.requests, all);
    wm_print_note("%s: %s%s%s request%s at their recorded times take%s %s; --speed max sends them "
                  "as fast as they are answered",
                  job->source, part ? wm_units_count(sent, count) : "", part ? " of " : "", all,
                  job->summary.requests == 1 ? "" : "s", sent == 1 ? "s" : "",
                  wm_units_duration(ns, takes));
    return cut || fewer ? wm_stream_rewind(job->stream, err) : 0;
}

int wm_run_tell_plan(struct wm_job *job, struct wm_error *err)
{
    if (job->imported)
        tell_import(job);
    if (job->summary.cut_offset > 0)
        tell_cut(job);
    bool timed = job->plan.law == WM_LAW_RECORDED && job->summary.last_due_ns > 0;
    return timed ? tell_length(job, err) : 0;
}

/* The dearest path; NULL: none was sampled. */
static const char *dearest_path(const struct wm_run *run)
{
    for (size_t i = 0; i < run->paths->count; i++)
        if (!wm_path_is_closing(&run->paths->rows[i]) && run->paths->rows[i].cpu_ns > 0)
            return run->paths->rows[i].name;
    return NULL;
}

/* "'path=^A\+B$'": that path and no other. */
static void add_tagfocus(struct wm_text *text, const char *path)
{
    struct wm_text word;
    wm_text_init(&word);
    wm_text_add(&word, "path=^");
    for (const char *at = path; *at != '\0'; at++) {
        wm_text_add(&word, strchr("\\.+*?()|[]{}^$", *at) != NULL ? "\\" : "");
        wm_text_add_bytes(&word, at, 1);
    }
    wm_text_add(&word, "$");
    wm_text_add_shell(text, word.data);
    text->failed |= word.failed;
    wm_text_done(&word);
}

void wm_run_tell_next(const struct wm_run *run, const char *folder)
{
    const char *path = dearest_path(run);
    struct wm_text word, focus;
    wm_text_init(&word);
    wm_text_init(&focus);
    wm_text_add_shell(&word, folder);
    if (path != NULL) {
        wm_text_add(&focus, " -tagfocus ");
        add_tagfocus(&focus, path);
    }
    wm_print_note("%swritten to %s; next:", run->crashed ? "" : "\n", folder);
    wm_print_note("  waymark paths %s", word.data);
    if (path != NULL) {
        wm_print_note("  waymark report -by_path %s", word.data);
        wm_print_note("  waymark report -top %s", word.data);
        wm_print_note("  go tool pprof -top%s %s%s", focus.data, word.data, "/profile.pb.gz");
    }
    wm_text_done(&word);
    wm_text_done(&focus);
}

/* finish_notes.c - what a reader of the figures should know: one sentence each, none where all is
 * well. */
#include "profiles/gather/finish.h"

#include "harness/core/units.h"

#include <math.h>
#include <string.h>

#define CONSERVATION_TOLERANCE 0.02
#define SERVER_TOLERANCE 0.03 /* several processes, and clocks that are read from outside */
#define UNATTRIBUTED_SHARE 0.10
#define CONSERVATION_FLOOR_NS 5e6 /* below it the reading of the two clocks is what differs */

struct loss {
    uint64_t count;
    const char *what;
    const char *consequence;
};

static void note_workers(struct wm_finish *finish)
{
    uint64_t cells_lost = 0;
    uint64_t latency_lost = 0;
    for (uint32_t i = 0; i < finish->known.worker_count; i++) {
        cells_lost += finish->region->workers[i].cells_lost;
        latency_lost += finish->region->workers[i].latency_lost;
    }
    char text[WM_UNIT_BYTES];
    if (cells_lost > 0)
        wm_run_note(
            finish->run,
            "requests whose row of the mix was not kept, there are too many rows: %s; they are "
            "counted by path, their expectations were not checked",
            wm_units_count(cells_lost, text));
    if (latency_lost > 0)
        wm_run_note(finish->run,
                    "requests without a latency, their path found no free histogram: %s",
                    wm_units_count(latency_lost, text));
}

static void note_losses(struct wm_finish *finish)
{
    const struct wm_region *region = finish->region;
    const struct wm_run *run = finish->run;
    const struct wm_gather_losses *lost = &finish->losses;
    const struct loss losses[] = {
        {run->unfinished,                                     "requests that did not end",                                     "their samples are (unattributed)"            },
        {run->samples_dropped,                                "samples dropped, a ring was full",
         "their CPU time is (unattributed)"                                                                                                                                  },
        {run->samples_truncated,                              "samples with a stack cut short",
         "their outer callers are missing"                                                                                                                                   },
        {lost->stacks_cut,                                    "samples cut to their leaf function, too many different stacks",
         "their callers are missing"                                                                                                                                         },
        {finish->counted.ends_dropped,                        "ends of sampled requests dropped, a ring was full",
         "their samples are (unattributed)"                                                                                                                                  },
        {lost->requests_given_up,                             "sampled requests whose end was not waited for any longer",
         "their samples are (unattributed)"                                                                                                                                  },
        {atomic_load(&region->threads_unsampled),             "threads not sampled",
         "their CPU time is in no row"                                                                                                                                       },
        {atomic_load(&region->threads_eventless),             "threads that could not be sampled",
         "their CPU time is (unattributed)"                                                                                                                                  },
        {atomic_load(&region->threads_shallow),
         "threads whose stacks are not followed, the unwinder has no room",                                                    "their samples are one frame deep"            },
        {atomic_load(&region->paths_lost),                    "requests past the limit of execution paths",
         "they are counted together as " WM_KNOWN_OTHER ", and by no segment"                                                                                                },
        {lost->outcomes_lost,                                 "requests past the limit of 254 outcomes",
         "they are counted under the outcome (other)"                                                                                                                        },
        {atomic_load(&region->nodes_lost),                    "segments not followed, the tree of segments is full",
         "their CPU time is with the segment around them"                                                                                                                    },
        {atomic_load(&region->sites_lost),                    "segment sites not known, their table is full",
         "coverage leaves them out"                                                                                                                                          },
        {atomic_load(&region->modules_lost),                  "binaries not known, their table is full",
         "functions in them have no names"                                                                                                                                   },
        {atomic_load(&region->contexts_lost),
         "times that a request had to wait, too many were in flight",                                                          "latency counts the wait only in an open loop"},
        {finish->is_server ? 0 : atomic_load(&region->forks), "child processes that the app made",
         "they are not profiled"                                                                                                                                             },
        {atomic_load(&region->processes_lost),                "processes past the limit of 512 at a time",
         "they are not profiled"                                                                                                                                             },
        {atomic_load(&region->programs_lost),                 "programs past the limit of 32,768 in a run",
         "they are not profiled"                                                                                                                                             },
        {lost->stack_nodes_lost,                              "stacks with more segments than there is room for",
         "their CPU time is with the segments around them"                                                                                                                   },
        {lost->labels_gone,                                   "samples that came too late to tell their request",
         "they are (unattributed)"                                                                                                                                           },
        {atomic_load(&region->board.together),                "requests that came before others in one read",
         "their CPU time counts as the last one's"                                                                                                                           },
        {atomic_load(&region->board.asked),                   "connections that the server opened to others",
         "what it does with their answers may be (background), or of who was served last"                                                                                    },
        {lost->rings_abandoned,                               "sample rings that the app damaged",
         "what was in them and came after is lost"                                                                                                                           },
        {lost->damaged,                                       "entries of the shared tables that make no sense",
         "they are left out; the app may write where it should not"                                                                                                          },
    };
    char text[WM_UNIT_BYTES];
    for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
        if (losses[i].count > 0)
            wm_run_note(finish->run, "%s: %s; %s", losses[i].what,
                        wm_units_count(losses[i].count, text), losses[i].consequence);
}

/* The app's side has its say first. */
static void copy_notes(struct wm_finish *finish)
{
    const struct wm_region *region = finish->region;
    uint32_t count = atomic_load(&region->note_count);
    for (uint32_t i = 0; i < count && i < WM_NOTE_MAX; i++) {
        const char *text = region->notes[i].text;
        const char *copy = wm_known_copy(&finish->known.arena, text, sizeof(region->notes[i].text));
        if (copy != NULL && copy[0] != '\0')
            wm_run_note(finish->run, "%s", copy);
    }
}

/* A list of segments that names nothing here is a mistake, or the names are not there to be found.
 */
static void note_rules(const struct wm_finish *finish)
{
    for (size_t i = 0; finish->rules != NULL && i < finish->rules->count; i++)
        if (finish->rules_seen[i])
            return;
    if (finish->rules != NULL && finish->run->samples > 0)
        wm_run_note(finish->run,
                    "%s: none of its functions is on a stack: they are called otherwise (`waymark "
                    "report -top` shows the names), were inlined without debug information, or the "
                    "program has no names (stripped)",
                    finish->rules->file);
}

/* A path's cost may be missing there: then its own interval says nothing of that. */
static void note_unattributed(struct wm_run *run)
{
    static const char in_app[] =
        "work outside of requests, threads that end before their first sample, or a blocked "
        "sampling signal; in the last two cases paths cost more than is told";
    static const char in_server[] =
        "requests that did not end, threads that could not be sampled or end before their first "
        "sample, or a blocked sampling signal; paths may cost more than is told";
    char share[WM_UNIT_BYTES];
    for (size_t i = 0; run->hz > 0 && i < run->paths->count; i++) {
        const struct wm_path_row *row = &run->paths->rows[i];
        if (strcmp(row->name, WM_PATH_UNATTRIBUTED) == 0 && row->cpu_share > UNATTRIBUTED_SHARE &&
            (double)row->cpu_ns > CONSERVATION_FLOOR_NS)
            wm_run_note(run, "%s of the CPU is in no request: %s",
                        wm_units_share(row->cpu_share, share),
                        wm_run_of_server(run) ? in_server : in_app);
    }
}

static void note_conservation(struct wm_run *run)
{
    char sampled[WM_UNIT_BYTES];
    char used[WM_UNIT_BYTES];
    bool is_server = wm_run_of_server(run);
    if (is_server && !(run->hz > 0)) /* then nobody is in its threads who would know */
        return;
    if (run->app_cpu_ns == 0 && run->crashed) {
        wm_run_note(run,
                    "the %s ended before its CPU time could be read: whether the samples "
                    "account for all of it is not known",
                    is_server ? "server" : "app");
        return;
    }
    double difference = (double)run->cpu_ns - (double)run->app_cpu_ns;
    double tolerance = is_server ? SERVER_TOLERANCE : CONSERVATION_TOLERANCE;
    double tolerated = tolerance * (double)run->app_cpu_ns;
    if (fabs(difference) <= fmax(tolerated, CONSERVATION_FLOOR_NS))
        return;
    wm_run_note(run, "the rows add up to %s of CPU, the %s used %s: more than %.0f %% apart",
                wm_units_duration((double)run->cpu_ns, sampled), is_server ? "server" : "process",
                wm_units_duration((double)run->app_cpu_ns, used), tolerance * 100);
}

/* An open loop that the app could not follow. */
static void note_unsent(struct wm_finish *finish)
{
    const struct wm_plan *plan = &finish->region->plan;
    const struct wm_run *run = finish->run;
    char unsent[WM_UNIT_BYTES], due[WM_UNIT_BYTES], achieved[WM_UNIT_BYTES];
    if (run->unsent == 0)
        return;
    double rate = run->seconds > 0 ? (double)run->requests / run->seconds : 0;
    if (atomic_load(&finish->region->stop) != 0) { /* of these few may just have been due */
        wm_run_note(finish->run,
                    "requests that were due when the load was ended and not sent any "
                    "more: %s",
                    wm_units_count(run->unsent, unsent));
        return;
    }
    if (finish->is_server) {
        wm_run_note(finish->run,
                    "requests that were due and never sent: %s of %s; %s/s were answered",
                    wm_units_count(run->unsent, unsent),
                    wm_units_count(run->unsent + atomic_load(&finish->region->next_index), due),
                    wm_units_count((uint64_t)(rate + 0.5), achieved));
        return;
    }
    const char *least = run->unsent >= WM_UNSENT_MAX ? "at least " : "";
    wm_run_note(finish->run,
                "requests that were due and never sent: %s%s of %s; the app with %u thread%s did "
                "not keep up, it took %s/s",
                least, wm_units_count(run->unsent, unsent),
                wm_units_count(run->unsent + atomic_load(&finish->region->next_index), due),
                plan->threads, plan->threads == 1 ? "" : "s",
                wm_units_count((uint64_t)(rate + 0.5), achieved));
}

void wm_finish_notes(struct wm_finish *finish)
{
    struct wm_run *run = finish->run;
    copy_notes(finish);
    note_unsent(finish);
    note_losses(finish);
    note_workers(finish);
    note_unattributed(run);
    note_rules(finish);
    if (!finish->timed_only)
        note_conservation(run);
    const char *problem;
    for (size_t i = 0; i < WM_MODULE_MAX &&
                       (problem = wm_symbolizer_problem(finish->modules->symbolizer, i)) != NULL;
         i++)
        wm_run_note(run, "%s", problem);
}

/* compare_notes.c - what a comparison rests on, in words, below its tables. */
#include "profiles/report/compare.h"

#include <string.h>

static void add_missing(const struct wm_comparison *comparison, int side, struct wm_text *text)
{
    if (comparison->missing_count[side] == 0)
        return;
    wm_text_addf(text, "  only %s: ", side == WM_BEFORE ? "after" : "before");
    for (size_t i = 0; i < comparison->missing_count[side]; i++) {
        const char *subject = comparison->missing[side][i].subject;
        wm_text_add(text, i > 0 ? ", " : "");
        wm_text_add_safe(text, subject, strlen(subject), 60);
    }
    wm_text_add(text, "\n");
}

static bool rests_on(const struct wm_comparison *comparison, enum wm_evidence evidence)
{
    for (size_t i = 0; i < comparison->count; i++)
        if (comparison->rows[i].evidence == evidence)
            return true;
    return false;
}

/* The most values that a rank test of the comparison had of its poorer side. */
static size_t most_values(const struct wm_comparison *comparison)
{
    size_t most = 0;
    for (size_t i = 0; i < comparison->count; i++) {
        const struct wm_lot *lots = comparison->rows[i].lots;
        size_t poorer = lots[0].count < lots[1].count ? lots[0].count : lots[1].count;
        most = poorer > most ? poorer : most;
    }
    return most;
}

void wm_compare_add_strength(const struct wm_comparison *comparison, size_t question_count,
                             size_t runs_needed, struct wm_text *text)
{
    if (rests_on(comparison, WM_EVIDENCE_RANKS) && most_values(comparison) < runs_needed)
        wm_text_addf(text,
                     "  too few repetitions for ranks to show anything among %zu questions: %zu of "
                     "each side are the least\n",
                     question_count, runs_needed);
}

static bool is_without_runs(const struct wm_compared *row)
{
    return row->evidence == WM_EVIDENCE_NONE && !wm_compare_is_unlike(row);
}

static bool has_any(const struct wm_comparison *comparison,
                    bool (*is)(const struct wm_compared *row))
{
    for (size_t i = 0; i < comparison->count; i++)
        if (is(&comparison->rows[i]))
            return true;
    return false;
}

static void add_evidence(const struct wm_comparison *comparison, struct wm_text *text)
{
    bool ranks = rests_on(comparison, WM_EVIDENCE_RANKS);
    if (has_any(comparison, wm_compare_is_unlike))
        wm_text_addf(text,
                     "  unlike runs: longer on one side, and in one of them fewer than %d "
                     "requests above the latency\n",
                     WM_COMPARED_FEWEST);
    if (has_any(comparison, is_without_runs))
        wm_text_add(text, "  without repetitions there is no evidence on latencies and times: "
                          "4 of each side are the least, 10 are good\n");
    if (rests_on(comparison, WM_EVIDENCE_MEANS))
        wm_text_add(text, "  means: Welch's test, since runs of one side are longer\n");
    if (rests_on(comparison, WM_EVIDENCE_SAMPLING))
        wm_text_add(text, "  samples: counts of all runs together (conditional binomial test), and "
                          "how much runs differ as far as they tell\n");
    if (has_any(comparison, wm_compare_knows_no_runs))
        wm_text_add(text, "  †: of one run of a side, so p and interval know the noise of sampling "
                          "alone: the next run of the same build may differ by more\n");
    if (comparison->reference != NULL) {
        wm_text_add(text, "  *: at one speed, the machine's taken out by p50 of ");
        wm_text_add_safe(text, comparison->reference, strlen(comparison->reference), 0);
        wm_text_addf(text, " in the same run (%+.1f%% … %+.1f%%)\n",
                     100 * (comparison->fastest - 1), 100 * (comparison->slowest - 1));
    }
    if (ranks && !comparison->take_turns && comparison->rows[0].of_path)
        wm_text_add(text, "  the sides did not take turns: what the machine did in between looks "
                          "like a change\n");
}

void wm_compare_add_notes(const struct wm_compare_view *view, struct wm_text *text)
{
    const struct wm_comparison *comparison = view->comparison;
    add_missing(comparison, WM_BEFORE, text);
    add_missing(comparison, WM_AFTER, text);
    add_evidence(comparison, text);
    for (const char *line = view->notes; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        wm_text_add(text, "  note: ");
        wm_text_add_safe(text, line, length, 0);
        wm_text_add(text, "\n");
        line += length + (line[length] == '\n');
    }
}

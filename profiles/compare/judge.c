/* judge.c - what got worse beyond noise, and beyond what a slower machine may do. */
#include "profiles/compare/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is asked of one row. */
struct question {
    size_t row;
    double shift;  /* forgiven: 0.05 is 5 % */
    double change; /* what is left of it */
    double p;
};

/* Time, of which a machine can take more than it did. */
static bool is_time(const struct wm_compared *row)
{
    return row->judged && row->amount == WM_AMOUNT_NS && row->middles[WM_BEFORE] > 0;
}

/* The largest factor that no row of the unit refutes: each says by the upper end of its interval
 * how much more at most it takes. One row alone has nobody to refute it, so nothing is forgiven.
 * Rows at one speed have had it taken out, and say what is left: against the reference path. */
static double shift_of(const struct wm_comparison *comparison, const char *unit, double drift)
{
    size_t count = 0;
    double shift = drift;
    for (size_t i = 0; i < comparison->count; i++) {
        const struct wm_compared *row = &comparison->rows[i];
        if (!is_time(row) || strcmp(row->unit, unit) != 0)
            continue;
        count++;
        if (!isnan(row->high) && !row->at_one_speed)
            shift = fmin(shift, fmax(0, row->high));
    }
    return count > 1 && !comparison->take_turns ? shift : 0;
}

/* The rank test with the second lot's values made smaller by the shift. */
static int ask_ranks(const struct wm_compared *row, struct question *question)
{
    struct wm_rank_test test;
    struct wm_lot lot = row->lots[WM_AFTER];
    double *values = calloc(lot.count + 1, sizeof(values[0]));
    if (values == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < lot.count; i++)
        values[i] = lot.values[i] / (1 + question->shift);
    lot.values = values;
    int rc = wm_rank_test(row->lots[WM_BEFORE], lot, &test);
    free(values);
    if (rc == 0)
        question->p = row->more_is_better ? test.p_less : test.p_more;
    return rc;
}

static int ask(const struct wm_comparison *comparison, const struct wm_judge_options *options,
               size_t at, struct question *question)
{
    const struct wm_compared *row = &comparison->rows[at];
    *question = (struct question){.row = at};
    if (row->evidence == WM_EVIDENCE_SAMPLING) /* how much runs differ is not known: the worst */
        question->shift = options->drift;
    else if (is_time(row) && !row->at_one_speed)
        question->shift = shift_of(comparison, row->unit, options->drift);
    question->change = (1 + row->change) / (1 + question->shift) - 1;
    double ratio = 1 + question->shift;
    if (row->evidence == WM_EVIDENCE_RANKS)
        return ask_ranks(row, question);
    struct wm_tails tails = row->evidence == WM_EVIDENCE_MEANS
                                ? wm_mean_tails(row->lots[WM_BEFORE], row->lots[WM_AFTER], ratio)
                                : wm_rate_tails(row->rates[WM_BEFORE], row->rates[WM_AFTER], ratio);
    question->p = row->more_is_better ? tails.less : tails.more;
    return 0;
}

static int correct(struct question *questions, size_t count)
{
    double *p = calloc(count + 1, sizeof(p[0]));
    if (p == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        p[i] = questions[i].p;
    int rc = wm_holm(p, count);
    for (size_t i = 0; i < count; i++)
        questions[i].p = p[i];
    free(p);
    return rc;
}

static void condemn(const struct wm_comparison *comparison, size_t row, double change,
                    double threshold, struct wm_judgement *judgement)
{
    double worse = comparison->rows[row].more_is_better ? -change : change;
    if (worse < threshold || !(worse > 0))
        return;
    judgement->worse[row] = true;
    judgement->worse_count++;
}

/* Counts the rows that a check looks at and that were measured, and those of them that could have
 * answered. */
static size_t count_measured(const struct wm_comparison *comparison, size_t question_count,
                             size_t *ret_able)
{
    double questions = fmax(1, (double)question_count);
    size_t measured = 0;
    *ret_able = 0;
    for (size_t i = 0; i < comparison->count; i++) {
        const struct wm_compared *row = &comparison->rows[i];
        double p = wm_rank_test_least_p(row->lots[WM_BEFORE].count, row->lots[WM_AFTER].count) / 2;
        if (!row->judged || row->evidence == WM_EVIDENCE_COUNT)
            continue;
        measured++;
        *ret_able += row->evidence == WM_EVIDENCE_SAMPLING || p * questions < WM_JUDGE_LEVEL;
    }
    return measured;
}

/* What is counted does not stand in for what is measured: a build must not pass for fast because it
 * allocates what it did. */
static void judge_strength(const struct wm_comparison *comparison, struct wm_judgement *judgement)
{
    size_t able, needed = judgement->question_count;
    size_t measured = count_measured(comparison, needed, &able);
    judgement->blind = measured > 0 && able == 0;
    if (judgement->blind && measured > needed) /* too few values even to ask */
        needed = measured;
    judgement->runs_needed = wm_comparison_runs_needed(needed, 2 * WM_JUDGE_LEVEL);
}

static size_t count_gone(const struct wm_comparison *comparison)
{
    size_t gone = 0;
    for (size_t i = 0; i < comparison->missing_count[WM_AFTER]; i++)
        gone += comparison->missing[WM_AFTER][i].certain;
    return gone;
}

int wm_judge(const struct wm_comparison *comparison, const struct wm_judge_options *options,
             struct wm_judgement *judgement)
{
    struct question *questions = calloc(comparison->count + 1, sizeof(questions[0]));
    size_t count = 0;
    *judgement = (struct wm_judgement){.worse = calloc(comparison->count + 1, sizeof(bool))};
    int rc = questions == NULL || judgement->worse == NULL ? -ENOMEM : 0;
    for (size_t i = 0; rc == 0 && i < comparison->count; i++) {
        const struct wm_compared *row = &comparison->rows[i];
        if (row->judged && row->asks)
            rc = ask(comparison, options, i, &questions[count++]);
        else if (row->judged && row->evidence == WM_EVIDENCE_COUNT &&
                 row->verdict == WM_VERDICT_MORE)
            condemn(comparison, i, row->change, options->threshold, judgement);
    }
    judgement->question_count = count;
    judgement->gone_count = count_gone(comparison);
    judge_strength(comparison, judgement);
    if (rc == 0)
        rc = correct(questions, count);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (comparison->rows[questions[i].row].evidence == WM_EVIDENCE_SAMPLING)
            judgement->sampled_shift = fmax(judgement->sampled_shift, questions[i].shift);
        else
            judgement->shift = fmax(judgement->shift, questions[i].shift);
        if (questions[i].p < WM_JUDGE_LEVEL)
            condemn(comparison, questions[i].row, questions[i].change, options->threshold,
                    judgement);
    }
    free(questions);
    return rc;
}

void wm_judgement_done(struct wm_judgement *judgement)
{
    free(judgement->worse);
    judgement->worse = NULL;
}

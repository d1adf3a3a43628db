/* tallies.c - one walk over the frames of all samples, which may be tens of millions. */
#include "profiles/report/tallies.h"

#include "profiles/pprof/sample_stack.h"
#include "profiles/report/graph_parts.h"
#include "profiles/report/measure.h"

#include <errno.h>
#include <stdlib.h>

/* The columns of a location's nodes, if it has one (it stands twice) or two; else the first is
 * MANY_LINES. */
struct two {
    uint32_t inner, outer;
};

enum { MANY_LINES = UINT32_MAX };

struct walk {
    const struct wm_tallying *of;
    struct two *twos; /* per location */
    struct wm_turns turns;
    struct wm_tallies sums[WM_PARALLEL_MAX]; /* each thread has all for itself */
};

static inline uint32_t column_of(const struct wm_tallying *of, uint32_t node)
{
    return of->columns != NULL ? of->columns[node] : node + 1;
}

static struct two *find_twos(const struct wm_tallying *of)
{
    const struct wm_graph_private *parts = of->graph->private_;
    const size_t locations = of->graph->report->profile->location_count;
    struct two *twos = malloc((locations + 1) * sizeof(twos[0]));
    for (size_t i = 0; twos != NULL && i < locations; i++) {
        const struct wm_frames frames = parts->frames[i];
        const uint32_t inner = wm_kind_at(parts, frames, 0);
        const uint32_t outer = wm_kind_at(parts, frames, frames.count - 1);
        twos[i] = frames.count > 2 ? (struct two){MANY_LINES, MANY_LINES}
                                   : (struct two){column_of(of, inner), column_of(of, outer)};
    }
    return twos;
}

/* Without branches: whether a function is met again is not to be foreseen. */
static inline void count(struct wm_tally *tally, int64_t value, uint32_t sample)
{
    const int64_t added = tally->sample != sample ? value : 0;
    tally->sample = sample;
    tally->total = wm_add_wrapping(tally->total, added);
}

static void count_lines(const struct wm_tallying *of, uint32_t location, struct wm_tally *row,
                        int64_t value, uint32_t sample)
{
    const struct wm_graph_private *parts = of->graph->private_;
    const struct wm_frames frames = parts->frames[location];
    for (uint32_t at = 0; at < frames.count; at++)
        count(&row[column_of(of, wm_kind_at(parts, frames, at))], value, sample);
}

static void sum_sample(const struct walk *walk, const struct wm_tallies *sums, size_t number)
{
    const struct wm_tallying *of = walk->of;
    const struct wm_report *report = of->graph->report;
    const struct wm_graph_private *parts = of->graph->private_;
    const struct wm_profile_sample *sample = &report->profile->samples[number];
    const struct wm_sample_stack stack = wm_sample_stack(report->profile, sample);
    const int64_t value =
        of->divisors ? wm_report_divisor(report, number) : wm_report_value(report, number);
    const size_t first = of->rows != NULL ? of->rows[number] * of->column_count : 0;
    struct wm_tally *row = sums->tallies + first;
    const uint32_t mark = (uint32_t)number + 1;
    if (sample->location_count == 0 || value == 0)
        return;
    for (uint32_t i = 0; i < sample->location_count; i++) {
        const uint32_t location = wm_sample_frame(stack, i);
        const struct two two = walk->twos[location];
        if (two.inner == MANY_LINES) {
            count_lines(of, location, row, value, mark);
            continue;
        }
        count(&row[two.inner], value, mark);
        count(&row[two.outer], value, mark);
    }
    const uint32_t leaf = wm_kind_at(parts, parts->frames[wm_sample_frame(stack, 0)], 0);
    int64_t *own = &sums->owns[first + column_of(of, leaf)];
    *own = wm_add_wrapping(*own, value);
}

static int sum_turns(void *user, const struct wm_slice *thread)
{
    struct walk *walk = user;
    struct wm_tallies *sums = &walk->sums[thread->number];
    const size_t count = walk->of->column_count * walk->of->row_count;
    struct wm_slice samples;
    sums->tallies = calloc(count + 1, sizeof(sums->tallies[0]));
    sums->owns = calloc(count + 1, sizeof(sums->owns[0]));
    if (sums->tallies == NULL || sums->owns == NULL)
        return -ENOMEM;
    while (wm_turns_take(&walk->turns, &samples))
        for (size_t i = samples.first; i < samples.end; i++)
            sum_sample(walk, sums, i);
    return 0;
}

static void join(struct wm_tallies *into, const struct wm_tallies *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        into->tallies[i].total = wm_add_wrapping(into->tallies[i].total, from->tallies[i].total);
        into->tallies[i].sample |= from->tallies[i].sample; /* whether any counted */
        into->owns[i] = wm_add_wrapping(into->owns[i], from->owns[i]);
    }
}

int wm_tallies_init(struct wm_tallies *tallies, const struct wm_tallying *of)
{
    const size_t samples = of->graph->report->profile->sample_count;
    const size_t threads = wm_parallel_slices(samples, WM_SLICE_LEAST);
    struct walk walk = {
        .of = of,
        .twos = find_twos(of),
        .turns = {.count = samples, .each = WM_TURN},
    };
    int rc = walk.twos == NULL ? -ENOMEM : wm_parallel(threads, threads, sum_turns, &walk);
    for (size_t i = 1; i < threads; i++) {
        if (rc == 0)
            join(&walk.sums[0], &walk.sums[i], of->column_count * of->row_count);
        wm_tallies_done(&walk.sums[i]);
    }
    free(walk.twos);
    *tallies = walk.sums[0];
    if (rc < 0)
        wm_tallies_done(tallies);
    return rc;
}

void wm_tallies_done(struct wm_tallies *tallies)
{
    free(tallies->tallies);
    free(tallies->owns);
    *tallies = (struct wm_tallies){.tallies = NULL};
}

/* unfold.c - stacks to nodes. */
#include "profiles/report/unfold.h"

#include "profiles/report/graph_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A location's entries, two at most, the outer one in the lower half. Beside its flags stands how
 * many they are; MANY_LINES are taken one by one. If the innermost node is not wanted, the upper
 * half, which then is no entry, has WM_ENTRY_RESIDUAL. */
enum { COUNT_SHIFT = 2, COUNT_MASK = 3, MANY_LINES = 3, UPPER_SHIFT = 32 };

static inline uint32_t number_of(const struct wm_unfolder *unfolder, uint32_t node)
{
    return unfolder->numbers != NULL ? unfolder->numbers[node] : node + 1;
}

static uint64_t fold(uint32_t outer, uint32_t inner)
{
    const uint32_t first = outer != 0 ? outer << WM_ENTRY_BITS | WM_ENTRY_CALLED
                                      : inner << WM_ENTRY_BITS | WM_ENTRY_RESIDUAL;
    const bool has_second = outer != 0 && inner != 0 && inner != outer;
    const uint32_t count = has_second ? 2 : outer != 0 || inner != 0 ? 1 : 0;
    const uint32_t second = has_second   ? inner << WM_ENTRY_BITS
                            : inner == 0 ? WM_ENTRY_RESIDUAL
                                         : 0;
    return (uint64_t)second << UPPER_SHIFT | first | count << COUNT_SHIFT;
}

int wm_unfolder_init(struct wm_unfolder *unfolder, const struct wm_graph *graph,
                     const uint32_t *numbers)
{
    const struct wm_graph_private *parts = graph->private_;
    const size_t locations = graph->report->profile->location_count;
    *unfolder = (struct wm_unfolder){.graph = graph, .numbers = numbers};
    if (graph->node_count < UINT32_MAX >> WM_ENTRY_BITS)
        unfolder->folds = malloc((locations + 1) * sizeof(unfolder->folds[0]));
    if (unfolder->folds == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < locations; i++) {
        const struct wm_frames frames = parts->frames[i];
        const uint32_t outer = wm_kind_at(parts, frames, frames.count - 1);
        const uint32_t inner = wm_kind_at(parts, frames, 0);
        unfolder->folds[i] = frames.count > 2
                                 ? MANY_LINES << COUNT_SHIFT
                                 : fold(number_of(unfolder, outer), number_of(unfolder, inner));
    }
    return 0;
}

void wm_unfolder_done(struct wm_unfolder *unfolder)
{
    free(unfolder->folds);
    unfolder->folds = NULL;
}

void wm_unfold_sample(struct wm_unfolding *unfolding, const struct wm_graph *graph, size_t number)
{
    const struct wm_profile *profile = graph->report->profile;
    const struct wm_profile_sample *sample = &profile->samples[number];
    unfolding->stack = wm_sample_stack(profile, sample);
    unfolding->left = sample->location_count;
    unfolding->lines = unfolding->residual = 0;
}

/* Of one frame that has many. */
static size_t unfold_lines(const struct wm_unfolder *unfolder, struct wm_unfolding *unfolding)
{
    const struct wm_graph_private *parts = unfolder->graph->private_;
    const uint32_t location = wm_sample_frame(unfolding->stack, unfolding->left - 1);
    const struct wm_frames frames = parts->frames[location];
    uint32_t lines = unfolding->lines > 0 ? unfolding->lines : frames.count;
    size_t count = 0;
    for (; lines > 0 && count < WM_UNFOLDED_MAX; lines--) {
        const uint32_t number = number_of(unfolder, wm_kind_at(parts, frames, lines - 1));
        const uint32_t called = lines == frames.count ? WM_ENTRY_CALLED : 0;
        unfolding->entries[count] = number << WM_ENTRY_BITS | called | unfolding->residual;
        count += number != 0;
        unfolding->residual = number != 0 ? 0 : WM_ENTRY_RESIDUAL;
    }
    unfolding->lines = lines;
    unfolding->left -= lines == 0;
    return count;
}

size_t wm_unfold(const struct wm_unfolder *unfolder, struct wm_unfolding *unfolding)
{
    const uint64_t *folds = unfolder->folds;
    const struct wm_sample_stack stack = unfolding->stack;
    uint32_t *entries = unfolding->entries;
    uint64_t residual = unfolding->residual;
    size_t left = unfolding->left, count = 0;
    const size_t end = left > WM_UNFOLDED_MAX / 2 ? left - WM_UNFOLDED_MAX / 2 : 0;
    for (; left > end; left--) {
        const uint64_t fold = folds[wm_sample_frame(stack, left - 1)], both = fold | residual;
        const size_t lines = fold >> COUNT_SHIFT & COUNT_MASK;
        if (lines == MANY_LINES)
            break;
        memcpy(&entries[count], &both,
               sizeof(both)); /* always put down, and stay if they are any */
        count += lines;
        residual = fold >> UPPER_SHIFT & WM_ENTRY_RESIDUAL;
    }
    unfolding->left = left;
    unfolding->residual = (uint32_t)residual;
    return left > end && count == 0 ? unfold_lines(unfolder, unfolding) : count;
}

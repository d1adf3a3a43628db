/* unfold.c - stacks to nodes. */
#include "profiles/views/unfold.h"

#include "profiles/views/graph_parts.h"

#include <errno.h>
#include <stdlib.h>

/* `first` is an entry, or 0: no node is wanted. `second` is the entry of an inlined node, or 0;
 * instead of one there may be WM_ENTRY_RESIDUAL: the innermost node is not wanted; or MANY_LINES,
 * which are taken one by one. */
enum { MANY_LINES = WM_ENTRY_CALLED, NODE_1 = 1 << WM_ENTRY_BITS };

static inline uint32_t number_of(const struct wm_unfolder *unfolder, uint32_t node)
{
    return unfolder->numbers != NULL ? unfolder->numbers[node] : node + 1;
}

static struct wm_fold fold(uint32_t outer, uint32_t inner)
{
    const uint32_t inner_entry = inner << WM_ENTRY_BITS;
    if (outer == 0 && inner == 0)
        return (struct wm_fold){0, WM_ENTRY_RESIDUAL};
    if (outer == 0)
        return (struct wm_fold){inner_entry | WM_ENTRY_RESIDUAL, 0};
    return (struct wm_fold){
        outer << WM_ENTRY_BITS | WM_ENTRY_CALLED,
        inner == 0       ? WM_ENTRY_RESIDUAL
        : inner == outer ? 0
                         : inner_entry,
    };
}

int wm_unfolder_init(struct wm_unfolder *unfolder, const struct wm_graph *graph,
                     const uint32_t *numbers)
{
    const struct wm_graph_private *parts = graph->private_;
    const size_t locations = graph->report->profile->location_count;
    *unfolder =
        (struct wm_unfolder){graph, numbers, malloc((locations + 1) * sizeof(struct wm_fold))};
    if (unfolder->folds == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < locations; i++) {
        const struct wm_frames frames = parts->frames[i];
        const uint32_t outer = wm_kind_at(parts, frames, frames.count - 1);
        unfolder->folds[i] = frames.count > 2
                                 ? (struct wm_fold){0, MANY_LINES}
                                 : fold(number_of(unfolder, outer),
                                        number_of(unfolder, wm_kind_at(parts, frames, 0)));
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
    unfolding->stack = profile->sample_locations + sample->first_location;
    unfolding->left = sample->location_count;
    unfolding->lines = unfolding->residual = 0;
}

/* Of one frame that has many. */
static size_t unfold_lines(const struct wm_unfolder *unfolder, struct wm_unfolding *unfolding)
{
    const struct wm_graph_private *parts = unfolder->graph->private_;
    const struct wm_frames frames = parts->frames[unfolding->stack[unfolding->left - 1]];
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
    const struct wm_fold *folds = unfolder->folds;
    const uint32_t *stack = unfolding->stack;
    uint32_t *entries = unfolding->entries, residual = unfolding->residual;
    size_t left = unfolding->left, count = 0;
    const size_t end = left > WM_UNFOLDED_MAX / 2 ? left - WM_UNFOLDED_MAX / 2 : 0;
    for (; left > end; left--) {
        const struct wm_fold fold = folds[stack[left - 1]];
        if (fold.second == MANY_LINES)
            break;
        /* Always put down, and stays if it is one. */
        entries[count] = fold.first | residual;
        count += fold.first != 0;
        entries[count] = fold.second;
        count += fold.second >= NODE_1;
        residual = fold.second & WM_ENTRY_RESIDUAL;
    }
    unfolding->left = left;
    unfolding->residual = residual;
    return left > end && count == 0 ? unfold_lines(unfolder, unfolding) : count;
}

/* flame_tree.c - grows a tree at its widest frame, until what is left is too narrow.
 *
 * A frame is never wider than its caller, so the frames that were grown at any time are the widest
 * of all: a limit on their number leaves the best picture that fits. Frames of equal width are
 * grown in the order in which they were found, which names alone decide. */
#include "profiles/report/flame_tree.h"

#include "profiles/report/measure.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct growth {
    struct wm_flame_frame frame;
    size_t first, count;               /* its stacks, in the splitter's items */
    size_t first_callee, callee_count; /* in growths */
    bool drawn;
};

struct growing {
    struct wm_flame_tree *tree;
    struct wm_splitter *splitter;
    int64_t cut;
    struct growth *growths;
    size_t count, capacity;
    size_t *heap; /* growths whose callees are not known yet, the widest on top */
    size_t heap_count;
};

/* ---- The heap ---- */

static bool is_before(const struct growing *growing, size_t a, size_t b)
{
    int64_t values[2] = {growing->growths[a].frame.value, growing->growths[b].frame.value};
    return values[0] != values[1] ? values[0] > values[1] : a < b;
}

static void swap(size_t *a, size_t *b)
{
    size_t kept = *a;
    *a = *b;
    *b = kept;
}

static void push(struct growing *growing, size_t growth)
{
    size_t *heap = growing->heap, at = growing->heap_count++;
    heap[at] = growth;
    for (; at > 0 && is_before(growing, heap[at], heap[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&heap[at], &heap[(at - 1) / 2]);
}

static size_t pop(struct growing *growing)
{
    size_t *heap = growing->heap, count = --growing->heap_count, top = heap[0];
    heap[0] = heap[count];
    for (size_t at = 0, next; (next = 2 * at + 1) < count; at = next) {
        if (next + 1 < count && is_before(growing, heap[next + 1], heap[next]))
            next++;
        if (!is_before(growing, heap[next], heap[at]))
            break;
        swap(&heap[next], &heap[at]);
    }
    return top;
}

/* ---- Growing ---- */

static int reserve(struct growing *growing, size_t more)
{
    size_t needed = growing->count + more;
    if (needed <= growing->capacity)
        return 0;
    size_t capacity = needed + growing->capacity + 256;
    struct growth *growths = reallocarray(growing->growths, capacity, sizeof(growths[0]));
    if (growths == NULL)
        return -ENOMEM;
    growing->growths = growths;
    size_t *heap = reallocarray(growing->heap, capacity, sizeof(heap[0]));
    if (heap == NULL)
        return -ENOMEM;
    growing->heap = heap;
    growing->capacity = capacity;
    return 0;
}

static void hide(struct wm_flame_tree *tree, const struct wm_split_part *part)
{
    if (part->value > 0)
        tree->hidden_count++;
    else
        tree->gone = wm_add_saturating(tree->gone, part->base);
    tree->hidden_value = wm_add_saturating(tree->hidden_value, part->value);
}

static int find_callees(struct growing *growing, size_t number)
{
    struct wm_splitter *splitter = growing->splitter;
    int rc = wm_split(splitter, growing->growths[number].first, growing->growths[number].count);
    if (rc == 0)
        rc = reserve(growing, splitter->part_count);
    if (rc < 0)
        return rc;
    struct growth *growth = &growing->growths[number];
    growth->first_callee = growing->count;
    for (size_t i = 0; i < splitter->part_count; i++) {
        const struct wm_split_part *part = &splitter->parts[i];
        if (part->name == WM_NO_FRAME) {
            growth->frame.self = part->value;
        } else if (part->value < growing->cut) {
            hide(growing->tree, part);
        } else {
            struct wm_flame_frame frame = {
                part->name, growth->frame.depth + 1, part->value, part->base, 0, part->inlined};
            growing->growths[growing->count] =
                (struct growth){.frame = frame, .first = part->first, .count = part->count};
            push(growing, growing->count++);
        }
    }
    growth->callee_count = growing->count - growth->first_callee;
    return 0;
}

static int grow(struct growing *growing, size_t frame_limit)
{
    int rc = 0;
    while (rc == 0 && growing->heap_count > 0) {
        if (frame_limit > 0 && growing->tree->frame_count == frame_limit)
            break;
        size_t number = pop(growing);
        growing->growths[number].drawn = true;
        growing->tree->frame_count++;
        rc = find_callees(growing, number);
    }
    for (size_t i = 0; i < growing->heap_count; i++) {
        const struct wm_flame_frame *frame = &growing->growths[growing->heap[i]].frame;
        hide(growing->tree, &(struct wm_split_part){.value = frame->value, .base = frame->base});
    }
    return rc;
}

/* ---- The result ---- */

/* The heap's memory, which is used up, holds what is still to be listed. */
static int list(const struct growing *growing)
{
    struct wm_flame_tree *tree = growing->tree;
    size_t *pending = growing->heap, pending_count = 0, count = 0;
    tree->frames = calloc(tree->frame_count + 1, sizeof(tree->frames[0]));
    if (tree->frames == NULL)
        return -ENOMEM;
    pending[pending_count++] = 0;
    while (pending_count > 0) {
        const struct growth *growth = &growing->growths[pending[--pending_count]];
        if (!growth->drawn)
            continue;
        tree->frames[count++] = growth->frame;
        if (growth->frame.depth > tree->depth)
            tree->depth = growth->frame.depth;
        for (size_t i = growth->callee_count; i-- > 0;)
            pending[pending_count++] = growth->first_callee + i;
    }
    return 0;
}

static struct wm_flame_frame sum_root(const struct wm_splitter *splitter, size_t count)
{
    struct wm_flame_frame root = {.name = WM_NO_FRAME};
    for (size_t i = 0; i < count; i++) {
        struct wm_stack_cost cost = wm_stack_cost(splitter->items[i].value);
        root.value = wm_add_saturating(root.value, cost.value);
        root.base = wm_add_saturating(root.base, cost.base);
    }
    return root;
}

/* Without any cost a frame has no width, whatever the limits are. */
static int64_t find_cut(const struct wm_flame_frame *root, double fraction)
{
    int64_t cut = wm_magnitude(wm_truncate(ceil((double)root->value * fraction)));
    return cut > 0 ? cut : 1;
}

int wm_flame_tree_init(struct wm_flame_tree *tree, struct wm_splitter *splitter, size_t first,
                       size_t count, const struct wm_flame_limits *limits)
{
    struct growing growing = {.tree = tree, .splitter = splitter};
    *tree = (struct wm_flame_tree){.frames = NULL};
    wm_splitter_fill(splitter, first, count);
    int rc = reserve(&growing, 1);
    if (rc == 0) {
        struct growth *root = &growing.growths[growing.count++];
        *root = (struct growth){.frame = sum_root(splitter, count), .count = count};
        growing.cut = find_cut(&root->frame, limits->fraction);
        push(&growing, 0);
        rc = grow(&growing, limits->frame_count);
    }
    if (rc == 0)
        rc = list(&growing);
    free(growing.growths);
    free(growing.heap);
    if (rc < 0)
        wm_flame_tree_done(tree);
    return rc;
}

void wm_flame_tree_done(struct wm_flame_tree *tree)
{
    free(tree->frames);
    *tree = (struct wm_flame_tree){.frames = NULL};
}

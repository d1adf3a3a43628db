/* dot_labels.c - the boxes of labels that hang from a node, and the ranges of numbers below them.
 */
#include "profiles/report/dot.h"

#include "profiles/report/measure.h"
#include "profiles/report/node_labels.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_BYTES = 96, RANGE_BYTES = 2 * WM_MEASURE_BYTES + 4 };

struct boxes {
    const struct wm_dot *dot;
    bool own; /* the node's own costs count: it has callees that tell of the rest */
    bool any;
};

static int64_t self_of(const struct wm_node_label *label)
{
    return wm_divide(label->self, label->self_divisor);
}

static int64_t total_of(const struct wm_node_label *label)
{
    return wm_divide(label->total, label->total_divisor);
}

static int compare_labels(const void *a, const void *b, void *user)
{
    const struct wm_node_label *left = a, *right = b;
    const bool *own = user;
    const int64_t sums[2][2] = {
        {left->total, right->total},
        {left->self,  right->self }
    };
    for (size_t i = *own ? 1 : 0; i < 2; i++) {
        int64_t first = wm_magnitude(sums[i][0]), second = wm_magnitude(sums[i][1]);
        if (first != second)
            return first > second ? -1 : 1;
    }
    return strcmp(left->text, right->text);
}

static void sort_labels(struct wm_node_label *labels, size_t count, bool own)
{
    if (count > 1)
        qsort_r(labels, count, sizeof(labels[0]), compare_labels, &own);
}

static void add_box(const struct boxes *boxes, const char *source, const char *id, const char *name,
                    int64_t weight, const char *style)
{
    char measured[WM_MEASURE_BYTES];
    struct wm_text *text = boxes->dot->text;
    wm_report_measure(boxes->dot->graph->report, weight, boxes->dot->unit, measured);
    wm_text_addf(text, "%s [label = \"", id);
    wm_text_add(text, name);
    wm_text_addf(text, "\" id=\"%s\" fontsize=8 shape=box3d tooltip=\"%s\"]\n", id, measured);
    wm_text_addf(text, "%s -> %s [label=\" %s\" weight=100 tooltip=\"%s\" labeltooltip=\"%s\"%s]\n",
                 source, id, measured, measured, measured, style);
}

/* ---- Ranges ---- */

/* Numbers that stand in one box, named after the smallest and the largest. */
struct range {
    const struct wm_node_label *seed, *least, *most;
    size_t count;
    int64_t self, self_divisor, total, total_divisor;
    char name[RANGE_BYTES];
};

static double in_unit_of(const struct wm_node_label *label, const struct wm_node_label *other)
{
    const char *unit;
    return wm_scale(label->number, label->unit, other->unit, &unit);
}

static double distance(const struct wm_node_label *label, const struct wm_node_label *seed)
{
    double value = in_unit_of(seed, label), own = (double)label->number;
    return value < own ? own - value : value - own;
}

static void join(struct range *range, const struct wm_node_label *label)
{
    if (range->count++ == 0) {
        range->seed = range->least = range->most = label;
    } else {
        if (wm_truncate(in_unit_of(label, range->least)) < range->least->number)
            range->least = label;
        if (wm_truncate(in_unit_of(label, range->most)) > range->most->number)
            range->most = label;
    }
    range->self = wm_add_wrapping(range->self, label->self);
    range->self_divisor = wm_add_wrapping(range->self_divisor, label->self_divisor);
    range->total = wm_add_wrapping(range->total, label->total);
    range->total_divisor = wm_add_wrapping(range->total_divisor, label->total_divisor);
}

/* Beyond what has room, each number joins the nearest of the first ones. */
static void make_ranges(const struct wm_node_label *numbers, size_t count, struct range *ranges)
{
    for (size_t i = 0; i < WM_NODE_LABELS_MAX; i++)
        join(&ranges[i], &numbers[i]);
    for (size_t i = WM_NODE_LABELS_MAX; i < count; i++) {
        size_t nearest = 0;
        for (size_t at = 1; at < WM_NODE_LABELS_MAX; at++)
            if (distance(&numbers[i], ranges[at].seed) <
                distance(&numbers[i], ranges[nearest].seed))
                nearest = at;
        join(&ranges[nearest], &numbers[i]);
    }
}

/* As a label of its own; each number in its own unit, since few would differ in the report's. */
static struct wm_node_label name_range(struct range *range)
{
    char least[WM_MEASURE_BYTES], most[WM_MEASURE_BYTES];
    const struct wm_node_label label = {
        .text = range->name,
        .self = wm_divide(range->self, range->self_divisor),
        .total = wm_divide(range->total, range->total_divisor),
    };
    wm_measure(range->least->number, range->least->unit, "auto", least);
    wm_measure(range->most->number, range->most->unit, "auto", most);
    bool alone = range->count == 1;
    snprintf(range->name, sizeof(range->name), "%s%s%s", least, alone ? "" : "..",
             alone ? "" : most);
    return label;
}

static void add_number(struct boxes *boxes, const char *source, size_t at,
                       const struct wm_node_label *label)
{
    char id[2 * ID_BYTES];
    bool own = boxes->own || self_of(label) == total_of(label);
    int64_t weight = own ? self_of(label) : total_of(label);
    if (weight == 0)
        return;
    snprintf(id, sizeof(id), "N%s_%zu", source, at);
    add_box(boxes, source, id, label->text, weight, own ? "" : " style=\"dotted\"");
    boxes->any = true;
}

/* `numbers` is sorted anew. */
static void add_numbers(struct boxes *boxes, const char *source, struct wm_node_label *numbers,
                        size_t count)
{
    struct range ranges[WM_NODE_LABELS_MAX] = {{.count = 0}};
    struct wm_node_label named[WM_NODE_LABELS_MAX];
    sort_labels(numbers, count, boxes->own);
    if (count > WM_NODE_LABELS_MAX) {
        make_ranges(numbers, count, ranges);
        for (size_t i = 0; i < WM_NODE_LABELS_MAX; i++)
            named[i] = name_range(&ranges[i]);
        sort_labels(named, WM_NODE_LABELS_MAX, boxes->own);
        numbers = named;
        count = WM_NODE_LABELS_MAX;
    }
    for (size_t i = 0; i < count; i++)
        add_number(boxes, source, i, &numbers[i]);
}

/* ---- All that hangs from a node ---- */

/* The numbers whose samples have these string labels; they stand together behind the strings. */
static struct wm_node_label *find_numbers(struct wm_node_label *labels, size_t count,
                                          uint32_t strings, size_t *ret_count)
{
    size_t first = 0, end;
    while (first < count && !(labels[first].is_number && labels[first].strings == strings))
        first++;
    end = first;
    while (end < count && labels[end].strings == strings)
        end++;
    *ret_count = end - first;
    return labels + first;
}

static void add_all(struct boxes *boxes, uint32_t id, struct wm_node_label *labels, size_t count)
{
    char source[ID_BYTES / 2], box[ID_BYTES];
    size_t strings = 0, numbers;
    while (strings < count && !labels[strings].is_number)
        strings++;
    struct wm_node_label *first_number = labels + strings;
    size_t shown = strings < WM_NODE_LABELS_MAX ? strings : WM_NODE_LABELS_MAX;
    snprintf(source, sizeof(source), "N%" PRIu32, id);
    sort_labels(labels, strings, boxes->own);
    for (size_t i = 0; i < shown; i++) {
        int64_t weight = boxes->own ? self_of(&labels[i]) : total_of(&labels[i]);
        if (weight == 0)
            continue;
        snprintf(box, sizeof(box), "%s_%zu", source, i);
        add_box(boxes, source, box, labels[i].text, weight, "");
        boxes->any = true;
        struct wm_node_label *below =
            find_numbers(first_number, count - strings, labels[i].strings, &numbers);
        add_numbers(boxes, box, below, numbers);
    }
    struct wm_node_label *alone = find_numbers(first_number, count - strings, 0, &numbers);
    add_numbers(boxes, source, alone, numbers);
}

bool wm_dot_add_labels(const struct wm_dot *dot, uint32_t node)
{
    size_t count;
    const struct wm_node_label *labels = wm_node_labels_of(dot->graph->labels, node, &count);
    struct boxes boxes = {.dot = dot,
                          .own = dot->callees.first[node] < dot->callees.first[node + 1]};
    if (count == 0)
        return false;
    struct wm_node_label *copy = calloc(count, sizeof(copy[0]));
    if (copy == NULL) {
        dot->text->failed = true;
        return false;
    }
    memcpy(copy, labels, count * sizeof(copy[0]));
    add_all(&boxes, dot->ids[node], copy, count);
    free(copy);
    return boxes.any;
}

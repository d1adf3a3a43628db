/* sort.c - large arrays in the order of numbers, and of texts. */
#include "harness/core/sort.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    FEW = 24,          /* are faster put in their place one by one */
    KEY_BYTES = 8,     /* of a text at once */
    LEVELS_MAX = 2000, /* of texts that share ever more: what is deeper might be too deep */
};

/* ---- Numbers ---- */

static void insert_one_by_one(struct wm_sort_item *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct wm_sort_item item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].key > item.key; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

static void distribute(const struct wm_sort_item *from, struct wm_sort_item *to, size_t count,
                       unsigned shift)
{
    size_t places[256] = {0}, sum = 0;
    for (size_t i = 0; i < count; i++)
        places[from[i].key >> shift & 255]++;
    for (size_t i = 0; i < 256; i++) {
        const size_t here = places[i];
        places[i] = sum;
        sum += here;
    }
    for (size_t i = 0; i < count; i++)
        to[places[from[i].key >> shift & 255]++] = from[i];
}

/* By the bytes in which they differ, from the last on: each time what is equal stays in order. */
static void sort_items(struct wm_sort_item *items, struct wm_sort_item *spare, size_t count)
{
    struct wm_sort_item *from = items, *to = spare;
    uint64_t differing = 0;
    if (count <= FEW) {
        insert_one_by_one(items, count);
        return;
    }
    for (size_t i = 1; i < count; i++)
        differing |= items[i].key ^ items[0].key;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if ((differing >> shift & 255) == 0)
            continue;
        distribute(from, to, count, shift);
        struct wm_sort_item *sorted = to;
        to = from;
        from = sorted;
    }
    if (from != items)
        memcpy(items, from, count * sizeof(items[0]));
}

int wm_sort_items(struct wm_sort_item *items, size_t count)
{
    struct wm_sort_item *spare = NULL;
    if (count > FEW) {
        spare = malloc(count * sizeof(spare[0]));
        if (spare == NULL)
            return -ENOMEM;
    }
    sort_items(items, spare, count);
    free(spare);
    return 0;
}

/* ---- Texts ---- */

struct sorting {
    const char *const *texts;
    struct wm_sort_item *spare;
};

/* Texts that are equal up to byte `shared`, and how often that grew already. */
struct group {
    struct wm_sort_item *items;
    size_t count;
    size_t shared;
    size_t level;
};

/* Its first bytes, as a number that orders as they do. Behind its end there are zeros. */
static uint64_t read_key(const char *text)
{
    uint64_t key = 0;
    for (size_t i = 0; i < KEY_BYTES; i++) {
        key = key << 8 | (unsigned char)*text;
        text += *text != '\0';
    }
    return key;
}

static size_t count_equal(const char *left, const char *right, size_t most)
{
    size_t equal = 0;
    while (equal < most && left[equal] == right[equal] && left[equal] != '\0')
        equal++;
    return equal;
}

/* How many bytes all of them share beyond those that are known. */
static size_t find_shared(const struct sorting *sorting, const struct group *group)
{
    const char *first = sorting->texts[group->items[0].number] + group->shared;
    size_t more = SIZE_MAX;
    for (size_t i = 1; more > 0 && i < group->count; i++)
        more = count_equal(first, sorting->texts[group->items[i].number] + group->shared, more);
    return more;
}

static int compare_texts(const void *a, const void *b, void *user)
{
    const struct sorting *sorting = user;
    const struct wm_sort_item *left = a, *right = b;
    return strcmp(sorting->texts[left->number], sorting->texts[right->number]);
}

static void sort_group(struct sorting *sorting, struct group group)
{
    struct wm_sort_item *items = group.items;
    size_t end;
    if (group.level == LEVELS_MAX) {
        qsort_r(items, group.count, sizeof(items[0]), compare_texts, sorting);
        return;
    }
    group.shared += find_shared(sorting, &group);
    for (size_t i = 0; i < group.count; i++)
        items[i].key = read_key(sorting->texts[items[i].number] + group.shared);
    sort_items(items, sorting->spare, group.count);
    for (size_t i = 0; i < group.count; i = end) {
        for (end = i + 1; end < group.count && items[end].key == items[i].key; end++)
            ;
        const bool is_whole = (items[i].key & 255) == 0; /* so the texts end there */
        if (end - i > 1 && !is_whole)
            sort_group(sorting, (struct group){items + i, end - i, group.shared + KEY_BYTES,
                                               group.level + 1});
    }
}

int wm_sort_texts(const char *const *texts, uint32_t *numbers, size_t count)
{
    if (count < 2)
        return 0;
    struct wm_sort_item *items = calloc(2 * count, sizeof(items[0]));
    if (items == NULL)
        return -ENOMEM;
    struct sorting sorting = {texts, items + count};
    for (size_t i = 0; i < count; i++)
        items[i].number = numbers[i];
    sort_group(&sorting, (struct group){items, count, 0, 0});
    for (size_t i = 0; i < count; i++)
        numbers[i] = items[i].number;
    free(items);
    return 0;
}

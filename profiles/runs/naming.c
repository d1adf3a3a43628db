/* naming.c - display names of execution paths: short, and telling siblings apart.
 *
 * 1. Where a path took one of several ways, it is called by the deepest such segment:
 *    ProcessOrder. Where it only stopped before others did, by the last segment before that:
 *    Authenticate. A path that visits all is called by what others pass by: Rebuild; one that
 * nothing tells apart by its outermost segment, and one without segments by its entry.
 * 2. The declared outcome follows: ProcessOrder:declined.
 * 3. Names of one entry that are still equal are extended by segments that tell them apart:
 *    ProcessOrder+ChargePayment; the one that visits nothing of its own, by how far it came.
 * 4. Equal names of different entries: Entry/Name. What is equal even then: Name~1f2e.
 *
 * All of it follows from sets of names alone, so the order of rows does not matter. */
#include "profiles/runs/paths.h"

#include "harness/core/arena.h"
#include "profiles/runs/naming_tree.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int compare_nodes(const struct wm_path_row *left, const struct wm_path_row *right)
{
    if (left->node_count != right->node_count)
        return left->node_count > right->node_count ? -1 : 1;
    for (size_t i = 0; i < left->node_count; i++) {
        int order = strcmp(left->nodes[i], right->nodes[i]);
        if (order != 0)
            return order;
    }
    return 0;
}

/* One entry's rows together, the richest first: they decide the order of the tree. */
static int compare_content(const void *a, const void *b)
{
    const struct wm_path_row *left = *(struct wm_path_row *const *)a;
    const struct wm_path_row *right = *(struct wm_path_row *const *)b;
    int order = strcmp(left->entry, right->entry);
    if (order == 0)
        order = compare_nodes(left, right);
    if (order == 0)
        order = strcmp(left->outcome, right->outcome);
    if (order == 0)
        order = left->id < right->id ? -1 : left->id > right->id;
    return order;
}

static int compare_names(const void *a, const void *b)
{
    const struct wm_path_row *left = *(struct wm_path_row *const *)a;
    const struct wm_path_row *right = *(struct wm_path_row *const *)b;
    int order = strcmp(left->name, right->name);
    return order != 0 ? order : compare_content(a, b);
}

static int set_name(struct wm_paths *paths, struct wm_path_row *row, struct wm_text *text)
{
    const char *name = text->failed ? NULL : wm_arena_copy(paths->arena, text->data, text->length);
    if (name == NULL)
        return -ENOMEM;
    row->name = name;
    return 0;
}

static void add_base(struct wm_text *text, const struct wm_name_tree *tree, uint32_t base,
                     const struct wm_path_row *row)
{
    const char *label = wm_name_tree_label(tree, base);
    wm_text_clear(text);
    wm_text_add(text, label[0] != '\0' ? label : row->entry);
}

static void add_outcome(struct wm_text *text, const struct wm_path_row *row)
{
    if (row->outcome[0] != '\0')
        wm_text_addf(text, ":%s", row->outcome);
}

struct numbered { /* a row of the entry and its number in the tree */
    struct wm_path_row *row;
    size_t number;
};

/* Rule 3 for one row of a set of equal names; `same` are the other rows' numbers. */
static int extend_name(struct wm_paths *paths, const struct wm_name_tree *tree,
                       const struct numbered *of, const size_t *same, size_t same_count,
                       struct wm_text *text)
{
    uint32_t picks[WM_NAME_PICK_MAX];
    uint32_t base = wm_name_tree_base(tree, of->number);
    int count = wm_name_tree_extend(tree, of->number, base, same, same_count, picks);
    if (count < 0)
        return count;
    add_base(text, tree, base, of->row);
    for (int i = 0; i < count; i++)
        wm_text_addf(text, "+%s", wm_name_tree_label(tree, picks[i]));
    add_outcome(text, of->row);
    return set_name(paths, of->row, text);
}

static int extend_equal(struct wm_paths *paths, const struct wm_name_tree *tree,
                        struct numbered *rows, size_t count, struct wm_text *text)
{
    int rc = 0;
    size_t *same = calloc(count, sizeof(same[0]));
    if (same == NULL)
        return -ENOMEM;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        size_t same_count = 0;
        for (size_t other = 0; other < count; other++)
            if (other != i)
                same[same_count++] = rows[other].number;
        rc = extend_name(paths, tree, &rows[i], same, same_count, text);
    }
    free(same);
    return rc;
}

/* Rules 1 to 3 for the rows of one entry, sorted by content. */
static int name_entry(struct wm_paths *paths, struct wm_path_row **rows, size_t count,
                      struct wm_text *text)
{
    struct wm_name_tree *tree = NULL;
    struct numbered *sorted = calloc(count, sizeof(sorted[0]));
    int rc = sorted == NULL ? -ENOMEM : wm_name_tree_new(rows, count, &tree);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        add_base(text, tree, wm_name_tree_base(tree, i), rows[i]);
        add_outcome(text, rows[i]);
        rc = set_name(paths, rows[i], text);
        sorted[i] = (struct numbered){rows[i], i};
    }
    if (rc < 0)
        goto out;
    qsort(sorted, count, sizeof(sorted[0]), compare_names); /* its first member is the row */
    for (size_t i = 0, end; rc == 0 && i < count; i = end) {
        for (end = i + 1; end < count; end++)
            if (strcmp(sorted[end].row->name, sorted[i].row->name) != 0)
                break;
        if (end - i > 1)
            rc = extend_equal(paths, tree, sorted + i, end - i, text);
    }
out:
    wm_name_tree_free(tree);
    free(sorted);
    return rc;
}

typedef bool add_name_fn(struct wm_text *text, const struct wm_path_row *row, bool same_entry);

static bool add_entry(struct wm_text *text, const struct wm_path_row *row, bool same_entry)
{
    wm_text_addf(text, "%s/%s", row->entry, row->name);
    return !same_entry;
}

static bool add_short_id(struct wm_text *text, const struct wm_path_row *row, bool same_entry)
{
    (void)same_entry;
    wm_text_addf(text, "%s~%04" PRIx64, row->name, row->id >> 48);
    return true;
}

static bool add_long_id(struct wm_text *text, const struct wm_path_row *row, bool same_entry)
{
    (void)same_entry;
    wm_text_addf(text, "%s~%016" PRIx64, row->name, row->id);
    return true;
}

/* Renames each set of rows with one name by `add`, if it says so. */
static int rename_equal(struct wm_paths *paths, struct wm_path_row **rows, size_t count,
                        add_name_fn *add, struct wm_text *text)
{
    int rc = 0;
    qsort(rows, count, sizeof(rows[0]), compare_names);
    for (size_t i = 0, end; rc == 0 && i < count; i = end) {
        bool same_entry = true;
        for (end = i + 1; end < count; end++) {
            if (strcmp(rows[end]->name, rows[i]->name) != 0)
                break;
            same_entry &= strcmp(rows[end]->entry, rows[i]->entry) == 0;
        }
        for (size_t at = i; rc == 0 && end - i > 1 && at < end; at++) {
            wm_text_clear(text);
            if (add(text, rows[at], same_entry))
                rc = set_name(paths, rows[at], text);
        }
    }
    return rc;
}

static int name_rows(struct wm_paths *paths, struct wm_path_row **rows, size_t count)
{
    static add_name_fn *const stages[] = {add_entry, add_short_id, add_long_id};
    struct wm_text text;
    int rc = 0;
    wm_text_init(&text);
    qsort(rows, count, sizeof(rows[0]), compare_content);
    for (size_t i = 0, end; rc == 0 && i < count; i = end) {
        for (end = i + 1; end < count; end++)
            if (strcmp(rows[end]->entry, rows[i]->entry) != 0)
                break;
        rc = name_entry(paths, rows + i, end - i, &text);
    }
    for (size_t i = 0; rc == 0 && i < sizeof(stages) / sizeof(stages[0]); i++)
        rc = rename_equal(paths, rows, count, stages[i], &text);
    wm_text_done(&text);
    return rc;
}

int wm_paths_name(struct wm_paths *paths)
{
    size_t count = 0;
    struct wm_path_row **rows = calloc(paths->count + 1, sizeof(rows[0]));
    if (rows == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < paths->count; i++)
        if (!wm_path_is_closing(&paths->rows[i]))
            rows[count++] = &paths->rows[i];
    int rc = count == 0 ? 0 : name_rows(paths, rows, count);
    free(rows);
    return rc;
}

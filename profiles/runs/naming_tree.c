/* naming_tree.c - the tree of active paths of one entry, with a set of rows per node.
 *
 * A node's set says which rows visited it; every question here is about such sets. */
#include "profiles/runs/naming_tree.h"

#include "harness/core/intern.h"
#include "profiles/runs/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = UINT32_MAX };

struct node {
    const char *label;                  /* borrowed from the intern table */
    uint32_t parent, first_child, next; /* NONE: there is none */
    uint32_t depth;
    uint64_t *rows; /* a bit per row */
};

struct wm_name_tree {
    struct wm_path_row *const *rows;
    size_t row_count;
    size_t words; /* of a node's set */
    struct wm_intern *paths;
    struct node *nodes; /* nodes[path number + 1]; nodes[0] is the entry */
    size_t node_count;
    uint32_t **row_nodes; /* per row: its nodes, in order of first visit */
};

static bool visits(const struct wm_name_tree *tree, uint32_t node, size_t row)
{
    return tree->nodes[node].rows[row / 64] >> (row % 64) & 1;
}

/* Whether some row visits `node` but not `other`. */
static bool any_without(const struct wm_name_tree *tree, uint32_t node, uint32_t other)
{
    for (size_t i = 0; i < tree->words; i++)
        if ((tree->nodes[node].rows[i] & ~tree->nodes[other].rows[i]) != 0)
            return true;
    return false;
}

static int add_node(struct wm_name_tree *tree, uint32_t parent, const char *label)
{
    struct node *nodes = wm_table_grow(tree->nodes, tree->node_count, sizeof(nodes[0]));
    if (nodes == NULL)
        return -ENOMEM;
    tree->nodes = nodes;
    uint64_t *rows = calloc(tree->words, sizeof(rows[0]));
    if (rows == NULL)
        return -ENOMEM;
    nodes[tree->node_count++] = (struct node){
        .label = label,
        .parent = parent,
        .first_child = NONE,
        .next = NONE,
        .depth = parent == NONE ? 0 : nodes[parent].depth + 1,
        .rows = rows,
    };
    return 0;
}

/* The node of an active path; it and the nodes above it are made if they are new. New nodes are
 * not linked to their parent yet (next is the node itself). */
static int find_node(struct wm_name_tree *tree, const char *path, uint32_t *ret_node)
{
    uint32_t parent = 0;
    for (const char *at = path;;) {
        const char *end = strchrnul(at, '/');
        int64_t id = wm_intern_bytes(tree->paths, path, (size_t)(end - path));
        if (id < 0)
            return -ENOMEM;
        uint32_t node = (uint32_t)id + 1;
        if (node == tree->node_count) {
            const char *whole = wm_intern_get(tree->paths, (uint32_t)id, NULL);
            int rc = add_node(tree, parent, whole + (at - path));
            if (rc < 0)
                return rc;
            tree->nodes[node].next = node;
        }
        parent = node;
        if (*end == '\0')
            break;
        at = end + 1;
    }
    *ret_node = parent;
    return 0;
}

/* Hangs a new node below its parent: behind `before`, the sibling that its row visited last, or
 * at the end if that row came to no sibling yet. */
static void link_node(struct wm_name_tree *tree, uint32_t node, uint32_t before)
{
    uint32_t *slot = &tree->nodes[tree->nodes[node].parent].first_child;
    if (before != NONE)
        slot = &tree->nodes[before].next;
    else
        while (*slot != NONE)
            slot = &tree->nodes[*slot].next;
    tree->nodes[node].next = *slot;
    *slot = node;
}

/* Links the node and what is new above it. `last` holds the last visited child of each node. */
static void link_path(struct wm_name_tree *tree, uint32_t node, uint32_t *last)
{
    for (uint32_t at = node; at != 0; at = tree->nodes[at].parent) {
        uint32_t parent = tree->nodes[at].parent;
        if (tree->nodes[at].next == at)
            link_node(tree, at, last[parent]);
        last[parent] = at;
    }
}

static int add_row(struct wm_name_tree *tree, size_t row, uint32_t **last)
{
    const struct wm_path_row *path = tree->rows[row];
    uint32_t *nodes = calloc(path->node_count + 1, sizeof(nodes[0]));
    if (nodes == NULL)
        return -ENOMEM;
    tree->row_nodes[row] = nodes;
    for (size_t i = 0; i < path->node_count; i++) {
        int rc = find_node(tree, path->nodes[i], &nodes[i]);
        if (rc < 0)
            return rc;
        tree->nodes[nodes[i]].rows[row / 64] |= UINT64_C(1) << (row % 64);
    }
    uint32_t *grown = reallocarray(*last, tree->node_count, sizeof(grown[0]));
    if (grown == NULL)
        return -ENOMEM;
    *last = grown;
    memset(grown, 0xff, tree->node_count * sizeof(grown[0])); /* NONE */
    for (size_t i = 0; i < path->node_count; i++)
        link_path(tree, nodes[i], grown);
    return 0;
}

int wm_name_tree_new(struct wm_path_row *const *rows, size_t count, struct wm_name_tree **ret_tree)
{
    uint32_t *last = NULL;
    struct wm_name_tree *tree = calloc(1, sizeof(*tree));
    int rc = -ENOMEM;
    if (tree == NULL)
        goto out;
    tree->rows = rows;
    tree->row_count = count;
    tree->words = (count + 63) / 64;
    tree->row_nodes = calloc(count, sizeof(tree->row_nodes[0]));
    if (tree->row_nodes == NULL || wm_intern_new(&tree->paths) < 0)
        goto out;
    rc = add_node(tree, NONE, "");
    for (size_t row = 0; rc == 0 && row < count; row++)
        rc = add_row(tree, row, &last);
    if (rc < 0)
        goto out;
    *ret_tree = tree;
    tree = NULL;
out:
    free(last);
    wm_name_tree_free(tree);
    return rc;
}

void wm_name_tree_free(struct wm_name_tree *tree)
{
    if (tree == NULL)
        return;
    for (size_t i = 0; i < tree->node_count; i++)
        free(tree->nodes[i].rows);
    for (size_t i = 0; tree->row_nodes != NULL && i < tree->row_count; i++)
        free(tree->row_nodes[i]);
    wm_intern_free(tree->paths);
    free(tree->row_nodes);
    free(tree->nodes);
    free(tree);
}

const char *wm_name_tree_label(const struct wm_name_tree *tree, uint32_t node)
{
    return tree->nodes[node].label;
}

/* A choice: the row visits `node`, not its sibling, and another row does it the other way. */
static bool is_choice(const struct wm_name_tree *tree, uint32_t node, size_t row)
{
    uint32_t sibling = tree->nodes[tree->nodes[node].parent].first_child;
    for (; sibling != NONE; sibling = tree->nodes[sibling].next)
        if (sibling != node && !visits(tree, sibling, row) && any_without(tree, sibling, node))
            return true;
    return false;
}

/* The next node in preorder among those that the row visits; NONE at the end. */
static uint32_t next_visited(const struct wm_name_tree *tree, uint32_t node, size_t row)
{
    uint32_t at = tree->nodes[node].first_child;
    for (;;) {
        for (; at != NONE; at = tree->nodes[at].next)
            if (visits(tree, at, row))
                return at;
        if (node == 0)
            return NONE;
        at = tree->nodes[node].next;
        node = tree->nodes[node].parent;
    }
}

/* Whether one of the rows in `set` (all, if it is NULL) visits the node. */
static bool any_visits(const struct wm_name_tree *tree, uint32_t node, const uint64_t *set)
{
    if (set == NULL)
        return true; /* there is no node that nobody visits, but for gaps in foreign tables */
    for (size_t i = 0; i < tree->words; i++)
        if ((tree->nodes[node].rows[i] & set[i]) != 0)
            return true;
    return false;
}

/* Where the row stopped while others went on: in preorder, before the first child that others
 * visit and this row does not. NONE: it visits all. */
static uint32_t find_stop(const struct wm_name_tree *tree, size_t row, const uint64_t *others)
{
    for (uint32_t node = 0; node != NONE; node = next_visited(tree, node, row)) {
        uint32_t before = node;
        uint32_t child = tree->nodes[node].first_child;
        for (; child != NONE; child = tree->nodes[child].next) {
            if (visits(tree, child, row))
                before = child;
            else if (any_visits(tree, child, others))
                return before;
        }
    }
    return NONE;
}

/* What the row visits and the most others pass by, the highest of equals; NONE: nothing. */
static uint32_t find_detour(const struct wm_name_tree *tree, size_t row)
{
    uint32_t best = NONE;
    size_t best_passing = 0;
    for (size_t i = 0; i < tree->rows[row]->node_count; i++) {
        uint32_t node = tree->row_nodes[row][i];
        size_t passing = 0;
        for (size_t other = 0; other < tree->row_count; other++)
            passing += !visits(tree, node, other);
        bool higher = best != NONE && tree->nodes[node].depth < tree->nodes[best].depth;
        if (passing > best_passing || (passing > 0 && passing == best_passing && higher)) {
            best = node;
            best_passing = passing;
        }
    }
    return best;
}

uint32_t wm_name_tree_base(const struct wm_name_tree *tree, size_t row)
{
    const uint32_t *nodes = tree->row_nodes[row];
    size_t count = tree->rows[row]->node_count;
    uint32_t best = NONE;
    for (size_t i = 0; i < count; i++) {
        bool deeper = best == NONE || tree->nodes[nodes[i]].depth > tree->nodes[best].depth;
        if (deeper && is_choice(tree, nodes[i], row))
            best = nodes[i];
    }
    if (best == NONE && count > 0)
        best = find_stop(tree, row, NULL);
    if (best == NONE && count > 0)
        best = find_detour(tree, row);
    if (best == NONE && count > 0)
        best = nodes[0];
    return best == NONE ? 0 : best;
}

static bool is_below(const struct wm_name_tree *tree, uint32_t node, uint32_t top)
{
    while (tree->nodes[node].depth > tree->nodes[top].depth)
        node = tree->nodes[node].parent;
    return node == top;
}

/* How many rows of `set` do not visit the node. */
static size_t count_without(const struct wm_name_tree *tree, uint32_t node, const uint64_t *set)
{
    size_t count = 0;
    for (size_t i = 0; i < tree->words; i++)
        count += (size_t)__builtin_popcountll(set[i] & ~tree->nodes[node].rows[i]);
    return count;
}

/* The node of the row that most of the rows in `left` do not visit, among equals one below `base`;
 * NONE when they visit all. */
static uint32_t find_telling(const struct wm_name_tree *tree, size_t row, uint32_t base,
                             const uint64_t *left)
{
    uint32_t best = NONE;
    size_t best_score = 1; /* a row counts two, so that lying below the base decides ties */
    for (size_t i = 0; i < tree->rows[row]->node_count; i++) {
        uint32_t node = tree->row_nodes[row][i];
        if (strcmp(tree->nodes[node].label, tree->nodes[base].label) == 0)
            continue; /* the name has it already */
        size_t score = 2 * count_without(tree, node, left);
        if (score > 0 && is_below(tree, node, base))
            score++;
        if (score > best_score) {
            best = node;
            best_score = score;
        }
    }
    return best;
}

static bool is_empty(const struct wm_name_tree *tree, const uint64_t *set)
{
    for (size_t i = 0; i < tree->words; i++)
        if (set[i] != 0)
            return false;
    return true;
}

/* Adds where the row stopped before those in `left`, which visit all that it does. */
static size_t add_stop(const struct wm_name_tree *tree, size_t row, uint32_t base,
                       const uint64_t *left, uint32_t *nodes, size_t count)
{
    uint32_t stop = find_stop(tree, row, left);
    bool known = stop == NONE || stop == 0 || stop == base;
    for (size_t i = 0; i < count; i++)
        known |= nodes[i] == stop;
    if (!known)
        nodes[count++] = stop;
    return count;
}

int wm_name_tree_extend(const struct wm_name_tree *tree, size_t row, uint32_t base,
                        const size_t *others, size_t count, uint32_t *ret_nodes)
{
    size_t picked = 0;
    uint64_t *left = calloc(tree->words, sizeof(left[0]));
    if (left == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        left[others[i] / 64] |= UINT64_C(1) << (others[i] % 64);
    while (picked < WM_NAME_PICK_MAX - 1) {
        uint32_t node = find_telling(tree, row, base, left);
        if (node == NONE)
            break;
        ret_nodes[picked++] = node;
        for (size_t i = 0; i < tree->words; i++)
            left[i] &= tree->nodes[node].rows[i];
    }
    if (!is_empty(tree, left))
        picked = add_stop(tree, row, base, left, ret_nodes, picked);
    free(left);
    return (int)picked;
}

/* naming_tree.h - the tree of active paths that the rows of one entry visited: where they part.
 * Private to this room. */
#ifndef WM_RUNS_NAMING_TREE_H
#define WM_RUNS_NAMING_TREE_H

#include "profiles/runs/paths.h"

enum { WM_NAME_PICK_MAX = 4 };

struct wm_name_tree;

/* The rows must be of one entry and stay as they are; they are known by their index from here on.
 * The order of a node's children follows from the rows' order of visit, so the caller sorts the
 * rows first. -ENOMEM. */
WM_MUST_USE int wm_name_tree_new(struct wm_path_row *const *rows, size_t count,
                                 struct wm_name_tree **ret_tree);
void wm_name_tree_free(struct wm_name_tree *tree);

/* The segment that tells best what a row did: where it chose another way than its siblings, or
 * else where it stopped. Node 0 is the entry itself. */
uint32_t wm_name_tree_base(const struct wm_name_tree *tree, size_t row);
/* The bare name of a node's segment; "" for node 0. */
const char *wm_name_tree_label(const struct wm_name_tree *tree, uint32_t node);
/* Nodes besides `base` that tell `row` from the `count` rows `others`, at most WM_NAME_PICK_MAX;
 * returns how many. -ENOMEM. */
WM_MUST_USE int wm_name_tree_extend(const struct wm_name_tree *tree, size_t row, uint32_t base,
                                    const size_t *others, size_t count, uint32_t *ret_nodes);

#endif

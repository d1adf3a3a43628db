/* dot.h - what the dot*.c files share: texts and labels of graphviz' language. Private to them. */
#ifndef WM_REPORT_DOT_H
#define WM_REPORT_DOT_H

#include "profiles/report/graph.h"

struct wm_dot {
    const struct wm_graph *graph;
    struct wm_text *text;
    const char *unit;
    uint32_t *ids;       /* per node, from 1 in printing order; 0: not listed */
    bool *labelled;      /* per node: labels hang from it */
    double largest_self; /* of the shown nodes, decides how large texts are */
    struct wm_links callees;
};

/* dot_names.c: the text with backslashes, quotes and new lines made safe. */
void wm_dot_add_escaped(struct wm_text *text, const char *string);
/* The function's name without packages and namespaces, a word a line, as a node shows it. */
void wm_dot_add_short_name(struct wm_text *text, const char *name);

/* dot_labels.c: what hangs from the node; false: nothing. -ENOMEM ends up in text->failed. */
bool wm_dot_add_labels(const struct wm_dot *dot, uint32_t node);

#endif

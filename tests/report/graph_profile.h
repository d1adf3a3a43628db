/* graph_profile.h - small profiles for tests of the graph, written as stacks of words. */
#ifndef WM_TESTS_REPORT_GRAPH_PROFILE_H
#define WM_TESTS_REPORT_GRAPH_PROFILE_H

#include "tests/support/support.h"

#include "profiles/report/graph_parts.h"
#include "profiles/report/label_units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct made {
    struct wm_profile *profile;
    struct wm_report_options options;
    struct wm_report_view view;
    struct wm_report report;
    struct wm_text notes;
    struct wm_graph *graph;
};

/* A profile of two types, visits/count and cost/count, that shows the second. */
static inline void made_init(struct made *made, unsigned flags)
{
    memset(made, 0, sizeof(*made));
    assert_int_equal(wm_profile_new(&made->profile), 0);
    assert_int_equal(wm_profile_add_sample_type(made->profile, "visits", "count"), 0);
    assert_int_equal(wm_profile_add_sample_type(made->profile, "cost", "count"), 1);
    wm_report_options_init(&made->options);
    made->view = (struct wm_report_view){"made", flags, NULL, NULL};
    wm_text_init(&made->notes);
    made->report = (struct wm_report){
        .profile = made->profile,
        .options = &made->options,
        .view = &made->view,
        .value_type = 1,
        .unit = "count",
        .type = "cost",
        .notes = &made->notes,
    };
}

static inline void made_done(struct made *made)
{
    wm_graph_free(made->graph);
    wm_label_units_free(made->report.label_units);
    wm_text_done(&made->notes);
    wm_profile_free(made->profile);
}

/* The line of function `name`, in file "NAME.c". */
static inline struct wm_line made_line(struct made *made, const char *name, int64_t line)
{
    char file[64];
    assert_true((size_t)snprintf(file, sizeof(file), "%s.c", name) < sizeof(file));
    struct wm_function function = {
        .name = (uint32_t)wm_profile_string(made->profile, name),
        .file = (uint32_t)wm_profile_string(made->profile, file),
        .start_line = 1,
    };
    int64_t index = wm_profile_add_function(made->profile, &function);
    assert_true(index >= 0);
    return (struct wm_line){(uint32_t)index, line};
}

/* "a/b" is a location of a with b inlined, "a:7" one in line 7. */
static inline uint32_t made_location(struct made *made, char *word)
{
    struct wm_line lines[4];
    uint32_t count = 0;
    uint64_t address = 0x1000;
    char *rest = NULL;
    for (const char *at = word; *at != '\0'; at++)
        address = address * 31 + (unsigned char)*at;
    for (char *part = strtok_r(word, "/", &rest); part != NULL; part = strtok_r(NULL, "/", &rest)) {
        char *line = strchr(part, ':');
        assert_true(count < 4);
        if (line != NULL)
            *line++ = '\0';
        memmove(lines + 1, lines, count * sizeof(lines[0])); /* the innermost comes first */
        lines[0] = made_line(made, part, line != NULL ? strtol(line, NULL, 10) : 0);
        count++;
    }
    struct wm_location location = {.address = address, .line_count = count};
    int64_t index = wm_profile_add_location(made->profile, &location, lines);
    assert_true(index >= 0);
    return (uint32_t)index;
}

/* A sample with this stack, "main work/helper leaf" from root to leaf. */
static inline void made_add_labelled(struct made *made, const char *stack, int64_t visits,
                                     int64_t cost, const struct wm_label *labels, size_t count)
{
    char words[256];
    uint32_t locations[32];
    uint32_t depth = 0;
    char *rest = NULL;
    const int64_t values[2] = {visits, cost};
    assert_true((size_t)snprintf(words, sizeof(words), "%s", stack) < sizeof(words));
    for (char *word = strtok_r(words, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        assert_true(depth < 32);
        memmove(locations + 1, locations, depth * sizeof(locations[0]));
        locations[0] = made_location(made, word);
        depth++;
    }
    assert_true(wm_profile_add_sample(made->profile, locations, depth, labels, count, values) >= 0);
}

static inline void made_add(struct made *made, const char *stack, int64_t cost)
{
    made_add_labelled(made, stack, 1, cost, NULL, 0);
}

static inline void made_graph(struct made *made, const struct wm_graph_wish *wish)
{
    if (made->report.label_units == NULL)
        assert_int_equal(wm_label_units_new(&made->report, &made->report.label_units, NULL), 0);
    assert_int_equal(wm_graph_new(&made->report, wish, &made->graph, NULL), 0);
}

/* The listed nodes in their order: "work 30/40, main 0/50". */
static inline void made_expect_nodes(const struct made *made, const char *expected)
{
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < made->graph->order_count; i++) {
        const struct wm_node *node = &made->graph->nodes[made->graph->order[i]];
        wm_text_addf(&text, "%s%s %lld/%lld", i > 0 ? ", " : "", node->label,
                     (long long)wm_node_self(node), (long long)wm_node_total(node));
    }
    assert_string_equal(text.data, expected);
    wm_text_done(&text);
}

/* The calls as pprof sorts them, which is how a picture has them: "main>work 40, work~leaf 10": "~"
 * where trimmed frames lie between, "i" behind the cost of an inlined callee. */
static inline void made_expect_edges(const struct made *made, const char *expected)
{
    struct wm_text text;
    wm_text_init(&text);
    if ((made->view.flags & WM_VIEW_PICTURES) == 0)
        assert_int_equal(wm_graph_sort_edges(made->graph), 0);
    for (size_t i = 0; i < made->graph->edge_count; i++) {
        const struct wm_edge *edge = &made->graph->edges[i];
        wm_text_addf(&text, "%s%s%s%s %lld%s", i > 0 ? ", " : "",
                     made->graph->nodes[edge->from].label, edge->is_residual ? "~" : ">",
                     made->graph->nodes[edge->to].label, (long long)wm_edge_weight(edge),
                     edge->is_inline ? "i" : "");
    }
    assert_string_equal(text.data, expected);
    wm_text_done(&text);
}

#endif

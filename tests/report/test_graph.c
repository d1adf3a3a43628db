/* test_graph.c - samples become nodes and calls: sums, trimming, order. */
#include "tests/report/graph_profile.h"

enum { PLAIN = WM_VIEW_UNLIMITED };

static void test_graph_counts_a_recursive_function_once_per_sample(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, PLAIN);
    made_add(&made, "main walk:1 walk:2 walk:1", 10);
    made_add(&made, "main walk:1 leaf", 5);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "walk 10/15, leaf 5/5, main 0/15");
    made_expect_edges(&made, "main>walk 15, walk>leaf 5");
    made_done(&made);
}

static void test_graph_counts_a_call_once_per_sample(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, PLAIN);
    made_add(&made, "a b a b a b", 4);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "b 4/4, a 0/4");
    made_expect_edges(&made, "a>b 4, b>a 4");
    made_done(&made);
}

static void test_graph_shows_what_the_granularity_tells_apart(void **state)
{
    (void)state;
    static const struct {
        enum wm_granularity granularity;
        const char *nodes;
    } cases[] = {
        {WM_BY_FUNCTIONS,     "f 3/3, main 0/3"                          },
        {WM_BY_FILEFUNCTIONS, "f f.c 3/3, main main.c 0/3"               },
        {WM_BY_FILES,         "f.c 3/3, main.c 0/3"                      },
        {WM_BY_LINES,         "f f.c:8 2/2, f f.c:9 1/1, main main.c 0/3"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made made;
        made_init(&made, PLAIN);
        made.options.granularity = cases[i].granularity;
        made_add(&made, "main f:8", 2);
        made_add(&made, "main f:9", 1);
        made_graph(&made, NULL);
        made_expect_nodes(&made, cases[i].nodes);
        made_done(&made);
    }
}

static void test_graph_by_addresses_names_a_place_without_lines_by_its_binary(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, PLAIN);
    struct wm_mapping mapping = {.start = 0x1000, .limit = 0x9000};
    mapping.file = (uint32_t)wm_profile_string(made.profile, "/srv/bin/app");
    assert_int_equal(wm_profile_add_mapping(made.profile, &mapping), 0);
    const struct wm_location bare = {.mapping = 1, .address = 0x1234};
    const uint32_t stack = (uint32_t)wm_profile_add_location(made.profile, &bare, NULL);
    const int64_t values[2] = {1, 3};
    assert_true(wm_profile_add_sample(made.profile, &stack, 1, NULL, 0, values) >= 0);
    const struct wm_location lost = {.address = 0};
    const uint32_t nowhere = (uint32_t)wm_profile_add_location(made.profile, &lost, NULL);
    assert_true(wm_profile_add_sample(made.profile, &nowhere, 1, NULL, 0, values) >= 0);
    made.options.granularity = WM_BY_ADDRESSES;
    made_graph(&made, NULL);
    made_expect_nodes(&made, "0000000000001234 [app] 3/3, <unknown> 3/3");
    made_done(&made);
}

static void test_graph_by_files_keeps_functions_of_other_start_lines_apart(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, PLAIN);
    made_add(&made, "f", 1);
    struct wm_function other = made.profile->functions[0];
    other.start_line = 50;
    const struct wm_line line = {(uint32_t)wm_profile_add_function(made.profile, &other), 60};
    const struct wm_location location = {.address = 0x77, .line_count = 1};
    const uint32_t stack = (uint32_t)wm_profile_add_location(made.profile, &location, &line);
    const int64_t values[2] = {1, 2};
    assert_true(wm_profile_add_sample(made.profile, &stack, 1, NULL, 0, values) >= 0);
    made.options.granularity = WM_BY_FILES;
    made_graph(&made, NULL);
    made_expect_nodes(&made, "f.c 2/2, f.c 1/1");
    made_done(&made);
}

static void test_graph_sorts_by_cost_then_name_then_the_other_cost(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, PLAIN);
    made_add(&made, "root b", 5);
    made_add(&made, "root a", -5);
    made_add(&made, "root c", 7);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "c 7/7, a -5/-5, b 5/5, root 0/7");
    wm_graph_free(made.graph);
    made.options.cum = true;
    made_graph(&made, NULL);
    made_expect_nodes(&made, "c 7/7, root 0/7, a -5/-5, b 5/5");
    made_done(&made);
}

static void test_graph_bridges_trimmed_nodes_and_loses_their_own_cost(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, PLAIN);
    made.options.node_fraction = 0.05;
    made_add(&made, "main big", 96);
    made_add(&made, "main thin big", 3);
    made_add(&made, "main thin", 1);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "big 99/99, main 0/100");
    /* One call of the three went past the trimmed function, which marks them all. */
    made_expect_edges(&made, "main~big 99");
    assert_int_equal(made.graph->dropped_nodes, 1);
    assert_int_equal(made.graph->whole_count, 2);
    made_done(&made);
}

static void test_graph_leaves_the_first_of_the_order_by_the_node_count(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, PLAIN);
    made.options.node_fraction = 0;
    made.options.edge_fraction = 0;
    made.options.node_count = 2;
    made_add(&made, "main work leaf", 30);
    made_add(&made, "main work", 20);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "leaf 30/30, work 20/50");
    made_expect_edges(&made, "work>leaf 30");
    assert_int_equal(made.graph->whole_count, 3);
    assert_int_equal(made.graph->dropped_nodes, 0);
    made_done(&made);
}

static void test_graph_drops_thin_calls_and_counts_them(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, PLAIN);
    made.options.node_fraction = 0;
    made.options.edge_fraction = 0.2;
    made_add(&made, "main work", 81);
    made_add(&made, "main rare", 19);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "work 81/81, rare 19/19, main 0/100");
    made_expect_edges(&made, "main>work 81");
    assert_int_equal(made.graph->dropped_edges, 1);
    made_done(&made);
}

static void test_graph_never_trims_where_the_view_says_so(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, WM_VIEW_NEVER_TRIMS);
    made.options.node_fraction = 0.5;
    made.options.node_count = 1;
    made_add(&made, "main a", 1);
    made_add(&made, "main b", 99);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "b 99/99, a 1/1, main 0/100");
    made_done(&made);
}

static void test_graph_marks_what_is_inlined_everywhere_or_somewhere(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, PLAIN);
    made_add(&made, "main/always", 3);
    made_add(&made, "main/often", 2);
    made_add(&made, "main other often", 1);
    const struct wm_graph_wish wish = {.edges = WM_EDGES_INLINED};
    made_graph(&made, &wish);
    made_expect_nodes(&made, "always 3/3, often 3/3, main 0/6, other 0/1");
    const char **marks = wm_graph_inline_marks(made.graph);
    assert_non_null(marks);
    assert_string_equal(marks[made.graph->order[0]], " (inline)");
    assert_string_equal(marks[made.graph->order[1]], " (partial-inline)");
    assert_string_equal(marks[made.graph->order[2]], "");
    assert_string_equal(marks[made.graph->order[3]], "");
    free(marks);
    made_expect_edges(&made, "main>always 3i, main>often 2i, other>often 1");
    made_done(&made);
}

static bool is_work(void *user, const struct wm_node *node)
{
    return strcmp(node->label, user) == 0;
}

static void test_graph_sums_only_the_calls_that_are_wished_for(void **state)
{
    (void)state;
    char name[] = "work";
    const struct wm_graph_wish wishes[] = {
        {.edges = WM_EDGES_NONE  },
        {.edges = WM_EDGES_WANTED, .wants = is_work, .user = name},
        {.edges = WM_EDGES_ALL           },
    };
    static const char *const expected[] = {
        "",
        "main>work 9, work>leaf 9",
        "main>work 9, start>main 9, work>leaf 9",
    };
    for (size_t i = 0; i < 3; i++) {
        struct made made;
        made_init(&made, PLAIN);
        made_add(&made, "start main work leaf", 9);
        made_graph(&made, &wishes[i]);
        made_expect_nodes(&made, "leaf 9/9, main 0/9, start 0/9, work 0/9");
        made_expect_edges(&made, expected[i]);
        made_done(&made);
    }
}

static void test_graph_leaves_out_nodes_without_cost_but_not_their_calls(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, PLAIN);
    made.options.trim = false;
    made_add(&made, "main even leaf", 5);
    made_add(&made, "main even", -5);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "even -5/0, leaf 5/5");
    made_expect_edges(&made, "even>leaf 5, main>even 0");
    made_done(&made);
}

static void test_graph_drops_negative_nodes_when_told(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, PLAIN);
    made.options.drop_negative = true;
    made_add(&made, "gone saved", -30);
    made_add(&made, "main work", 10);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "work 10/10, main 0/10");
    made_done(&made);
}

static void test_graph_divides_by_visits_for_the_mean(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, PLAIN);
    made.report.has_divisor = true;
    made_add_labelled(&made, "main often", 10, 45, NULL, 0);
    made_add_labelled(&made, "main seldom", 2, 40, NULL, 0);
    made_graph(&made, NULL);
    /* In the order of the undivided costs. */
    made_expect_nodes(&made, "often 4/4, seldom 20/20, main 0/7");
    made_expect_edges(&made, "main>often 4, main>seldom 20");
    made_done(&made);
}

static void test_graph_sums_wrap_as_the_references_do(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, PLAIN);
    made.options.trim = false;
    made_add(&made, "main a", INT64_MAX);
    made_add(&made, "main b", INT64_MAX);
    made_add(&made, "main b", 2);
    made_graph(&made, NULL);
    /* main comes to 0 and is not there; b's magnitude is a's. */
    assert_int_equal(made.graph->order_count, 2);
    const struct wm_node *last = &made.graph->nodes[made.graph->order[1]];
    assert_string_equal(last->label, "b");
    assert_true(last->self == INT64_MIN + 1);
    made_done(&made);
}

static void test_graph_of_no_samples_is_empty(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, PLAIN);
    made_add(&made, "", 5);
    made_add(&made, "main", 0);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "");
    made_expect_edges(&made, "");
    made_done(&made);
}

static const char *label_of(const struct made *made, const char *name)
{
    for (size_t i = 0; i < made->graph->node_count; i++)
        if (strcmp(wm_profile_text(made->profile, made->graph->nodes[i].key->name), name) == 0)
            return made->graph->nodes[i].label;
    fail_msg("there is no node %s", name);
    return NULL;
}

static void test_graph_labels_what_some_sample_counts_for(void **state)
{
    (void)state;
    static const struct wm_graph_wish bare = {.edges = WM_EDGES_ALL, .no_labels = true};
    struct made made;
    made_init(&made, PLAIN);
    made_add(&made, "main work", 5);
    made_add(&made, "main idle", 0);
    made_graph(&made, NULL);
    assert_string_equal(label_of(&made, "work"), "work");
    assert_null(label_of(&made, "idle"));
    wm_graph_free(made.graph);
    made_graph(&made, &bare);
    assert_null(label_of(&made, "work"));
    assert_int_equal(made.graph->order_count, 2); /* they are sorted all the same */
    assert_int_equal(made.graph->edge_count, 1);
    made_done(&made);
}

/* Nodes and calls of equal cost are in the order of their labels. */
static void test_graph_orders_many_equals_by_label(void **state)
{
    (void)state;
    enum { MANY = 300 };
    struct made made;
    struct wm_links links;
    char stack[64];
    made_init(&made, PLAIN);
    made.options.trim = false;
    for (int i = 0; i < MANY; i++) {
        snprintf(stack, sizeof(stack), "main part%d::step", i * 7 % MANY);
        made_add(&made, stack, i == 5 ? 20 : 10);
    }
    made_graph(&made, NULL);
    assert_int_equal(wm_links_init(made.graph, WM_LINKS_TO_CALLEES, &links), 0);
    const uint32_t main_node = made.graph->order[MANY];
    assert_int_equal(links.first[main_node + 1] - links.first[main_node], MANY);
    const char *before = "";
    for (size_t i = 0; i < MANY; i++) {
        const struct wm_node *node = &made.graph->nodes[made.graph->order[i]];
        assert_int_equal(node->self, i == 0 ? 20 : 10);
        assert_true(i <= 1 || strcmp(before, node->label) < 0);
        assert_int_equal(links.links[links.first[main_node] + i].other, made.graph->order[i]);
        before = node->label;
    }
    wm_links_done(&links);
    made_done(&made);
}

/* Their weights, in order. */
static void expect_links(const struct wm_graph *graph, enum wm_link_end end, const char *label,
                         const char *expected)
{
    struct wm_links links;
    struct wm_text text;
    wm_text_init(&text);
    assert_int_equal(wm_links_init(graph, end, &links), 0);
    for (size_t node = 0; node < graph->node_count; node++)
        for (size_t i = links.first[node]; i < links.first[node + 1]; i++) {
            const struct wm_edge *edge = &graph->edges[links.links[i].edge];
            assert_int_equal(end == WM_LINKS_TO_CALLERS ? edge->to : edge->from, node);
            if (strcmp(graph->nodes[node].label, label) == 0)
                wm_text_addf(&text, "%lld ", (long long)edge->weight);
        }
    assert_string_equal(text.data, expected);
    wm_links_done(&links);
    wm_text_done(&text);
}

static void test_graph_links_lead_to_callers_and_callees_in_order(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, PLAIN);
    made_add(&made, "main a", 100);
    made_add(&made, "main b", 500);
    made_add(&made, "other b", 300);
    made_add(&made, "third b", 400);
    for (int i = 0; i < 20; i++) {
        char stack[32];
        snprintf(stack, sizeof(stack), "many c%d", i);
        made_add(&made, stack, 100 + i * 7 % 20);
    }
    made_graph(&made, NULL);
    expect_links(made.graph, WM_LINKS_TO_CALLEES, "main", "500 100 ");
    expect_links(made.graph, WM_LINKS_TO_CALLERS, "b", "500 400 300 ");
    expect_links(made.graph, WM_LINKS_TO_CALLEES, "b", "");
    expect_links(
        made.graph, WM_LINKS_TO_CALLEES, "many",
        "119 118 117 116 115 114 113 112 111 110 109 108 107 106 105 104 103 102 101 100 ");
    made_done(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_graph_counts_a_recursive_function_once_per_sample),
        cmocka_unit_test(test_graph_counts_a_call_once_per_sample),
        cmocka_unit_test(test_graph_shows_what_the_granularity_tells_apart),
        cmocka_unit_test(test_graph_by_addresses_names_a_place_without_lines_by_its_binary),
        cmocka_unit_test(test_graph_by_files_keeps_functions_of_other_start_lines_apart),
        cmocka_unit_test(test_graph_sorts_by_cost_then_name_then_the_other_cost),
        cmocka_unit_test(test_graph_bridges_trimmed_nodes_and_loses_their_own_cost),
        cmocka_unit_test(test_graph_leaves_the_first_of_the_order_by_the_node_count),
        cmocka_unit_test(test_graph_drops_thin_calls_and_counts_them),
        cmocka_unit_test(test_graph_never_trims_where_the_view_says_so),
        cmocka_unit_test(test_graph_marks_what_is_inlined_everywhere_or_somewhere),
        cmocka_unit_test(test_graph_sums_only_the_calls_that_are_wished_for),
        cmocka_unit_test(test_graph_leaves_out_nodes_without_cost_but_not_their_calls),
        cmocka_unit_test(test_graph_drops_negative_nodes_when_told),
        cmocka_unit_test(test_graph_divides_by_visits_for_the_mean),
        cmocka_unit_test(test_graph_sums_wrap_as_the_references_do),
        cmocka_unit_test(test_graph_of_no_samples_is_empty),
        cmocka_unit_test(test_graph_labels_what_some_sample_counts_for),
        cmocka_unit_test(test_graph_orders_many_equals_by_label),
        cmocka_unit_test(test_graph_links_lead_to_callers_and_callees_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

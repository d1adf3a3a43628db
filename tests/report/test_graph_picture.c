/* test_graph_picture.c - call trees, the choice of nodes for pictures, and their labels. */
#include "tests/report/graph_profile.h"

#include "profiles/report/node_labels.h"
#include "profiles/report/unfold.h"

enum { PICTURE = WM_VIEW_PICTURES | WM_VIEW_CALL_TREES };

static void made_init_whole(struct made *made)
{
    made_init(made, PICTURE);
    made->options.node_fraction = 0;
    made->options.edge_fraction = 0;
}

static void test_tree_has_a_node_per_stack(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, WM_VIEW_CALL_TREES | WM_VIEW_NEVER_TRIMS);
    made.options.call_tree = true;
    made_add(&made, "main a hash", 4);
    made_add(&made, "main b/hash", 3);
    made_add(&made, "main a hash", 2);
    made_add(&made, "main a a", 1);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "hash 6/6, hash 3/3, a 1/1, a 0/7, b 0/3, main 0/10");
    made_expect_edges(&made, "main>a 7, a>hash 6, b>hash 3i, main>b 3, a>a 1");
    made_done(&made);
}

static void test_tree_is_a_graph_where_the_view_knows_no_trees(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, WM_VIEW_NEVER_TRIMS);
    made.options.call_tree = true;
    made_add(&made, "main a hash", 4);
    made_add(&made, "main b hash", 3);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "hash 7/7, a 0/4, b 0/3, main 0/7");
    made_done(&made);
}

static void test_tree_gives_the_calls_of_a_trimmed_node_to_its_caller(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, WM_VIEW_CALL_TREES);
    made.options.call_tree = true;
    made.options.node_fraction = 0;
    made.options.edge_fraction = 0;
    made.options.node_count = 2;
    made_add(&made, "main thin/mid leaf", 10);
    made_add(&made, "main", 5);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "leaf 10/10, main 5/15");
    made_expect_edges(&made, "main~leaf 10");
    assert_int_equal(made.graph->whole_count, 4);
    made_done(&made);
}

static void test_tree_makes_roots_of_the_callees_of_a_trimmed_root(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, WM_VIEW_CALL_TREES);
    made.options.call_tree = true;
    made.options.node_fraction = 0;
    made.options.node_count = 1;
    made_add(&made, "main leaf", 10);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "leaf 10/10");
    made_expect_edges(&made, "");
    made_done(&made);
}

static void test_tree_call_past_inlined_nodes_stays_inlined(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, WM_VIEW_CALL_TREES);
    made.options.call_tree = true;
    made.options.node_fraction = 0;
    made.options.node_count = 2;
    made_add(&made, "main/mid/leaf", 10);
    made_add(&made, "main", 20);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "main 20/30, leaf 10/10");
    made_expect_edges(&made, "main~leaf 10i");
    made_done(&made);
}

/* Both calls of `pass` decide something in the whole tree, and nothing among the nodes that stay.
 */
static void test_tree_keeps_the_order_of_nodes_that_became_equal(void **state)
{
    (void)state;
    struct made made;
    made_init_whole(&made);
    made.options.call_tree = true;
    made.options.node_count = 5;
    made_add(&made, "main one pass u", 40);
    made_add(&made, "main one pass v", 9);
    made_add(&made, "main two pass w", 40);
    made_add(&made, "main two pass x", 10);
    made_graph(&made, NULL);
    made_expect_nodes(&made, "main 0/99, u 40/40, w 40/40, pass 0/50, pass 0/49");
    made_done(&made);
}

static void test_picture_puts_decisions_before_what_is_passed_on(void **state)
{
    (void)state;
    struct made made;
    made_init_whole(&made);
    made_add(&made, "main pass fork left", 50);
    made_add(&made, "main pass fork right", 50);
    made_graph(&made, NULL);
    /* All score 100 but the one that only passes on, so names decide. */
    made_expect_nodes(&made, "fork 0/100, left 50/50, main 0/100, right 50/50, pass 0/100");
    made_done(&made);
}

static size_t place_of(const struct made *made, const char *name)
{
    size_t at = 0;
    while (strcmp(made->graph->nodes[made->graph->order[at]].label, name) != 0)
        at++;
    return at;
}

/* Of large costs the fractions show, so the order in which calls are met must not. */
static void test_picture_scores_two_with_the_same_calls_alike(void **state)
{
    (void)state;
    static const int64_t costs[] = {1, 2, 3, 5, 7, 11};
    enum { CALLEES = sizeof(costs) / sizeof(costs[0]) };
    static const char *const names[] = {"left", "right"};
    for (size_t falling = 0; falling < 2; falling++) {
        struct made made;
        made_init_whole(&made);
        for (size_t name = 0; name < 2; name++)
            for (size_t i = 0; i < CALLEES; i++) {
                const size_t callee = name == falling ? CALLEES - 1 - i : i;
                char stack[64];
                snprintf(stack, sizeof(stack), "main %s callee%zu", names[name], callee);
                made_add(&made, stack, costs[callee] * 10000000000000000 + 1);
            }
        made_graph(&made, NULL);
        assert_true(place_of(&made, "left") < place_of(&made, "right"));
        made_done(&made);
    }
}

static void test_picture_drops_a_call_past_trimmed_nodes_that_another_way_tells(void **state)
{
    (void)state;
    struct made made;
    made_init_whole(&made);
    made.options.node_fraction = 0.1;
    made_add(&made, "main work leaf", 50);
    made_add(&made, "main thin leaf", 5);
    made_add(&made, "main", 45);
    made_graph(&made, NULL);
    assert_int_equal(made.graph->dropped_nodes, 1);
    made_expect_edges(&made, "main>work 50, work>leaf 50"); /* leaf also has 5 from main */
    made_done(&made);
}

static void test_picture_counts_labels_as_nodes(void **state)
{
    (void)state;
    struct made made;
    made_init_whole(&made);
    made.options.node_count = 3;
    for (int i = 0; i < 3; i++) {
        char value[16];
        snprintf(value, sizeof(value), "v%d", i);
        const struct wm_label label = {
            .key = (uint32_t)wm_profile_string(made.profile, "path"),
            .string = (uint32_t)wm_profile_string(made.profile, value),
        };
        made_add_labelled(&made, "main work", 1, 10 + i, &label, 1);
    }
    made_graph(&made, NULL);
    /* work stands first and takes four places with its labels. */
    made_expect_nodes(&made, "work 33/33");
    assert_int_equal(made.graph->whole_count, 2);
    made_done(&made);
}

static void add_numbered(struct made *made, const char *path, int64_t bytes, int64_t cost)
{
    static const char *const words[] = {"tenant", "t", "path", "bytes", "widgets"};
    uint32_t numbers[5];
    for (size_t i = 0; i < 5; i++)
        numbers[i] = (uint32_t)wm_profile_string(made->profile, words[i]);
    struct wm_label labels[3] = {{.key = numbers[0]}, {.key = numbers[2]}, {.key = numbers[3]}};
    labels[0].string = numbers[1];
    labels[1].string = (uint32_t)wm_profile_string(made->profile, path);
    labels[2].number = bytes;
    labels[2].unit = numbers[4];
    made_add_labelled(made, "main work", 1, cost, labels, 3);
}

static void test_labels_are_sums_by_node_and_text(void **state)
{
    (void)state;
    struct made made;
    struct wm_node_labels *labels = NULL;
    size_t count;
    made_init_whole(&made);
    made.options.unit = "widgets";
    add_numbered(&made, "a", 512, 3);
    add_numbered(&made, "b", 64, 1);
    add_numbered(&made, "a", 512, 4);
    made_graph(&made, NULL);
    uint32_t work = made.graph->edges[0].to;
    assert_int_equal(wm_node_labels_new(made.graph, 2, 2, &labels), 0);
    const struct wm_node_label *of = wm_node_labels_of(labels, work, &count);
    assert_int_equal(count, 2); /* b costs less than 2 */
    assert_string_equal(of[0].text, "path:a\\ntenant:t");
    assert_false(of[0].is_number);
    assert_int_equal(of[0].self, 7);
    assert_int_equal(of[0].total, 7);
    assert_true(of[1].is_number);
    assert_int_equal(of[1].number, 512);
    assert_int_equal(of[1].strings, of[0].strings);
    assert_int_equal(wm_node_labels_own(labels, work), 2);
    assert_int_equal(wm_node_labels_own(labels, made.graph->edges[0].from), 0);
    wm_node_labels_of(labels, made.graph->edges[0].from, &count);
    assert_int_equal(count, 2);
    wm_node_labels_free(labels);
    made_done(&made);
}

static void test_labels_are_of_the_first_nodes_only(void **state)
{
    (void)state;
    struct made made;
    struct wm_node_labels *labels = NULL;
    size_t count;
    made_init_whole(&made);
    add_numbered(&made, "a", 512, 3);
    made_graph(&made, NULL);
    assert_int_equal(wm_node_labels_new(made.graph, 1, 0, &labels), 0);
    wm_node_labels_of(labels, made.graph->order[0], &count);
    assert_int_equal(count, 2);
    wm_node_labels_of(labels, made.graph->order[1], &count);
    assert_int_equal(count, 0);
    wm_node_labels_free(labels);
    made_done(&made);
}

/* Each node is visited, whatever part of the stack it is in. */
static void test_labels_are_of_all_nodes_of_a_deep_tree(void **state)
{
    (void)state;
    enum { DEPTH = 2 * WM_UNFOLDED_MAX + 44 };
    struct made made;
    struct wm_node_labels *labels = NULL;
    uint32_t stack[DEPTH];
    char word[] = "a";
    made_init_whole(&made);
    made.options.call_tree = true;
    made.options.node_count = 0;
    const uint32_t location = made_location(&made, word);
    for (size_t i = 0; i < DEPTH; i++)
        stack[i] = location;
    const struct wm_label label = {.key = (uint32_t)wm_profile_string(made.profile, "user"),
                                   .string = (uint32_t)wm_profile_string(made.profile, "eve")};
    for (int i = 0; i < 3; i++)
        assert_true(
            wm_profile_add_sample(made.profile, stack, DEPTH, &label, 1, (int64_t[]){1, 7}) >= 0);
    made_graph(&made, NULL);
    assert_int_equal(made.graph->order_count, DEPTH);
    assert_int_equal(wm_node_labels_new(made.graph, DEPTH, 0, &labels), 0);
    for (uint32_t node = 0; node < DEPTH; node++) {
        size_t count;
        const struct wm_node_label *of = wm_node_labels_of(labels, node, &count);
        assert_int_equal(count, 1);
        assert_int_equal(of->total, 21);
    }
    wm_node_labels_free(labels);
    made_done(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree_has_a_node_per_stack),
        cmocka_unit_test(test_tree_is_a_graph_where_the_view_knows_no_trees),
        cmocka_unit_test(test_tree_gives_the_calls_of_a_trimmed_node_to_its_caller),
        cmocka_unit_test(test_tree_makes_roots_of_the_callees_of_a_trimmed_root),
        cmocka_unit_test(test_tree_call_past_inlined_nodes_stays_inlined),
        cmocka_unit_test(test_tree_keeps_the_order_of_nodes_that_became_equal),
        cmocka_unit_test(test_picture_puts_decisions_before_what_is_passed_on),
        cmocka_unit_test(test_picture_scores_two_with_the_same_calls_alike),
        cmocka_unit_test(test_picture_drops_a_call_past_trimmed_nodes_that_another_way_tells),
        cmocka_unit_test(test_picture_counts_labels_as_nodes),
        cmocka_unit_test(test_labels_are_sums_by_node_and_text),
        cmocka_unit_test(test_labels_are_of_the_first_nodes_only),
        cmocka_unit_test(test_labels_are_of_all_nodes_of_a_deep_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

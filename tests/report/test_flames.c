/* test_flames.c - the tree of a flame graph, its colours, and the file. */
#include "tests/report/graph_profile.h"

#include "profiles/report/flame_colors.h"
#include "profiles/report/flame_tree.h"

#include <math.h>

static const struct wm_flame_limits NO_LIMITS = {0, 0};

/* "main 10 1", a line per frame: indented by depth, name, value, self, "i" inlined, "-N" base. */
static void draw(const struct made *made, const struct wm_flame_limits *limits,
                 struct wm_flame_tree *tree, struct wm_text *text)
{
    struct wm_stacks *stacks = NULL;
    struct wm_splitter splitter;
    wm_text_init(text);
    assert_int_equal(wm_stacks_new(&made->report, NULL, &stacks, NULL), 0);
    assert_int_equal(wm_splitter_init(&splitter, stacks), 0);
    assert_int_equal(wm_flame_tree_init(tree, &splitter, 0, stacks->sample_count, limits), 0);
    for (size_t i = 0; i < tree->frame_count; i++) {
        const struct wm_flame_frame *frame = &tree->frames[i];
        wm_text_addf(text, "%*s%s %lld %lld%s", (int)frame->depth, "",
                     frame->name == WM_NO_FRAME ? "*" : stacks->names[frame->name],
                     (long long)frame->value, (long long)frame->self, frame->inlined ? "i" : "");
        if (frame->base != 0)
            wm_text_addf(text, " -%lld", (long long)frame->base);
        wm_text_add(text, "\n");
    }
    wm_splitter_done(&splitter);
    wm_stacks_free(stacks);
}

static void expect_tree(const struct made *made, const struct wm_flame_limits *limits,
                        size_t hidden_count, int64_t hidden_value, const char *expected)
{
    struct wm_flame_tree tree;
    struct wm_text text;
    draw(made, limits, &tree, &text);
    assert_string_equal(text.data, expected);
    assert_int_equal(tree.hidden_count, hidden_count);
    assert_int_equal(tree.hidden_value, hidden_value);
    wm_flame_tree_done(&tree);
    wm_text_done(&text);
}

static void add_some(struct made *made)
{
    made_add(made, "main/fast work", 10);
    made_add(made, "main/fast", 30);
    made_add(made, "main slow work", 100);
    made_add(made, "main slow deep deeper", 3);
    made_add(made, "main", 7);
    made_add(made, "main slow work", 50);
}

static void test_a_tree_has_each_stack_once(void **state)
{
    struct made made;
    (void)state;
    made_init(&made, 0);
    add_some(&made);
    expect_tree(&made, &NO_LIMITS, 0, 0,
                "* 200 0\n"
                " main 200 7\n"
                "  fast 40 30i\n"
                "   work 10 10\n"
                "  slow 153 0\n"
                "   deep 3 0\n"
                "    deeper 3 3\n"
                "   work 150 150\n");
    made_done(&made);
}

static void test_what_is_below_the_fraction_is_left_out_and_counted(void **state)
{
    struct made made;
    (void)state;
    made_init(&made, 0);
    add_some(&made);
    expect_tree(&made, &(struct wm_flame_limits){0.1, 0}, 2, 13,
                "* 200 0\n"
                " main 200 7\n"
                "  fast 40 30i\n"
                "  slow 153 0\n"
                "   work 150 150\n");
    made_done(&made);
}

static void test_a_limit_leaves_the_widest_frames(void **state)
{
    struct made made;
    (void)state;
    made_init(&made, 0);
    add_some(&made);
    expect_tree(&made, &(struct wm_flame_limits){0, 4}, 2, 43,
                "* 200 0\n"
                " main 200 7\n"
                "  slow 153 0\n"
                "   work 150 150\n");
    made_done(&made);
}

/* The order in a file decides nothing. */
static void test_equal_profiles_give_equal_trees(void **state)
{
    static const char *const stacks[] = {"m b x", "m a x", "m c", "m b y", "m a y", "m c z"};
    const struct wm_flame_limits limits = {0, 5};
    struct wm_text texts[2];
    (void)state;
    for (size_t turn = 0; turn < 2; turn++) {
        struct made made;
        struct wm_flame_tree tree;
        made_init(&made, 0);
        for (size_t i = 0; i < 6; i++)
            made_add(&made, stacks[turn == 0 ? i : 5 - i], 10);
        draw(&made, &limits, &tree, &texts[turn]);
        assert_int_equal(tree.frame_count, 5);
        wm_flame_tree_done(&tree);
        made_done(&made);
    }
    assert_string_equal(texts[0].data, texts[1].data);
    wm_text_done(&texts[0]);
    wm_text_done(&texts[1]);
}

static void test_a_comparison_has_widths_of_the_new(void **state)
{
    struct made made;
    struct wm_flame_tree tree;
    struct wm_text text;
    (void)state;
    made_init(&made, 0);
    made_add(&made, "main grown", 30);
    made_add(&made, "main grown", -10);
    made_add(&made, "main gone", -5);
    draw(&made, &NO_LIMITS, &tree, &text);
    assert_string_equal(text.data, "* 30 0 -15\n"
                                   " main 30 0 -15\n"
                                   "  grown 30 30 -10\n");
    assert_int_equal(tree.gone, 5);
    assert_int_equal(tree.hidden_count, 0);
    wm_flame_tree_done(&tree);
    wm_text_done(&text);
    made_done(&made);
}

static void test_values_at_the_end_of_int64_stay_in_their_callers(void **state)
{
    struct made made;
    (void)state;
    made_init(&made, 0);
    made_add(&made, "main a", INT64_MAX);
    made_add(&made, "main b", INT64_MAX);
    expect_tree(&made, &NO_LIMITS, 0, 0,
                "* 9223372036854775807 0\n"
                " main 9223372036854775807 0\n"
                "  a 9223372036854775807 9223372036854775807\n"
                "  b 9223372036854775807 9223372036854775807\n");
    made_done(&made);
}

static void test_nothing_is_a_root_alone(void **state)
{
    struct made made;
    (void)state;
    made_init(&made, 0);
    expect_tree(&made, &NO_LIMITS, 0, 0, "* 0 0\n");
    made_add(&made, "", 5);
    expect_tree(&made, &NO_LIMITS, 0, 0, "* 5 5\n");
    made_done(&made);
}

static double light_of(unsigned channel)
{
    double value = channel / 255.0;
    return value <= 0.03928 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

/* With the letters, #1d1d1f, as WCAG 2 reckons. */
static double contrast(unsigned red, unsigned green, unsigned blue)
{
    double back = 0.2126 * light_of(red) + 0.7152 * light_of(green) + 0.0722 * light_of(blue);
    double ink = 0.2126 * light_of(0x1d) + 0.7152 * light_of(0x1d) + 0.0722 * light_of(0x1f);
    return (back + 0.05) / (ink + 0.05);
}

static void test_a_function_has_one_colour_that_letters_are_read_on(void **state)
{
    char colors[2][WM_FLAME_COLOR_BYTES];
    char name[16];
    (void)state;
    assert_string_equal(wm_flame_color("app", "main", colors[0]),
                        wm_flame_color("app", "main", colors[1]));
    assert_string_not_equal(wm_flame_color("app", "main", colors[0]),
                            wm_flame_color("libz.so.1", "main", colors[1]));
    for (int i = 0; i < 2000; i++) {
        unsigned red, green, blue;
        snprintf(name, sizeof(name), "f%d", i);
        wm_flame_color(i % 3 == 0 ? "app" : name, name, colors[0]);
        assert_int_equal(sscanf(colors[0], "#%2x%2x%2x", &red, &green, &blue), 3);
        assert_true(contrast(red, green, blue) > 4.5);
    }
}

static void test_shades_tell_direction_and_size(void **state)
{
    char color[WM_FLAME_COLOR_BYTES];
    (void)state;
    assert_int_equal(wm_flame_shade(100, 100), WM_FLAME_SHADES);
    assert_int_equal(wm_flame_shade(-100, 100), -WM_FLAME_SHADES);
    assert_int_equal(wm_flame_shade(-25, 100), -WM_FLAME_SHADES / 2);
    assert_int_equal(wm_flame_shade(0, 100), 0);
    assert_int_equal(wm_flame_shade(5, 0), 0);
    assert_int_equal(wm_flame_shade(INT64_MAX, 1), WM_FLAME_SHADES);
    assert_string_equal(wm_flame_shade_color(0, color), "#e0e0e0");
}

/* ---- The file ---- */

static void add_path(struct made *made, const char *stack, int64_t cost, const char *path)
{
    struct wm_label label = {
        .key = (uint32_t)wm_profile_string(made->profile, "path"),
        .string = (uint32_t)wm_profile_string(made->profile, path),
    };
    made_add_labelled(made, stack, 1, cost, &label, 1);
}

/* What stands from `from` up to `to`; free() it. */
static char *part_dup(const struct wm_text *text, const char *from, const char *to)
{
    const char *start = strstr(text->data, from);
    assert_non_null(start);
    const char *end = strstr(start, to);
    assert_non_null(end);
    return strndup(start, (size_t)(end - start));
}

static size_t count_of(const struct wm_text *text, const char *word)
{
    size_t count = 0;
    for (const char *at = text->data; (at = strstr(at, word)) != NULL; at++)
        count++;
    return count;
}

static void print_file(struct made *made, struct wm_text *text)
{
    wm_text_init(text);
    wm_text_init(&made->report.filters);
    made->report.total = 100;
    assert_int_equal(wm_print_flamegraph(&made->report, text, NULL), 0);
    assert_false(text->failed);
}

static void test_the_file_has_a_tab_per_path(void **state)
{
    struct made made;
    struct wm_text text;
    (void)state;
    made_init(&made, 0);
    add_path(&made, "main a/b", 30, "<one>");
    add_path(&made, "main", 60, "two");
    add_path(&made, "main a", 10, "<one>");
    print_file(&made, &text);
    char *data = part_dup(&text, "<names>", "</flames>");
    char *tabs = strstr(data, "<tab");
    assert_non_null(tabs);
    assert_string_equal(
        tabs,
        "<tab name=\"all\" note=\"All frames are drawn.\" value=\"100\" base=\"0\" self=\"0\" "
        "shade=\"0\">\n1 2 100 60 0\n2 0 40 10 0\n3 1 30 30 1\n</tab>\n"
        "<tab name=\"two\" note=\"All frames are drawn.\" value=\"60\" base=\"0\" self=\"0\" "
        "shade=\"0\">\n1 2 60 60 0\n</tab>\n"
        "<tab name=\"&lt;one&gt;\" note=\"All frames are drawn.\" value=\"40\" base=\"0\" "
        "self=\"0\" shade=\"0\">\n1 2 40 0 0\n2 0 40 10 0\n3 1 30 30 1\n</tab>\n");
    assert_int_equal(count_of(&text, "<g class=\"frame"), 4); /* the first tab alone is drawn */
    assert_int_equal(count_of(&text, "class=\"frame inlined\""), 1);
    free(data);
    wm_text_done(&text);
    made_done(&made);
}

static void test_without_the_label_there_is_one_tab(void **state)
{
    struct made made;
    struct wm_text text;
    (void)state;
    made_init(&made, 0);
    made.options.group_by = "thread";
    add_path(&made, "main", 100, "one");
    print_file(&made, &text);
    assert_int_equal(count_of(&text, "<tab "), 1);
    wm_text_done(&text);
    made_done(&made);
}

/* Two hundred tabs at most, and no sample without one. */
static void test_very_many_paths_share_the_last_tab(void **state)
{
    struct made made;
    struct wm_text text;
    char path[16];
    (void)state;
    made_init(&made, 0);
    for (int i = 0; i < 250; i++) {
        snprintf(path, sizeof(path), "path%03d", i);
        add_path(&made, "main", 1000 - i, path);
    }
    print_file(&made, &text);
    assert_int_equal(count_of(&text, "<tab "), 201);
    assert_int_equal(count_of(&text, "<tab name=\"path198\""), 1);
    /* path199 to path249: 801 down to 751 */
    assert_non_null(strstr(text.data, "<tab name=\"(51 others)\" note=\"All frames are drawn.\" "
                                      "value=\"39576\""));
    wm_text_done(&text);
    made_done(&made);
}

/* Of twelve thousand frames the file has the widest ten thousand, and says so. */
static void test_a_file_is_bounded(void **state)
{
    struct made made;
    struct wm_text text;
    char stack[64];
    (void)state;
    made_init(&made, 0);
    made.options.node_fraction = 0;
    for (int i = 0; i < 12000; i++) {
        snprintf(stack, sizeof(stack), "main f%d", i);
        made_add(&made, stack, 1000 + i);
    }
    print_file(&made, &text);
    assert_int_equal(count_of(&text, "<g class=\"frame"), 10000);
    assert_int_equal(count_of(&text, "than the widest 10000, with what they call: "), 2);
    assert_true(text.length < 3000000);
    wm_text_done(&text);
    made_done(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_tree_has_each_stack_once),
        cmocka_unit_test(test_what_is_below_the_fraction_is_left_out_and_counted),
        cmocka_unit_test(test_a_limit_leaves_the_widest_frames),
        cmocka_unit_test(test_equal_profiles_give_equal_trees),
        cmocka_unit_test(test_a_comparison_has_widths_of_the_new),
        cmocka_unit_test(test_values_at_the_end_of_int64_stay_in_their_callers),
        cmocka_unit_test(test_nothing_is_a_root_alone),
        cmocka_unit_test(test_a_function_has_one_colour_that_letters_are_read_on),
        cmocka_unit_test(test_shades_tell_direction_and_size),
        cmocka_unit_test(test_the_file_has_a_tab_per_path),
        cmocka_unit_test(test_without_the_label_there_is_one_tab),
        cmocka_unit_test(test_very_many_paths_share_the_last_tab),
        cmocka_unit_test(test_a_file_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_stacks.c - stacks by groups, and split by their frames. */
#include "tests/report/graph_profile.h"

#include "profiles/report/split.h"

#include <errno.h>

struct world {
    struct made made;
    struct wm_stacks *stacks;
};

static void world_init(struct world *world)
{
    made_init(&world->made, 0);
    world->stacks = NULL;
}

static void world_stacks(struct world *world, const char *by)
{
    assert_int_equal(wm_stacks_new(&world->made.report, by, &world->stacks, NULL), 0);
}

static void world_done(struct world *world)
{
    wm_stacks_free(world->stacks);
    made_done(&world->made);
}

static void add_path(struct world *world, const char *stack, int64_t cost, const char *path)
{
    struct wm_label label = {
        .key = (uint32_t)wm_profile_string(world->made.profile, "path"),
        .string = (uint32_t)wm_profile_string(world->made.profile, path),
    };
    made_add_labelled(&world->made, stack, 1, cost, &label, path[0] != '\0');
}

/* The frames of the sample, root first, "+" before inlined ones. */
static void expect_walk(const struct world *world, uint32_t sample, const char *expected)
{
    struct wm_text text;
    struct wm_stack stack = wm_stack_start(world->stacks, sample);
    struct wm_stack_frame frame;
    wm_text_init(&text);
    while ((frame = wm_stack_next(world->stacks, &stack)).name != WM_NO_FRAME)
        wm_text_addf(&text, "%s%s%s", text.length > 0 ? " " : "", frame.inlined ? "+" : "",
                     world->stacks->names[frame.name]);
    assert_string_equal(text.data, expected);
    assert_int_equal(wm_stack_next(world->stacks, &stack).name, WM_NO_FRAME); /* it stays over */
    wm_text_done(&text);
}

static void expect_groups(const struct world *world, const char *expected)
{
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < world->stacks->group_count; i++) {
        const struct wm_stack_group *group = &world->stacks->groups[i];
        wm_text_addf(&text, "%s%s %zu %lld/%lld", i > 0 ? ", " : "", group->name, group->count,
                     (long long)group->value, (long long)group->base);
    }
    assert_string_equal(text.data, expected);
    wm_text_done(&text);
}

static void test_stacks_are_walked_from_the_root_with_inlined_frames(void **state)
{
    struct world world;
    (void)state;
    world_init(&world);
    made_add(&world.made, "main work/helper/deep leaf", 5);
    made_add(&world.made, "main", 1);
    world_stacks(&world, NULL);
    expect_walk(&world, 0, "main work +helper +deep leaf");
    expect_walk(&world, 1, "main");
    assert_int_equal(world.stacks->name_count, 5);
    for (size_t i = 1; i < world.stacks->name_count; i++)
        assert_true(strcmp(world.stacks->names[i - 1], world.stacks->names[i]) < 0);
    world_done(&world);
}

static void test_groups_go_by_cost_and_then_by_name(void **state)
{
    struct world world;
    (void)state;
    world_init(&world);
    add_path(&world, "main a", 5, "late");
    add_path(&world, "main b", 5, "early");
    add_path(&world, "main c", 40, "dear");
    add_path(&world, "main c", 2, "dear");
    add_path(&world, "main d", 1, "");
    add_path(&world, "main e", 0, "free");
    world_stacks(&world, "path");
    expect_groups(&world, "dear 2 42/0, early 1 5/0, late 1 5/0, (no path) 1 1/0");
    assert_int_equal(world.stacks->sample_count, 5); /* what costs nothing is no stack */
    assert_false(world.stacks->compares);
    world_done(&world);
}

static void test_costs_below_0_are_the_base(void **state)
{
    struct world world;
    (void)state;
    world_init(&world);
    made_add(&world.made, "main a", 7);
    made_add(&world.made, "main b", -3);
    made_add(&world.made, "main c", INT64_MIN);
    world_stacks(&world, NULL);
    expect_groups(&world, " 3 7/9223372036854775807");
    assert_true(world.stacks->compares);
    world_done(&world);
}

static void test_means_are_refused(void **state)
{
    struct world world;
    struct wm_error err = {0};
    (void)state;
    world_init(&world);
    made_add(&world.made, "main", 7);
    world.made.report.has_divisor = true;
    assert_int_equal(wm_stacks_new(&world.made.report, NULL, &world.stacks, &err), -EINVAL);
    assert_string_equal(err.place, "-mean");
    assert_null(world.stacks);
    world_done(&world);
}

/* "main 12i 2" is a part: name, cost, inlined, how many. */
static void expect_parts(const struct wm_splitter *splitter, const char *expected)
{
    struct wm_text text;
    size_t at = splitter->part_count > 0 ? splitter->parts[0].first : 0;
    wm_text_init(&text);
    for (size_t i = 0; i < splitter->part_count; i++) {
        const struct wm_split_part *part = &splitter->parts[i];
        const char *name =
            part->name == WM_NO_FRAME ? "(end)" : splitter->stacks->names[part->name];
        wm_text_addf(&text, "%s%s %lld%s %zu", i > 0 ? ", " : "", name, (long long)part->value,
                     part->inlined && part->name != WM_NO_FRAME ? "i" : "", part->count);
        assert_int_equal(part->first, at);
        for (size_t item = part->first; item < part->first + part->count; item++)
            assert_int_equal(splitter->items[item].name, part->name);
        at += part->count;
    }
    assert_string_equal(text.data, expected);
    wm_text_done(&text);
}

static void test_a_split_puts_equal_frames_together(void **state)
{
    struct world world;
    struct wm_splitter splitter;
    (void)state;
    world_init(&world);
    made_add(&world.made, "main/zeta leaf", 1);
    made_add(&world.made, "main alpha", 2);
    made_add(&world.made, "main/zeta", 4);
    made_add(&world.made, "main", 8);
    made_add(&world.made, "main alpha leaf", 16);
    made_add(&world.made, "other", 32);
    world_stacks(&world, NULL);
    assert_int_equal(wm_splitter_init(&splitter, world.stacks), 0);
    wm_splitter_fill(&splitter, 0, 6);
    assert_int_equal(wm_split(&splitter, 0, 6), 0);
    expect_parts(&splitter, "main 31 5, other 32 1");
    assert_int_equal(wm_split(&splitter, 0, 5), 0);
    expect_parts(&splitter, "(end) 8 1, alpha 18 2, zeta 5i 2");
    assert_int_equal(wm_split(&splitter, 3, 2), 0);
    expect_parts(&splitter, "(end) 4 1, leaf 1 1");
    assert_int_equal(wm_split(&splitter, 1, 2), 0); /* what was split elsewhere is as it was */
    expect_parts(&splitter, "(end) 2 1, leaf 16 1");
    wm_splitter_done(&splitter);
    world_done(&world);
}

static void test_sums_stop_at_the_ends_of_int64(void **state)
{
    (void)state;
    assert_int_equal(wm_add_saturating(INT64_MAX, 1), INT64_MAX);
    assert_int_equal(wm_add_saturating(INT64_MIN, -1), INT64_MIN);
    assert_int_equal(wm_add_saturating(INT64_MAX, INT64_MIN), -1);
}

static void expect_folded(struct world *world, const char *by, const char *expected)
{
    struct wm_text text;
    wm_text_init(&text);
    world->made.options.group_by = by;
    assert_int_equal(wm_print_folded(&world->made.report, &text, NULL), 0);
    assert_string_equal(text.data, expected);
    wm_text_done(&text);
}

static void test_folded_joins_equal_stacks_in_order(void **state)
{
    struct world world;
    (void)state;
    world_init(&world);
    made_add(&world.made, "main work leaf", 1);
    made_add(&world.made, "main;1\n work", 2);
    made_add(&world.made, "main work", 4);
    made_add(&world.made, "main work leaf", 8);
    made_add(&world.made, "alone", 16);
    made_add(&world.made, "even", 32);
    made_add(&world.made, "even", -32);
    made_add(&world.made, "fallen", -64);
    expect_folded(&world, NULL,
                  "alone 16\n"
                  "fallen -64\n"
                  "main;work 4\n"
                  "main;work;leaf 9\n"
                  "main:1\\x0a;work 2\n");
    world.made.options.drop_negative = true;
    world.made.options.divide_by = 2;
    expect_folded(&world, NULL,
                  "alone 8\n"
                  "main;work 2\n"
                  "main;work;leaf 4\n"
                  "main:1\\x0a;work 1\n");
    world_done(&world);
}

static void test_folded_has_the_label_as_its_root(void **state)
{
    struct world world;
    (void)state;
    world_init(&world);
    add_path(&world, "main work", 1, "GET;/");
    add_path(&world, "main", 2, "");
    add_path(&world, "main work", 4, "GET;/");
    add_path(&world, "", 8, "POST");
    expect_folded(&world, "path",
                  "(no path);main 2\n"
                  "GET:/;main;work 5\n"
                  "POST;(no frames) 8\n");
    expect_folded(&world, "other",
                  "(no other);(no frames) 8\n"
                  "(no other);main 2\n"
                  "(no other);main;work 5\n");
    expect_folded(&world, NULL,
                  "(no frames) 8\n"
                  "main 2\n"
                  "main;work 5\n");
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stacks_are_walked_from_the_root_with_inlined_frames),
        cmocka_unit_test(test_groups_go_by_cost_and_then_by_name),
        cmocka_unit_test(test_costs_below_0_are_the_base),
        cmocka_unit_test(test_means_are_refused),
        cmocka_unit_test(test_a_split_puts_equal_frames_together),
        cmocka_unit_test(test_sums_stop_at_the_ends_of_int64),
        cmocka_unit_test(test_folded_joins_equal_stacks_in_order),
        cmocka_unit_test(test_folded_has_the_label_as_its_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

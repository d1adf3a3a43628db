/* test_unfold.c - stacks come to the nodes that one finds line by line. */
#include "tests/report/graph_profile.h"

#include "profiles/report/unfold.h"

enum { FUNCTIONS = 20, MANY = 3 * WM_UNFOLDED_MAX, DEEP = 5 * WM_UNFOLDED_MAX / 2, SAMPLES = 60 };

static uint32_t roll(uint32_t *dice, uint32_t sides)
{
    *dice = *dice * 1664525 + 1013904223;
    return (*dice >> 8) % sides;
}

/* Locations of 1, 2, 3 and very many lines, each of another function than the next. */
static uint32_t add_location(struct made *made, uint32_t *dice)
{
    static const uint32_t counts[] = {1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 5, MANY};
    static struct wm_line lines[MANY];
    const uint32_t count = counts[roll(dice, sizeof(counts) / sizeof(counts[0]))];
    const uint32_t first = roll(dice, FUNCTIONS);
    for (uint32_t i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof(name), "f%u", (first + i) % FUNCTIONS);
        lines[i] = made_line(made, name, 1);
    }
    const struct wm_location location = {.address = 16 * (1 + (uint64_t)roll(dice, 1 << 20)),
                                         .line_count = count};
    const int64_t index = wm_profile_add_location(made->profile, &location, lines);
    assert_true(index >= 0);
    return (uint32_t)index;
}

static void add_sample(struct made *made, uint32_t *dice)
{
    uint32_t stack[DEEP];
    const int64_t values[2] = {1, 1};
    const uint32_t depth = roll(dice, DEEP);
    for (uint32_t at = 0; at < depth; at++)
        stack[at] = add_location(made, dice);
    assert_true(wm_profile_add_sample(made->profile, stack, depth, NULL, 0, values) >= 0);
}

/* Line by line; returns how many entries there are. */
static size_t expect(const struct wm_graph *graph, const uint32_t *numbers, size_t sample_number,
                     uint32_t *entries)
{
    const struct wm_graph_private *parts = graph->private_;
    const struct wm_profile *profile = graph->report->profile;
    const struct wm_profile_sample *sample = &profile->samples[sample_number];
    uint32_t residual = 0;
    size_t count = 0;
    for (uint32_t frame = sample->location_count; frame-- > 0;) {
        const uint32_t location = wm_sample_frame(wm_sample_stack(profile, sample), frame);
        const struct wm_frames frames = parts->frames[location];
        for (uint32_t line = frames.count; line-- > 0;) {
            const uint32_t number = numbers[wm_kind_at(parts, frames, line)];
            const uint32_t called = line + 1 == frames.count ? WM_ENTRY_CALLED : 0;
            if (number != 0)
                entries[count++] = number << WM_ENTRY_BITS | called | residual;
            residual = number != 0 ? 0 : WM_ENTRY_RESIDUAL;
        }
    }
    return count;
}

static void compare_sample(const struct wm_unfolder *unfolder, size_t sample)
{
    enum { UNSAID = (1 << WM_ENTRY_BITS) - 1 - WM_ENTRY_FLAGS };
    static uint32_t expected[DEEP * MANY];
    const size_t all = expect(unfolder->graph, unfolder->numbers, sample, expected);
    struct wm_unfolding unfolding;
    size_t at = 0;
    wm_unfold_sample(&unfolding, unfolder->graph, sample);
    while (unfolding.left > 0) {
        const size_t count = wm_unfold(unfolder, &unfolding);
        assert_in_range(count, 0, WM_UNFOLDED_MAX);
        assert_in_range(at + count, 0, all);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(unfolding.entries[i] & ~(uint32_t)UNSAID, expected[at++]);
    }
    assert_int_equal(at, all);
}

static void test_unfold_finds_the_wanted_nodes_of_each_line(void **state)
{
    (void)state;
    for (uint32_t one_of = 1; one_of <= 4; one_of++) { /* so many nodes are wanted */
        struct made made;
        struct wm_unfolder unfolder;
        uint32_t numbers[FUNCTIONS + 1] = {0}, dice = one_of;
        made_init(&made, 0);
        for (size_t i = 0; i < SAMPLES; i++)
            add_sample(&made, &dice);
        assert_int_equal(wm_graph_new_names(&made.report, &made.graph, NULL), 0);
        assert_int_equal(made.graph->node_count, FUNCTIONS);
        for (uint32_t i = 0; i < FUNCTIONS; i++)
            numbers[i] = i % one_of == 0 ? FUNCTIONS - i : 0;
        assert_int_equal(wm_unfolder_init(&unfolder, made.graph, numbers), 0);
        for (size_t i = 0; i < SAMPLES; i++)
            compare_sample(&unfolder, i);
        wm_unfolder_done(&unfolder);
        made_done(&made);
    }
}

static void test_unfold_takes_two_lines_of_one_node_for_one(void **state)
{
    (void)state;
    struct made made;
    struct wm_unfolder unfolder;
    struct wm_unfolding unfolding;
    made_init(&made, 0);
    made_add(&made, "main work/work leaf", 5);
    assert_int_equal(wm_graph_new_names(&made.report, &made.graph, NULL), 0);
    assert_int_equal(wm_unfolder_init(&unfolder, made.graph, NULL), 0);
    wm_unfold_sample(&unfolding, made.graph, 0);
    assert_int_equal(wm_unfold(&unfolder, &unfolding), 3);
    assert_int_equal(unfolding.entries[1] & WM_ENTRY_FLAGS, WM_ENTRY_CALLED);
    wm_unfolder_done(&unfolder);
    made_done(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unfold_finds_the_wanted_nodes_of_each_line),
        cmocka_unit_test(test_unfold_takes_two_lines_of_one_node_for_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_segment_calls.c - which function a segment stands in, and whose calls are counted. */
#include "tests/report/graph_profile.h"

#include "profiles/report/segment_calls.h"
#include "profiles/runs/segments.h"

/* The functions of graph_profile.h are in files of their own name and begin in line 1. */
static void add_in(struct made *made, const char *stack, const char *segment)
{
    const struct wm_label label = {
        .key = (uint32_t)wm_profile_string(made->profile, "segment"),
        .string = (uint32_t)wm_profile_string(made->profile, segment),
    };
    made_add_labelled(made, stack, 1, 1, &label, 1);
}

static void add_row(struct wm_segments *segments, const char *segment, const char *file,
                    uint64_t visits)
{
    struct wm_segment_row *row = wm_segments_add(segments);
    assert_non_null(row);
    row->segment = segment;
    row->file = file;
    row->line = 5;
    row->visits = visits;
}

static uint32_t node_of(const struct made *made, const char *label)
{
    for (size_t i = 0; i < made->graph->node_count; i++)
        if (made->graph->nodes[i].label != NULL && strcmp(made->graph->nodes[i].label, label) == 0)
            return (uint32_t)i;
    fail_msg("no node %s", label);
    return 0;
}

struct expected {
    const char *from, *to; /* from NULL: by anybody */
    int64_t calls;
};

static void expect(struct made *made, const struct wm_segments *segments,
                   const struct expected *cases, size_t count)
{
    struct wm_segment_calls *calls = NULL;
    made->options.segments = segments;
    made->options.trim = false;
    made_graph(made, NULL);
    assert_int_equal(wm_segment_calls_new(made->graph, &calls), 0);
    for (size_t i = 0; i < count; i++) {
        uint32_t to = node_of(made, cases[i].to);
        int64_t told = cases[i].from == NULL
                           ? wm_segment_calls_of(calls, to)
                           : wm_segment_calls_between(calls, node_of(made, cases[i].from), to);
        assert_int_equal(told, cases[i].calls);
    }
    wm_segment_calls_free(calls);
}

static void test_segment_calls_counts_openings_from_outside(void **state)
{
    (void)state;
    struct made made;
    struct wm_segments *segments = NULL;
    made_init(&made, WM_VIEW_UNLIMITED);
    assert_int_equal(wm_segments_new(&segments), 0);
    add_row(segments, "H", "/src/handle.c", 100);
    add_row(segments, "H/O", "../order.c", 60);
    add_row(segments, "H/O/Inner", "order.c", 500); /* a loop inside of it */
    add_row(segments, "H/L", "log.c", 90);
    add_in(&made, "main handle", "H");
    add_in(&made, "main handle order", "H/O");
    add_in(&made, "main handle order hash", "H/O/Inner");
    add_in(&made, "main handle helper log", "H/L");
    add_in(&made, "main handle log", "H/L");
    const struct expected cases[] = {
        {NULL,     "handle", 100},
        {NULL,     "order",  60 },
        {NULL,     "log",    90 },
        {NULL,     "main",   -1 },
        {NULL,     "hash",   -1 },
        {"main",   "handle", -1 },
        {"handle", "order",  60 },
        {"handle", "log",    -1 }, /* some of them may be helper's */
        {"helper", "log",    -1 },
    };
    /* "/src/handle.c" is no file of this profile: its function is known by the end of the name */
    expect(&made, segments, cases, sizeof(cases) / sizeof(cases[0]));
    wm_segments_free(segments);
    made_done(&made);
}

static void test_segment_calls_tells_nothing_where_samples_disagree(void **state)
{
    (void)state;
    struct made made;
    struct wm_segments *segments = NULL;
    made_init(&made, WM_VIEW_UNLIMITED);
    assert_int_equal(wm_segments_new(&segments), 0);
    add_row(segments, "S", "one.c", 7);
    add_in(&made, "main one", "S");
    add_in(&made, "main twin", "S");
    for (size_t i = 0; i < made.profile->function_count; i++) /* both in one file */
        made.profile->functions[i].file = (uint32_t)wm_profile_string(made.profile, "one.c");
    const struct expected cases[] = {
        {NULL, "one", -1}
    };
    expect(&made, segments, cases, 1);
    wm_segments_free(segments);
    made_done(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segment_calls_counts_openings_from_outside),
        cmocka_unit_test(test_segment_calls_tells_nothing_where_samples_disagree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

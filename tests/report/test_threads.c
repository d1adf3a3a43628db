/* test_threads.c - however many CPUs there are, views of large profiles are the same. */
#include "tests/report/graph_profile.h"

#include "profiles/report/node_labels.h"

#include <pthread.h>
#include <sched.h>

enum { SAMPLES = 50000, FUNCTIONS = 40, MANY_FUNCTIONS = 1500, DEPTH = 6, USERS = 7 };

struct shape {
    const char *view;
    uint32_t functions;
    size_t labels; /* of a sample, fewer than so many */
    bool mean, call_tree;
};

static uint32_t word(struct made *made, const char *text)
{
    return (uint32_t)wm_profile_string(made->profile, text);
}

/* Some labels come up in the second half only: its thread is the first to meet them. Many numbers
 * are few texts. */
static void add_sample(struct made *made, const struct shape *shape, const uint32_t *locations,
                       uint32_t i)
{
    char user[32];
    uint32_t stack[DEPTH], dice = i * 2654435761U;
    snprintf(user, sizeof(user), "user%u", dice % USERS + i / (SAMPLES / 2) * 3);
    const struct wm_label labels[] = {
        {.key = word(made, "user"),            .string = word(made, user)},
        { .key = word(made,        "bytes"),
         .number = (1024 << i % 6) + dice % 3,
         .unit = word(made,                                      "bytes")},
    };
    for (uint32_t at = 0; at < DEPTH; at++)
        stack[at] = locations[(dice >> (5 * at)) % shape->functions];
    const int64_t values[2] = {1 + dice % 3, 1 + dice % 5};
    assert_true(wm_profile_add_sample(made->profile, stack, 1 + dice % DEPTH, labels,
                                      i % shape->labels, values) >= 0);
}

static void print(const struct shape *shape, struct wm_text *text)
{
    struct made made;
    struct wm_error err = {{0}, {0}};
    uint32_t locations[MANY_FUNCTIONS];
    made_init(&made, 0);
    made.options.view = shape->view;
    made.options.expression = strcmp(shape->view, "list") == 0 ? "inner" : NULL;
    made.options.mean = shape->mean;
    made.options.call_tree = shape->call_tree;
    if (shape->functions == MANY_FUNCTIONS)
        made.options.node_fraction = made.options.edge_fraction = 0;
    for (uint32_t i = 0; i < shape->functions; i++) {
        char name[64];
        snprintf(name, sizeof(name), "outer%u/inner%u", i % 7, i);
        locations[i] = made_location(&made, name);
    }
    for (uint32_t i = 0; i < SAMPLES; i++)
        add_sample(&made, shape, locations, i);
    wm_text_init(text);
    assert_int_equal(wm_report_print(made.profile, &made.options, text, &made.notes, &err), 0);
    made_done(&made);
}

static void test_threads_print_what_one_does(void **state)
{
    (void)state;
    static const struct shape shapes[] = {
        {"top",       FUNCTIONS,      3, false, false},
        {"top",       FUNCTIONS,      3, true,  false},
        {"tree",      FUNCTIONS,      3, false, false},
        {"tree",      FUNCTIONS,      3, true,  false},
        {"dot",       FUNCTIONS,      2, false, false},
        {"dot",       FUNCTIONS,      2, true,  false},
        {"dot",       FUNCTIONS,      3, false, false},
        {"dot",       FUNCTIONS,      3, true,  false},
        {"dot",       FUNCTIONS,      3, false, true },
        {"dot",       FUNCTIONS,      3, true,  true },
        {"dot",       MANY_FUNCTIONS, 3, false, false},
        {"callgrind", FUNCTIONS,      3, false, false},
        {"callgrind", FUNCTIONS,      3, false, true },
        {"callgrind", MANY_FUNCTIONS, 3, false, false},
        {"raw",       FUNCTIONS,      3, false, false},
        {"traces",    FUNCTIONS,      3, false, false},
        {"proto",     FUNCTIONS,      3, false, false},
        {"tags",      FUNCTIONS,      3, false, false},
        {"list",      FUNCTIONS,      3, false, false},
        {"list",      FUNCTIONS,      3, true,  false},
        {"folded",    FUNCTIONS,      3, false, false},
    };
    wm_test_needs_cpus();
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        struct wm_text one, all;
        wm_test_use_cpus(1);
        print(&shapes[i], &one);
        wm_test_use_cpus(CPU_SETSIZE);
        print(&shapes[i], &all);
        assert_true(one.length > 300);
        assert_int_equal(one.length, all.length);
        assert_memory_equal(one.data, all.data, one.length);
        wm_text_done(&one);
        wm_text_done(&all);
    }
}

/* In each turn of a thread another number comes to a text of its own before its twin does, and all
 * earlier ones come behind their twins. */
static void add_twins(struct made *made, uint32_t turn, uint32_t location, struct wm_label *label)
{
    for (uint32_t i = 0; i < WM_TURN; i++) {
        const uint32_t text = i / 2 <= turn ? turn - i / 2 : turn;
        const bool is_twin = (i % 2 == 0) == (text < turn);
        label->number = (int64_t)(text + 1) << 20 | is_twin;
        assert_true(
            wm_profile_add_sample(made->profile, &location, 1, label, 1, (int64_t[]){1, 1}) >= 0);
    }
}

static void test_of_a_labels_numbers_the_first_is_told(void **state)
{
    (void)state;
    enum { TURNS = 3 * WM_SLICE_LEAST / WM_TURN, ROUNDS = 50 }; /* which take turns by chance */
    struct made made;
    struct wm_node_labels *labels = NULL;
    char name[] = "work";
    size_t count;
    wm_test_needs_cpus();
    made_init(&made, WM_VIEW_PICTURES);
    made.options.unit = "MB";
    const uint32_t location = made_location(&made, name);
    struct wm_label label = {.key = word(&made, "bytes"), .unit = word(&made, "bytes")};
    for (uint32_t turn = 0; turn < TURNS; turn++)
        add_twins(&made, turn, location, &label);
    made_graph(&made, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        assert_int_equal(wm_node_labels_new(made.graph, 1, 0, &labels), 0);
        const struct wm_node_label *of = wm_node_labels_of(labels, made.graph->order[0], &count);
        assert_int_equal(count, TURNS);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(of[i].number & 1, 0);
        wm_node_labels_free(labels);
    }
    made_done(&made);
}

/* What `ulimit -s` leaves may be little; a sanitizer needs more of it. */
enum { SMALL_STACK_BYTES = 128 * 1024 };

static void *print_samples(void *user)
{
    static const char *const views[] = {"raw", "traces"};
    const struct shape shape = {views[*(const int *)user], FUNCTIONS, 3, false, false};
    struct wm_text text;
    print(&shape, &text);
    assert_true(text.length > 500);
    wm_text_done(&text);
    return NULL;
}

static void test_views_of_samples_take_little_of_the_stack(void **state)
{
    (void)state;
    pthread_attr_t attributes;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, SMALL_STACK_BYTES), 0);
    wm_test_use_cpus(1);
    for (int view = 0; view < 2; view++) {
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, &attributes, print_samples, &view), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
    }
    wm_test_use_cpus(CPU_SETSIZE);
    pthread_attr_destroy(&attributes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_print_what_one_does),
        cmocka_unit_test(test_of_a_labels_numbers_the_first_is_told),
        cmocka_unit_test(test_views_of_samples_take_little_of_the_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

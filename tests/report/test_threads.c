/* test_threads.c - however many CPUs there are, views of large profiles are the same. */
#include "tests/report/graph_profile.h"

#include <pthread.h>
#include <sched.h>

enum { SAMPLES = 50000, FUNCTIONS = 40, MANY_FUNCTIONS = 1500, DEPTH = 6, USERS = 7 };

struct shape {
    const char *view;
    uint32_t functions;
    size_t labels; /* of a sample, fewer than so many */
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
    const int64_t values[2] = {1, 1 + dice % 5};
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
        {"top",       FUNCTIONS,      3},
        {"tree",      FUNCTIONS,      3},
        {"dot",       FUNCTIONS,      2},
        {"dot",       FUNCTIONS,      3},
        {"dot",       MANY_FUNCTIONS, 3},
        {"callgrind", FUNCTIONS,      3},
        {"callgrind", MANY_FUNCTIONS, 3},
        {"raw",       FUNCTIONS,      3},
        {"traces",    FUNCTIONS,      3},
        {"proto",     FUNCTIONS,      3},
    };
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        struct wm_text one, all;
        wm_test_use_cpus(1);
        print(&shapes[i], &one);
        wm_test_use_cpus(CPU_SETSIZE);
        print(&shapes[i], &all);
        assert_true(one.length > 500);
        assert_int_equal(one.length, all.length);
        assert_memory_equal(one.data, all.data, one.length);
        wm_text_done(&one);
        wm_text_done(&all);
    }
}

/* What `ulimit -s` leaves may be little; a sanitizer needs more of it. */
enum { SMALL_STACK_BYTES = 128 * 1024 };

static void *print_samples(void *user)
{
    static const char *const views[] = {"raw", "traces"};
    const struct shape shape = {views[*(const int *)user], FUNCTIONS, 3};
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
        cmocka_unit_test(test_views_of_samples_take_little_of_the_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Threads of the app: known before they run, and gone without a trace. */
#include "tests/probe/attached.h"
#include "tests/support/support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static struct wm_region *region;

static uint32_t count_known(void)
{
    uint32_t known = 0;
    for (uint32_t i = 0; i < WM_THREAD_MAX; i++)
        known += region->threads[i].tid != 0;
    return known;
}

static size_t mapped_pages(void)
{
    FILE *statm = fopen("/proc/self/statm", "re");
    char line[256];
    assert_non_null(statm);
    assert_non_null(fgets(line, sizeof(line), statm));
    fclose(statm);
    return strtoul(line, NULL, 10);
}

static void *count_inside(void *ret_known)
{
    *(uint32_t *)ret_known = count_known();
    return NULL;
}

static uint32_t known_in_a_thread(void)
{
    uint32_t known = 0;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, count_inside, &known), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    return known;
}

static void test_a_thread_is_known_while_it_runs(void **state)
{
    (void)state;
    uint32_t before = count_known();
    assert_int_equal(known_in_a_thread(), THREADS_FOLLOWED ? before + 1 : before);
    assert_int_equal(count_known(), before);
}

static void test_threads_leave_no_memory_behind(void **state)
{
    (void)state;
    if (!THREADS_FOLLOWED)
        skip();
    (void)known_in_a_thread(); /* what is made once */
    size_t before = mapped_pages();
    for (int i = 0; i < 200; i++)
        (void)known_in_a_thread();
    assert_in_range(mapped_pages(), 1, before + 200); /* a page for each thread would be a leak */
}

int main(int argc, char **argv)
{
    (void)argc;
    region = wm_test_attached(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_thread_is_known_while_it_runs),
        cmocka_unit_test(test_threads_leave_no_memory_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

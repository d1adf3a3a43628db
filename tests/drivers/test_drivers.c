/* test_drivers.c - the table of drivers, and the null driver. */
#include "drivers/drivers.h"
#include "harness/core/clock.h"
#include "tests/support/support.h"

#include <string.h>

struct seen {
    struct wm_driver_sink sink;
    uint32_t count;
    uint32_t slot;
    struct wm_driver_result result;
};

static void remember(struct wm_driver_sink *sink, uint32_t slot,
                     const struct wm_driver_result *result)
{
    struct seen *seen = (struct seen *)sink;
    seen->count++;
    seen->slot = slot;
    seen->result = *result;
}

static void test_the_null_driver_completes_within_send(void **state)
{
    (void)state;
    struct seen seen = {.sink.done = remember};
    struct wm_driver_settings settings = {.sink = &seen.sink, .slots = 8};
    struct wm_driver *driver = NULL;
    struct wm_error err = {0};
    struct wm_work work = {.entry = ""};
    assert_int_equal(wm_driver_null.open(&settings, &driver, &err), 0);
    uint64_t before_ns = wm_clock_now_ns();
    assert_int_equal(wm_driver_null.send(driver, 5, &work, true), 0);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.slot, 5);
    assert_int_equal(seen.result.status, 0);
    assert_in_range(seen.result.end_ns, before_ns, wm_clock_now_ns());
    wm_driver_null.close(driver);
}

static void test_every_driver_is_found_by_its_name(void **state)
{
    (void)state;
    assert_true(wm_driver_count() > 0);
    for (size_t i = 0; i < wm_driver_count(); i++) {
        const struct wm_driver_ops *driver = wm_driver_at(i);
        assert_ptr_equal(wm_driver_find(driver->name), driver);
        assert_true(strlen(driver->help) > 0);
        assert_true(driver->open != NULL && driver->send != NULL && driver->close != NULL);
    }
    assert_null(wm_driver_find("nothing of that name"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_null_driver_completes_within_send),
        cmocka_unit_test(test_every_driver_is_found_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

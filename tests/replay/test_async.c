/* test_async.c - a driver with many requests in flight, completing from timers and threads. */
#include "harness/core/clock.h"
#include "tests/replay/rig.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define MS UINT64_C(1000000)
enum { SLOT_MAX = WM_CONTEXT_MAX };

/* What the drivers of one run tell the test. */
struct report {
    _Atomic uint32_t most;    /* in flight at one time, on one driver */
    _Atomic uint32_t swallow; /* so many of the first requests never end */
    _Atomic uint32_t sent;
};

/* Odd slots end by a timer of the loop, even ones by a thread of the driver's own. */
struct wm_driver {
    struct wm_driver_sink *sink;
    struct report *report;
    uint32_t in_flight;
    uint32_t handles_open;
    uv_timer_t timer;
    uint32_t timer_slots[SLOT_MAX];
    uint32_t timer_count;

    uv_async_t answer;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t work;
    bool quit;
    uint32_t asked[SLOT_MAX];
    uint32_t asked_count;
    uint32_t answered[SLOT_MAX];
    uint32_t answered_count;
};

static void *answer_all(void *user)
{
    struct wm_driver *driver = user;
    pthread_mutex_lock(&driver->lock);
    while (!driver->quit) {
        while (driver->asked_count > 0)
            driver->answered[driver->answered_count++] = driver->asked[--driver->asked_count];
        if (driver->answered_count > 0)
            uv_async_send(&driver->answer);
        pthread_cond_wait(&driver->work, &driver->lock);
    }
    pthread_mutex_unlock(&driver->lock);
    return NULL;
}

static void complete(struct wm_driver *driver, const uint32_t *slots, uint32_t count)
{
    struct wm_driver_result result = {.end_ns = wm_clock_now_ns()};
    driver->in_flight -= count;
    for (uint32_t i = 0; i < count; i++)
        driver->sink->done(driver->sink, slots[i], &result);
}

static void on_timer(uv_timer_t *timer)
{
    struct wm_driver *driver = timer->data;
    uint32_t slots[SLOT_MAX];
    uint32_t count = driver->timer_count;
    memcpy(slots, driver->timer_slots, count * sizeof(slots[0]));
    driver->timer_count = 0;
    complete(driver, slots, count);
}

static void on_answer(uv_async_t *answer)
{
    struct wm_driver *driver = answer->data;
    uint32_t slots[SLOT_MAX];
    pthread_mutex_lock(&driver->lock);
    uint32_t count = driver->answered_count;
    memcpy(slots, driver->answered, count * sizeof(slots[0]));
    driver->answered_count = 0;
    pthread_mutex_unlock(&driver->lock);
    complete(driver, slots, count);
}

static int async_open(const struct wm_driver_settings *settings, struct wm_driver **ret_driver,
                      struct wm_error *err)
{
    (void)err;
    struct wm_driver *driver = calloc(1, sizeof(*driver));
    if (driver == NULL || settings->slots > SLOT_MAX)
        abort(); /* not on the thread that cmocka could jump back on */
    driver->sink = settings->sink;
    memcpy(&driver->report, settings->target, sizeof(driver->report));
    uv_timer_init(settings->loop, &driver->timer);
    uv_async_init(settings->loop, &driver->answer, on_answer);
    driver->timer.data = driver;
    driver->answer.data = driver;
    driver->handles_open = 2;
    pthread_mutex_init(&driver->lock, NULL);
    pthread_cond_init(&driver->work, NULL);
    *ret_driver = driver;
    return -pthread_create(&driver->thread, NULL, answer_all, driver);
}

static int async_send(struct wm_driver *driver, uint32_t slot, const struct wm_work *work,
                      bool counted)
{
    (void)work;
    (void)counted;
    driver->in_flight++;
    uint32_t most = atomic_load(&driver->report->most);
    while (driver->in_flight > most &&
           !atomic_compare_exchange_weak(&driver->report->most, &most, driver->in_flight))
        ;
    if (atomic_fetch_add(&driver->report->sent, 1) < atomic_load(&driver->report->swallow))
        return 0;
    if (slot % 2 == 1) {
        driver->timer_slots[driver->timer_count++] = slot;
        if (!uv_is_active((uv_handle_t *)&driver->timer))
            uv_timer_start(&driver->timer, on_timer, 1, 0);
        return 0;
    }
    pthread_mutex_lock(&driver->lock);
    driver->asked[driver->asked_count++] = slot;
    pthread_cond_signal(&driver->work);
    pthread_mutex_unlock(&driver->lock);
    return 0;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct wm_driver *driver = handle->data;
    if (--driver->handles_open == 0)
        free(driver);
}

static void async_close(struct wm_driver *driver)
{
    pthread_mutex_lock(&driver->lock);
    driver->quit = true;
    pthread_cond_signal(&driver->work);
    pthread_mutex_unlock(&driver->lock);
    pthread_join(driver->thread, NULL);
    pthread_cond_destroy(&driver->work);
    pthread_mutex_destroy(&driver->lock);
    uv_close((uv_handle_t *)&driver->timer, on_handle_closed);
    uv_close((uv_handle_t *)&driver->answer, on_handle_closed);
}

static const struct wm_driver_ops async_driver = {
    .name = "async",
    .help = "ends requests from a timer and from another thread",
    .open = async_open,
    .send = async_send,
    .close = async_close,
};

static struct rig rig; /* too large for a stack */
static struct report report;

static void open_async(const char *mix, uint32_t threads, uint32_t concurrency)
{
    rig_open(&rig, mix);
    memset(&report, 0, sizeof(report));
    rig.settings.async = true;
    rig.settings.driver = &async_driver;
    rig.region->plan.threads = threads;
    rig.region->plan.concurrency = concurrency;
}

static void run_async(void)
{
    struct report *target = &report;
    struct wm_error err = {0};
    rig.settings.driver_target = &target;
    if (wm_replay_run(&rig.settings, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
}

static void test_64_requests_are_in_flight_on_one_thread(void **state)
{
    (void)state;
    open_async(NULL, 1, 64);
    rig.region->plan.requests = 5000;
    run_async();
    assert_int_equal(report.most, 64);
    assert_int_equal(report.sent, 5000);
    assert_int_equal(rig_requests(&rig), 5000);
    assert_int_equal(rig_unfinished(&rig), 0);
    uint64_t checksum = rig_checksum(&rig);
    rig_close(&rig);

    open_async(NULL, 3, 64);
    rig.region->plan.requests = 5000;
    run_async();
    assert_int_equal(report.most, 22);
    assert_int_equal(rig_requests(&rig), 5000);
    assert_true(rig_checksum(&rig) == checksum);
    rig_close(&rig);
}

static void test_workers_without_a_slot_have_nothing_to_do(void **state)
{
    (void)state;
    open_async(NULL, 4, 2);
    rig.region->plan.requests = 100;
    run_async();
    assert_int_equal(rig_requests(&rig), 100);
    assert_int_equal(rig.region->workers[3].requests, 0);
    rig_close(&rig);
}

static void test_thinking_users_keep_their_own_time(void **state)
{
    (void)state;
    open_async("entry,weight,think\nHandle,1,5ms\n", 1, 8);
    rig.region->plan.requests = 40;
    run_async();
    assert_int_equal(rig_requests(&rig), 40);
    /* 8 users make 5 requests each, with 4 pauses between */
    assert_true(rig.region->stopped_ns - rig.region->started_ns >= 20 * MS);
    rig_close(&rig);
}

static void test_a_think_time_does_not_hold_the_end_of_the_run(void **state)
{
    (void)state;
    open_async("entry,weight,think\nHandle,1,60s\n", 2, 4);
    rig.region->plan.requests = 4;
    uint64_t start_ns = wm_clock_now_ns();
    run_async();
    assert_int_equal(rig_requests(&rig), 4);
    assert_true(wm_clock_now_ns() - start_ns < 30000 * MS);
    rig_close(&rig);
}

static void test_an_open_loop_sends_on_while_answers_are_out(void **state)
{
    (void)state;
    open_async(NULL, 2, 1);
    rig.region->plan.law = WM_LAW_CONSTANT;
    rig.region->plan.rate_per_second = 100000;
    rig.region->plan.duration_ns = 100 * MS;
    run_async();
    assert_int_equal(rig_requests(&rig), 10000);
    assert_true(report.most > 1);
    rig_close(&rig);
}

static void test_requests_that_never_end_are_counted_as_unfinished(void **state)
{
    (void)state;
    open_async(NULL, 1, 8);
    report.swallow = 3;
    rig.region->plan.requests = 100;
    rig.settings.patience_ns = 30 * MS;
    run_async();
    assert_int_equal(rig_requests(&rig), 97);
    assert_int_equal(rig_unfinished(&rig), 3);
    rig_close(&rig);
}

static void test_what_a_warm_up_left_open_is_not_counted(void **state)
{
    (void)state;
    open_async(NULL, 1, 8);
    report.swallow = 3;
    rig.region->plan.requests = 100;
    rig.region->plan.warmup_ns = 10 * MS;
    rig.settings.patience_ns = 30 * MS;
    run_async();
    assert_int_equal(rig_requests(&rig), 100);
    assert_int_equal(rig_unfinished(&rig), 0);
    rig_close(&rig);
}

static void test_a_duration_ends_a_run_in_which_nothing_comes_back(void **state)
{
    (void)state;
    open_async(NULL, 2, 8);
    report.swallow = 8;
    rig.region->plan.duration_ns = 20 * MS;
    rig.settings.patience_ns = 10 * MS;
    run_async();
    assert_int_equal(rig_requests(&rig), 0);
    assert_int_equal(rig_unfinished(&rig), 8);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_64_requests_are_in_flight_on_one_thread),
        cmocka_unit_test(test_workers_without_a_slot_have_nothing_to_do),
        cmocka_unit_test(test_thinking_users_keep_their_own_time),
        cmocka_unit_test(test_a_think_time_does_not_hold_the_end_of_the_run),
        cmocka_unit_test(test_an_open_loop_sends_on_while_answers_are_out),
        cmocka_unit_test(test_requests_that_never_end_are_counted_as_unfinished),
        cmocka_unit_test(test_what_a_warm_up_left_open_is_not_counted),
        cmocka_unit_test(test_a_duration_ends_a_run_in_which_nothing_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

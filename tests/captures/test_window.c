/* test_window.c - requests wait for their answers and are written in order of time. */
#include "tests/captures/recorded.h"

static struct wm_recorded *add(struct recorded *recorded, const char *command, uint64_t now_ns)
{
    const struct wm_work_field field = {"command", command};
    const struct wm_protocol_request request = {
        .work = {.entry = "",       .fields = &field, .field_count = 1},
          .wanted = {.replies = 1}
    };
    return wm_window_add(recorded->window, &request, 7, now_ns);
}

static void test_answers_out_of_turn_do_not_change_the_order(void **state)
{
    struct recorded *recorded = *state;
    struct wm_protocol_reply ok = {.outcome = ""}, error = {.outcome = "error"};
    struct wm_protocol_reply found = {.status = 404, .outcome = "404"};
    struct wm_recorded *a = add(recorded, "a", 1000);
    struct wm_recorded *b = add(recorded, "b", 1200);
    struct wm_recorded *c = add(recorded, "c", 1300);
    struct wm_recorded *d = add(recorded, "d", 1300);
    wm_window_settle(recorded->window, c, &error, 1350);
    wm_window_settle(recorded->window, a, &ok, 1400);
    wm_window_settle(recorded->window, d, NULL, 0);
    wm_window_settle(recorded->window, b, &found, 1500);
    recorded_check(recorded, "0 command=a session=7 latency_ns=400\n"
                             "200 command=b session=7 status=404 latency_ns=300\n"
                             "300 command=c session=7 outcome=error latency_ns=50\n"
                             "300 command=d session=7\n");
    assert_int_equal(recorded->recording.requests, 4);
    assert_int_equal(recorded->recording.unanswered, 1);
    assert_int_equal(recorded->recording.span_ns, 300);
}

static void test_past_the_limit_the_oldest_goes_without_its_answer(void **state)
{
    struct recorded *recorded = *state;
    struct wm_protocol_reply ok = {.outcome = ""};
    struct wm_recorded *slow = add(recorded, "slow", 0);
    for (uint64_t i = 0; i < WM_WINDOW_REQUESTS; i++) {
        struct wm_recorded *quick = add(recorded, "quick", 10 + i);
        wm_window_settle(recorded->window, quick, &ok, 11 + i);
    }
    assert_int_equal(recorded->recording.unanswered, 1);
    wm_window_settle(recorded->window, slow, &ok, 1000000); /* too late, and harmless */
    char *text = recorded_text(recorded, 2);
    assert_string_equal(text,
                        "0 command=slow session=7\n10 command=quick session=7 latency_ns=1\n");
    free(text);
}

static void test_large_bodies_count_by_their_bytes(void **state)
{
    struct recorded *recorded = *state;
    /* a little more than its body counts */
    enum { BODY = 8 * 1024 * 1024, FIT = WM_WINDOW_BYTES / BODY - 1, COUNT = 2 * FIT };
    struct wm_recorded *waiting[COUNT];
    char *body = calloc(1, BODY);
    assert_non_null(body);
    const struct wm_protocol_request request = {
        .work = {.entry = "",         .body = body, .body_bytes = BODY},
          .wanted = {.replies = 1}
    };
    for (unsigned i = 0; i < COUNT; i++)
        waiting[i] = wm_window_add(recorded->window, &request, 1, i);
    assert_int_equal(recorded->recording.unanswered, COUNT - FIT);
    for (unsigned i = 0; i < COUNT; i++)
        wm_window_settle(recorded->window, waiting[i], NULL, 0);
    assert_int_equal(recorded->recording.unanswered, COUNT);
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answers_out_of_turn_do_not_change_the_order,
                                        recorded_begin, recorded_end),
        cmocka_unit_test_setup_teardown(test_past_the_limit_the_oldest_goes_without_its_answer,
                                        recorded_begin, recorded_end),
        cmocka_unit_test_setup_teardown(test_large_bodies_count_by_their_bytes, recorded_begin,
                                        recorded_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

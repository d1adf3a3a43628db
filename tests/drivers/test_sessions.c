/* test_sessions.c - a session always meets the same connection. */
#include "drivers/sessions.h"
#include "tests/support/support.h"

#include <stdio.h>

static uint32_t of(struct wm_sessions *sessions, uint32_t number)
{
    char name[32];
    snprintf(name, sizeof(name), "client %u", number);
    return wm_sessions_connection(sessions, name);
}

static void test_the_first_get_a_connection_each_and_later_ones_share(void **state)
{
    (void)state;
    struct wm_sessions *sessions = wm_sessions_new(3);
    for (uint32_t i = 0; i < 5000; i++)
        assert_int_equal(of(sessions, i), i % 3);
    for (uint32_t i = 5000; i > 0; i--)
        assert_int_equal(of(sessions, i - 1), (i - 1) % 3);
    assert_int_equal(wm_sessions_count(sessions), 5000);
    wm_sessions_free(sessions);
}

static void test_too_many_sessions_still_keep_their_connection(void **state)
{
    (void)state;
    struct wm_sessions *sessions = wm_sessions_new(7);
    for (uint32_t i = 0; i < WM_SESSION_MAX; i++)
        of(sessions, i);
    assert_int_equal(wm_sessions_count(sessions), WM_SESSION_MAX);
    uint32_t users[7] = {0};
    for (uint32_t i = 0; i < 1000; i++) {
        uint32_t connection = of(sessions, WM_SESSION_MAX + i);
        assert_int_equal(connection, of(sessions, WM_SESSION_MAX + i));
        users[connection]++;
    }
    for (int i = 0; i < 7; i++)
        assert_in_range(users[i], 70, 230);
    assert_int_equal(of(sessions, 8), 1);
    assert_int_equal(wm_sessions_count(sessions), WM_SESSION_MAX);
    wm_sessions_free(sessions);
}

static void test_the_session_is_named_by_session_or_client(void **state)
{
    (void)state;
    const struct wm_work_field both[] = {
        {"client",  "c"},
        {"x",       "y"},
        {"session", "s"}
    };
    struct wm_work work = {.field_count = 3, .fields = both};
    assert_string_equal(wm_session_of(&work), "s");
    work.field_count = 2;
    assert_string_equal(wm_session_of(&work), "c");
    work.field_count = 0;
    assert_null(wm_session_of(&work));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_get_a_connection_each_and_later_ones_share),
        cmocka_unit_test(test_too_many_sessions_still_keep_their_connection),
        cmocka_unit_test(test_the_session_is_named_by_session_or_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

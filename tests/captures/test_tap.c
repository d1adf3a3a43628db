/* test_tap.c - bytes of both ways become requests with their answers. */
#include "tests/captures/recorded.h"
#include "workloads/captures/tap.h"

static struct wm_tap *tap_of(struct recorded *recorded, const char *protocol)
{
    struct wm_tap *tap = NULL;
    assert_int_equal(
        wm_tap_new(wm_protocol_find(protocol), recorded->window, &recorded->recording, 3, &tap), 0);
    return tap;
}

static void sent(struct wm_tap *tap, const char *bytes, uint64_t now_ns)
{
    wm_tap_sent(tap, bytes, strlen(bytes), now_ns);
}

static void answered(struct wm_tap *tap, const char *bytes, uint64_t now_ns)
{
    wm_tap_answered(tap, bytes, strlen(bytes), now_ns);
}

static void test_pipelined_requests_meet_their_replies(void **state)
{
    struct recorded *recorded = *state;
    struct wm_tap *tap = tap_of(recorded, "resp");
    sent(tap, "PING\r\nGET a\r\n*2\r\n$3\r\nGE", 100);
    answered(tap, "+PON", 150);
    answered(tap, "G\r\n-ERR no\r\n", 160);
    sent(tap, "T\r\n$1\r\nb\r\nINCR c\r\n", 200);
    answered(tap, "$1\r\nx\r\n:1\r\n", 250);
    wm_tap_free(tap);
    recorded_check(recorded, "0 command=PING session=3 latency_ns=60\n"
                             "0 command=GET arg1=a session=3 outcome=error latency_ns=60\n"
                             "100 command=GET arg1=b session=3 latency_ns=50\n"
                             "100 command=INCR arg1=c session=3 latency_ns=50\n");
    assert_int_equal(recorded->recording.not_understood, 0);
}

static void test_a_reply_that_begins_before_its_request_is_whole(void **state)
{
    struct recorded *recorded = *state;
    struct wm_tap *tap = tap_of(recorded, "http");
    sent(tap, "PUT /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", 0);
    answered(tap, "HTTP/1.1 100 Continue\r\n\r\n", 10);
    sent(tap, "hi", 20);
    answered(tap, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 50);
    wm_tap_free(tap);
    recorded_check(recorded, "0 method=PUT target=/a header.Expect=100-continue session=3 "
                             "status=201 latency_ns=30 [hi]\n");
}

static void test_replies_that_end_with_the_connection(void **state)
{
    struct recorded *recorded = *state;
    struct wm_tap *tap = tap_of(recorded, "http");
    sent(tap, "GET /a HTTP/1.0\r\n\r\n", 0);
    answered(tap, "HTTP/1.0 200 OK\r\n\r\nall of it", 10);
    wm_tap_answers_end(tap, 20);
    wm_tap_free(tap);
    recorded_check(recorded, "0 method=GET target=/a session=3 status=200 latency_ns=20\n");
    assert_int_equal(recorded->recording.not_understood, 0);
}

static void test_what_stays_unanswered_is_written_so(void **state)
{
    struct recorded *recorded = *state;
    struct wm_tap *tap = tap_of(recorded, "memcache");
    sent(tap, "set a 0 0 1 noreply\r\nx\r\nget a\r\nget b\r\n", 0);
    answered(tap, "END\r\nVALUE", 10);
    wm_tap_answers_end(tap, 20);
    wm_tap_free(tap);
    recorded_check(recorded,
                   "0 command=set arg1=a arg2=0 arg3=0 arg4=1 arg5=noreply session=3 [x]\n"
                   "0 command=get arg1=a session=3 outcome=miss latency_ns=10\n"
                   "0 command=get arg1=b session=3\n");
    assert_int_equal(recorded->recording.unanswered, 2);
}

/* `what` of the fault, once a request was recorded. */
static void check_deaf(struct recorded *recorded, const char *protocol, const char *request,
                       const char *reply, const char *fault)
{
    struct wm_tap *tap = tap_of(recorded, protocol);
    uint64_t before = recorded->recording.not_understood;
    recorded->recording.not_understood = 0;
    sent(tap, request, 0);
    answered(tap, reply, 10);
    sent(tap, request, 20); /* nothing more is heard */
    answered(tap, reply, 30);
    assert_int_equal(recorded->recording.not_understood, 1);
    assert_string_equal(recorded->recording.fault, fault);
    recorded->recording.not_understood = before + 1;
    wm_tap_free(tap);
}

static void test_what_is_not_understood_stops_the_recording_of_its_connection(void **state)
{
    struct recorded *recorded = *state;
    check_deaf(recorded, "resp", "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
               "a reply: no RESP");
    check_deaf(recorded, "resp", "PING\r\n", "+PONG\r\n+PONG\r\n", "a reply: nobody asked for it");
    check_deaf(recorded, "resp", "\x16\x03\x01\n", "", "a request: no RESP");
    check_deaf(recorded, "http", "PING\r\n", "", "a request: invalid HTTP method");
    check_deaf(recorded, "memcache", "mg k q v\r\n", "",
               "a request: a quiet command (flag q): nobody can tell when it is answered");
    assert_int_equal(recorded->recording.not_understood, 5);
    assert_int_equal(recorded->recording.requests, 2);
    recorded_check(recorded, "0 command=GET arg1=/ arg2=HTTP/1.1 session=3\n"
                             "0 command=PING session=3 latency_ns=10\n");
}

static void test_another_protocol_from_here_on_is_no_fault(void **state)
{
    struct recorded *recorded = *state;
    struct wm_tap *tap = tap_of(recorded, "http");
    sent(tap, "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 0);
    answered(tap, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x01x", 10);
    sent(tap, "\x81\x02hi", 20);
    wm_tap_free(tap);
    assert_int_equal(recorded->recording.not_understood, 0);
    assert_int_equal(recorded->recording.requests, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, recorded_begin, recorded_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_pipelined_requests_meet_their_replies),
        TEST(test_a_reply_that_begins_before_its_request_is_whole),
        TEST(test_replies_that_end_with_the_connection),
        TEST(test_what_stays_unanswered_is_written_so),
        TEST(test_what_is_not_understood_stops_the_recording_of_its_connection),
        TEST(test_another_protocol_from_here_on_is_no_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_net.c - the driver of servers, before a server that does all the wrong things. */
#include "harness/core/clock.h"
#include "tests/drivers/fake_server.h"
#include "tests/drivers/net_rig.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MS UINT64_C(1000000)

static struct net_rig rig;
static struct fake_server fake;

static void open_rig(const char *mix)
{
    fake_server_init(&fake);
    net_open(&rig, "resp", fake.port, mix);
    fake.region = rig.region;
    fake_server_start(&fake);
}

static void close_rig(void)
{
    fake_server_stop(&fake);
    net_close(&rig);
}

/* Requests that a server that died now would have had in its hands. */
static uint64_t lost_count(void)
{
    const struct wm_board *board = &rig.region->board;
    uint64_t count = 0;
    for (uint64_t i = 0; i < board->next_serial; i++)
        count += board->requests[i].lost;
    return count;
}

/* Runs so many requests over four connections, this command and OK in turns. */
static void run_with(const char *command, uint64_t requests)
{
    char mix[256];
    snprintf(mix, sizeof(mix), "entry,weight,command\nok,1,OK\nodd,1,%s\n", command);
    open_rig(mix);
    net_closed(&rig, 1, 4, requests);
    rig.target.timeout_ns = 300 * MS;
    net_run(&rig);
    struct net_sums sums = net_sums(&rig);
    assert_int_equal(sums.requests, requests);
    assert_int_equal(sums.unfinished, 0);
    assert_int_equal(net_path(&rig, "ok"), fake.seen[FAKE_OK]);
    assert_int_equal(fake.unlabelled, 0);
}

/* The odd ones were answered; `reopened`: at the price of their connection. */
static void expect_answered(const char *command, enum fake_command odd, bool reopened)
{
    run_with(command, 300);
    assert_int_equal(net_sums(&rig).errors, 0);
    assert_int_equal(net_path(&rig, "odd"), fake.seen[odd]);
    assert_int_equal(fake.seen[FAKE_OK] + fake.seen[odd], 300);
    /* what the last requests did to their connections is not always seen before the end */
    uint64_t reconnects = net_sums(&rig).reconnects;
    assert_in_range(reconnects, reopened ? fake.seen[odd] - 4 : 0, reopened ? fake.seen[odd] : 0);
    close_rig();
}

static void test_replies_are_read_however_they_come(void **state)
{
    (void)state;
    expect_answered("PIECES", FAKE_PIECES, false);
    expect_answered("TWICE", FAKE_TWICE, true);
}

static void expect_unanswered(const char *command, enum fake_command odd, const char *reason,
                              uint64_t requests)
{
    run_with(command, requests);
    assert_int_equal(net_sums(&rig).errors, fake.seen[odd]);
    assert_int_equal(net_failed(&rig, reason), fake.seen[odd]);
    assert_int_equal(net_path(&rig, "odd:unanswered"), fake.seen[odd]);
    assert_int_equal(fake.seen[FAKE_OK] + fake.seen[odd], requests);
    assert_in_range(net_sums(&rig).reconnects, fake.seen[odd] - 4, fake.seen[odd]);
    bool hung_up = odd == FAKE_HANGUP || odd == FAKE_HALF || odd == FAKE_RESET;
    assert_in_range(lost_count(), 0, hung_up ? 4 : 0); /* all before were followed by answers */
    close_rig();
}

static void test_a_request_without_its_reply_fails_alone_and_says_why(void **state)
{
    (void)state;
    expect_unanswered("HANGUP", FAKE_HANGUP, "connection closed", 300);
    expect_unanswered("HALF", FAKE_HALF, "connection closed", 300);
    expect_unanswered("RESET", FAKE_RESET, "connection reset", 300);
    expect_unanswered("JUNK", FAKE_JUNK, "no RESP", 300);
    expect_unanswered("SILENT", FAKE_SILENT, "timed out", 60);
}

static void test_without_a_timeout_silence_ends_with_the_run(void **state)
{
    (void)state;
    open_rig("entry,weight,command\nsilent,1,SILENT\n");
    net_closed(&rig, 1, 3, 10);
    rig.region->plan.duration_ns = 100 * MS;
    rig.settings.patience_ns = 50 * MS;
    net_run(&rig);
    assert_int_equal(net_sums(&rig).requests, 0);
    assert_int_equal(net_sums(&rig).unfinished, 3);
    close_rig();
}

static void test_requests_wait_for_a_server_that_comes_back(void **state)
{
    (void)state;
    open_rig("entry,weight,command\nok,99,OK\nrestart,1,RESTART\n");
    net_closed(&rig, 1, 4, 1000);
    net_run(&rig);
    struct net_sums sums = net_sums(&rig);
    assert_true(fake.seen[FAKE_RESTART] > 0);
    assert_int_equal(sums.requests, 1000);
    assert_int_equal(sums.unfinished, 0);
    assert_in_range(sums.errors, 1, 4); /* what was on the four connections */
    assert_int_equal(net_failed(&rig, "connection refused"), 0);
    assert_int_equal(sums.reconnects, 4);
    assert_true(rig.region->workers[0].queue_wait_max_ns > 200 * MS);
    close_rig();
}

static void test_requests_fail_when_a_server_stays_away(void **state)
{
    (void)state;
    open_rig("entry,weight,command\nok,1,OK\ngone,1,GONE\n");
    net_closed(&rig, 1, 4, 30);
    uint64_t start_ns = wm_clock_now_ns();
    net_run(&rig);
    struct net_sums sums = net_sums(&rig);
    assert_int_equal(sums.requests, 30);
    assert_int_equal(sums.unfinished, 0);
    uint64_t refused = net_failed(&rig, "connection refused");
    assert_true(refused > 0);
    assert_in_range(lost_count(), 1, 4); /* what it had when it went away */
    assert_in_range(wm_clock_now_ns() - start_ns, 5000 * MS, 60000 * MS);
    close_rig();
}

static void *stop_when_gone(void *user)
{
    (void)user;
    while (atomic_load(&fake.seen[FAKE_GONE]) == 0)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    atomic_store(&rig.region->stop, 1);
    return NULL;
}

/* As it is when a server has died. */
static void test_what_was_never_sent_when_the_run_is_stopped_is_no_error(void **state)
{
    (void)state;
    pthread_t stopper;
    open_rig("entry,weight,command\nok,9,OK\ngone,1,GONE\n");
    net_closed(&rig, 1, 4, 100000);
    assert_int_equal(pthread_create(&stopper, NULL, stop_when_gone, NULL), 0);
    net_run(&rig);
    pthread_join(stopper, NULL);
    struct net_sums sums = net_sums(&rig);
    assert_in_range(sums.errors, 1, 4); /* what was on the four connections */
    assert_int_equal(net_failed(&rig, "connection refused"), 0);
    assert_int_equal(sums.requests, net_path(&rig, "ok") + sums.errors);
    assert_int_equal(sums.unfinished, 0);
    close_rig();
}

static void test_workers_share_out_the_connections_exactly(void **state)
{
    (void)state;
    open_rig("entry,weight,command\nok,1,OK\n");
    net_closed(&rig, 3, 10, 300);
    net_rate(&rig, 10000, 300);
    net_run(&rig);
    assert_int_equal(fake.accepted, 10);
    assert_int_equal(net_sums(&rig).requests, 300);
    close_rig();
}

static void test_nobody_there_at_the_start_is_an_error_with_the_address(void **state)
{
    (void)state;
    struct wm_error err = {{0}, {0}};
    fake_server_init(&fake);
    fake_server_start(&fake);
    fake_server_stop(&fake);
    net_open(&rig, "resp", fake.port, "entry,weight,command\nok,1,OK\n");
    net_closed(&rig, 2, 8, 10);
    assert_int_equal(wm_replay_run(&rig.settings, &err), -ECONNREFUSED);
    assert_string_equal(err.place, rig.host);
    assert_string_equal(err.text, "cannot connect: connection refused");
    net_close(&rig);
}

static void test_what_cannot_be_spelled_ends_the_run_with_the_reason(void **state)
{
    (void)state;
    struct wm_error err = {{0}, {0}};
    open_rig("entry,weight,command\nok,1,\n");
    assert_int_equal(wm_replay_run(&rig.settings, &err), -EINVAL);
    assert_string_equal(err.text, "request 0: command: is empty");
    close_rig();
}

static void test_sessions_take_one_worker(void **state)
{
    (void)state;
    struct wm_error err = {{0}, {0}};
    open_rig("entry,weight,command,client\nok,1,OK,me\n");
    net_closed(&rig, 2, 4, 100);
    assert_int_equal(wm_replay_run(&rig.settings, &err), -EINVAL);
    assert_non_null(strstr(err.text, "--threads 1"));
    close_rig();
}

static uint64_t seen_allocs(bool bytes)
{
    const struct wm_board *board = &rig.region->board;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < WM_PATH_MAX; i++)
        sum += bytes ? board->seen_alloc_bytes[i] : board->seen_allocs[i];
    return sum;
}

static void test_allocations_of_counted_requests_arrive_exactly(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= 2; threads++) {
        open_rig("entry,weight,command\nok,1,OK\n");
        net_closed(&rig, threads, 8, 5000);
        rig.region->plan.warmup_ns = 50 * MS;
        net_run(&rig);
        assert_true(fake.seen[FAKE_OK] > 5000); /* the warm-up's too */
        assert_int_equal(net_path(&rig, "ok"), 5000);
        /* the server may count its last words after our last look */
        assert_in_range(seen_allocs(false), 5000 * 4 - 8, 5000 * 4);
        assert_in_range(seen_allocs(true), 5000 * 110 - 80, 5000 * 110);
        close_rig();
    }
}

static void test_there_are_no_more_connections_than_requests_in_flight(void **state)
{
    (void)state;
    open_rig("entry,weight,command\nok,1,OK\n");
    net_closed(&rig, 2, 5, 100);
    rig.target.connections = 7;
    net_run(&rig);
    assert_int_equal(fake.accepted, 5);
    assert_int_equal(net_sums(&rig).queued, 0);
    close_rig();
}

static void test_the_ports_are_nobodys_after_the_run(void **state)
{
    (void)state;
    open_rig("entry,weight,command\nok,1,OK\n");
    net_closed(&rig, 2, 8, 100);
    net_run(&rig);
    for (uint32_t i = 0; i < WM_BOARD_PORTS; i++)
        assert_int_equal(rig.region->board.ports[i], WM_PORT_FOREIGN);
    close_rig();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies_are_read_however_they_come),
        cmocka_unit_test(test_a_request_without_its_reply_fails_alone_and_says_why),
        cmocka_unit_test(test_without_a_timeout_silence_ends_with_the_run),
        cmocka_unit_test(test_requests_wait_for_a_server_that_comes_back),
        cmocka_unit_test(test_requests_fail_when_a_server_stays_away),
        cmocka_unit_test(test_what_was_never_sent_when_the_run_is_stopped_is_no_error),
        cmocka_unit_test(test_workers_share_out_the_connections_exactly),
        cmocka_unit_test(test_nobody_there_at_the_start_is_an_error_with_the_address),
        cmocka_unit_test(test_what_cannot_be_spelled_ends_the_run_with_the_reason),
        cmocka_unit_test(test_sessions_take_one_worker),
        cmocka_unit_test(test_allocations_of_counted_requests_arrive_exactly),
        cmocka_unit_test(test_there_are_no_more_connections_than_requests_in_flight),
        cmocka_unit_test(test_the_ports_are_nobodys_after_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

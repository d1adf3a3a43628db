/* test_servers.c - real servers: every request counted on both sides, in order, none lost. */
#include "tests/drivers/net_rig.h"
#include "tests/support/server.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static struct net_rig rig;
static struct wm_test_server server;

static int tear_down(void **state)
{
    (void)state;
    if (server.folder != NULL)
        wm_test_server_done(&server);
    return 0;
}

static void expect_all_well(uint64_t requests)
{
    struct net_sums sums = net_sums(&rig);
    assert_int_equal(sums.requests, requests);
    assert_int_equal(sums.errors, 0);
    assert_int_equal(sums.unfinished, 0);
}

/* How the load comes: closed and open, one worker and two, few connections and many. */
static const struct load {
    uint32_t threads, connections;
    double rate;
    uint64_t requests;
} loads[] = {
    {1, 1,   0,     500  },
    {1, 50,  0,     20000},
    {2, 64,  0,     20000},
    {1, 400, 0,     20000},
    {1, 4,   5000,  2500 },
    {2, 32,  8000,  4000 },
    {2, 2,   50000, 10000},
};
enum { LOADS = sizeof(loads) / sizeof(loads[0]) };

static void set_load(const struct load *load)
{
    net_closed(&rig, load->threads, load->connections, load->requests);
    if (load->rate > 0)
        net_rate(&rig, load->rate, load->requests);
}

/* ---- redis ---- */

/* The calls of a command that redis counted. */
static uint64_t redis_calls(const char *command)
{
    char name[64];
    snprintf(name, sizeof(name), "cmdstat_%s:calls=", command);
    char *answer = wm_test_server_ask(&server, "INFO commandstats\r\nPING\r\n", "+PONG");
    const char *at = strstr(answer, name);
    uint64_t calls = at != NULL ? strtoull(at + strlen(name), NULL, 10) : 0;
    free(answer);
    return calls;
}

static void test_redis_counts_what_we_count(void **state)
{
    (void)state;
    static const char mix[] = "entry,weight,command\n"
                              "GET,5,GET key:{uniform 1 100}\n"
                              "SET,3,SET key:{uniform 1 100} {string 50}\n"
                              "LPUSH,2,LPUSH list:{uniform 1 10} {seq}\n";
    wm_test_redis_start(&server);
    for (int i = 0; i < LOADS; i++) {
        free(wm_test_server_ask(&server, "CONFIG RESETSTAT\r\n", "+OK"));
        net_open(&rig, "resp", server.port, mix);
        set_load(&loads[i]);
        net_run(&rig);
        expect_all_well(loads[i].requests);
        uint64_t gets = net_path(&rig, "GET") + net_path(&rig, "GET:miss");
        assert_int_equal(redis_calls("get"), gets);
        assert_int_equal(redis_calls("set"), net_path(&rig, "SET"));
        assert_int_equal(redis_calls("lpush"), net_path(&rig, "LPUSH"));
        assert_int_equal(gets + net_path(&rig, "SET") + net_path(&rig, "LPUSH"), loads[i].requests);
        net_close(&rig);
    }
}

static void test_the_limit_of_open_files_is_raised_for_connections(void **state)
{
    (void)state;
    struct rlimit before, small;
    wm_test_redis_start(&server);
    net_open(&rig, "resp", server.port, "entry,weight,command\nGET,1,GET a\n");
    net_closed(&rig, 2, 600, 3000);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    small = before;
    small.rlim_cur = 200;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &small), 0);
    net_run(&rig);
    expect_all_well(3000);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    net_close(&rig);
}

static void test_rows_with_fewer_words_leave_cells_empty(void **state)
{
    (void)state;
    static const char mix[] = "weight,command,arg1,arg2,arg3\n"
                              "1,SET,a,1,\n"
                              "1,GET,a,,\n"
                              "1,LRANGE,list,0,9\n"
                              "1,PING,,,\n"
                              "1,\"SET b \"\"\"\"\",,,\n";
    wm_test_redis_start(&server);
    net_open(&rig, "resp", server.port, mix);
    net_closed(&rig, 1, 4, 1000);
    net_run(&rig);
    expect_all_well(1000);
    net_close(&rig);
}

static void test_an_error_of_redis_is_a_failed_request_with_its_reason(void **state)
{
    (void)state;
    static const char mix[] = "entry,weight,command\nwrong,1,LPUSH a b\nright,1,GET a\n";
    wm_test_redis_start(&server);
    free(wm_test_server_ask(&server, "SET a 1\r\n", "+OK"));
    net_open(&rig, "resp", server.port, mix);
    net_closed(&rig, 1, 4, 1000);
    net_run(&rig);
    struct net_sums sums = net_sums(&rig);
    assert_int_equal(sums.requests, 1000);
    assert_in_range(sums.errors, 400, 600);
    assert_int_equal(sums.reconnects, 0);
    assert_int_equal(net_failed(&rig, "WRONGTYPE"), sums.errors);
    assert_int_equal(net_path(&rig, "wrong:error"), sums.errors);
    assert_int_equal(net_path(&rig, "right"), 1000 - sums.errors);
    net_close(&rig);
}

/* Requests and replies of many megabytes do not fit into a socket's buffers. */
static void test_large_requests_and_replies_go_through_in_pieces(void **state)
{
    (void)state;
    static const char mix[] = "entry,weight,command,body\n"
                              "SET,1,SET big,{string 1000000}{string 1000000}{string 1000000}\n"
                              "GET,1,GET big,\n";
    wm_test_redis_start(&server);
    free(wm_test_server_ask(&server, "SET big 1\r\n", "+OK"));
    net_open(&rig, "resp", server.port, mix);
    net_closed(&rig, 1, 4, 60);
    net_run(&rig);
    expect_all_well(60);
    assert_int_equal(net_path(&rig, "GET"), redis_calls("get"));
    assert_true(rig.region->workers[0].reply_bytes > 3000000);
    assert_int_equal(net_sums(&rig).reconnects, 0);
    net_close(&rig);
}

/* Of all indices 0 .. n-1 each list holds its session's, in order. */
static void expect_lists_in_order(uint32_t sessions, uint64_t requests)
{
    uint64_t found = 0;
    for (uint32_t i = 0; i < sessions; i++) {
        char command[64];
        snprintf(command, sizeof(command), "LRANGE s%u 0 -1\r\nPING\r\n", i);
        char *answer = wm_test_server_ask(&server, command, "+PONG");
        long last = -1;
        for (char *at = strchr(answer, '$'); at != NULL; at = strchr(at + 1, '$')) {
            long value = strtol(strchr(at, '\n') + 1, NULL, 10);
            if (value <= last)
                fail_msg("list s%u: %ld comes after %ld", i, value, last);
            last = value;
            found++;
        }
        free(answer);
    }
    assert_int_equal(found, requests);
}

static void test_a_session_keeps_its_order(void **state)
{
    (void)state;
    /* {seq} is the request's number: request i pushes it to a list of the session's own */
    static const char mix[] = "entry,weight,client,command\n"
                              "a,1,s0,RPUSH s0 {seq}\n"
                              "b,1,s1,RPUSH s1 {seq}\n"
                              "c,1,s2,RPUSH s2 {seq}\n"
                              "d,1,s3,RPUSH s3 {seq}\n"
                              "e,1,s4,RPUSH s4 {seq}\n";
    static const struct load hard[] = {
        {1, 16, 0,     5000},
        {1, 3,  0,     5000},
        {1, 3,  20000, 5000},
        {1, 16, 50000, 5000}
    };
    wm_test_redis_start(&server);
    for (size_t i = 0; i < sizeof(hard) / sizeof(hard[0]); i++) {
        free(wm_test_server_ask(&server, "FLUSHALL\r\n", "+OK"));
        net_open(&rig, "resp", server.port, mix);
        set_load(&hard[i]);
        net_run(&rig);
        expect_all_well(5000);
        assert_int_equal(net_sums(&rig).sessions, 5);
        expect_lists_in_order(5, 5000);
        net_close(&rig);
    }
}

/* ---- nginx ---- */

static uint64_t lines_with(const char *text, const char *word)
{
    const char *end = text + strlen(text);
    uint64_t count = 0;
    while (text < end) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((line_end != NULL ? line_end : end) - text);
        count += memmem(text, length, word, strlen(word)) != NULL;
        text += length + 1;
    }
    return count;
}

static void expect_access_log(const char *word, uint64_t count)
{
    char name[4096];
    snprintf(name, sizeof(name), "%s/access.log", server.folder);
    char *log = wm_test_read(name);
    assert_int_equal(lines_with(log, word), count);
    free(log);
}

static const char web_mix[] = "entry,weight,method,target\n"
                              "page,5,GET,/\n"
                              "head,2,HEAD,/\n"
                              "gone,2,GET,/gone/{uniform 1 99}\n"
                              "moved,1,GET,/old\n";
static const char web_rules[] = "location /old { return 301 /; }";

static void test_nginx_logs_what_we_count(void **state)
{
    (void)state;
    for (int i = 0; i < LOADS; i++) {
        wm_test_nginx_start(&server, web_rules);
        net_open(&rig, "http", server.port, web_mix);
        set_load(&loads[i]);
        net_run(&rig);
        assert_int_equal(net_sums(&rig).requests, loads[i].requests);
        assert_int_equal(net_sums(&rig).reconnects, 0);
        wm_test_server_stop(&server); /* the log is whole then */
        expect_access_log("HTTP/1.1\" ", loads[i].requests);
        expect_access_log("GET / HTTP/1.1\" 200", net_path(&rig, "page"));
        expect_access_log("HEAD / HTTP/1.1\" 200", net_path(&rig, "head"));
        expect_access_log("\" 404 ", net_path(&rig, "gone:404"));
        expect_access_log("\" 301 ", net_path(&rig, "moved:301"));
        wm_test_server_done(&server);
        net_close(&rig);
    }
}

static void expect_reopening(const char *rules, uint64_t per_connection)
{
    wm_test_nginx_start(&server, rules);
    net_open(&rig, "http", server.port, "entry,weight,method,target\npage,1,GET,/\n");
    net_closed(&rig, 1, 8, 3000);
    net_run(&rig);
    expect_all_well(3000);
    /* the last one of each connection may be under way at the end */
    assert_in_range(net_sums(&rig).reconnects, 3000 / per_connection - 16, 3000 / per_connection);
    wm_test_server_stop(&server);
    expect_access_log("\" 200 ", 3000);
    wm_test_server_done(&server);
    net_close(&rig);
}

static void test_a_server_that_closes_after_replies_fails_no_request(void **state)
{
    (void)state;
    expect_reopening("keepalive_timeout 0;", 1);
    expect_reopening("keepalive_requests 3;", 3);
}

/* ---- memcached ---- */

static uint64_t memcached_stat(const char *name)
{
    char line[64];
    snprintf(line, sizeof(line), "STAT %s ", name);
    char *answer = wm_test_server_ask(&server, "stats\r\n", "END");
    const char *at = strstr(answer, line);
    uint64_t count = at != NULL ? strtoull(at + strlen(line), NULL, 10) : 0;
    free(answer);
    return count;
}

static void test_memcached_counts_what_we_count(void **state)
{
    (void)state;
    static const char mix[] = "entry,weight,command,body\n"
                              "get,5,get key:{uniform 1 100},\n"
                              "set,3,set key:{uniform 1 200} 0 60,{string 100}\n"
                              "quiet,2,set quiet:{uniform 1 9} 0 60 noreply,x\n";
    wm_test_memcached_start(&server);
    for (int i = 0; i < LOADS; i++) {
        free(wm_test_server_ask(&server, "stats reset\r\n", "RESET"));
        net_open(&rig, "memcache", server.port, mix);
        set_load(&loads[i]);
        net_run(&rig);
        expect_all_well(loads[i].requests);
        uint64_t gets = net_path(&rig, "get") + net_path(&rig, "get:miss");
        uint64_t sets = net_path(&rig, "set") + net_path(&rig, "quiet");
        assert_int_equal(gets + sets, loads[i].requests);
        assert_int_equal(memcached_stat("cmd_get"), gets);
        assert_int_equal(memcached_stat("get_misses"), net_path(&rig, "get:miss"));
        for (int tries = 0; tries < 100 && memcached_stat("cmd_set") < sets; tries++)
            nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL); /* nobody awaited the last */
        assert_int_equal(memcached_stat("cmd_set"), sets);
        net_close(&rig);
    }
}

/* ---- A server in trouble ---- */

static void *stall(void *user)
{
    (void)user;
    nanosleep(&(struct timespec){.tv_sec = 3}, NULL);
    wm_test_server_signal(&server, SIGSTOP);
    nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    wm_test_server_signal(&server, SIGCONT);
    return NULL;
}

/* Who counts from the sending sees as many slow requests as there are connections: 16 of 10,000. */
static void test_a_stall_of_a_second_shows_in_the_latencies(void **state)
{
    (void)state;
    wm_test_redis_start(&server);
    net_open(&rig, "resp", server.port, "entry,weight,command\nGET,1,GET a\n");
    net_closed(&rig, 1, 16, 0);
    net_rate(&rig, 1000, 0);
    rig.region->plan.duration_ns = UINT64_C(10000000000);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, stall, NULL), 0);
    net_run(&rig);
    pthread_join(thread, NULL);
    expect_all_well(10000);
    struct wm_histogram *latency = net_latency(&rig);
    assert_true(wm_histogram_quantile(latency, 0.995) > 400000000);
    assert_true(latency->max_ns > 900000000);
    const struct wm_worker_table *table = &rig.region->workers[0];
    assert_in_range(table->queue.count, 900, 5000);
    assert_in_range(table->queue.max_ns, 900, 3000);
    assert_true(table->queue_wait_max_ns > 900000000);
    free(latency);
    net_close(&rig);
}

static void *kill_server(void *user)
{
    nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL);
    wm_test_server_signal(&server, SIGKILL);
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    atomic_store((_Atomic uint32_t *)user, 1);
    return NULL;
}

static void test_a_server_that_is_killed_fails_what_it_had_and_what_waits(void **state)
{
    (void)state;
    wm_test_redis_start(&server);
    net_open(&rig, "resp", server.port, "entry,weight,command\nGET,1,GET a\n");
    net_closed(&rig, 1, 16, 0);
    net_rate(&rig, 2000, 0);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, kill_server, &rig.region->stop), 0);
    net_run(&rig);
    pthread_join(thread, NULL);
    struct net_sums sums = net_sums(&rig);
    assert_int_equal(sums.requests, rig.region->next_index);
    assert_int_equal(sums.unfinished, 0);
    assert_in_range(sums.requests - sums.errors, 300, 3000); /* some 0.5 s of 2,000/s */
    assert_in_range(sums.errors, 100, 2000);                 /* some 0.2 s */
    assert_true(net_failed(&rig, "connection refused") > 0);
    assert_int_equal(net_path(&rig, "GET:unanswered"), sums.errors);
    net_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_redis_counts_what_we_count, tear_down),
        cmocka_unit_test_teardown(test_the_limit_of_open_files_is_raised_for_connections,
                                  tear_down),
        cmocka_unit_test_teardown(test_rows_with_fewer_words_leave_cells_empty, tear_down),
        cmocka_unit_test_teardown(test_an_error_of_redis_is_a_failed_request_with_its_reason,
                                  tear_down),
        cmocka_unit_test_teardown(test_large_requests_and_replies_go_through_in_pieces, tear_down),
        cmocka_unit_test_teardown(test_a_session_keeps_its_order, tear_down),
        cmocka_unit_test_teardown(test_nginx_logs_what_we_count, tear_down),
        cmocka_unit_test_teardown(test_a_server_that_closes_after_replies_fails_no_request,
                                  tear_down),
        cmocka_unit_test_teardown(test_memcached_counts_what_we_count, tear_down),
        cmocka_unit_test_teardown(test_a_stall_of_a_second_shows_in_the_latencies, tear_down),
        cmocka_unit_test_teardown(test_a_server_that_is_killed_fails_what_it_had_and_what_waits,
                                  tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Servers as the distribution has them, with the agent in them: whose CPU time is whose. */
#include "tests/hooks/rig.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { HZ = 997, CONNECTIONS = 4, BIG_FILE_BYTES = 100 * 1024 };

/* The same requests in turn, over so many connections at once. */
struct kind {
    const char *label;
    const char *request;
    size_t reply_bytes; /* at least */
    int share;          /* of each round */
};

static void load(struct rig *rig, const struct kind *kinds, size_t kind_count, int rounds)
{
    struct rig_connection connections[CONNECTIONS];
    for (int i = 0; i < CONNECTIONS; i++)
        connections[i] = rig_connect(rig);
    int made = 0;
    for (int round = 0; round < rounds; round++) {
        for (size_t k = 0; k < kind_count; k++) {
            for (int i = 0; i < kinds[k].share; i++)
                (void)rig_request(rig, &connections[made++ % CONNECTIONS], kinds[k].label,
                                  kinds[k].request, strlen(kinds[k].request), kinds[k].reply_bytes);
        }
        if (round % 20 == 0)
            rig_drain(rig);
    }
    for (int i = 0; i < CONNECTIONS; i++)
        rig_disconnect(rig, &connections[i]);
}

static double us_of(struct rig *rig, const struct kind *kind, int rounds)
{
    double us = (double)rig->path_ns[rig_path(rig, kind->label)] / 1e3 / (kind->share * rounds);
    print_message("%-8s %6.1f us\n", kind->label, us);
    return us;
}

static void check_labels(const struct rig *rig, uint32_t processes_min)
{
    uint64_t labelled = 0;
    uint32_t count = atomic_load(&rig->region->process_count);
    for (uint32_t i = 0; i < count; i++)
        labelled += atomic_load(&rig->region->processes[i].labelled);
    assert_true(count >= processes_min && labelled > 0);
    assert_int_equal(rig->strange, 0);
    assert_int_equal(atomic_load(&rig->region->threads_unsampled), 0);
    assert_int_equal(atomic_load(&rig->region->threads_eventless), 0);
}

static void start_redis(struct rig *rig)
{
    uint16_t port = rig_free_port();
    char text[8];
    snprintf(text, sizeof(text), "%u", port);
    const char *const command[] = {"redis-server", "--port", text,           "--bind", "127.0.0.1",
                                   "--save",       "",       "--appendonly", "no",     NULL};
    rig_start(rig, command, port, true);
}

static void test_redis_is_split_by_command(void **state)
{
    (void)state;
    static const struct kind fill = {"RPUSH", "RPUSH list aaaaaaaaaaaaaaaa\r\n", 4, 300};
    static const struct kind kinds[] = {
        {"GET",    "GET key\r\n",           5,            3},
        {"LRANGE", "LRANGE list 0 299\r\n", 300 * 23 + 6, 1}
    };
    enum { ROUNDS = 5000 };
    struct rig *rig = rig_new(WM_TARGET_SERVER, HZ);
    start_redis(rig);
    load(rig, &fill, 1, 1);
    load(rig, kinds, 2, ROUNDS);
    assert_int_equal(rig_end(rig), 0);
    check_labels(rig, 1);
    assert_true(us_of(rig, &kinds[1], ROUNDS) > 2 * us_of(rig, &kinds[0], ROUNDS));
    rig_check_accounts(rig, 3);
    rig_free(rig);
}

#define HTTP_GET(target) "GET " target " HTTP/1.1\r\nHost: test\r\n\r\n"

/* A folder with a configuration and two files, readable by the workers' user. */
static char *nginx_folder(uint16_t port, const char *daemon)
{
    char *folder = wm_test_folder();
    char conf[2048];
    char *big = calloc(1, BIG_FILE_BYTES + 1);
    assert_non_null(big);
    memset(big, 'x', BIG_FILE_BYTES);
    snprintf(conf, sizeof(conf),
             "daemon %s; worker_processes 2; pid %s/pid; error_log %s/error.log;\n"
             "events { }\n"
             "http { access_log %s/access.log; client_body_temp_path %s/body;\n"
             "  proxy_temp_path %s/proxy; fastcgi_temp_path %s/fastcgi; uwsgi_temp_path %s/uwsgi;\n"
             "  scgi_temp_path %s/scgi; keepalive_requests 1000000; log_not_found off;\n"
             "  server { listen 127.0.0.1:%u; root %s; } }\n",
             daemon, folder, folder, folder, folder, folder, folder, folder, folder, port, folder);
    free(wm_test_file(folder, "nginx.conf", conf));
    free(wm_test_file(folder, "tiny", "tiny\n"));
    free(wm_test_file(folder, "big", big));
    free(big);
    assert_int_equal(chmod(folder, 0755), 0);
    return folder;
}

static void check_nginx(const char *daemon)
{
    static const struct kind kinds[] = {
        {"tiny", HTTP_GET("/tiny"), 200,            2},
        {"big",  HTTP_GET("/big"),  BIG_FILE_BYTES, 1},
        {"404",  HTTP_GET("/none"), 250,            1}
    };
    enum { ROUNDS = 1500 };
    struct rig *rig = rig_new(WM_TARGET_SERVER, HZ);
    uint16_t port = rig_free_port();
    char *folder = nginx_folder(port, daemon);
    char *conf = NULL;
    assert_true(asprintf(&conf, "%s/nginx.conf", folder) > 0);
    const char *const command[] = {"nginx", "-p", folder, "-c", conf, NULL};
    rig_start(rig, command, port, true);
    load(rig, kinds, 3, ROUNDS);
    assert_int_equal(rig_end(rig), 0);
    check_labels(rig, 3); /* a master, two workers */
    double tiny_us = us_of(rig, &kinds[0], ROUNDS);
    assert_true(us_of(rig, &kinds[1], ROUNDS) > tiny_us);
    assert_true(us_of(rig, &kinds[2], ROUNDS) > 0);
    rig_check_accounts(rig, 3);
    rig_free(rig);
    wm_test_folder_remove(folder);
    free(conf);
}

static void test_nginx_workers_are_followed(void **state)
{
    (void)state;
    check_nginx("off");
}

static void test_nginx_is_followed_when_it_becomes_a_daemon(void **state)
{
    (void)state;
    check_nginx("on");
}

static void test_memcached_is_split_over_its_threads(void **state)
{
    (void)state;
    static const struct kind fill = {"set", "set key 0 0 4\r\nabcd\r\n", 8, 1};
    static const struct kind kinds[] = {
        {"get",  "get key\r\n",                  24, 3},
        {"gets", "gets key key key key key\r\n", 60, 1}
    };
    enum { ROUNDS = 4000 };
    char port[8];
    struct rig *rig = rig_new(WM_TARGET_SERVER, HZ);
    snprintf(port, sizeof(port), "%u", rig_free_port());
    const char *const command[] = {"memcached", "-p", port, "-U", "0",      "-l",
                                   "127.0.0.1", "-t", "4",  "-u", "nobody", NULL};
    rig_start(rig, command, (uint16_t)strtoul(port, NULL, 10), true);
    load(rig, &fill, 1, 1);
    load(rig, kinds, 2, ROUNDS);
    assert_int_equal(rig_end(rig), 0);
    check_labels(rig, 1);
    assert_true(us_of(rig, &kinds[0], ROUNDS) > 0 && us_of(rig, &kinds[1], ROUNDS) > 0);
    rig_check_accounts(rig, 3);
    rig_free(rig);
}

/* ---- Watched: nobody tells the labels ---- */

static uint64_t seen(struct rig *rig, const char *label)
{
    return atomic_load(&rig->region->board.seen[rig_path(rig, label)]);
}

static void test_redis_is_watched(void **state)
{
    (void)state;
    static const struct kind fill = {"unused", "*3\r\n$5\r\nrpush\r\n$4\r\nlist\r\n$1\r\na\r\n", 4,
                                     300};
    static const struct kind kinds[] = {
        {"unused", "*2\r\n$3\r\nget\r\n$3\r\nkey\r\n",     5,           3},
        {"unused", "LRANGE list 0 299\r\n",                300 * 7 + 6, 1},
        {"unused", "PING\r\nPING\r\n*1\r\n$4\r\nPING\r\n", 21,          1},
    };
    enum { ROUNDS = 3000 };
    struct rig *rig = rig_new(WM_TARGET_WATCH, HZ);
    rig->region->plan.label_by = WM_LABEL_BY_RESP;
    start_redis(rig);
    load(rig, &fill, 1, 1);
    load(rig, kinds, 3, ROUNDS);
    assert_int_equal(rig_end(rig), 0);
    check_labels(rig, 1);
    assert_int_equal(seen(rig, "RPUSH"), 300);
    assert_int_equal(seen(rig, "GET"), 3 * ROUNDS);
    assert_int_equal(seen(rig, "LRANGE"), ROUNDS);
    assert_int_equal(seen(rig, "PING"), 3 * ROUNDS);
    assert_int_equal(seen(rig, "(unreadable)"), 0);
    double get_us = (double)rig->path_ns[rig_path(rig, "GET")] / (3 * ROUNDS * 1e3);
    double range_us = (double)rig->path_ns[rig_path(rig, "LRANGE")] / (ROUNDS * 1e3);
    print_message("GET %.1f us, LRANGE %.1f us\n", get_us, range_us);
    assert_true(get_us > 0 && range_us > get_us);
    rig_check_accounts(rig, 3);
    rig_free(rig);
}

static void test_nginx_is_watched(void **state)
{
    (void)state;
    static const struct kind kinds[] = {
        {"unused", HTTP_GET("/tiny?a=b"), 200, 2},
        {"unused", HTTP_GET("/user/17"),  250, 1},
        {"unused", HTTP_GET("/user/18"),  250, 1},
    };
    enum { ROUNDS = 500 };
    struct rig *rig = rig_new(WM_TARGET_WATCH, HZ);
    rig->region->plan.label_by = WM_LABEL_BY_HTTP;
    uint16_t port = rig_free_port();
    char *folder = nginx_folder(port, "off");
    char *conf = NULL;
    assert_true(asprintf(&conf, "%s/nginx.conf", folder) > 0);
    const char *const command[] = {"nginx", "-p", folder, "-c", conf, NULL};
    rig_start(rig, command, port, true);
    load(rig, kinds, 3, ROUNDS);
    assert_int_equal(rig_end(rig), 0);
    check_labels(rig, 3);
    assert_int_equal(seen(rig, "GET /tiny"), 2 * ROUNDS);
    assert_int_equal(seen(rig, "GET /user/{id}"), 2 * ROUNDS);
    assert_true(rig->path_ns[rig_path(rig, "GET /tiny")] > 0);
    rig_check_accounts(rig, 3);
    rig_free(rig);
    wm_test_folder_remove(folder);
    free(conf);
}

static void test_ports_are_labels(void **state)
{
    (void)state;
    static const struct kind kinds[] = {
        {"unused", "PING\r\n", 7, 1}
    };
    char label[32];
    struct rig *rig = rig_new(WM_TARGET_WATCH, HZ);
    rig->region->plan.label_by = WM_LABEL_BY_PORT;
    start_redis(rig);
    load(rig, kinds, 1, 100);
    assert_int_equal(rig_end(rig), 0);
    snprintf(label, sizeof(label), "port %u", rig->port);
    assert_int_equal(seen(rig, label), 100);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_redis_is_split_by_command),
        cmocka_unit_test(test_nginx_workers_are_followed),
        cmocka_unit_test(test_nginx_is_followed_when_it_becomes_a_daemon),
        cmocka_unit_test(test_memcached_is_split_over_its_threads),
        cmocka_unit_test(test_redis_is_watched),
        cmocka_unit_test(test_nginx_is_watched),
        cmocka_unit_test(test_ports_are_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

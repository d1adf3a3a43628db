/* Servers as the distribution has them, with the agent in them: whose CPU time is whose. */
#include "tests/hooks/rig.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HZ = 997, CONNECTIONS = 4 };

static void test_redis_is_split_by_command(void **state)
{
    (void)state;
    char port[8];
    struct rig *rig = rig_new(WM_TARGET_SERVER, HZ);
    snprintf(port, sizeof(port), "%u", rig_free_port());
    const char *const command[] = {"redis-server", "--port", port,           "--bind", "127.0.0.1",
                                   "--save",       "",       "--appendonly", "no",     NULL};
    rig_start(rig, command, (uint16_t)strtoul(port, NULL, 10), true);
    struct rig_connection connections[CONNECTIONS];
    for (int i = 0; i < CONNECTIONS; i++)
        connections[i] = rig_connect(rig);
    static const char push[] = "RPUSH list aaaaaaaaaaaaaaaa\r\n";
    for (int i = 0; i < 300; i++)
        (void)rig_request(rig, &connections[0], "RPUSH", push, strlen(push), 4);
    static const char get[] = "GET key\r\n", range[] = "LRANGE list 0 299\r\n";
    for (int i = 0; i < 20000; i++) {
        struct rig_connection *connection = &connections[i % CONNECTIONS];
        if (i % 4 == 3)
            (void)rig_request(rig, connection, "LRANGE", range, strlen(range), 300 * 23 + 6);
        else
            (void)rig_request(rig, connection, "GET", get, strlen(get), 5);
        if (i % 100 == 0)
            rig_drain(rig);
    }
    for (int i = 0; i < CONNECTIONS; i++)
        rig_disconnect(rig, &connections[i]);
    assert_int_equal(rig_end(rig), 0);
    double get_us = (double)rig->path_ns[rig_path(rig, "GET")] / 15000 / 1e3;
    double range_us = (double)rig->path_ns[rig_path(rig, "LRANGE")] / 5000 / 1e3;
    print_message("GET %.1f us, LRANGE %.1f us\n", get_us, range_us);
    assert_int_equal(rig->strange, 0);
    rig_check_accounts(rig, 3);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_redis_is_split_by_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Servers that fork, detach, execute themselves, close what they find and take every signal: they
 * are followed, and notice nothing. */
#include "tests/hooks/rig.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HZ = 997, CONNECTIONS = 4, ROUNDS = 600 };

struct variant {
    const char *way;
    const char *preparation; /* NULL: none */
    uint32_t processes_min;
    double tolerance; /* of the CPU time per request: one tick in 4 ms sees less than an event */
};

static const struct variant variants[] = {
    {"epoll",         NULL,          1, 0.4},
    {"poll",          NULL,          1, 0.4},
    {"threads",       NULL,          1, 0.4},
    {"small-threads", NULL,          1, 0.4},
    {"forks",         NULL,          5, 0.4},
    {"epoll",         "daemon",      2, 0.4},
    {"epoll",         "double-fork", 3, 0.4},
    {"epoll",         "exec",        4, 0.4},
    {"threads",       "exec",        4, 0.4},
    {"epoll",         "close-all",   1, 0.4},
    {"threads",       "nobody",      1, 0.7},
    {"epoll",         "sigprof",     1, 0.4},
    {"epoll",         "signals",     1, 0.4},
    {"threads",       "signals",     1, 0.4},
    {"epoll",         "defaults",    1, 0.4},
    {"epoll",         "ignored",     1, 0.4},
    {"epoll",         "blocked",     1, 0.4},
    {"threads",       "blocked",     1, 0.4},
    {"forks",         "blocked",     5, 0.4},
};

static double cpu_us(struct rig *rig, const char *label, int requests)
{
    return (double)rig->path_ns[rig_path(rig, label)] / 1e3 / requests;
}

static void load(struct rig *rig)
{
    struct rig_connection connections[CONNECTIONS];
    for (int i = 0; i < CONNECTIONS; i++)
        connections[i] = rig_connect(rig);
    for (int i = 0; i < ROUNDS * CONNECTIONS; i++) {
        struct rig_connection *connection = &connections[i % CONNECTIONS];
        (void)rig_request(rig, connection, "fast", "fast\n", 5, 5);
        (void)rig_request(rig, connection, "slow", "slow\n", 5, 5);
    }
    for (int i = 0; i < CONNECTIONS; i++)
        rig_disconnect(rig, &connections[i]);
}

static void test_followed(void **state)
{
    const struct variant *variant = *state;
    const char *preparation = variant->preparation != NULL ? variant->preparation : "";
    if (rig_is_sanitized() && strcmp(preparation, "signals") == 0)
        skip();
    struct rig *rig = rig_new(WM_TARGET_SERVER, HZ);
    char port[8], echo[4096];
    snprintf(port, sizeof(port), "%u", rig_free_port());
    snprintf(echo, sizeof(echo), "%s/tests/apps/echo", getenv("WM_BUILD"));
    const char *const command[] = {echo, port, variant->way, variant->preparation, NULL};
    rig_start(rig, command, (uint16_t)strtoul(port, NULL, 10), true);
    load(rig);
    assert_int_equal(rig_end(rig), 0);
    double fast_us = cpu_us(rig, "fast", ROUNDS * CONNECTIONS);
    double slow_us = cpu_us(rig, "slow", ROUNDS * CONNECTIONS);
    print_message("fast %.1f us, slow %.1f us\n", fast_us, slow_us);
    assert_int_equal(rig->strange, 0);
    /* 10 and 50 us of work more or less, and what the calls take. */
    double tolerance = variant->tolerance;
    assert_true(tolerance > 0.5 || (fast_us > 2 && fast_us < slow_us * 0.6));
    assert_true(slow_us > 55 * (1 - tolerance) && slow_us < 55 * (1 + tolerance));
    assert_true(atomic_load(&rig->region->process_count) >= variant->processes_min);
    assert_int_equal(atomic_load(&rig->region->threads_unsampled), 0);
    rig_check_accounts(rig, 3);
    rig_free(rig);
}

int main(void)
{
    enum { COUNT = sizeof(variants) / sizeof(variants[0]) };
    static char names[COUNT][64];
    struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        const struct variant *variant = &variants[i];
        snprintf(names[i], sizeof(names[i]), "test_followed: %s %s", variant->way,
                 variant->preparation != NULL ? variant->preparation : "");
        tests[i] = (struct CMUnitTest){.name = names[i],
                                       .test_func = test_followed,
                                       .initial_state = (void *)(uintptr_t)variant};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

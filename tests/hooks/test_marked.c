/* A server that marks its own segments: each connection has a context, whose nodes and outcome the
 * harness finds through the board. What requests allocate is theirs. */
#include "tests/hooks/rig.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HZ = 997, CONNECTIONS = 3, ROUNDS = 500 };

static struct rig *start(const char *program, const char *way)
{
    struct rig *rig = rig_new(WM_TARGET_SERVER, HZ);
    char port[8], path[4096];
    snprintf(port, sizeof(port), "%u", rig_free_port());
    snprintf(path, sizeof(path), "%s/tests/apps/%s", getenv("WM_BUILD"), program);
    const char *const command[] = {path, port, way, NULL};
    rig_start(rig, command, (uint16_t)strtoul(port, NULL, 10), true);
    return rig;
}

static const char *node_name(const struct rig *rig, uint32_t node)
{
    return rig->region->names + rig->region->nodes[node].name;
}

/* The nodes that the request on this connection visited, in order. */
static const char *nodes_of(struct rig *rig, const struct rig_connection *connection)
{
    static char text[256];
    struct wm_board_request *request = wm_board_request(&rig->region->board, connection->serial);
    uint32_t context = atomic_load(&request->context);
    text[0] = '\0';
    if (context == 0)
        return "no context";
    const struct wm_context_slot *slot = &rig->region->contexts[context - 1];
    assert_int_equal(slot->serial, connection->serial);
    for (uint32_t i = 0; i < slot->visited_count; i++) {
        strcat(text, i > 0 ? " " : "");
        strcat(text, node_name(rig, slot->visited[i]));
    }
    return text;
}

static uint64_t visits_of(const struct rig *rig, const char *name)
{
    uint64_t visits = 0;
    for (uint32_t node = 1; node < rig->region->node_count; node++) {
        if (strcmp(node_name(rig, node), name) != 0)
            continue;
        visits += rig->region->node_visits[node];
        for (uint32_t i = 0; i < WM_THREAD_MAX; i++)
            visits += rig->region->threads[i].visits[node];
    }
    return visits;
}

static uint32_t open_contexts(const struct rig *rig)
{
    uint32_t open = 0;
    for (uint32_t i = 0; i < WM_CONTEXT_MAX; i++)
        open += rig->region->contexts[i].state == WM_CONTEXT_OPEN;
    return open;
}

static void check_marked(const char *way)
{
    struct rig *rig = start("marked", way);
    struct rig_connection connections[CONNECTIONS];
    for (int i = 0; i < CONNECTIONS; i++)
        connections[i] = rig_connect(rig);
    for (int i = 0; i < ROUNDS * CONNECTIONS; i++) {
        struct rig_connection *connection = &connections[i % CONNECTIONS];
        (void)rig_request(rig, connection, "slow", "slow\n", 5, 5);
        assert_string_equal(nodes_of(rig, connection), "Serve Slow");
        (void)rig_request(rig, connection, "fast", "fast\n", 5, 5);
        assert_string_equal(nodes_of(rig, connection), "Serve Fast");
    }
    for (int i = 0; i < CONNECTIONS; i++)
        rig_disconnect(rig, &connections[i]);
    for (int i = 0; i < 100 && open_contexts(rig) > 0; i++)
        (void)usleep(10000); /* until the server has seen it */
    assert_int_equal(rig_end(rig), 0);
    assert_int_equal(visits_of(rig, "Serve"), 2 * ROUNDS * CONNECTIONS);
    assert_int_equal(visits_of(rig, "Slow"), ROUNDS * CONNECTIONS);
    assert_int_equal(open_contexts(rig), 0);
    double slow_ns = 0, serve_ns = 0;
    for (uint32_t node = 1; node < rig->region->node_count; node++) {
        slow_ns += strcmp(node_name(rig, node), "Slow") == 0 ? (double)rig->node_ns[node] : 0;
        serve_ns += strcmp(node_name(rig, node), "Serve") == 0 ? (double)rig->node_ns[node] : 0;
    }
    double slow_us = slow_ns / 1e3 / (ROUNDS * CONNECTIONS);
    print_message("Slow %.1f us, Serve by itself %.1f us of two\n", slow_us,
                  serve_ns / 1e3 / (ROUNDS * CONNECTIONS));
    assert_true(slow_us > 35 && slow_us < 65);
    assert_int_equal(rig->strange, 0);
    rig_check_accounts(rig, 3);
    rig_free(rig);
}

static void test_each_connection_of_a_loop_has_a_context(void **state)
{
    (void)state;
    check_marked("epoll");
}

static void test_each_connection_of_a_thread_has_a_context(void **state)
{
    (void)state;
    check_marked("threads");
}

static void test_each_connection_of_a_child_has_a_context(void **state)
{
    (void)state;
    check_marked("forks");
}

/* Who serves a connection may not be who closes it. */
static void test_contexts_come_back_from_who_serves_a_closed_connection(void **state)
{
    (void)state;
    struct rig *rig = start("marked", "closer");
    for (int i = 0; i < ROUNDS; i++) {
        struct rig_connection connection = rig_connect(rig);
        (void)rig_request(rig, &connection, "fast", "fast\n", 5, 5);
        rig_disconnect(rig, &connection);
        assert_in_range(open_contexts(rig), 0, 1);
    }
    assert_int_equal(rig_end(rig), 0);
    assert_int_equal(open_contexts(rig), 0);
    assert_int_equal(visits_of(rig, "Fast"), ROUNDS);
    rig_free(rig);
}

/* Places of processes that are gone are used again, and the server does not see how that is found
 * out. */
static void test_contexts_of_the_dead_are_used_again(void **state)
{
    (void)state;
    enum { NOBODY = 0x3fffffff };
    struct rig *rig = start("marked", "epoll");
    struct rig_connection connection = rig_connect(rig);
    for (uint32_t i = 0; i < WM_CONTEXT_MAX; i++) {
        rig->region->contexts[i].pid = NOBODY;
        rig->region->contexts[i].pid_space = rig_pid_space();
        rig->region->contexts[i].state = WM_CONTEXT_OPEN;
    }
    (void)rig_request(rig, &connection, "slow", "slow\n", 5, 5);
    assert_string_equal(nodes_of(rig, &connection), "Serve Slow");
    rig_disconnect(rig, &connection);
    assert_int_equal(rig_end(rig), 0);
    assert_int_equal(open_contexts(rig), WM_CONTEXT_MAX - 1);
    rig_free(rig);
}

static void test_a_server_without_segments_has_no_contexts(void **state)
{
    (void)state;
    struct rig *rig = start("echo", "epoll");
    struct rig_connection connection = rig_connect(rig);
    (void)rig_request(rig, &connection, "fast", "fast\n", 5, 5);
    assert_string_equal(nodes_of(rig, &connection), "no context");
    rig_disconnect(rig, &connection);
    assert_int_equal(rig_end(rig), 0);
    rig_free(rig);
}

static void test_allocations_are_the_requests(void **state)
{
    (void)state;
    if (rig_is_sanitized())
        skip();
    struct rig *rig = start("echo", "epoll");
    struct rig_connection connection = rig_connect(rig);
    for (int i = 0; i < 100; i++) {
        (void)rig_request(rig, &connection, "fast", i % 2 == 0 ? "f7\n" : "f0\n", 3, 5);
        uint64_t first = connection.serial;
        /* The server looks at its connections again: what it counted is on the board. */
        (void)rig_request(rig, &connection, "fast", "f0\n", 3, 5);
        struct wm_board_request *request = wm_board_request(&rig->region->board, first);
        assert_int_equal(atomic_load(&request->allocs), i % 2 == 0 ? 7 : 0);
        assert_int_equal(atomic_load(&request->alloc_bytes), i % 2 == 0 ? 7 * 100 : 0);
    }
    rig_disconnect(rig, &connection);
    assert_int_equal(rig_end(rig), 0);
    rig_free(rig);
}

/* The wait for a connection that the server opened is the request's, and what follows it. */
static void test_a_request_that_waits_is_still_served(void **state)
{
    (void)state;
    struct rig *rig = start("echo", "threads");
    struct rig_connection connection = rig_connect(rig);
    for (int i = 0; i < ROUNDS; i++)
        (void)rig_request(rig, &connection, "upstream", "su\n", 3, 5);
    rig_disconnect(rig, &connection);
    assert_int_equal(rig_end(rig), 0);
    double us = (double)rig->path_ns[rig_path(rig, "upstream")] / 1e3 / ROUNDS;
    print_message("upstream %.1f us\n", us);
    assert_true(us > 45);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_connection_of_a_loop_has_a_context),
        cmocka_unit_test(test_each_connection_of_a_thread_has_a_context),
        cmocka_unit_test(test_each_connection_of_a_child_has_a_context),
        cmocka_unit_test(test_contexts_come_back_from_who_serves_a_closed_connection),
        cmocka_unit_test(test_contexts_of_the_dead_are_used_again),
        cmocka_unit_test(test_a_server_without_segments_has_no_contexts),
        cmocka_unit_test(test_allocations_are_the_requests),
        cmocka_unit_test(test_a_request_that_waits_is_still_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

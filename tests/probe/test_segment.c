/* Segments, outcomes, paths: what a request leaves behind. */
#include "tests/probe/attached.h"
#include "tests/support/support.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct wm_region *region;
static bool declined;
static int loops = 1;

static void validate(void)
{
    WM_SEGMENT("ValidateToken");
}

static void handle(void)
{
    WM_SEGMENT("HandleRequest");
    {
        WM_SEGMENT("Authenticate");
        for (int i = 0; i < loops; i++)
            validate();
    }
    if (declined)
        WM_OUTCOME("declined");
    uint32_t entered = wm_segment_enter("LogRequest");
    wm_segment_leave(entered);
}

static void never_called(void)
{
    WM_SEGMENT("NeverCalled");
}
void (*volatile wm_test_keep)(void) = never_called;

static void nothing(void)
{
}

static void test_path_is_the_set_of_nodes_in_order_of_first_visit(void **state)
{
    (void)state;
    uint32_t path = wm_test_request("Entry", handle);
    assert_string_equal(wm_test_path_nodes(region, path),
                        "HandleRequest|HandleRequest/Authenticate|"
                        "HandleRequest/Authenticate/ValidateToken|HandleRequest/LogRequest");
}

/* As a benchmark does, which calls a request's code billions of times under one context. */
static void visit_past_32_bits(void)
{
    struct wm_context_slot *slot = (struct wm_context_slot *)wm_context_current;
    validate();
    wm_probe_stands_for_many(wm_context_current);
    slot->visits[slot->visited[0]] = UINT32_MAX;
    validate(); /* 0 by now */
    validate();
}

static uint64_t count_visits(uint32_t node)
{
    uint64_t sum = atomic_load(&region->node_visits[node]);
    for (uint32_t i = 0; i < WM_THREAD_MAX; i++)
        sum += region->threads[i].visits[node];
    return sum;
}

static void test_visits_past_32_bits_are_no_first_ones(void **state)
{
    (void)state;
    uint32_t path = wm_test_request("Entry", validate);
    uint32_t node = region->path_nodes[region->paths[path].first_node];
    uint64_t before = count_visits(node);
    assert_int_equal(wm_test_request("Entry", visit_past_32_bits), path);
    assert_int_equal(count_visits(node) - before, (UINT64_C(1) << 32) + 1);
    assert_int_equal(wm_test_request("Entry", validate), path);
}

static void test_loops_change_visits_and_not_the_path(void **state)
{
    (void)state;
    uint32_t once = wm_test_request("Entry", handle);
    uint64_t before[WM_NODE_MAX];
    memcpy(before, region->threads[0].visits, sizeof(before));
    loops = 5;
    assert_int_equal(wm_test_request("Entry", handle), once);
    loops = 1;
    uint32_t validated = region->path_nodes[region->paths[once].first_node + 2];
    assert_int_equal(region->threads[0].visits[validated] - before[validated], 5);
}

static void test_outcome_and_entry_are_part_of_the_path(void **state)
{
    (void)state;
    uint32_t plain = wm_test_request("Entry", handle);
    declined = true;
    uint32_t other = wm_test_request("Entry", handle);
    declined = false;
    assert_int_not_equal(plain, other);
    assert_string_equal(region->names + region->outcomes[region->paths[other].outcome], "declined");
    assert_int_not_equal(wm_test_request("Other", handle), plain);
    assert_int_equal(wm_test_request("Entry", handle), plain);
}

static void test_path_id_is_a_function_of_names_alone(void **state)
{
    (void)state;
    /* Computed here from the definition in profiles/wire/sites.h. */
    uint64_t handled = wm_hash_node(0, wm_hash_name("HandleRequest"));
    uint64_t authenticated = wm_hash_node(handled, wm_hash_name("Authenticate"));
    uint64_t nodes = handled ^ authenticated ^
                     wm_hash_node(authenticated, wm_hash_name("ValidateToken")) ^
                     wm_hash_node(handled, wm_hash_name("LogRequest"));
    uint32_t path = wm_test_request("Entry", handle);
    assert_true(region->paths[path].id == wm_hash_path(wm_hash_name("Entry"), nodes, 0));
    /* And these were written down: they must never change. */
    assert_true(region->paths[path].id == UINT64_C(0x9405ee3ab9caca27));
    declined = true;
    path = wm_test_request("Entry", handle);
    declined = false;
    assert_true(region->paths[path].id == UINT64_C(0xb05bfeb1d1bf7fb6));
}

static void test_request_without_segments_has_a_path(void **state)
{
    (void)state;
    uint32_t path = wm_test_request("Entry", nothing);
    assert_int_not_equal(path, WM_PATH_OTHER);
    assert_int_equal(region->paths[path].node_count, 0);
}

static void test_segments_without_a_request_do_nothing(void **state)
{
    (void)state;
    uint32_t nodes = region->node_count;
    assert_null(wm_context_current);
    handle();
    assert_int_equal(region->node_count, nodes);
    assert_null(wm_context_detach());
}

static void test_sites_that_never_ran_are_known(void **state)
{
    (void)state;
    (void)wm_test_request("Entry", handle);
    bool seen = false;
    for (uint32_t i = 0; i < region->site_count; i++) {
        const struct wm_site_entry *site = &region->sites[i];
        if (strcmp(region->names + site->name, "NeverCalled") == 0) {
            seen = true;
            assert_int_equal(site->reached, 0);
        } else if (strcmp(region->names + site->name, "Authenticate") == 0) {
            assert_int_equal(site->reached, 1);
        }
    }
    assert_true(seen);
}

static void *go_on(void *context)
{
    assert_int_equal(wm_context_attach(context), 0);
    validate();
    assert_ptr_equal(wm_context_detach(), context);
    return NULL;
}

static void hand_over(void)
{
    WM_SEGMENT("HandleRequest");
    struct wm_context *context = wm_context_detach();
    validate(); /* no request here now */
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, go_on, context), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(wm_context_attach(context), 0);
}

static void test_context_goes_on_on_another_thread(void **state)
{
    (void)state;
    uint32_t path = wm_test_request("Entry", hand_over);
    assert_string_equal(wm_test_path_nodes(region, path),
                        "HandleRequest|HandleRequest/ValidateToken");
}

static void *refuse(void *context)
{
    assert_int_equal(wm_context_attach(context), -1);
    assert_null(wm_context_current);
    return NULL;
}

static void attach_twice(void)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, refuse, wm_context_current), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void test_context_is_attached_to_one_thread_at_a_time(void **state)
{
    (void)state;
    (void)wm_test_request("Entry", attach_twice);
}

static void recurse(int depth)
{
    WM_SEGMENT("Recurse");
    if (depth > 0)
        recurse(depth - 1);
}

static void recurse_far(void)
{
    recurse(WM_NODE_MAX + 100);
}

static void test_nodes_past_the_limit_are_counted_and_harmless(void **state)
{
    (void)state;
    (void)wm_test_request("Entry", recurse_far);
    assert_int_equal(region->node_count, WM_NODE_MAX);
    assert_true(region->nodes_lost > 0);
    uint32_t path = wm_test_request("Entry", handle);
    assert_int_equal(region->paths[path].node_count, 4);
}

static void outcomes(void)
{
    char name[32];
    for (int i = 0; i < 2 * WM_OUTCOME_MAX; i++) {
        snprintf(name, sizeof(name), "outcome-%d", i);
        WM_OUTCOME(name);
    }
}

static void test_outcomes_past_the_limit_are_one(void **state)
{
    (void)state;
    uint32_t path = wm_test_request("Entry", outcomes);
    assert_int_equal(region->paths[path].outcome, 1);
    assert_int_equal(region->outcome_count, WM_OUTCOME_MAX);
}

static void allocate(void)
{
    void *volatile block = malloc(100);
    block = realloc(block, 100000);
    free(block);
    block = calloc(3, 10);
    free(block);
}

static void test_allocations_of_a_request_are_exact(void **state)
{
    (void)state;
    assert_int_equal(region->allocs_counted, !SANITIZED);
    if (SANITIZED) /* its malloc comes before ours */
        skip();
    free(malloc(1)); /* not the request's */
    struct wm_context *context = wm_probe_begin(0, WM_ROW_NONE, 0, 1);
    allocate();
    struct wm_probe_end end;
    wm_probe_end(context, &end);
    assert_int_equal(end.allocs, 3);
    assert_int_equal(end.alloc_bytes, 100 + 100000 + 30);
}

int main(int argc, char **argv)
{
    (void)argc;
    region = wm_test_attached(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path_is_the_set_of_nodes_in_order_of_first_visit),
        cmocka_unit_test(test_loops_change_visits_and_not_the_path),
        cmocka_unit_test(test_outcome_and_entry_are_part_of_the_path),
        cmocka_unit_test(test_path_id_is_a_function_of_names_alone),
        cmocka_unit_test(test_request_without_segments_has_a_path),
        cmocka_unit_test(test_segments_without_a_request_do_nothing),
        cmocka_unit_test(test_sites_that_never_ran_are_known),
        cmocka_unit_test(test_context_goes_on_on_another_thread),
        cmocka_unit_test(test_context_is_attached_to_one_thread_at_a_time),
        cmocka_unit_test(test_visits_past_32_bits_are_no_first_ones),
        cmocka_unit_test(test_allocations_of_a_request_are_exact),
        cmocka_unit_test(test_nodes_past_the_limit_are_counted_and_harmless),
        cmocka_unit_test(test_outcomes_past_the_limit_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

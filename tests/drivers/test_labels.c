/* test_labels.c - what a request is called, and which path it took. */
#include "drivers/labels.h"
#include "harness/replay/target.h"
#include "profiles/wire/shared.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

static struct wm_region *region;
static int region_fd;
static struct wm_labels *labels;

static int set_up(void **state)
{
    (void)state;
    struct wm_error err = {{0}, {0}};
    assert_int_equal(wm_region_new(&region, &region_fd, &err), 0);
    assert_int_equal(wm_labels_new(region, wm_protocol_find("http"), &labels), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    wm_labels_free(labels);
    wm_region_free(region, region_fd);
    return 0;
}

static const char *entry_name(uint32_t entry)
{
    return region->names + region->entries[entry];
}

static uint32_t entry_of(const char *entry, const char *label, const char *target)
{
    const struct wm_work_field fields[] = {
        {"target", target},
        {"label",  label }
    };
    const struct wm_work work = {.entry = entry, .fields = fields, .field_count = 2};
    uint32_t number = WM_ENTRY_NONE;
    assert_int_equal(wm_labels_entry(labels, &work, &number), 0);
    return number;
}

static void test_the_label_is_told_or_else_the_entry_or_else_what_is_asked_for(void **state)
{
    (void)state;
    assert_string_equal(entry_name(entry_of("page", "shelf", "/items/7")), "shelf");
    assert_string_equal(entry_name(entry_of("page", "", "/items/7")), "page");
    assert_string_equal(entry_name(entry_of("", "", "/items/7")), "GET /items/{id}");
    assert_int_equal(entry_of("", "", "/items/7"), entry_of("", "", "/items/8"));
    assert_int_equal(region->entry_count, 3);
}

static void test_labels_past_the_limit_are_called_other(void **state)
{
    (void)state;
    char name[32];
    for (uint32_t i = 0; i < 2 * WM_ENTRY_MAX; i++) {
        snprintf(name, sizeof(name), "label %u", i);
        entry_of("", name, "/");
    }
    assert_string_equal(entry_name(entry_of("", "label 1", "/")), "label 1");
    assert_string_equal(entry_name(entry_of("", name, "/")), "(other)");
    assert_true(region->entry_count <= WM_ENTRY_MAX);
}

static void test_a_path_is_label_outcome_and_what_the_server_marked(void **state)
{
    (void)state;
    uint32_t entry = entry_of("", "", "/");
    uint32_t plain = wm_labels_path(labels, entry, "", 0);
    uint32_t missing = wm_labels_path(labels, entry, "404", 0);
    assert_true(plain != missing && plain != WM_PATH_OTHER && missing != WM_PATH_OTHER);
    assert_int_equal(wm_labels_path(labels, entry, "", 0), plain);
    assert_int_equal(region->paths[plain].id, wm_hash_path(wm_hash_name("GET /"), 0, 0));
    assert_string_equal(region->names + region->outcomes[region->paths[missing].outcome], "404");

    struct wm_context_slot *context = &region->contexts[5];
    context->signature = 12345;
    context->visited[0] = 2;
    context->visited[1] = 9;
    context->visited_count = 2;
    uint32_t marked = wm_labels_path(labels, entry, "404", 6);
    assert_int_equal(region->paths[marked].node_count, 2);
    assert_int_equal(region->path_nodes[region->paths[marked].first_node + 1], 9);
    assert_int_equal(region->paths[marked].id,
                     wm_hash_path(wm_hash_name("GET /"), 12345, wm_hash_name("404")));
    /* what the other side wrote there may be anything */
    assert_int_equal(wm_labels_path(labels, entry, "", UINT32_MAX), plain);
    context->visited_count = UINT32_MAX;
    context->signature = 54321;
    assert_int_equal(region->paths[wm_labels_path(labels, entry, "", 6)].node_count, WM_NODE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_the_label_is_told_or_else_the_entry_or_else_what_is_asked_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_labels_past_the_limit_are_called_other, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_path_is_label_outcome_and_what_the_server_marked,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

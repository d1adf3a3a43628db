/* test_naming.c - display names: short, telling, and the same in any order of rows. */
#include "tests/support/support.h"

#include "profiles/runs/paths.h"

#include <stdlib.h>
#include <string.h>

enum { NODE_MAX = 24, ROW_MAX = 16 };

struct example {
    const char *entry;
    const char *nodes; /* blanks between; letters stand for the shop's segments */
    const char *outcome;
    const char *name; /* expected */
};

#define H "HandleRequest"
#define A H " " H "/Authenticate " H "/Authenticate/ValidateToken"
#define R A " " H "/RouteRequest"
#define PO R " " H "/RouteRequest/ProcessOrder " H "/RouteRequest/ProcessOrder/ValidateOrder"
#define CI PO " " H "/RouteRequest/ProcessOrder/CheckInventory"
#define CP CI " " H "/RouteRequest/ProcessOrder/ChargePayment"
#define PR R " " H "/RouteRequest/ProcessRefund " H "/RouteRequest/ProcessRefund/ValidateRefund"
#define IR PR " " H "/RouteRequest/ProcessRefund/IssueRefund"
#define LOG " " H "/LogRequest"

static uint64_t random_below(uint64_t *seed, uint64_t limit)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*seed >> 33) % limit;
}

/* Splits `text` at blanks into `nodes`; `text` is changed. */
static size_t split(char *text, const char **nodes)
{
    size_t count = 0;
    for (char *rest = text, *node; (node = strsep(&rest, " ")) != NULL;)
        if (node[0] != '\0') {
            assert_true(count < NODE_MAX);
            nodes[count++] = node;
        }
    return count;
}

/* Names the rows in an order drawn from `seed` and checks each. */
static void check_order(const struct example *examples, size_t count, uint64_t seed)
{
    struct wm_paths *paths = NULL;
    const char *nodes[ROW_MAX][NODE_MAX];
    char *texts[ROW_MAX];
    size_t order[ROW_MAX] = {0};
    assert_true(count <= ROW_MAX);
    assert_int_equal(wm_paths_new(&paths), 0);
    for (size_t i = 0; i < count; i++) {
        size_t at = seed == 0 ? i : random_below(&seed, i + 1);
        order[i] = order[at];
        order[at] = i;
    }
    for (size_t i = 0; i < count; i++) {
        const struct example *example = &examples[order[i]];
        struct wm_path_row *row = wm_paths_add(paths);
        texts[i] = strdup(example->nodes);
        row->id = UINT64_C(0x1111000000000000) * (order[i] + 1) + 1;
        row->entry = example->entry;
        row->outcome = example->outcome;
        row->node_count = split(texts[i], nodes[i]);
        row->nodes = nodes[i];
    }
    assert_int_equal(wm_paths_name(paths), 0);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(paths->rows[i].name, examples[order[i]].name);
        free(texts[i]);
    }
    wm_paths_free(paths);
}

static void check(const struct example *examples, size_t count)
{
    for (uint64_t seed = 0; seed < 50; seed++)
        check_order(examples, count, seed);
}

#define CHECK(examples) check(examples, sizeof(examples) / sizeof((examples)[0]))

static void test_naming_tells_the_shops_paths_apart(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {H, CP LOG, "approved",     "ProcessOrder:approved"    },
        {H, CP LOG, "declined",     "ProcessOrder:declined"    },
        {H, CI LOG, "out_of_stock", "ProcessOrder:out_of_stock"},
        {H, IR LOG, "",             "ProcessRefund"            },
        {H, PR LOG, "refused",      "ProcessRefund:refused"    },
        {H, A,      "denied",       "Authenticate:denied"      },
        {H, R LOG,  "not_found",    "RouteRequest:not_found"   },
    };
    CHECK(examples);
}

static void test_naming_calls_a_stopped_path_by_where_it_stopped(void **state)
{
    (void)state;
    static const struct example logged[] = {
        {H, CP LOG, "approved", "ProcessOrder:approved"},
        {H, IR LOG, "",         "ProcessRefund"        },
        {H, A LOG,  "denied",   "Authenticate:denied"  },
    };
    static const struct example only_orders[] = {
        {H, CP LOG, "approved", "RouteRequest:approved"},
        {H, A,      "denied",   "Authenticate:denied"  },
    };
    CHECK(logged);
    CHECK(only_orders);
}

static void test_naming_uses_the_outermost_segment_of_a_lone_path(void **state)
{
    (void)state;
    static const struct example lone[] = {
        {H, CP LOG, "", H}
    };
    static const struct example bare[] = {
        {"GET", "", "",     "GET"     },
        {"SET", "", "full", "SET:full"},
    };
    CHECK(lone);
    CHECK(bare);
}

static void test_naming_extends_equal_names_by_what_differs(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {H, CP LOG, "", "ProcessOrder+ChargePayment" },
        {H, CI LOG, "", "ProcessOrder+CheckInventory"},
        {H, PO LOG, "", "ProcessOrder+ValidateOrder" },
        {H, IR LOG, "", "ProcessRefund"              },
    };
    static const struct example optional[] = {
        {"Get", "Get Get/Cache",                  "", "Cache"},
        {"Get", "Get Get/Cache Get/Disk",         "", "Disk" },
        {"Get", "Get Get/Cache Get/Disk Get/Net", "", "Net"  },
    };
    CHECK(examples);
    CHECK(optional);
}

static void test_naming_puts_the_entry_before_names_of_several_entries(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"Read",  "Work Work/Parse", "",   "Read/Work" },
        {"Write", "Work Work/Parse", "",   "Write/Work"},
        {"Read",  "Work Work/Parse", "ok", "Work:ok"   },
    };
    CHECK(examples);
}

static void test_naming_falls_back_to_the_id(void **state)
{
    (void)state;
    /* Same entry, set and outcome twice: not what a run holds, but two names all the same. */
    static const struct example examples[] = {
        {"Read", "Work", "", "Work~1111"},
        {"Read", "Work", "", "Work~2222"},
    };
    CHECK(examples);
}

static void test_naming_bears_odd_sets(void **state)
{
    (void)state;
    /* A parent that was not visited, an empty segment, one that is named like its entry. */
    static const struct example examples[] = {
        {"E", "A/B/C", "", "C"},
        {"E", "A/B/D", "", "D"},
        {"E", "/",     "", "E"},
    };
    for (uint64_t seed = 0; seed < 20; seed++)
        check_order(examples, 3, seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_naming_tells_the_shops_paths_apart),
        cmocka_unit_test(test_naming_calls_a_stopped_path_by_where_it_stopped),
        cmocka_unit_test(test_naming_uses_the_outermost_segment_of_a_lone_path),
        cmocka_unit_test(test_naming_extends_equal_names_by_what_differs),
        cmocka_unit_test(test_naming_puts_the_entry_before_names_of_several_entries),
        cmocka_unit_test(test_naming_falls_back_to_the_id),
        cmocka_unit_test(test_naming_bears_odd_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

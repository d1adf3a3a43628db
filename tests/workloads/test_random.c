/* test_random.c - the random numbers, the weighted choice and Zipf ranks against their laws. */
#include "workloads/pick.h"
#include "workloads/random.h"
#include "workloads/zipf.h"

#include "tests/support/support.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { DRAWS = 200000 };

/* Sum of (seen - expected)^2 / expected over `count` cells of `draws` draws. */
static double chi_square(const uint64_t *seen, const double *share, size_t count, double draws)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        double expected = share[i] * draws;
        double off = (double)seen[i] - expected;
        sum += off * off / expected;
    }
    return sum;
}

/* Its value that one sample of a million exceeds (Wilson and Hilferty). */
static double chi_square_limit(size_t cells)
{
    double freedom = (double)cells - 1;
    double part = 2.0 / (9.0 * freedom);
    double root = 1.0 - part + 4.75 * sqrt(part);
    return freedom * root * root * root;
}

static void test_random_is_a_function_of_seed_index_stream_and_draw(void **state)
{
    struct wm_random a = wm_random_at(7, 11, 3);
    struct wm_random b = wm_random_at(7, 11, 3);
    uint64_t first = wm_random_u64(&a);
    (void)state;

    assert_true(first == wm_random_u64(&b));
    assert_true(wm_random_u64(&a) == wm_random_u64(&b));
    struct wm_random others[] = {wm_random_at(8, 11, 3), wm_random_at(7, 12, 3),
                                 wm_random_at(7, 11, 4), a};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_true(first != wm_random_u64(&others[i]));
}

static void test_random_keeps_its_numbers_from_version_to_version(void **state)
{
    struct wm_random random = wm_random_at(1, 2, 3);
    (void)state;

    assert_int_equal(wm_random_u64(&random), UINT64_C(0xaf734a33745c477e));
    assert_int_equal(wm_random_u64(&random), UINT64_C(0xfdaa88c7855ac5be));
}

static void test_random_shared_ignores_the_stream_and_nothing_else(void **state)
{
    struct wm_random a = wm_random_at(7, 11, 3);
    struct wm_random b = wm_random_at(7, 11, 9);
    struct wm_random other = wm_random_at(7, 12, 3);
    (void)state;

    (void)wm_random_u64(&a);
    struct wm_random shared_a = wm_random_shared(&a, 5);
    struct wm_random shared_b = wm_random_shared(&b, 5);
    struct wm_random shared_name = wm_random_shared(&a, 6);
    struct wm_random shared_other = wm_random_shared(&other, 5);
    uint64_t value = wm_random_u64(&shared_a);
    assert_true(value == wm_random_u64(&shared_b));
    assert_true(value != wm_random_u64(&shared_name));
    assert_true(value != wm_random_u64(&shared_other));
}

/* How one draw of each request, or many draws of one, fill 64 cells. */
static void check_cells(uint64_t index_step, uint32_t stream_step, uint64_t bound)
{
    uint64_t seen[64] = {0};
    double share[64];

    for (uint64_t i = 0; i < DRAWS; i++) {
        struct wm_random random = wm_random_at(1, i * index_step, (uint32_t)i * stream_step);
        seen[wm_random_below(&random, bound) * 64 / bound]++;
    }
    for (size_t i = 0; i < 64; i++)
        share[i] = 1.0 / 64;
    assert_true(chi_square(seen, share, 64, DRAWS) < chi_square_limit(64));
}

static void test_random_first_draws_are_uniform_over_indices_and_streams(void **state)
{
    (void)state;
    check_cells(1, 0, 64);
    check_cells(UINT64_C(1) << 32, 0, 64);
    check_cells(0, 1, 64);
    check_cells(1, 1, 64000);
}

static void test_random_below_reaches_all_and_stays_below(void **state)
{
    struct wm_random random = wm_random_at(1, 1, 1);
    bool seen[3] = {false};
    (void)state;

    for (int i = 0; i < 1000; i++) {
        uint64_t value = wm_random_below(&random, 3);
        assert_true(value < 3);
        seen[value] = true;
        assert_int_equal(wm_random_below(&random, 1), 0);
        /* a third of the draws is refused here as unfair */
        assert_true(wm_random_below(&random, UINT64_MAX / 3 * 2) < UINT64_MAX / 3 * 2);
    }
    assert_true(seen[0] && seen[1] && seen[2]);
}

static void test_random_unit_is_uniform_below_one(void **state)
{
    struct wm_random random = wm_random_at(3, 1, 1);
    double sum = 0;
    (void)state;

    for (int i = 0; i < DRAWS; i++) {
        double value = wm_random_unit(&random);
        assert_true(value >= 0.0 && value < 1.0);
        sum += value;
    }
    assert_true(fabs(sum / DRAWS - 0.5) < 5 * 0.2887 / sqrt(DRAWS));
}

static void check_pick(const double *weights, uint32_t count)
{
    struct wm_arena arena;
    struct wm_pick pick;
    uint64_t *seen = calloc(count, sizeof(*seen));
    double *share = calloc(count, sizeof(*share));
    double total = 0;

    assert_true(seen != NULL && share != NULL);
    wm_arena_init(&arena);
    assert_int_equal(wm_pick_init(&pick, weights, count, &arena), 0);
    for (uint32_t i = 0; i < count; i++)
        total += weights[i];
    for (uint32_t i = 0; i < count; i++)
        share[i] = weights[i] / total;
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct wm_random random = wm_random_at(1, i, 0);
        uint32_t number = wm_pick_draw(&pick, &random);
        assert_true(number < count);
        seen[number]++;
    }
    if (count > 1)
        assert_true(chi_square(seen, share, count, DRAWS) < chi_square_limit(count));
    wm_arena_done(&arena);
    free(seen);
    free(share);
}

static void test_pick_follows_the_weights(void **state)
{
    double many[1000];
    (void)state;

    check_pick((const double[]){70, 8, 20, 2}, 4);
    check_pick((const double[]){5}, 1);
    check_pick((const double[]){1, 1, 1}, 3);
    check_pick((const double[]){0.001, 0.999}, 2);
    check_pick((const double[]){1e-3, 5e307, 1e308}, 3);
    for (size_t i = 0; i < 1000; i++)
        many[i] = (double)(i % 7 + 1);
    check_pick(many, 1000);
}

static void test_pick_refuses_weights_beyond_a_double(void **state)
{
    struct wm_arena arena;
    struct wm_pick pick;
    (void)state;

    wm_arena_init(&arena);
    assert_int_equal(wm_pick_init(&pick, (const double[]){1e308, 1e308}, 2, &arena), -ERANGE);
    wm_arena_done(&arena);
}

/* The first ranks one by one, all others in a last cell. */
static void check_zipf(double exponent, uint64_t ranks)
{
    enum { CELLS = 20 };
    uint64_t seen[CELLS + 1] = {0};
    double share[CELLS + 1] = {0};
    double total = 0, rest = 0;
    size_t cells = ranks < CELLS ? ranks : CELLS;
    struct wm_zipf zipf;

    for (uint64_t k = ranks; k > 0; k--)
        total += pow((double)k, -exponent);
    for (size_t k = 1; k <= cells; k++)
        share[k - 1] = pow((double)k, -exponent) / total;
    for (uint64_t k = cells + 1; k <= ranks; k++)
        rest += pow((double)k, -exponent) / total;
    share[cells] = rest;
    wm_zipf_init(&zipf, exponent, ranks);
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct wm_random random = wm_random_at(1, i, 1);
        uint64_t rank = wm_zipf_draw(&zipf, &random);
        assert_true(rank >= 1 && rank <= ranks);
        seen[rank <= cells ? rank - 1 : cells]++;
    }
    /* Cells that hardly anything falls into say nothing about the law: they join the next one. */
    while (cells > 0 && share[cells] * DRAWS < 10) {
        share[cells - 1] += share[cells];
        seen[cells - 1] += seen[cells];
        cells--;
    }
    while (cells > 0 && share[cells - 1] * DRAWS < 10) {
        share[cells - 1] += share[cells];
        seen[cells - 1] += seen[cells];
        cells--;
    }
    if (cells > 0)
        assert_true(chi_square(seen, share, cells + 1, DRAWS) < chi_square_limit(cells + 1));
}

static void test_zipf_follows_the_law_for_any_exponent(void **state)
{
    static const double exponents[] = {1e-300, 0.01, 0.5, 0.99, 1.0, 1.0 + 1e-12, 1.1, 2.0, 5.0};
    static const uint64_t ranks[] = {1, 2, 3, 10, 1000, 100000};
    (void)state;

    for (size_t i = 0; i < sizeof(exponents) / sizeof(exponents[0]); i++) {
        for (size_t j = 0; j < sizeof(ranks) / sizeof(ranks[0]); j++)
            check_zipf(exponents[i], ranks[j]);
    }
}

static void test_zipf_steep_exponents_end_and_give_the_first_rank(void **state)
{
    static const double exponents[] = {50, 1000, 1e15, 1e308};
    (void)state;

    for (size_t i = 0; i < sizeof(exponents) / sizeof(exponents[0]); i++) {
        struct wm_zipf zipf;
        wm_zipf_init(&zipf, exponents[i], WM_ZIPF_RANKS_MAX);
        for (uint64_t j = 0; j < 10000; j++) {
            struct wm_random random = wm_random_at(1, j, 1);
            assert_int_equal(wm_zipf_draw(&zipf, &random), 1);
        }
    }
}

/* Over 10^9 ranks at S = 1 the sum of 1/k is ln N + 0.5772 and shares are known by hand. */
static void test_zipf_over_a_billion_ranks_needs_no_table(void **state)
{
    static const uint64_t limits[] = {1, 10, 1000, 100000, 10000000, 1000000000};
    uint64_t seen[6] = {0};
    double share[6];
    double total = log(1e9) + 0.57721566490153286;
    double below = 0;
    struct wm_zipf zipf;
    (void)state;

    wm_zipf_init(&zipf, 1.0, WM_ZIPF_RANKS_MAX);
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct wm_random random = wm_random_at(2, i, 1);
        uint64_t rank = wm_zipf_draw(&zipf, &random);
        size_t cell = 0;
        assert_true(rank >= 1 && rank <= WM_ZIPF_RANKS_MAX);
        while (rank > limits[cell])
            cell++;
        seen[cell]++;
    }
    for (size_t i = 0; i < 6; i++) {
        double n = (double)limits[i];
        double sum = i == 0 ? 1.0 : log(n) + 0.57721566490153286 + 1 / (2 * n) - 1 / (12 * n * n);
        share[i] = (sum - below) / total;
        below = sum;
    }
    assert_true(chi_square(seen, share, 6, DRAWS) < chi_square_limit(6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_is_a_function_of_seed_index_stream_and_draw),
        cmocka_unit_test(test_random_keeps_its_numbers_from_version_to_version),
        cmocka_unit_test(test_random_shared_ignores_the_stream_and_nothing_else),
        cmocka_unit_test(test_random_first_draws_are_uniform_over_indices_and_streams),
        cmocka_unit_test(test_random_below_reaches_all_and_stays_below),
        cmocka_unit_test(test_random_unit_is_uniform_below_one),
        cmocka_unit_test(test_pick_follows_the_weights),
        cmocka_unit_test(test_pick_refuses_weights_beyond_a_double),
        cmocka_unit_test(test_zipf_follows_the_law_for_any_exponent),
        cmocka_unit_test(test_zipf_steep_exponents_end_and_give_the_first_rank),
        cmocka_unit_test(test_zipf_over_a_billion_ranks_needs_no_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_evidence.c - the statistics against what others publish, and against counting by hand. */
#include "tests/support/support.h"

#include "profiles/compare/tails.h"

#include <math.h>
#include <string.h>

#define LOT(values) ((struct wm_lot){values, sizeof(values) / sizeof((values)[0])})

static void assert_near(double is, double should, double tolerance)
{
    if (!(fabs(is - should) <= tolerance))
        fail_msg("%.12g, not %.12g", is, should);
}

static struct wm_rank_test test_of(struct wm_lot before, struct wm_lot after)
{
    struct wm_rank_test test;
    assert_int_equal(wm_rank_test(before, after, &test), 0);
    return test;
}

/* R 4.2.2, ?wilcox.test: permeability of the human chorioamnion, Hollander and Wolfe 1973, page 69;
 * published there: W = 35, p = 0.1272 (greater). The other tails: wilcox.test(x, y). */
static const double term[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
static const double weeks[] = {1.15, 0.88, 0.90, 0.74, 1.21};

/* scipy.stats.mannwhitneyu's documentation: ages at diagnosis of diabetes; U = 17, exact p =
 * 0.1111. */
static const double males[] = {19, 22, 16, 29, 24}, females[] = {20, 11, 17, 12};

static void test_evidence_rank_test_agrees_with_R_where_nothing_is_tied(void **state)
{
    (void)state;
    struct wm_rank_test test = test_of(LOT(term), LOT(weeks));
    assert_true(test.exact);
    assert_near(test.u, 35, 0);
    assert_near(test.p_less, 0.1272061272, 1e-9);
    assert_near(test.p_more, 0.8967698968, 1e-9);
    assert_near(test.p, 0.2544122544, 1e-9);
    test = test_of(LOT(males), LOT(females));
    assert_near(test.u, 17, 0);
    assert_near(test.p, 0.1111111111, 1e-9);
}

/* 25 and 25 values, the largest that are counted out. R 4.2.2: wilcox.test(u, v, exact = TRUE) of
 * u = round(cos(1:25) * 100 + 1:25 * 0.37, 3), v = round(sin(1:25) * 100 + 12 + 1:25 * 0.41, 3):
 * W = 267, p = 0.3858533995. */
static void test_evidence_rank_test_counts_out_fifty_values(void **state)
{
    (void)state;
    double u[25], v[25];
    for (int i = 0; i < 25; i++) {
        u[i] = cos(i + 1) * 100 + (i + 1) * 0.37;
        v[i] = sin(i + 1) * 100 + 12 + (i + 1) * 0.41;
    }
    struct wm_rank_test test = test_of(LOT(u), LOT(v));
    assert_true(test.exact);
    assert_near(test.u, 267, 0);
    assert_near(test.p, 0.3858533995, 1e-9);
}

/* R's ?wilcox.test: ozone of May and August in airquality, 26 days each, with ties. Published: W =
 * 127.5, p-value = 0.0001208. */
static void test_evidence_rank_test_agrees_with_R_beyond(void **state)
{
    (void)state;
    static const double may[] = {41, 36, 12, 18, 28, 23, 19, 8, 7,  16, 11, 14,  18,
                                 14, 34, 6,  30, 11, 1,  11, 4, 32, 23, 45, 115, 37};
    static const double august[] = {39, 9,  16, 78, 35, 66, 122, 89,  110, 44, 28,  65, 22,
                                    59, 23, 31, 44, 21, 9,  45,  168, 73,  76, 118, 84, 85};
    struct wm_rank_test test = test_of(LOT(may), LOT(august));
    assert_false(test.exact);
    assert_near(test.u, 127.5, 0);
    assert_near(test.p, 0.0001208078308, 1e-12);
    assert_near(test.p_less, 0.9999439499, 1e-9);
    assert_near(test.p_more, 6.040391538e-05, 1e-13);
}

/* Every way to choose the first lot out of all values, by their midranks. */
static void count_by_hand(struct wm_lot before, struct wm_lot after, double *ret_more,
                          double *ret_less)
{
    double ranks[24], sum = 0, below = 0, above = 0, ways = 0;
    size_t all = before.count + after.count;
    for (size_t i = 0; i < all; i++) {
        double mine = i < before.count ? before.values[i] : after.values[i - before.count];
        ranks[i] = 0.5;
        for (size_t j = 0; j < all; j++) {
            double other = j < before.count ? before.values[j] : after.values[j - before.count];
            ranks[i] += other < mine ? 1 : other > mine ? 0 : 0.5;
        }
        sum += i < before.count ? ranks[i] : 0;
    }
    for (uint32_t set = 0; set < UINT32_C(1) << all; set++) {
        double these = 0;
        if ((size_t)__builtin_popcount(set) != before.count)
            continue;
        for (size_t i = 0; i < all; i++)
            these += set >> i & 1 ? ranks[i] : 0;
        ways++;
        below += these <= sum;
        above += these >= sum;
    }
    *ret_more = below / ways;
    *ret_less = above / ways;
}

/* Also R 4.2.2: mean(combn(rank(c(x, y)), 10, sum) <= W) of the data set `sleep`. */
static void test_evidence_rank_test_is_exact_with_ties(void **state)
{
    (void)state;
    static const double first[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
    static const double second[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
    struct wm_rank_test test = test_of(LOT(first), LOT(second));
    assert_true(test.exact);
    assert_near(test.u, 25.5, 0);
    assert_near(test.p_more, 0.0329082682, 1e-9);
    assert_near(test.p_less, 0.9702093572, 1e-9);
    static const double some[] = {1, 2, 2, 3, 5}, more[] = {2, 3, 4, 5, 5, 6};
    static const struct wm_lot pairs[][2] = {
        {{some, 5},  {more, 6}  },
        {{more, 6},  {some, 5}  },
        {{term, 10}, {weeks, 5} },
        {{first, 7}, {second, 9}},
        {{some, 1},  {more, 1}  },
        {{some, 3},  {some, 5}  },
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        double p_more, p_less;
        count_by_hand(pairs[i][0], pairs[i][1], &p_more, &p_less);
        test = test_of(pairs[i][0], pairs[i][1]);
        assert_near(test.p_more, p_more, 1e-12);
        assert_near(test.p_less, p_less, 1e-12);
    }
}

static void test_evidence_rank_test_sees_nothing_in_equal_values(void **state)
{
    (void)state;
    double same[40];
    for (size_t i = 0; i < 40; i++)
        same[i] = 2;
    for (size_t count = 1; count <= 40; count++) {
        struct wm_rank_test test =
            test_of((struct wm_lot){same, count}, (struct wm_lot){same, count});
        assert_near(test.p, 1, 0);
    }
    static const double more[] = {3, 3, 3, 3, 3, 3, 3, 3, 3, 3};
    assert_near(test_of((struct wm_lot){same, 10}, LOT(more)).p, 2 / 184756.0, 1e-15);
    assert_near(wm_rank_test_least_p(10, 10), 2 / 184756.0, 1e-15);
    assert_near(wm_rank_test_least_p(3, 3), 0.1, 1e-12);
    assert_near(wm_rank_test_least_p(1, 1), 1, 0);
    assert_near(wm_rank_test_least_p(0, 5), 1, 0);
    double far[60], near = 0; /* beyond what is counted out: what the test says of them */
    for (size_t i = 0; i < 60; i++)
        far[i] = (double)(i + 1);
    double p = test_of((struct wm_lot){&near, 1}, (struct wm_lot){far, 60}).p;
    assert_true(p > 0.05);
    assert_near(wm_rank_test_least_p(1, 60), p, 1e-12);
}

static void test_evidence_variance_of_a_mean(void **state)
{
    (void)state;
    static const double values[] = {1, 2, 3, 6};
    assert_near(wm_variance_of_mean(LOT(values)), 14.0 / 3 / 4, 1e-12);
    assert_near(wm_variance_of_mean((struct wm_lot){values, 1}), 0, 0);
}

/* R 4.2.2: p.adjust(p, "holm"). */
static void test_evidence_holm_agrees_with_R(void **state)
{
    (void)state;
    static const struct {
        double p[5], adjusted[5];
        size_t count;
    } cases[] = {
        {{0.01, 0.02, 0.03, 0.04, 0.05}, {0.05, 0.08, 0.09, 0.09, 0.09}, 5},
        {{0.01, 0.04, 0.03, 0.005},      {0.03, 0.06, 0.06, 0.02},       4},
        {{0.7, 0.9},                     {1, 1},                         2},
        {{0.04},                         {0.04},                         1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double p[5];
        memcpy(p, cases[i].p, sizeof(p));
        assert_int_equal(wm_holm(p, cases[i].count), 0);
        for (size_t at = 0; at < cases[i].count; at++)
            assert_near(p[at], cases[i].adjusted[at], 1e-12);
    }
}

static void test_evidence_middles_and_means(void **state)
{
    (void)state;
    static const double odd[] = {5, 1, 3}, even[] = {4, 1, 3, 2}, ratios[] = {2, 0.5, 8};
    double median;
    assert_int_equal(wm_median(LOT(odd), &median), 0);
    assert_near(median, 3, 0);
    assert_int_equal(wm_median(LOT(even), &median), 0);
    assert_near(median, 2.5, 0);
    assert_int_equal(wm_median((struct wm_lot){NULL, 0}, &median), 0);
    assert_near(median, 0, 0);
    assert_near(wm_geometric_mean(LOT(ratios)), 2, 1e-12);
    assert_near(wm_geometric_mean((struct wm_lot){NULL, 0}), 0, 0);
    assert_near(wm_normal_tail(1.959963984540054), 0.025, 1e-12);
}

static double uniform(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 11) * 0x1p-53;
}

/* About normal: the sum of twelve. */
static double noisy(uint64_t *state, double mean, double deviation)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += uniform(state);
    return mean + deviation * sum;
}

/* Whether the interval of a test and its p say the same, and the truth lies outside. */
static bool misses(double low, double high, double p, double truth)
{
    if ((low > 0 || high < 0) != (p < 0.05))
        fail_msg("p = %g beside %g … %g", p, low, high);
    return low > truth || high < truth;
}

/* Of 1,000 intervals of 10 against 10, the truth is outside of some 5 %. */
static void test_evidence_intervals_cover_the_truth_and_agree_with_p(void **state)
{
    (void)state;
    uint64_t random = 7;
    int ranks = 0, means = 0;
    for (int round = 0; round < 1000; round++) {
        double before[10], after[10], low, high, truth = round % 2 == 0 ? 0.02 : 0;
        for (size_t i = 0; i < 10; i++) {
            before[i] = noisy(&random, 100, 3);
            after[i] = noisy(&random, 100 * (1 + truth), 3);
        }
        assert_int_equal(wm_rank_interval(LOT(before), LOT(after), &low, &high), 0);
        ranks += misses(low, high, test_of(LOT(before), LOT(after)).p, truth);
        wm_mean_interval(LOT(before), LOT(after), &low, &high);
        means += misses(low, high, wm_tails_p(wm_mean_tails(LOT(before), LOT(after), 1)), truth);
    }
    if (ranks < 20 || ranks > 70 || means < 25 || means > 75)
        fail_msg("%d and %d of 1000 intervals missed", ranks, means);
    static const double zeros[] = {0, 0, 0, 0}, ones[] = {1, 1, 1, 1};
    double low, high;
    assert_int_equal(wm_rank_interval(LOT(zeros), LOT(ones), &low, &high), 0);
    assert_true(low > 0 && isinf(high));
    assert_int_equal(wm_rank_interval(LOT(ones), LOT(zeros), &low, &high), 0);
    assert_true(low == -1 && high < 0);
    assert_int_equal(
        wm_rank_interval((struct wm_lot){ones, 3}, (struct wm_lot){ones, 3}, &low, &high), 0);
    assert_true(isnan(low) && isnan(high));
}

/* Binomial tails, summed up. */
static double sum_up(int from, int to, int all, double x)
{
    double sum = 0;
    for (int i = from; i <= to; i++)
        sum += exp(lgamma(all + 1) - lgamma(i + 1) - lgamma(all - i + 1) + i * log(x) +
                   (all - i) * log(1 - x));
    return sum;
}

static void test_evidence_rates_are_exact(void **state)
{
    (void)state;
    static const int counts[][2] = {
        {0,   1  },
        {1,   0  },
        {0,   30 },
        {30,  0  },
        {3,   9  },
        {400, 576},
        {5,   5  }
    };
    static const double exposures[][2] = {
        {1,    1 },
        {1,    20},
        {20,   1 },
        {0.35, 70}
    };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        for (size_t e = 0; e < sizeof(exposures) / sizeof(exposures[0]); e++) {
            struct wm_rate before = {counts[i][0], exposures[e][0]};
            struct wm_rate after = {counts[i][1], exposures[e][1]};
            int all = counts[i][0] + counts[i][1];
            double low, high, x = after.exposure / (before.exposure + after.exposure);
            struct wm_tails tails = wm_rate_tails(before, after, 1);
            assert_near(tails.more, sum_up(counts[i][1], all, all, x), 1e-9);
            assert_near(tails.less, sum_up(0, counts[i][1], all, x), 1e-9);
            wm_rate_interval(before, after, &low, &high);
            (void)misses(low, high, wm_tails_p(tails), 0);
            assert_true(low >= -1 && isinf(high) == (counts[i][0] == 0));
        }
}

/* R's ?poisson.test: comparison of rates, published: 95 percent interval 0.8584264 to 4.2772659;
 * ?t.test, the data set `sleep`, published: t = -1.8608, df = 17.776, p-value = 0.07939. */
static void test_evidence_rates_and_means_agree_with_R(void **state)
{
    (void)state;
    double low, high;
    wm_rate_interval((struct wm_rate){21, 3011}, (struct wm_rate){11, 800}, &low, &high);
    assert_near(low, 0.8584264 - 1, 1e-6);
    assert_near(high, 4.2772659 - 1, 1e-6);
    static const double first[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
    static const double second[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
    assert_near(wm_tails_p(wm_mean_tails(LOT(first), LOT(second), 1)), 0.07939, 5e-6);
}

/* The level is kept: of 1,000 pairs of ten values each of one kind, some 43 are below 0.05, which
 * is what the exact test's steps leave of 5 %. */
static void test_evidence_rank_test_keeps_its_level(void **state)
{
    (void)state;
    uint64_t random = 11;
    int below = 0;
    for (int round = 0; round < 1000; round++) {
        double before[10], after[10];
        for (size_t i = 0; i < 10; i++) {
            before[i] = noisy(&random, 100, 3);
            after[i] = noisy(&random, 100, 3);
        }
        below += test_of(LOT(before), LOT(after)).p < 0.05;
    }
    if (below < 23 || below > 64) /* 43 and three deviations to either side */
        fail_msg("%d of 1000 are below 0.05", below);
}

static void test_a_tail_is_what_its_terms_add_up_to(void **state)
{
    (void)state;
    static const struct {
        int count, trials;
        double share;
    } cases[] = {
        {5,   53,   2.0 / 202},
        {12,  20,   0.3      },
        {3,   3,    0.01     },
        {700, 1200, 0.5      },
        {1,   1,    0.25     },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double n = cases[i].trials, p = cases[i].share, sum = 0;
        for (int k = cases[i].count; k <= cases[i].trials; k++)
            sum += exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) +
                       (n - k) * log1p(-p));
        double tail = wm_rate_tails((struct wm_rate){n - cases[i].count, 1 - p},
                                    (struct wm_rate){cases[i].count, p}, 1)
                          .more;
        assert_true(fabs(tail - sum) <= 1e-9 * sum);
    }
    assert_true(wm_rate_tails((struct wm_rate){10, 1}, (struct wm_rate){0, 1}, 1).more == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evidence_rank_test_agrees_with_R_where_nothing_is_tied),
        cmocka_unit_test(test_evidence_rank_test_counts_out_fifty_values),
        cmocka_unit_test(test_evidence_rank_test_agrees_with_R_beyond),
        cmocka_unit_test(test_evidence_rank_test_is_exact_with_ties),
        cmocka_unit_test(test_evidence_rank_test_sees_nothing_in_equal_values),
        cmocka_unit_test(test_evidence_variance_of_a_mean),
        cmocka_unit_test(test_evidence_holm_agrees_with_R),
        cmocka_unit_test(test_evidence_middles_and_means),
        cmocka_unit_test(test_evidence_intervals_cover_the_truth_and_agree_with_p),
        cmocka_unit_test(test_evidence_rates_are_exact),
        cmocka_unit_test(test_evidence_rates_and_means_agree_with_R),
        cmocka_unit_test(test_evidence_rank_test_keeps_its_level),
        cmocka_unit_test(test_a_tail_is_what_its_terms_add_up_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

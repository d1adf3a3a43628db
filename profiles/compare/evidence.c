/* evidence.c - rank test, bootstrap, correction for many questions at once. */
#include "profiles/compare/evidence.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWS = 2000 };

static const double OUTSIDE = 0.05; /* what the 95 % interval leaves out, half of it on each side */

/* ---- Order ---- */

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double middle_of_sorted(const double *values, size_t count)
{
    if (count == 0)
        return 0;
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

int wm_median(struct wm_lot lot, double *ret_median)
{
    double *sorted = calloc(lot.count + 1, sizeof(sorted[0]));
    if (sorted == NULL)
        return -ENOMEM;
    if (lot.count > 0)
        memcpy(sorted, lot.values, lot.count * sizeof(sorted[0]));
    qsort(sorted, lot.count, sizeof(sorted[0]), compare_doubles);
    *ret_median = middle_of_sorted(sorted, lot.count);
    free(sorted);
    return 0;
}

double wm_variance_of_mean(struct wm_lot lot)
{
    double n = (double)lot.count, mean = 0, squares = 0;
    if (lot.count < 2)
        return 0;
    for (size_t i = 0; i < lot.count; i++)
        mean += lot.values[i] / n;
    for (size_t i = 0; i < lot.count; i++)
        squares += (lot.values[i] - mean) * (lot.values[i] - mean);
    return squares / (n - 1) / n;
}

/* ---- The rank test ---- */

/* Values that are equal, in ascending order. Ranks are doubled, so that midranks are integers. */
struct tie {
    size_t count;
    size_t rank;
};

struct ranks {
    struct tie *ties;
    size_t tie_count;
    size_t before, all; /* values in the first lot, in both */
    size_t sum;         /* of the first lot's doubled ranks */
};

struct ranked {
    double value;
    bool before;
};

static int compare_ranked(const void *a, const void *b)
{
    return compare_doubles(&((const struct ranked *)a)->value, &((const struct ranked *)b)->value);
}

static int rank(struct wm_lot before, struct wm_lot after, struct ranks *ranks)
{
    size_t all = before.count + after.count;
    struct ranked *values = calloc(all + 1, sizeof(values[0]));
    *ranks = (struct ranks){.before = before.count, .all = all};
    ranks->ties = calloc(all + 1, sizeof(ranks->ties[0]));
    if (values == NULL || ranks->ties == NULL) {
        free(values);
        return -ENOMEM;
    }
    for (size_t i = 0; i < all; i++) {
        bool first = i < before.count;
        values[i].value = first ? before.values[i] : after.values[i - before.count];
        values[i].before = first;
    }
    qsort(values, all, sizeof(values[0]), compare_ranked);
    for (size_t i = 0, end; i < all; i = end) {
        size_t mine = 0;
        for (end = i; end < all && !(values[end].value > values[i].value); end++)
            mine += values[end].before;
        struct tie *tie = &ranks->ties[ranks->tie_count++];
        *tie = (struct tie){end - i, i + end + 1};
        ranks->sum += mine * tie->rank;
    }
    free(values);
    return 0;
}

/* Ways to choose `part` of `whole`. */
static double choose(size_t whole, size_t part)
{
    double ways = 1;
    for (size_t i = 1; i <= part; i++)
        ways = round(ways * (double)(whole - part + i) / (double)i);
    return ways;
}

/* Counts for each sum of ranks in how many ways the first lot could have had it, tie by tie: a
 * table by how many of its values were placed so far. */
static int count_out(const struct ranks *ranks, struct wm_rank_test *test)
{
    size_t width = 2 * ranks->before * ranks->all + 1;
    double *ways = calloc((ranks->before + 1) * width, sizeof(ways[0]));
    double below = 0, above = 0, all = choose(ranks->all, ranks->before);
    if (ways == NULL)
        return -ENOMEM;
    ways[0] = 1;
    for (size_t t = 0; t < ranks->tie_count; t++) {
        const struct tie *tie = &ranks->ties[t];
        for (size_t placed = ranks->before; placed > 0; placed--) {
            for (size_t more = 1; more <= tie->count && more <= placed; more++) {
                double *to = ways + placed * width, *from = to - more * width;
                double times = choose(tie->count, more);
                for (size_t sum = more * tie->rank; sum < width; sum++)
                    to[sum] += times * from[sum - more * tie->rank];
            }
        }
    }
    for (size_t sum = 0; sum < width; sum++) {
        double these = ways[ranks->before * width + sum];
        below += sum <= ranks->sum ? these : 0;
        above += sum >= ranks->sum ? these : 0;
    }
    test->p_more = below / all;
    test->p_less = above / all;
    test->exact = true;
    free(ways);
    return 0;
}

double wm_normal_tail(double z)
{
    return erfc(z / sqrt(2)) / 2;
}

static void approximate(const struct ranks *ranks, struct wm_rank_test *test)
{
    double n = (double)ranks->all, pairs = (double)ranks->before * (n - (double)ranks->before);
    double tied = 0;
    for (size_t i = 0; i < ranks->tie_count; i++) {
        double count = (double)ranks->ties[i].count;
        tied += count * count * count - count;
    }
    double deviation = sqrt(pairs / 12 * (n + 1 - tied / (n * (n - 1))));
    double far = test->u - pairs / 2;
    test->p_more = test->p_less = 1;
    if (!(deviation > 0)) /* all values are the same */
        return;
    test->p_less = wm_normal_tail((far - 0.5) / deviation);
    test->p_more = wm_normal_tail((-far - 0.5) / deviation);
}

int wm_rank_test(struct wm_lot before, struct wm_lot after, struct wm_rank_test *ret_test)
{
    struct ranks ranks;
    struct wm_rank_test test = {.exact = false};
    int rc = rank(before, after, &ranks);
    if (rc == 0) {
        double least = (double)before.count * ((double)before.count + 1) / 2;
        test.u = (double)ranks.sum / 2 - least;
        if (ranks.all <= WM_RANK_EXACT_MAX)
            rc = count_out(&ranks, &test);
        else
            approximate(&ranks, &test);
        test.p = fmin(1, 2 * fmin(test.p_more, test.p_less));
    }
    free(ranks.ties);
    if (rc == 0)
        *ret_test = test;
    return rc;
}

double wm_rank_test_least_p(size_t before, size_t after)
{
    if (before == 0 || after == 0)
        return 1;
    if (before + after <= WM_RANK_EXACT_MAX)
        return fmin(1, 2 / choose(before + after, before));
    double pairs = (double)before * (double)after;
    double deviation = sqrt(pairs / 12 * ((double)(before + after) + 1));
    return fmin(1, 2 * wm_normal_tail((pairs / 2 - 0.5) / deviation));
}

/* ---- The bootstrap ---- */

/* Steele and others' SplitMix64: a counter, mixed; good enough to draw from a few values. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* A lot in order, and how often each of its values was drawn. */
struct urn {
    double *sorted;
    uint32_t *drawn;
    size_t count;
};

static int urn_init(struct urn *urn, struct wm_lot lot)
{
    *urn = (struct urn){.sorted = calloc(lot.count + 1, sizeof(double)),
                        .drawn = calloc(lot.count + 1, sizeof(uint32_t)),
                        .count = lot.count};
    if (urn->sorted == NULL || urn->drawn == NULL)
        return -ENOMEM;
    if (lot.count > 0)
        memcpy(urn->sorted, lot.values, lot.count * sizeof(double));
    qsort(urn->sorted, lot.count, sizeof(double), compare_doubles);
    return 0;
}

static void urn_done(struct urn *urn)
{
    free(urn->sorted);
    free(urn->drawn);
}

/* As many values as there are, each put back; their middle is found by counting. */
static double draw_median(struct urn *urn, uint64_t *random)
{
    memset(urn->drawn, 0, urn->count * sizeof(urn->drawn[0]));
    for (size_t i = 0; i < urn->count; i++)
        urn->drawn[next_random(random) % urn->count]++;
    size_t seen = 0, at = 0;
    while (seen + urn->drawn[at] <= (urn->count - 1) / 2)
        seen += urn->drawn[at++];
    double lower = urn->sorted[at];
    while (seen + urn->drawn[at] <= urn->count / 2)
        seen += urn->drawn[at++];
    return (lower + urn->sorted[at]) / 2;
}

int wm_bootstrap_change(struct wm_lot before, struct wm_lot after, uint64_t seed, double *ret_low,
                        double *ret_high)
{
    struct urn urns[2] = {{.count = 0}, {.count = 0}};
    double *changes = calloc(DRAWS, sizeof(changes[0]));
    size_t drawn = 0;
    int rc = changes == NULL ? -ENOMEM : urn_init(&urns[0], before);
    if (rc == 0)
        rc = urn_init(&urns[1], after);
    for (size_t i = 0; rc == 0 && i < DRAWS; i++) {
        double base = draw_median(&urns[0], &seed), now = draw_median(&urns[1], &seed);
        if (base > 0)
            changes[drawn++] = now / base - 1;
    }
    if (rc == 0) {
        size_t cut = (size_t)((double)drawn * OUTSIDE / 2);
        qsort(changes, drawn, sizeof(changes[0]), compare_doubles);
        *ret_low = drawn > 0 ? changes[cut] : 0;
        *ret_high = drawn > 0 ? changes[drawn - 1 - cut] : 0;
    }
    free(changes);
    urn_done(&urns[0]);
    urn_done(&urns[1]);
    return rc;
}

double wm_geometric_mean(struct wm_lot lot)
{
    double sum = 0;
    for (size_t i = 0; i < lot.count; i++)
        sum += log(lot.values[i]);
    return lot.count > 0 ? exp(sum / (double)lot.count) : 0;
}

/* ---- Many questions at once ---- */

static int compare_pointed(const void *a, const void *b)
{
    return compare_doubles(*(double *const *)a, *(double *const *)b);
}

int wm_holm(double *p, size_t count)
{
    double **order = calloc(count + 1, sizeof(order[0])), least = 0;
    if (order == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        order[i] = &p[i];
    qsort(order, count, sizeof(double *), compare_pointed);
    for (size_t i = 0; i < count; i++) {
        least = fmax(least, fmin(1, *order[i] * (double)(count - i)));
        *order[i] = least;
    }
    free(order);
    return 0;
}

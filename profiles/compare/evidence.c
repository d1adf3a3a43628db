/* evidence.c - rank test, correction for many questions at once. */
#include "profiles/compare/evidence.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

double wm_mean(struct wm_lot lot)
{
    double sum = 0;
    for (size_t i = 0; i < lot.count; i++)
        sum += lot.values[i];
    return sum / (double)lot.count;
}

double wm_variance_of_mean(struct wm_lot lot)
{
    double n = (double)lot.count, squares = 0;
    if (lot.count < 2)
        return 0;
    double mean = wm_mean(lot);
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

int wm_rank_test_pairs(size_t before, size_t after, double tail, double *ret_pairs)
{
    double all = (double)before * (double)after;
    *ret_pairs = 0;
    if (before + after > WM_RANK_EXACT_MAX) {
        double deviation = sqrt(all / 12 * ((double)(before + after) + 1));
        while (*ret_pairs <= all / 2 &&
               wm_normal_tail((all / 2 - *ret_pairs - 0.5) / deviation) <= tail)
            ++*ret_pairs;
        return 0;
    }
    /* In how many ways so many pairs come about: each value of one lot adds those of the other
     * that lie below it. */
    size_t width = before * after + 1;
    double *ways = calloc((before + 1) * width, sizeof(ways[0])), passed = 0;
    if (ways == NULL)
        return -ENOMEM;
    ways[0] = 1;
    for (size_t below = 0; below <= after; below++)
        for (size_t placed = 1; placed <= before; placed++)
            for (size_t sum = below; sum < width; sum++)
                ways[placed * width + sum] += ways[(placed - 1) * width + sum - below];
    for (size_t sum = 0; sum < width; sum++) {
        passed += ways[before * width + sum];
        if (passed > tail * choose(before + after, before))
            break;
        ++*ret_pairs;
    }
    free(ways);
    return 0;
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

/* schedule.c - when each request is due: a table of laws. */
#include "harness/replay/schedule.h"

#include "harness/core/clock.h"
#include "workloads/random.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* The use of randomness that arrivals are, far from the numbers of a mix's columns. */
#define ARRIVAL_STREAM UINT32_C(0xa2217a15)
/* Later than any run lasts, and far enough from overflow to be added to a clock. */
#define DUE_MAX_NS (UINT64_C(1) << 62)

struct law {
    const char *name;
    uint64_t (*due)(struct wm_schedule *schedule, uint64_t index, uint64_t work_due_ns);
};

/* Long doubles hold 64 bits: products of an index and 10^9 stay exact up to 18 thousand million
 * requests, and the sum of poisson's gaps does not drift. */
struct wm_schedule {
    const struct law *law;
    long double rate_per_second;
    long double speed;
    long double sum_ns;
    uint64_t seed;
    uint64_t last_ns;
};

static uint64_t due_closed(struct wm_schedule *schedule, uint64_t index, uint64_t work_due_ns);
static uint64_t due_constant(struct wm_schedule *schedule, uint64_t index, uint64_t work_due_ns);
static uint64_t due_poisson(struct wm_schedule *schedule, uint64_t index, uint64_t work_due_ns);
static uint64_t due_recorded(struct wm_schedule *schedule, uint64_t index, uint64_t work_due_ns);

static const struct law laws[] = {
    [WM_LAW_CLOSED] = {"closed",   due_closed  },
    [WM_LAW_CONSTANT] = {"constant", due_constant},
    [WM_LAW_POISSON] = {"poisson",  due_poisson },
    [WM_LAW_RECORDED] = {"recorded", due_recorded},
};
enum { LAW_COUNT = sizeof(laws) / sizeof(laws[0]) };

int wm_schedule_new(const struct wm_plan *plan, struct wm_schedule **ret_schedule,
                    struct wm_error *err)
{
    if (plan->law >= LAW_COUNT)
        return wm_fail(err, -EINVAL, "unknown law of arrival %u", plan->law);
    bool rated = plan->law == WM_LAW_CONSTANT || plan->law == WM_LAW_POISSON;
    if (rated && !(plan->rate_per_second > 0 && isfinite(plan->rate_per_second)))
        return wm_fail(err, -EINVAL, "the rate of requests must be above 0");
    if (plan->law == WM_LAW_RECORDED && !(plan->speed > 0 && isfinite(plan->speed)))
        return wm_fail(err, -EINVAL, "the speed of a trace must be above 0");
    struct wm_schedule *schedule = calloc(1, sizeof(*schedule));
    if (schedule == NULL)
        return wm_fail(err, -ENOMEM, "out of memory for the schedule");
    schedule->law = &laws[plan->law];
    schedule->rate_per_second = (long double)plan->rate_per_second;
    schedule->speed = (long double)plan->speed;
    schedule->seed = plan->seed;
    *ret_schedule = schedule;
    return 0;
}

void wm_schedule_free(struct wm_schedule *schedule)
{
    free(schedule);
}

uint64_t wm_schedule_due(struct wm_schedule *schedule, uint64_t index, uint64_t work_due_ns)
{
    uint64_t due_ns = schedule->law->due(schedule, index, work_due_ns);
    /* A log is written in the order of the answers, so its times may step back a little. */
    if (due_ns < schedule->last_ns)
        due_ns = schedule->last_ns;
    schedule->last_ns = due_ns;
    return due_ns;
}

const char *wm_schedule_law_name(uint32_t law)
{
    return law < LAW_COUNT ? laws[law].name : NULL;
}

static uint64_t whole_ns(long double ns)
{
    return ns < (long double)DUE_MAX_NS ? (uint64_t)ns : DUE_MAX_NS;
}

static uint64_t due_closed(struct wm_schedule *schedule, uint64_t index, uint64_t work_due_ns)
{
    (void)schedule;
    (void)index;
    (void)work_due_ns;
    return 0;
}

/* From the index, not from the time before: rounding never adds up. */
static uint64_t due_constant(struct wm_schedule *schedule, uint64_t index, uint64_t work_due_ns)
{
    (void)work_due_ns;
    long double scaled = (long double)index * (long double)WM_NS_PER_SECOND;
    return whole_ns(scaled / schedule->rate_per_second);
}

static uint64_t due_poisson(struct wm_schedule *schedule, uint64_t index, uint64_t work_due_ns)
{
    (void)work_due_ns;
    struct wm_random random = wm_random_at(schedule->seed, index, ARRIVAL_STREAM);
    long double gap = (long double)-log(1.0 - wm_random_unit(&random));
    schedule->sum_ns += gap * (long double)WM_NS_PER_SECOND / schedule->rate_per_second;
    return whole_ns(schedule->sum_ns);
}

static uint64_t due_recorded(struct wm_schedule *schedule, uint64_t index, uint64_t work_due_ns)
{
    (void)index;
    return whole_ns((long double)work_due_ns / schedule->speed);
}

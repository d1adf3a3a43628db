/* bench_crew.c - the threads that a benchmark runs on.
 *
 *   control   set iterations ─ start ═╗            ╔═ finish ─ sum up
 *   workers   wait ───────────────────╝ loop ······╝ */
#include "harness/host/bench_crew.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct worker {
    pthread_t id;
    struct wm_crew *crew;
    struct wm_loop loop; /* of an entry point */
    struct wm_tally tally;
    uint64_t iterations; /* of this round */
    struct wm_loop_result result;
    uint64_t preempted, migrated;
    int rc;
};

enum task { TASK_CALIBRATE, TASK_RUN, TASK_RUN_COUNTED, TASK_END };

struct wm_crew {
    struct wm_region *region;
    const struct wm_subject *subject;
    struct wm_loop_cost cost;
    struct wm_histogram *latency; /* of all workers' calls; NULL: not timed one by one */
    pthread_barrier_t start, finish;
    enum task task;
    uint32_t count; /* workers */
    struct worker *workers;
};

/* ---- The workers' side ---- */

static uint64_t count_preemptions(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) == 0 ? (uint64_t)usage.ru_nivcsw : 0;
}

static int run_loop(struct worker *worker, struct wm_tally *tally)
{
    const struct wm_subject *subject = worker->crew->subject;
    if (subject->function == NULL)
        return wm_loop_run(&worker->loop, worker->iterations, tally, &worker->result);
    return wm_loop_run_bench(subject->function, subject->number, worker->iterations, tally,
                             &worker->result);
}

static void do_task(struct worker *worker, enum task task)
{
    struct wm_crew *crew = worker->crew;
    bool first = worker == &crew->workers[0];
    if (task == TASK_CALIBRATE) {
        bool entry = crew->subject->function == NULL;
        worker->rc = first ? wm_loop_calibrate(entry ? &worker->loop : NULL, &crew->cost) : 0;
        return;
    }
    uint64_t preemptions = count_preemptions();
    int cpu = sched_getcpu();
    worker->rc = run_loop(worker, task == TASK_RUN_COUNTED ? &worker->tally : NULL);
    worker->preempted = count_preemptions() - preemptions;
    worker->migrated = sched_getcpu() != cpu;
}

static void *worker_main(void *user)
{
    struct worker *worker = user;
    struct wm_crew *crew = worker->crew;
    wm_probe_thread_is_harness();
    for (;;) {
        pthread_barrier_wait(&crew->start);
        enum task task = crew->task;
        if (task != TASK_END)
            do_task(worker, task);
        pthread_barrier_wait(&crew->finish);
        if (task == TASK_END)
            return NULL;
    }
}

/* ---- The control thread's side ---- */

static int do_together(struct wm_crew *crew, enum task task)
{
    int rc = 0;
    crew->task = task;
    pthread_barrier_wait(&crew->start);
    pthread_barrier_wait(&crew->finish);
    for (uint32_t i = 0; i < crew->count && rc == 0; i++)
        rc = crew->workers[i].rc;
    return rc;
}

static int fail(const struct wm_crew *crew, int rc, struct wm_error *err)
{
    const char *name = crew->subject->name;
    if (rc == -EBADMSG)
        return wm_fail_at(err, -EINVAL, name,
                          "the benchmark returned before its loop was over: go on while "
                          "wm_bench_next(b) is true");
    if (rc == -EINPROGRESS)
        return wm_fail_at(err, -EINVAL, name,
                          "the benchmark's loop ended paused, so that nobody knows what was timed: "
                          "wm_bench_resume(b) before the next iteration");
    if (rc == -EBUSY)
        return wm_fail_at(err, rc, name, "too many requests are in flight");
    return wm_fail_at(err, rc, name, "out of memory for the benchmark");
}

/* The workers that were started before one could not be wait at the barrier for ever; the host is
 * about to end. */
static int start_workers(struct wm_crew *crew, struct wm_error *err)
{
    for (uint32_t i = 0; i < crew->count; i++) {
        struct worker *worker = &crew->workers[i];
        worker->crew = crew;
        wm_tally_init(&worker->tally, crew->region, i);
        int rc = crew->subject->function == NULL
                     ? wm_loop_init(&worker->loop, &crew->subject->pool, i, crew->count)
                     : 0;
        if (rc < 0)
            return fail(crew, rc, err);
        rc = -pthread_create(&worker->id, NULL, worker_main, worker);
        if (rc < 0)
            return wm_fail_errno(err, rc, "", "start a worker thread");
    }
    return 0;
}

int wm_crew_new(struct wm_region *region, const struct wm_subject *subject, uint32_t threads,
                struct wm_crew **ret_crew, struct wm_error *err)
{
    struct wm_crew *crew = calloc(1, sizeof(*crew));
    struct worker *workers = calloc(threads, sizeof(*workers));
    if (crew == NULL || workers == NULL) {
        free(crew);
        free(workers);
        return wm_fail(err, -ENOMEM, "out of memory for the benchmark");
    }
    crew->region = region;
    crew->subject = subject;
    crew->workers = workers;
    crew->count = threads;
    pthread_barrier_init(&crew->start, NULL, threads + 1);
    pthread_barrier_init(&crew->finish, NULL, threads + 1);
    int rc = start_workers(crew, err);
    if (rc < 0)
        return rc;
    rc = do_together(crew, TASK_CALIBRATE);
    if (rc < 0)
        return fail(crew, rc, err);
    *ret_crew = crew;
    return 0;
}

void wm_crew_free(struct wm_crew *crew)
{
    if (crew == NULL)
        return;
    (void)do_together(crew, TASK_END);
    for (uint32_t i = 0; i < crew->count; i++) {
        pthread_join(crew->workers[i].id, NULL);
        wm_loop_done(&crew->workers[i].loop);
    }
    pthread_barrier_destroy(&crew->start);
    pthread_barrier_destroy(&crew->finish);
    free(crew->latency);
    free(crew->workers);
    free(crew);
}

int wm_crew_time_calls(struct wm_crew *crew)
{
    crew->latency = calloc(1, sizeof(*crew->latency));
    bool made = crew->latency != NULL;
    for (uint32_t i = 0; i < crew->count; i++) {
        struct wm_loop *loop = &crew->workers[i].loop;
        loop->latency = calloc(1, sizeof(*loop->latency));
        made = made && loop->latency != NULL;
    }
    return made ? 0 : -ENOMEM;
}

/* The place of a unit among those of a round; NULL where it is one too many. */
static struct wm_bench_metric *find_metric(struct wm_bench_round *round, const char *unit)
{
    for (uint32_t i = 0; i < round->metric_count; i++)
        if (strcmp(round->metrics[i].unit, unit) == 0)
            return &round->metrics[i];
    if (round->metric_count == WM_BENCH_METRIC_MAX)
        return NULL;
    struct wm_bench_metric *metric = &round->metrics[round->metric_count++];
    memcpy(metric->unit, unit, sizeof(metric->unit));
    return metric;
}

/* The mean over the workers that told of a unit. Units that find no place stay counted as lost. */
static void add_metrics(struct wm_crew *crew, struct wm_bench_round *round)
{
    uint32_t told[WM_BENCH_METRIC_MAX] = {0};
    for (uint32_t i = 0; i < crew->count; i++) {
        struct wm_loop_result *result = &crew->workers[i].result;
        for (uint32_t k = 0; k < result->metric_count; k++) {
            struct wm_bench_metric *metric = find_metric(round, result->metrics[k].unit);
            if (metric == NULL) {
                result->metrics_lost++;
                continue;
            }
            metric->value += result->metrics[k].value;
            told[metric - round->metrics]++;
        }
    }
    for (uint32_t i = 0; i < round->metric_count; i++)
        round->metrics[i].value /= told[i];
}

static void add_result(const struct wm_crew *crew, const struct worker *worker,
                       struct wm_bench_round *round)
{
    const struct wm_loop_result *result = &worker->result;
    double paused_ns = (double)result->pauses * crew->cost.pause_ns;
    double watched_ns = (double)result->calls.timed * crew->cost.watch_ns;
    uint64_t timed_ns = (uint64_t)fmax(0, (double)result->timed_ns - paused_ns);
    if (timed_ns > round->timed_ns)
        round->timed_ns = timed_ns;
    round->cpu_ns += result->cpu_ns;
    round->iterations += worker->iterations;
    round->allocs += result->allocs;
    round->alloc_bytes += result->alloc_bytes;
    round->errors += result->errors;
    round->calls += result->calls.timed;
    round->nested_calls += result->calls.nested;
    round->calls_ns += (uint64_t)fmax(0, (double)result->calls.ns - watched_ns);
}

static void take_quantiles(struct wm_crew *crew, struct wm_bench_round *round)
{
    if (crew->latency == NULL)
        return;
    memset(crew->latency, 0, sizeof(*crew->latency));
    for (uint32_t i = 0; i < crew->count; i++) {
        struct wm_histogram *latency = crew->workers[i].loop.latency;
        wm_histogram_merge(crew->latency, latency);
        memset(latency, 0, sizeof(*latency));
    }
    round->p50_ns = wm_histogram_quantile(crew->latency, 0.5);
    round->p99_ns = wm_histogram_quantile(crew->latency, 0.99);
}

static void add_to_board(const struct wm_crew *crew)
{
    struct wm_bench_board *board = &crew->region->bench;
    for (uint32_t i = 0; i < crew->count; i++) {
        const struct wm_loop_result *result = &crew->workers[i].result;
        board->preempted += crew->workers[i].preempted;
        board->migrated += crew->workers[i].migrated;
        board->strayed += result->strayed;
        board->mixed += result->mixed;
        board->metrics_lost += result->metrics_lost;
        board->calls_left += result->calls.left;
    }
}

int wm_crew_run(struct wm_crew *crew, uint64_t iterations, bool counted,
                struct wm_bench_round *ret_round, struct wm_error *err)
{
    uint64_t share = iterations / crew->count;
    for (uint32_t i = 0; i < crew->count; i++) {
        uint64_t ours = share + (i < iterations % crew->count);
        crew->workers[i].iterations = ours > 0 ? ours : 1;
    }
    int rc = do_together(crew, counted ? TASK_RUN_COUNTED : TASK_RUN);
    if (rc < 0)
        return fail(crew, rc, err);
    *ret_round = (struct wm_bench_round){
        .name = crew->region->entries[crew->subject->number],
        .threads = crew->count,
        .overhead_ns = crew->cost.overhead_ns,
        .floor_ns = crew->cost.floor_ns,
    };
    for (uint32_t i = 0; i < crew->count; i++)
        add_result(crew, &crew->workers[i], ret_round);
    add_metrics(crew, ret_round);
    take_quantiles(crew, ret_round);
    if (counted)
        add_to_board(crew);
    return 0;
}

/* parallel.c - one range of work, split over the machine's CPUs. */
#include "harness/core/parallel.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>

struct job {
    int (*work)(void *user, const struct wm_slice *slice);
    void *user;
    struct wm_slice slice;
    int rc;
};

size_t wm_parallel_slices(size_t count, size_t least)
{
    cpu_set_t cpus;
    size_t slices = least > 0 ? count / least : count;
    size_t most = sched_getaffinity(0, sizeof(cpus), &cpus) == 0 ? (size_t)CPU_COUNT(&cpus) : 1;
    most = most < WM_PARALLEL_MAX ? most : WM_PARALLEL_MAX;
    slices = slices < most ? slices : most;
    return slices > 0 ? slices : 1;
}

static void *run(void *argument)
{
    struct job *job = argument;
    job->rc = job->work(job->user, &job->slice);
    return NULL;
}

int wm_parallel(size_t count, size_t slices, int (*work)(void *user, const struct wm_slice *slice),
                void *user)
{
    struct job jobs[WM_PARALLEL_MAX];
    pthread_t threads[WM_PARALLEL_MAX];
    bool started[WM_PARALLEL_MAX] = {false};
    int rc = 0;
    assert(slices > 0 && slices <= WM_PARALLEL_MAX);
    for (size_t i = 0; i < slices; i++) {
        size_t each = count / slices, first = i * each;
        size_t end = i + 1 < slices ? first + each : count;
        jobs[i] = (struct job){
            work, user, {i, first, end},
              0
        };
        started[i] = i > 0 && pthread_create(&threads[i], NULL, run, &jobs[i]) == 0;
    }
    /* The first slice is done here, and so is what found no thread. */
    for (size_t i = 0; i < slices; i++)
        if (!started[i])
            run(&jobs[i]);
    for (size_t i = 0; i < slices; i++)
        if (started[i])
            pthread_join(threads[i], NULL);
    for (size_t i = 0; rc == 0 && i < slices; i++)
        rc = jobs[i].rc;
    return rc;
}

bool wm_turns_take(struct wm_turns *turns, struct wm_slice *slice)
{
    const size_t first = atomic_fetch_add_explicit(&turns->next, turns->each, memory_order_relaxed);
    if (first >= turns->count)
        return false;
    slice->first = first;
    slice->end = turns->each < turns->count - first ? first + turns->each : turns->count;
    return true;
}

/* threads.c - an app whose work is done on threads of its own.
 *
 * Entry point Threads; fields: threads (default 2, at most 16), cpu_us (of each, default 500),
 * carry: when set, the first of them goes on with the request, in the segment Carried. */
#include "spin.h"

#include <waymark/waymark.h>

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    THREAD_MAX = 16,
};

struct job {
    pthread_t thread;
    struct wm_context *context; /* NULL: works without the request */
    uint64_t cpu_ns;
};

__attribute__((noinline)) static void work_on_thread(uint64_t cpu_ns)
{
    uint64_t end = spin_cpu_ns() + cpu_ns;
    do {
        spin_steps(20000);
    } while (spin_cpu_ns() < end);
}

static void *run_job(void *argument)
{
    struct job *job = argument;
    if (job->context == NULL) {
        work_on_thread(job->cpu_ns);
        return NULL;
    }
    wm_context_attach(job->context);
    {
        WM_SEGMENT("Carried");
        work_on_thread(job->cpu_ns);
    }
    wm_context_detach();
    return NULL;
}

static uint64_t number(const struct wm_request *request, const char *name, uint64_t otherwise)
{
    const char *text = wm_request_field(request, name);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static int threads(const struct wm_request *request, struct wm_reply *reply)
{
    (void)reply;
    WM_SEGMENT("Threads");
    struct job jobs[THREAD_MAX] = {{0}};
    uint64_t wanted = number(request, "threads", 2);
    uint64_t cpu_us = number(request, "cpu_us", 500);
    struct wm_context *context = NULL;
    size_t started = 0;
    if (wm_request_field(request, "carry") != NULL)
        context = wm_context_detach();
    for (; started < wanted && started < THREAD_MAX; started++) {
        jobs[started].context = started == 0 ? context : NULL;
        jobs[started].cpu_ns = cpu_us * 1000;
        if (pthread_create(&jobs[started].thread, NULL, run_job, &jobs[started]) != 0)
            break;
    }
    for (size_t i = 0; i < started; i++)
        pthread_join(jobs[i].thread, NULL);
    if (context != NULL)
        wm_context_attach(context);
    return started == wanted ? 0 : -1;
}
WM_ENTRY("Threads", threads);

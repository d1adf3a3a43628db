/* threads.c - threads that the app starts become known to the probe before they run. */
#include "profiles/hooks/heap.h"
#include "profiles/hooks/real.h"
#include "profiles/probe/state.h"

#include <pthread.h>
#include <threads.h>

struct start {
    void *(*posix)(void *);
    thrd_start_t c11;
    void *argument;
};

static struct start take(void *data)
{
    struct start start = *(struct start *)data;
    wm_heap_free(data);
    wm_thread_enter(true);
    return start;
}

static void *run_posix(void *data)
{
    struct start start = take(data);
    return start.posix(start.argument);
}

static int run_c11(void *data)
{
    struct start start = take(data);
    return start.c11(start.argument);
}

WM_EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                             void *(*function)(void *), void *argument)
{
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    WM_REAL(real, "pthread_create");
    struct start *start = wm_probe.follow_threads ? wm_heap_alloc(sizeof(*start)) : NULL;
    if (start == NULL)
        return real(thread, attributes, function, argument);
    *start = (struct start){.posix = function, .argument = argument};
    int rc = real(thread, attributes, run_posix, start);
    if (rc != 0)
        wm_heap_free(start);
    return rc;
}

/* glibc's own goes past pthread_create's symbol. */
WM_EXPORT int thrd_create(thrd_t *thread, thrd_start_t function, void *argument)
{
    static int (*real)(thrd_t *, thrd_start_t, void *);
    WM_REAL(real, "thrd_create");
    struct start *start = wm_probe.follow_threads ? wm_heap_alloc(sizeof(*start)) : NULL;
    if (start == NULL)
        return real(thread, function, argument);
    *start = (struct start){.c11 = function, .argument = argument};
    int rc = real(thread, run_c11, start);
    if (rc != thrd_success)
        wm_heap_free(start);
    return rc;
}

/* arrival.c - a counter of bytes that can be waited for. */
#include "profiles/pprof/arrival.h"

void wm_arrival_init(struct wm_arrival *arrival)
{
    pthread_mutex_init(&arrival->mutex, NULL);
    pthread_cond_init(&arrival->changed, NULL);
    arrival->ready = 0;
    arrival->over = false;
}

void wm_arrival_done(struct wm_arrival *arrival)
{
    pthread_cond_destroy(&arrival->changed);
    pthread_mutex_destroy(&arrival->mutex);
}

void wm_arrival_tell(struct wm_arrival *arrival, size_t ready)
{
    pthread_mutex_lock(&arrival->mutex);
    arrival->ready = ready;
    pthread_cond_signal(&arrival->changed);
    pthread_mutex_unlock(&arrival->mutex);
}

void wm_arrival_end(struct wm_arrival *arrival)
{
    pthread_mutex_lock(&arrival->mutex);
    arrival->over = true;
    pthread_cond_signal(&arrival->changed);
    pthread_mutex_unlock(&arrival->mutex);
}

size_t wm_arrival_wait(struct wm_arrival *arrival, size_t known)
{
    pthread_mutex_lock(&arrival->mutex);
    while (arrival->ready <= known && !arrival->over)
        pthread_cond_wait(&arrival->changed, &arrival->mutex);
    const size_t ready = arrival->ready;
    pthread_mutex_unlock(&arrival->mutex);
    return ready;
}

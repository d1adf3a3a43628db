/* arrival.h - bytes that one thread makes and another reads meanwhile. Not for other rooms. */
#ifndef WM_PPROF_ARRIVAL_H
#define WM_PPROF_ARRIVAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct wm_arrival {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    size_t ready; /* bytes, from the first on */
    bool over;    /* there will be no more */
};

/* Nothing is there yet. wm_arrival_done is due. */
void wm_arrival_init(struct wm_arrival *arrival);
void wm_arrival_done(struct wm_arrival *arrival);

/* So many are ready now: they do not change any more. */
void wm_arrival_tell(struct wm_arrival *arrival, size_t ready);
/* No more will come, whether that was all or not. Due in any case, or the reader waits forever. */
void wm_arrival_end(struct wm_arrival *arrival);

/* Waits until more than `known` bytes are ready; returns how many are: no more than `known` if
 * there will be none. */
size_t wm_arrival_wait(struct wm_arrival *arrival, size_t known);

#endif

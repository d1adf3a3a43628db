/* relay.c - who is ready takes the next items; who made something waits for its turn. */
#include "harness/core/relay.h"

#include <pthread.h>
#include <stdbool.h>

struct race {
    const struct wm_relay *relay;
    size_t count, each;
    pthread_mutex_t mutex;
    pthread_cond_t turned;
    size_t next; /* the first item that no thread has yet */
    size_t turn; /* the first item whose result was not taken yet */
    int rc;
};

/* Empty: there are no more, or something failed. */
static struct wm_slice next_items(struct race *race, size_t thread)
{
    struct wm_slice items = {.number = thread};
    pthread_mutex_lock(&race->mutex);
    if (race->rc == 0) {
        const size_t left = race->count - race->next;
        items.first = race->next;
        items.end = race->next += race->each < left ? race->each : left;
    }
    pthread_mutex_unlock(&race->mutex);
    return items;
}

static void hand_over(struct race *race, const struct wm_slice *items, int rc)
{
    pthread_mutex_lock(&race->mutex);
    while (race->turn != items->first)
        pthread_cond_wait(&race->turned, &race->mutex);
    const bool goes_on = race->rc == 0;
    pthread_mutex_unlock(&race->mutex);
    if (goes_on && rc == 0)
        rc = race->relay->take(race->relay->user, items);
    pthread_mutex_lock(&race->mutex);
    race->rc = goes_on ? rc : race->rc;
    race->turn = items->end;
    pthread_cond_broadcast(&race->turned);
    pthread_mutex_unlock(&race->mutex);
}

static int run(void *user, const struct wm_slice *thread)
{
    struct race *race = user;
    for (;;) {
        const struct wm_slice items = next_items(race, thread->number);
        if (items.first == items.end)
            return 0;
        hand_over(race, &items, race->relay->make(race->relay->user, &items));
    }
}

int wm_relay(const struct wm_relay *relay, size_t count, size_t each, size_t threads)
{
    struct race race = {.relay = relay, .count = count, .each = each};
    pthread_mutex_init(&race.mutex, NULL);
    pthread_cond_init(&race.turned, NULL);
    int rc = wm_parallel(threads, threads, run, &race);
    pthread_cond_destroy(&race.turned);
    pthread_mutex_destroy(&race.mutex);
    return rc < 0 ? rc : race.rc;
}

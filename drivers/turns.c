/* turns.c - requests that wait for a connection: for any, or for the one of their session. */
#include "drivers/turns.h"

#include <stdbool.h>
#include <stdlib.h>

struct waiting {
    uint64_t ticket; /* in the order of coming */
    uint32_t next;   /* request in the same queue */
};

struct queue {
    uint32_t first, last;
    uint32_t count;
};

struct wm_turns {
    uint32_t connections;
    uint32_t count;
    uint64_t next_ticket;
    struct waiting *requests;
    struct queue queues[]; /* of each connection, then the one for any */
};

struct wm_turns *wm_turns_new(uint32_t requests, uint32_t connections)
{
    struct wm_turns *turns =
        calloc(1, sizeof(*turns) + (connections + 1u) * sizeof(turns->queues[0]));
    if (turns == NULL)
        return NULL;
    turns->requests = calloc(requests, sizeof(*turns->requests));
    if (turns->requests == NULL) {
        free(turns);
        return NULL;
    }
    turns->connections = connections;
    for (uint32_t i = 0; i <= connections; i++)
        turns->queues[i] = (struct queue){WM_TURNS_NONE, WM_TURNS_NONE, 0};
    return turns;
}

void wm_turns_free(struct wm_turns *turns)
{
    if (turns == NULL)
        return;
    free(turns->requests);
    free(turns);
}

static uint32_t queue_number(const struct wm_turns *turns, uint32_t connection)
{
    return connection == WM_TURNS_ANY ? turns->connections : connection;
}

void wm_turns_wait(struct wm_turns *turns, uint32_t request, uint32_t connection)
{
    struct queue *queue = &turns->queues[queue_number(turns, connection)];
    turns->requests[request] = (struct waiting){turns->next_ticket++, WM_TURNS_NONE};
    if (queue->first == WM_TURNS_NONE)
        queue->first = request;
    else
        turns->requests[queue->last].next = request;
    queue->last = request;
    queue->count++;
    turns->count++;
}

uint32_t wm_turns_next_of(struct wm_turns *turns, uint32_t connection)
{
    struct queue *queue = &turns->queues[queue_number(turns, connection)];
    uint32_t request = queue->first;
    if (request == WM_TURNS_NONE)
        return WM_TURNS_NONE;
    queue->first = turns->requests[request].next;
    queue->count--;
    turns->count--;
    return request;
}

uint32_t wm_turns_next(struct wm_turns *turns, uint32_t connection)
{
    uint32_t own = turns->queues[connection].first;
    uint32_t any = turns->queues[turns->connections].first;
    bool own_first =
        any == WM_TURNS_NONE ||
        (own != WM_TURNS_NONE && turns->requests[own].ticket < turns->requests[any].ticket);
    return wm_turns_next_of(turns, own_first ? connection : WM_TURNS_ANY);
}

uint32_t wm_turns_waiting_for(const struct wm_turns *turns, uint32_t connection)
{
    return turns->queues[queue_number(turns, connection)].count;
}

uint32_t wm_turns_waiting(const struct wm_turns *turns)
{
    return turns->count;
}

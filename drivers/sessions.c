/* sessions.c - which connection a session's requests go to: always the same one. */
#include "drivers/sessions.h"

#include "harness/core/hash.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1024 };

struct session {
    uint64_t hash; /* 0: the slot is free */
    uint32_t number;
};

struct wm_sessions {
    uint32_t connections;
    uint32_t count;
    uint32_t slot_count; /* a power of two, at most half of them used */
    struct session *slots;
};

struct wm_sessions *wm_sessions_new(uint32_t connections)
{
    struct wm_sessions *sessions = calloc(1, sizeof(*sessions));
    if (sessions == NULL)
        return NULL;
    sessions->connections = connections;
    sessions->slot_count = FIRST_SLOTS;
    sessions->slots = calloc(FIRST_SLOTS, sizeof(*sessions->slots));
    if (sessions->slots == NULL) {
        free(sessions);
        return NULL;
    }
    return sessions;
}

void wm_sessions_free(struct wm_sessions *sessions)
{
    if (sessions == NULL)
        return;
    free(sessions->slots);
    free(sessions);
}

const char *wm_session_of(const struct wm_work *work)
{
    const char *client = NULL;
    for (uint32_t i = 0; i < work->field_count; i++) {
        const char *name = work->fields[i].name;
        if (strcmp(name, "session") == 0)
            return work->fields[i].value;
        if (client == NULL && strcmp(name, "client") == 0)
            client = work->fields[i].value;
    }
    return client;
}

/* The session's slot, or the free one where it belongs. */
static struct session *find(struct session *slots, uint32_t slot_count, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & (slot_count - 1);
    while (slots[at].hash != 0 && slots[at].hash != hash)
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

/* False when there is no memory for more: then the session is not remembered. */
static bool make_room(struct wm_sessions *sessions)
{
    if (sessions->count >= WM_SESSION_MAX)
        return false;
    if (sessions->count * 2 < sessions->slot_count)
        return true;
    uint32_t slot_count = sessions->slot_count * 2;
    struct session *slots = calloc(slot_count, sizeof(*slots));
    if (slots == NULL)
        return false;
    for (uint32_t i = 0; i < sessions->slot_count; i++) {
        const struct session *old = &sessions->slots[i];
        if (old->hash != 0)
            *find(slots, slot_count, old->hash) = *old;
    }
    free(sessions->slots);
    sessions->slots = slots;
    sessions->slot_count = slot_count;
    return true;
}

uint32_t wm_sessions_connection(struct wm_sessions *sessions, const char *name)
{
    uint64_t hash = wm_hash_bytes(0, name, strlen(name)) | 1; /* never 0 */
    struct session *session = find(sessions->slots, sessions->slot_count, hash);
    if (session->hash == 0) {
        if (!make_room(sessions))
            return (uint32_t)(hash >> 1) % sessions->connections;
        session = find(sessions->slots, sessions->slot_count, hash);
        *session = (struct session){hash, sessions->count++};
    }
    return session->number % sessions->connections;
}

uint32_t wm_sessions_count(const struct wm_sessions *sessions)
{
    return sessions->count;
}

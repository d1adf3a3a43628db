/* tap.c - listens to one connection: bytes of both ways in, requests with their answers out. */
#include "workloads/captures/tap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A request on its way; the oldest is answered first. */
struct flight {
    struct wm_recorded *recorded; /* NULL: it is not recorded, but answered all the same */
    struct wm_wanted wanted;
};

struct wm_tap {
    const struct wm_protocol *protocol;
    struct wm_window *window;
    struct wm_recording *recording;
    uint64_t session;
    struct wm_request_reader *requests;
    struct wm_reply_reader *replies;
    bool half_sent;         /* a request has begun and is not whole */
    bool deaf;              /* listens no more */
    struct flight *flights; /* a ring of `capacity`, a power of two */
    size_t capacity, first, count;
    struct wm_text early; /* the server's bytes before the request was whole */
};

enum { FLIGHTS_FIRST = 4 };

int wm_tap_new(const struct wm_protocol *protocol, struct wm_window *window,
               struct wm_recording *recording, uint64_t session, struct wm_tap **ret_tap)
{
    struct wm_tap *tap = calloc(1, sizeof(*tap));
    if (tap == NULL)
        return -ENOMEM;
    tap->protocol = protocol;
    tap->window = window;
    tap->recording = recording;
    tap->session = session;
    wm_text_init(&tap->early);
    if (protocol->request_open(&tap->requests) < 0 || protocol->reply_open(&tap->replies) < 0) {
        wm_tap_free(tap);
        return -ENOMEM;
    }
    *ret_tap = tap;
    return 0;
}

/* Gives up all that waits, and what listening takes. */
static void stop_listening(struct wm_tap *tap)
{
    tap->deaf = true;
    for (; tap->count > 0; tap->count--) {
        struct flight *flight = &tap->flights[tap->first++ & (tap->capacity - 1)];
        if (flight->recorded != NULL)
            wm_window_settle(tap->window, flight->recorded, NULL, 0);
    }
    tap->protocol->request_close(tap->requests);
    tap->protocol->reply_close(tap->replies);
    tap->requests = NULL;
    tap->replies = NULL;
    free(tap->flights);
    tap->flights = NULL;
    wm_text_done(&tap->early);
}

void wm_tap_free(struct wm_tap *tap)
{
    if (tap == NULL)
        return;
    stop_listening(tap);
    free(tap);
}

static void give_up(struct wm_tap *tap, const char *what, const char *reason)
{
    struct wm_recording *recording = tap->recording;
    if (recording->not_understood++ == 0)
        snprintf(recording->fault, sizeof(recording->fault), "%s: %s", what, reason);
    stop_listening(tap);
}

static bool grow(struct wm_tap *tap)
{
    size_t capacity = tap->capacity > 0 ? tap->capacity * 2 : FLIGHTS_FIRST;
    struct flight *flights = malloc(capacity * sizeof(*flights));
    if (flights == NULL)
        return false;
    for (size_t i = 0; i < tap->count; i++)
        flights[i] = tap->flights[(tap->first + i) & (tap->capacity - 1)];
    free(tap->flights);
    tap->flights = flights;
    tap->capacity = capacity;
    tap->first = 0;
    return true;
}

static void take_off(struct wm_tap *tap, const struct wm_protocol_request *request, uint64_t now_ns)
{
    struct flight flight = {
        .recorded = wm_window_add(tap->window, request, tap->session, now_ns),
        .wanted = request->wanted,
    };
    if (flight.wanted.replies == 0) {
        if (flight.recorded != NULL)
            wm_window_settle(tap->window, flight.recorded, NULL, 0);
        return;
    }
    bool fits = tap->count < WM_TAP_IN_FLIGHT && (tap->count < tap->capacity || grow(tap));
    if (!fits) {
        if (flight.recorded != NULL)
            wm_window_settle(tap->window, flight.recorded, NULL, 0);
        give_up(tap, "a request", "too many wait for their replies");
        return;
    }
    if (tap->count == 0)
        tap->protocol->reply_begin(tap->replies, &flight.wanted);
    tap->flights[(tap->first + tap->count++) & (tap->capacity - 1)] = flight;
}

static void land(struct wm_tap *tap, const struct wm_protocol_reply *reply, uint64_t now_ns)
{
    struct flight *flight = &tap->flights[tap->first++ & (tap->capacity - 1)];
    tap->count--;
    if (flight->recorded != NULL)
        wm_window_settle(tap->window, flight->recorded, reply, now_ns);
    if (reply->closes)
        stop_listening(tap); /* what comes now is another protocol, or nothing */
    else if (tap->count > 0)
        tap->protocol->reply_begin(tap->replies,
                                   &tap->flights[tap->first & (tap->capacity - 1)].wanted);
}

/* An answer may begin before its request is whole ("100 Continue", a refusal): it is kept until
 * then. */
static void keep_early(struct wm_tap *tap, const char *bytes, size_t count)
{
    if (!tap->half_sent) {
        give_up(tap, "a reply", "nobody asked for it");
        return;
    }
    if (tap->early.length + count > WM_TAP_EARLY_BYTES)
        give_up(tap, "a reply", "it came before its request was whole");
    else
        wm_text_add_bytes(&tap->early, bytes, count);
}

void wm_tap_answered(struct wm_tap *tap, const char *bytes, size_t count, uint64_t now_ns)
{
    size_t at = 0;
    while (at < count && !tap->deaf) {
        struct wm_protocol_reply reply;
        size_t used = 0;
        if (tap->count == 0) {
            keep_early(tap, bytes + at, count - at);
            return;
        }
        int rc = tap->protocol->reply_feed(tap->replies, bytes + at, count - at, &used, &reply);
        at += used;
        if (rc < 0)
            give_up(tap, "a reply", reply.reason);
        else if (rc > 0)
            land(tap, &reply, now_ns);
    }
}

static void take_early(struct wm_tap *tap, uint64_t now_ns)
{
    struct wm_text early = tap->early;
    wm_text_init(&tap->early);
    wm_tap_answered(tap, early.data, early.length, now_ns);
    wm_text_done(&early);
}

void wm_tap_sent(struct wm_tap *tap, const char *bytes, size_t count, uint64_t now_ns)
{
    size_t at = 0;
    while (at < count && !tap->deaf) {
        struct wm_protocol_request request;
        size_t used = 0;
        int rc =
            tap->protocol->request_feed(tap->requests, bytes + at, count - at, &used, &request);
        at += used;
        tap->half_sent = rc == 0;
        if (rc < 0)
            give_up(tap, "a request", rc == -ENOMEM ? "no memory for it" : request.reason);
        else if (rc > 0)
            take_off(tap, &request, now_ns);
        if (!tap->deaf && tap->early.length > 0 && tap->count > 0)
            take_early(tap, now_ns);
    }
}

void wm_tap_answers_end(struct wm_tap *tap, uint64_t now_ns)
{
    struct wm_protocol_reply reply;
    if (!tap->deaf && tap->count > 0 && tap->protocol->reply_end(tap->replies, &reply) > 0)
        land(tap, &reply, now_ns);
}

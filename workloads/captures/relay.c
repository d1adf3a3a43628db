/* relay.c - one connection through the proxy: bytes pass both ways as they are. */
#include "workloads/captures/relay.h"

#include "harness/core/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum side { CLIENT, SERVER, SIDES };

/* One side's socket. What is read here goes to the other side. */
struct end {
    uv_tcp_t tcp;
    struct wm_relay *relay;
    enum side side;
    bool paused; /* not read from, since the other side does not take it */
    bool shut;   /* has been told that the other side has */
    uv_shutdown_t shutdown;
};

struct wm_relay {
    struct wm_relay_house *house;
    struct wm_relay *next, *previous;
    struct end ends[SIDES];
    uv_connect_t connect;
    struct wm_tap *tap;
    bool closing;
    unsigned handles; /* of the loop, still to be closed */
};

/* Bytes that a socket did not take at once. */
struct rest {
    uv_write_t write;
    char bytes[];
};

static uv_stream_t *stream_of(struct end *end)
{
    return (uv_stream_t *)&end->tcp;
}

static struct end *other_of(struct end *end)
{
    return &end->relay->ends[end->side == CLIENT ? SERVER : CLIENT];
}

static void link_in(struct wm_relay *relay)
{
    struct wm_relay_house *house = relay->house;
    relay->next = house->first;
    if (house->first != NULL)
        house->first->previous = relay;
    house->first = relay;
    house->recording->open++;
}

static void unlink_from(struct wm_relay *relay)
{
    struct wm_relay_house *house = relay->house;
    if (relay->next != NULL)
        relay->next->previous = relay->previous;
    if (relay->previous != NULL)
        relay->previous->next = relay->next;
    else
        house->first = relay->next;
    house->recording->open--;
}

static void on_closed(uv_handle_t *handle)
{
    struct end *end = handle->data;
    struct wm_relay *relay = end->relay;
    if (--relay->handles == 0)
        free(relay);
}

void wm_relay_close(struct wm_relay *relay)
{
    if (relay->closing)
        return;
    relay->closing = true;
    unlink_from(relay);
    wm_tap_free(relay->tap);
    relay->tap = NULL;
    for (size_t i = 0; i < SIDES; i++)
        if (!uv_is_closing((uv_handle_t *)&relay->ends[i].tcp))
            uv_close((uv_handle_t *)&relay->ends[i].tcp, on_closed);
}

/* A side broke off: so do we, towards the other. */
static void break_off(struct end *broken)
{
    struct end *other = other_of(broken);
    if (!broken->relay->closing)
        uv_tcp_close_reset(&other->tcp, on_closed); /* or close() below does it */
    wm_relay_close(broken->relay);
}

static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buffer)
{
    struct end *end = handle->data;
    (void)suggested;
    *ret_buffer = uv_buf_init(end->relay->house->read_buffer, WM_RELAY_READ_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer);

/* Reads from the side again once the other has taken enough. */
static void on_written(uv_write_t *write, int status)
{
    struct end *to = write->data;
    struct end *from = other_of(to);
    free(write); /* the first member of what holds the bytes */
    if (to->relay->closing)
        return;
    if (status < 0) {
        break_off(to);
        return;
    }
    if (!from->paused || uv_stream_get_write_queue_size(stream_of(to)) > WM_RELAY_WAITING_BYTES / 2)
        return;
    from->paused = false;
    if (uv_read_start(stream_of(from), on_buffer, on_read) < 0)
        break_off(from);
}

/* What the socket does not take at once waits; enough waiting stops the other side. */
static int write_rest(struct end *to, const char *bytes, size_t count)
{
    struct end *from = other_of(to);
    struct rest *rest = malloc(sizeof(*rest) + count);
    if (rest == NULL)
        return -ENOMEM;
    memcpy(rest->bytes, bytes, count);
    rest->write.data = to;
    uv_buf_t buffer = uv_buf_init(rest->bytes, (unsigned)count);
    int rc = uv_write(&rest->write, stream_of(to), &buffer, 1, on_written);
    if (rc < 0) {
        free(rest);
        return rc;
    }
    if (uv_stream_get_write_queue_size(stream_of(to)) > WM_RELAY_WAITING_BYTES) {
        from->paused = true;
        uv_read_stop(stream_of(from));
    }
    return 0;
}

static int pass_on(struct end *to, char *bytes, size_t count)
{
    size_t sent = 0;
    if (uv_stream_get_write_queue_size(stream_of(to)) == 0) {
        uv_buf_t buffer = uv_buf_init(bytes, (unsigned)count);
        int rc = uv_try_write(stream_of(to), &buffer, 1);
        if (rc < 0 && rc != UV_EAGAIN)
            return rc;
        sent = rc > 0 ? (size_t)rc : 0;
    }
    return sent < count ? write_rest(to, bytes + sent, count - sent) : 0;
}

static void listen_in(struct end *from, const char *bytes, size_t count, uint64_t now_ns)
{
    struct wm_relay *relay = from->relay;
    struct wm_recording *recording = relay->house->recording;
    if (from->side == CLIENT) {
        recording->sent_bytes += count;
        wm_tap_sent(relay->tap, bytes, count, now_ns);
    } else {
        recording->answered_bytes += count;
        wm_tap_answered(relay->tap, bytes, count, now_ns);
    }
}

static void on_shut(uv_shutdown_t *request, int status)
{
    struct end *to = request->data;
    if (to->relay->closing)
        return;
    to->shut = true;
    if (status < 0)
        break_off(to);
    else if (other_of(to)->shut)
        wm_relay_close(to->relay);
}

/* The side has sent all that it will: the other is told, behind what still waits for it. */
static void pass_end_on(struct end *from)
{
    struct end *to = other_of(from);
    uv_read_stop(stream_of(from));
    if (from->side == SERVER)
        wm_tap_answers_end(from->relay->tap, wm_clock_now_ns());
    to->shutdown.data = to;
    if (uv_shutdown(&to->shutdown, stream_of(to), on_shut) < 0)
        wm_relay_close(from->relay);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct end *from = stream->data;
    if (count == 0)
        return;
    if (count == UV_EOF) {
        pass_end_on(from);
        return;
    }
    if (count < 0) {
        break_off(from);
        return;
    }
    uint64_t now_ns = wm_clock_now_ns();
    int rc = pass_on(other_of(from), buffer->base, (size_t)count);
    listen_in(from, buffer->base, (size_t)count, now_ns);
    if (rc < 0)
        break_off(other_of(from));
}

static void on_connected(uv_connect_t *request, int status)
{
    struct wm_relay *relay = request->data;
    struct wm_recording *recording = relay->house->recording;
    if (relay->closing)
        return;
    if (status < 0) {
        if (recording->refused++ == 0)
            snprintf(recording->refusal, sizeof(recording->refusal), "%s", uv_strerror(status));
        break_off(&relay->ends[SERVER]);
        return;
    }
    for (size_t i = 0; i < SIDES && !relay->closing; i++) {
        uv_tcp_nodelay(&relay->ends[i].tcp, 1);
        if (uv_read_start(stream_of(&relay->ends[i]), on_buffer, on_read) < 0)
            break_off(&relay->ends[i]);
    }
}

static struct wm_relay *new_relay(struct wm_relay_house *house)
{
    struct wm_recording *recording = house->recording;
    struct wm_relay *relay = calloc(1, sizeof(*relay));
    if (relay == NULL)
        return NULL;
    if (wm_tap_new(house->protocol, house->window, recording, recording->connections + 1,
                   &relay->tap) < 0) {
        free(relay);
        return NULL;
    }
    relay->house = house;
    relay->handles = SIDES;
    for (size_t i = 0; i < SIDES; i++) {
        struct end *end = &relay->ends[i];
        *end = (struct end){.relay = relay, .side = (enum side)i};
        uv_tcp_init(house->loop, &end->tcp);
        end->tcp.data = end;
    }
    link_in(relay);
    return relay;
}

int wm_relay_open(struct wm_relay_house *house, struct uv_stream_s *listener)
{
    struct wm_relay *relay = new_relay(house);
    if (relay == NULL)
        return -ENOMEM;
    int rc = uv_accept(listener, stream_of(&relay->ends[CLIENT]));
    relay->connect.data = relay;
    if (rc == 0) {
        const struct sockaddr *to = (const struct sockaddr *)&house->to->socket;
        rc = uv_tcp_connect(&relay->connect, &relay->ends[SERVER].tcp, to, on_connected);
    }
    if (rc < 0) {
        wm_relay_close(relay);
        return rc;
    }
    house->recording->connections++;
    return 0;
}

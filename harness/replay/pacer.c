/* pacer.c - due times to calls on a loop: a heap over one timerfd.
 *
 * The kernel gives timerfds no timer slack (measured: the same lateness at 1 ns and at 50 µs), so
 * the thread's slack stays as it is: the app's own sleeps on this thread go by it. */
#include "harness/replay/pacer.h"

#include "harness/core/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <uv.h>

struct wait {
    uint64_t at_ns;
    uint32_t token;
};

struct wm_pacer {
    uv_poll_t poll;
    int fd;
    void (*due)(void *user, uint32_t token);
    void *user;
    uint64_t armed_ns; /* what the timer stands at; 0: off */
    uint32_t capacity;
    uint32_t count;
    struct wait waits[]; /* a heap, the earliest on top */
};

static void on_timer(uv_poll_t *poll, int status, int events);
static void on_closed(uv_handle_t *handle);

int wm_pacer_open(struct uv_loop_s *loop, uint32_t capacity,
                  void (*due)(void *user, uint32_t token), void *user, struct wm_pacer **ret_pacer,
                  struct wm_error *err)
{
    struct wm_pacer *pacer = calloc(1, sizeof(*pacer) + capacity * sizeof(pacer->waits[0]));
    if (pacer == NULL)
        return wm_fail(err, -ENOMEM, "out of memory for the pacer");
    pacer->due = due;
    pacer->user = user;
    pacer->capacity = capacity;
    int rc = 0;
    pacer->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (pacer->fd < 0) {
        rc = wm_fail_errno(err, -errno, "", "make a timer");
        goto no_timer;
    }
    rc = uv_poll_init(loop, &pacer->poll, pacer->fd);
    if (rc < 0) {
        rc = wm_fail_errno(err, rc, "", "watch a timer");
        goto no_poll;
    }
    rc = uv_poll_start(&pacer->poll, UV_READABLE, on_timer);
    if (rc < 0) {
        uv_close((uv_handle_t *)&pacer->poll, on_closed);
        return wm_fail_errno(err, rc, "", "watch a timer");
    }
    *ret_pacer = pacer;
    return 0;
no_poll:
    close(pacer->fd);
no_timer:
    free(pacer);
    return rc;
}

void wm_pacer_close(struct wm_pacer *pacer)
{
    if (pacer != NULL)
        uv_close((uv_handle_t *)&pacer->poll, on_closed);
}

/* Setting the time also forgets an expiry that nobody read, so the descriptor is never read: one
 * system call a wait, not two. */
static void arm(struct wm_pacer *pacer, uint64_t at_ns)
{
    struct itimerspec when = {
        .it_value.tv_sec = (time_t)(at_ns / WM_NS_PER_SECOND),
        .it_value.tv_nsec = (long)(at_ns % WM_NS_PER_SECOND),
    };
    int rc = timerfd_settime(pacer->fd, TFD_TIMER_ABSTIME, &when, NULL);
    assert(rc == 0); /* fails for a wrong descriptor or time only */
    (void)rc;
    pacer->armed_ns = at_ns;
}

void wm_pacer_add(struct wm_pacer *pacer, uint64_t at_ns, uint32_t token)
{
    assert(pacer->count < pacer->capacity);
    if (at_ns == 0)
        at_ns = 1; /* 0 would turn the timer off */
    uint32_t at = pacer->count++;
    while (at > 0 && pacer->waits[(at - 1) / 2].at_ns > at_ns) {
        pacer->waits[at] = pacer->waits[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    pacer->waits[at] = (struct wait){at_ns, token};
    if (at == 0)
        arm(pacer, at_ns);
}

void wm_pacer_clear(struct wm_pacer *pacer)
{
    pacer->count = 0;
    if (pacer->armed_ns != 0)
        arm(pacer, 0);
}

static uint32_t pop(struct wm_pacer *pacer)
{
    uint32_t token = pacer->waits[0].token;
    struct wait last = pacer->waits[--pacer->count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= pacer->count)
            break;
        if (child + 1 < pacer->count && pacer->waits[child + 1].at_ns < pacer->waits[child].at_ns)
            child++;
        if (pacer->waits[child].at_ns >= last.at_ns)
            break;
        pacer->waits[at] = pacer->waits[child];
        at = child;
    }
    pacer->waits[at] = last;
    return token;
}

static void on_timer(uv_poll_t *poll, int status, int events)
{
    struct wm_pacer *pacer = (struct wm_pacer *)poll; /* the handle is the first member */
    (void)status;
    (void)events;
    /* What `due` adds in the past waits for the next turn: a caller that always asks for now must
     * not keep the loop here. */
    uint64_t now_ns = wm_clock_now_ns();
    for (uint32_t left = pacer->count; left > 0; left--) {
        if (pacer->count == 0 || pacer->waits[0].at_ns > now_ns)
            break;
        pacer->due(pacer->user, pop(pacer));
    }
    uint64_t next_ns = pacer->count > 0 ? pacer->waits[0].at_ns : 0;
    arm(pacer, next_ns);
}

static void on_closed(uv_handle_t *handle)
{
    struct wm_pacer *pacer = (struct wm_pacer *)handle;
    close(pacer->fd);
    free(pacer);
}

/* async.c - an event-loop app: requests end later, on the app's own thread.
 *
 * Entry point Later; fields: delay_us (default 200), status (what it ends with). Segments Accept,
 * on the caller's thread, and Finish, on the loop's, both inside Later, which stays open across. */
#include "spin.h"

#include <waymark/waymark.h>

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* A request that waits for its timer. */
struct wait {
    const struct wm_request *request;
    struct wm_context *context;
    uint32_t later; /* the open segment */
    int timer;
    int status;
};

static int loop = -1;
static int stop = -1; /* readable when the loop is to end */
static pthread_t loop_thread;
static pthread_once_t loop_once = PTHREAD_ONCE_INIT;

static void finish(struct wait *wait)
{
    wm_context_attach(wait->context);
    uint32_t entered = wm_segment_enter("Finish");
    spin_steps(2000);
    WM_OUTCOME("finished");
    wm_segment_leave(entered);
    wm_segment_leave(wait->later);
    wm_context_detach();
    close(wait->timer);
    wm_request_done(wait->request, wait->status);
    free(wait);
}

static void *run_loop(void *unused)
{
    (void)unused;
    for (;;) {
        struct epoll_event events[64];
        int count = epoll_wait(loop, events, 64, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL)
                return NULL;
            finish(events[i].data.ptr);
        }
    }
}

static void start_loop(void)
{
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = NULL}};
    loop = epoll_create1(EPOLL_CLOEXEC);
    stop = eventfd(0, EFD_CLOEXEC);
    if (loop < 0 || stop < 0 || epoll_ctl(loop, EPOLL_CTL_ADD, stop, &event) != 0 ||
        pthread_create(&loop_thread, NULL, run_loop, NULL) != 0) {
        fputs("async: the loop cannot be started\n", stderr);
        abort();
    }
}

__attribute__((destructor)) static void stop_loop(void)
{
    uint64_t one = 1;
    if (stop >= 0 && write(stop, &one, sizeof(one)) == (ssize_t)sizeof(one))
        pthread_join(loop_thread, NULL);
}

static uint64_t number(const struct wm_request *request, const char *name, uint64_t otherwise)
{
    const char *text = wm_request_field(request, name);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

/* Arms a timer of its own for each request: the kernel keeps them in order. */
static int arm(struct wait *wait, uint64_t delay_us)
{
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = wait}};
    struct itimerspec due = {
        {0, 0},
        {0, 0}
    };
    due.it_value.tv_sec = (time_t)(delay_us / 1000000);
    due.it_value.tv_nsec = (long)(delay_us % 1000000 * 1000) + 1; /* 0 would disarm it */
    wait->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (wait->timer < 0 || timerfd_settime(wait->timer, 0, &due, NULL) < 0)
        return -1;
    return epoll_ctl(loop, EPOLL_CTL_ADD, wait->timer, &event);
}

static void accept_request(void)
{
    WM_SEGMENT("Accept");
    spin_steps(2000);
}

static int later(const struct wm_request *request, struct wm_reply *reply)
{
    pthread_once(&loop_once, start_loop);
    struct wait *wait = calloc(1, sizeof(*wait));
    if (wait == NULL)
        return -1;
    uint64_t delay_us = number(request, "delay_us", 200);
    wait->request = request;
    wait->status = (int)number(request, "status", 0);
    wait->later = wm_segment_enter("Later");
    accept_request();
    wm_reply_write(reply, "accepted\n", 9);
    /* From here on the request belongs to the loop, which may end it before arm() returns. */
    wait->context = wm_context_detach();
    if (arm(wait, delay_us) == 0)
        return 0; /* NOLINT(clang-analyzer-unix.Malloc): epoll keeps it for the loop to free */
    wm_context_attach(wait->context);
    wm_segment_leave(wait->later);
    if (wait->timer >= 0)
        close(wait->timer);
    free(wait);
    return -1;
}
WM_ASYNC_ENTRY("Later", later);

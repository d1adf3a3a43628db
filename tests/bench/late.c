/* late.c - how late requests leave at a constant rate, of the sending alone: no server, no request.
 *
 *   bench_late [RATE [SECONDS]]
 *
 * The pacer of this project (one timerfd, every due time on its own) next to the way of wrk2: each
 * of 32 connections has its share of the rate and waits for its next due time in timers of whole
 * milliseconds, half a millisecond added before rounding, as wrk2 does. */
#include "harness/core/clock.h"
#include "harness/replay/pacer.h"
#include "profiles/wire/histogram.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum { CONNECTIONS = 32 };

struct user {
    uv_timer_t timer;
    uint64_t sent;
};

static double rate = 5000;
static uint64_t start_ns, end_ns;
static struct wm_histogram late;

/* True while there is more to send after this one, which was due then. */
static bool sent(uint64_t due_ns)
{
    uint64_t now_ns = wm_clock_now_ns();
    wm_histogram_add(&late, now_ns > due_ns ? now_ns - due_ns : 0);
    return now_ns < end_ns;
}

static void begin(double seconds)
{
    late = (struct wm_histogram){0};
    start_ns = wm_clock_now_ns();
    end_ns = start_ns + (uint64_t)(seconds * 1e9);
}

static void print(const char *way)
{
    printf("%-10s %8lu sent, late by p50 %7.1f  p99 %7.1f  p99.9 %7.1f  max %7.1f us\n", way,
           (unsigned long)late.count, (double)wm_histogram_quantile(&late, 0.5) / 1e3,
           (double)wm_histogram_quantile(&late, 0.99) / 1e3,
           (double)wm_histogram_quantile(&late, 0.999) / 1e3, (double)late.max_ns / 1e3);
}

/* ---- The pacer ---- */

static struct wm_pacer *pacer;
static uint64_t paced;

static uint64_t paced_due_ns(void)
{
    return start_ns + (uint64_t)((double)paced * 1e9 / rate);
}

static void on_due(void *user, uint32_t token)
{
    (void)user;
    (void)token;
    if (!sent(paced_due_ns()))
        return;
    paced++;
    wm_pacer_add(pacer, paced_due_ns(), 0);
}

static int pace(double seconds)
{
    struct wm_error err = {{0}, {0}};
    uv_loop_t loop;
    uv_loop_init(&loop);
    int rc = wm_pacer_open(&loop, 1, on_due, NULL, &pacer, &err);
    if (rc < 0) {
        fprintf(stderr, "%s\n", err.text);
        return rc;
    }
    begin(seconds);
    wm_pacer_add(pacer, start_ns, 0);
    while (wm_clock_now_ns() < end_ns)
        uv_run(&loop, UV_RUN_ONCE);
    wm_pacer_close(pacer);
    uv_run(&loop, UV_RUN_NOWAIT);
    return uv_loop_close(&loop);
}

/* ---- Timers of whole milliseconds ---- */

static uint64_t user_due_ns(const struct user *user)
{
    return start_ns + (uint64_t)((double)user->sent * 1e9 * CONNECTIONS / rate);
}

static void on_timer(uv_timer_t *timer)
{
    struct user *user = (struct user *)timer;
    uint64_t now_ns = wm_clock_now_ns();
    if (now_ns >= user_due_ns(user)) {
        if (!sent(user_due_ns(user)))
            return;
        user->sent++;
        now_ns = wm_clock_now_ns();
    }
    uint64_t due_ns = user_due_ns(user);
    double wait_ms = due_ns > now_ns ? (double)(due_ns - now_ns) / 1e6 : 0;
    uv_timer_start(timer, on_timer, (uint64_t)round(wait_ms + 0.5), 0);
}

static int wait_in_milliseconds(double seconds)
{
    static struct user users[CONNECTIONS];
    uv_loop_t loop;
    uv_loop_init(&loop);
    begin(seconds);
    for (int i = 0; i < CONNECTIONS; i++) {
        uv_timer_init(&loop, &users[i].timer);
        uv_timer_start(&users[i].timer, on_timer, 0, 0);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    for (int i = 0; i < CONNECTIONS; i++)
        uv_close((uv_handle_t *)&users[i].timer, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    return uv_loop_close(&loop);
}

int main(int argc, char **argv)
{
    double seconds = argc > 2 ? strtod(argv[2], NULL) : 5;
    if (argc > 1)
        rate = strtod(argv[1], NULL);
    if (!(rate > 0) || !(seconds > 0)) {
        fprintf(stderr, "usage: bench_late [RATE [SECONDS]]\n");
        return 2;
    }
    if (pace(seconds) < 0)
        return 1;
    print("pacer");
    if (wait_in_milliseconds(seconds) < 0)
        return 1;
    print("wrk2's way");
    return 0;
}

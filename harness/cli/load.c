/* load.c - the replay in threads of its own, beside the session's loop.
 *
 *   the load's thread   run ── begin ─┐ waits ┌── counted ── end ─┐ waits ┌── done ─┐
 *   the loop            drains …      └ begin ┘   drains …        └  end  ┘         └ join, done
 */
#include "harness/cli/load.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <uv.h>

enum question { NOTHING, BEGIN, END, DONE };

struct wm_load {
    uv_async_t news;
    pthread_t thread;
    bool joined;
    struct wm_replay_settings settings;
    struct wm_load_watcher watcher;
    int rc;
    struct wm_error err;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t answered;
    enum question question; /* what the thread waits for */
    bool let_go;            /* nobody will answer any more */
};

/* ---- The load's thread ---- */

static void ask(struct wm_load *load, enum question question)
{
    pthread_mutex_lock(&load->lock);
    load->question = question;
    uv_async_send(&load->news);
    while (load->question != NOTHING && !load->let_go)
        pthread_cond_wait(&load->answered, &load->lock);
    pthread_mutex_unlock(&load->lock);
}

static void on_begin(void *user)
{
    ask(user, BEGIN);
}

static void on_end(void *user)
{
    ask(user, END);
}

static void *run(void *user)
{
    struct wm_load *load = user;
    load->rc = wm_replay_run(&load->settings, &load->err);
    pthread_mutex_lock(&load->lock);
    load->question = DONE;
    uv_async_send(&load->news);
    pthread_mutex_unlock(&load->lock);
    return NULL;
}

/* ---- The loop ---- */

static void join(struct wm_load *load)
{
    if (!load->joined)
        (void)pthread_join(load->thread, NULL);
    load->joined = true;
}

static void answer(struct wm_load *load)
{
    pthread_mutex_lock(&load->lock);
    load->question = NOTHING;
    pthread_cond_signal(&load->answered);
    pthread_mutex_unlock(&load->lock);
}

static void on_news(uv_async_t *news)
{
    struct wm_load *load = news->data;
    const struct wm_load_watcher *watcher = &load->watcher;
    pthread_mutex_lock(&load->lock);
    enum question question = load->question;
    pthread_mutex_unlock(&load->lock);
    switch (question) {
    case NOTHING:
        break;
    case BEGIN:
        watcher->begin(watcher->user);
        answer(load);
        break;
    case END:
        watcher->end(watcher->user);
        answer(load);
        break;
    case DONE:
        answer(load);
        join(load);
        watcher->done(watcher->user, load->rc, &load->err);
        break;
    }
}

/* Signals are the loop's: the load's threads hold them all. */
static int start_thread(struct wm_load *load)
{
    sigset_t all, before;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = -pthread_create(&load->thread, NULL, run, load);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

static void on_closed(uv_handle_t *handle)
{
    struct wm_load *load = handle->data;
    pthread_cond_destroy(&load->answered);
    pthread_mutex_destroy(&load->lock);
    free(load);
}

int wm_load_start(struct uv_loop_s *loop, const struct wm_replay_settings *settings,
                  const struct wm_load_watcher *watcher, struct wm_load **ret_load,
                  struct wm_error *err)
{
    struct wm_load *load = calloc(1, sizeof(*load));
    if (load == NULL)
        return wm_fail(err, -ENOMEM, "no memory for the load");
    load->settings = *settings;
    load->settings.begin = on_begin;
    load->settings.end = on_end;
    load->settings.user = load;
    load->watcher = *watcher;
    pthread_mutex_init(&load->lock, NULL);
    pthread_cond_init(&load->answered, NULL);
    int rc = uv_async_init(loop, &load->news, on_news);
    load->news.data = load;
    if (rc < 0) {
        free(load);
        return wm_fail_errno(err, rc, "", "start the load");
    }
    rc = start_thread(load);
    if (rc < 0) {
        uv_close((uv_handle_t *)&load->news, on_closed);
        return wm_fail_errno(err, rc, "", "start the load");
    }
    *ret_load = load;
    return 0;
}

void wm_load_free(struct wm_load *load)
{
    if (load == NULL)
        return;
    pthread_mutex_lock(&load->lock);
    load->let_go = true;
    if (!load->joined)
        atomic_store_explicit(&load->settings.region->stop, 2, memory_order_release);
    pthread_cond_signal(&load->answered);
    pthread_mutex_unlock(&load->lock);
    join(load);
    uv_close((uv_handle_t *)&load->news, on_closed);
}

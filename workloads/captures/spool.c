/* spool.c - writes requests to a trace on a thread of its own. */
#include "workloads/captures/spool.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 24, OWN_FIELDS = 4 };

struct list {
    struct wm_spooled *first, *last;
    size_t bytes;
};

struct wm_spool {
    struct wm_trace_writer *writer;
    struct list batch; /* not handed over yet */
    pthread_t thread;
    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t more;
    struct list waiting;
    bool stopping;
    bool failed;
    struct wm_error err;
};

struct wm_spooled *wm_spooled_copy(const struct wm_work *work)
{
    size_t bytes = work->body != NULL ? work->body_bytes : 0;
    for (uint32_t i = 0; i < work->field_count; i++)
        bytes += strlen(work->fields[i].name) + strlen(work->fields[i].value) + 2;
    struct wm_spooled *copy = malloc(sizeof(*copy) + bytes);
    if (copy == NULL)
        return NULL;
    *copy = (struct wm_spooled){.field_count = work->field_count,
                                .has_body = work->body != NULL,
                                .body_bytes = work->body != NULL ? work->body_bytes : 0,
                                .bytes = sizeof(*copy) + bytes};
    char *to = copy->content;
    for (uint32_t i = 0; i < work->field_count; i++) {
        to = stpcpy(to, work->fields[i].name) + 1;
        to = stpcpy(to, work->fields[i].value) + 1;
    }
    if (work->body != NULL)
        memcpy(to, work->body, work->body_bytes);
    return copy;
}

/* What recording adds to a request: its session, and what became of it. */
struct own_fields {
    struct wm_work_field fields[OWN_FIELDS];
    uint32_t count;
    char numbers[OWN_FIELDS][NUMBER_BYTES];
};

static void add_own_number(struct own_fields *own, const char *name, uint64_t number)
{
    char *text = own->numbers[own->count];
    snprintf(text, NUMBER_BYTES, "%" PRIu64, number);
    own->fields[own->count++] = (struct wm_work_field){name, text};
}

static void fill_own(const struct wm_spooled *request, struct own_fields *own)
{
    own->count = 0;
    add_own_number(own, "session", request->session);
    if (!request->answered)
        return;
    if (request->status > 0)
        add_own_number(own, "status", request->status);
    else if (request->outcome[0] != '\0')
        own->fields[own->count++] = (struct wm_work_field){"outcome", request->outcome};
    add_own_number(own, "latency_ns", request->latency_ns);
}

static int write_request(struct wm_trace_writer *writer, const struct wm_spooled *request,
                         struct wm_error *err)
{
    struct wm_work_field fields[WM_WORK_FIELD_MAX];
    struct own_fields own;
    const char *at = request->content;
    uint32_t count = 0;
    for (; count < request->field_count; count++) {
        fields[count].name = at;
        at += strlen(at) + 1;
        fields[count].value = at;
        at += strlen(at) + 1;
    }
    fill_own(request, &own);
    for (uint32_t i = 0; i < own.count; i++)
        fields[count++] = own.fields[i];
    struct wm_work work = {.due_ns = request->due_ns,
                           .entry = "",
                           .field_count = count,
                           .fields = fields,
                           .body = request->has_body ? at : NULL,
                           .body_bytes = request->body_bytes};
    return wm_trace_write(writer, &work, err);
}

static void free_list(struct wm_spooled *first)
{
    while (first != NULL) {
        struct wm_spooled *next = first->next;
        free(first);
        first = next;
    }
}

static void append(struct list *list, const struct list *more)
{
    if (list->last != NULL)
        list->last->next = more->first;
    else
        list->first = more->first;
    list->last = more->last;
    list->bytes += more->bytes;
}

/* Writes a batch; the first failure is the last try. */
static int write_batch(struct wm_spool *spool, struct wm_spooled *first, struct wm_error *err)
{
    int rc = 0;
    for (struct wm_spooled *at = first; at != NULL && rc == 0; at = at->next)
        rc = write_request(spool->writer, at, err);
    free_list(first);
    return rc;
}

static void *run(void *argument)
{
    struct wm_spool *spool = argument;
    struct wm_error err = {0};
    pthread_mutex_lock(&spool->lock);
    while (!spool->stopping || spool->waiting.first != NULL) {
        struct wm_spooled *first = spool->waiting.first;
        if (first == NULL) {
            pthread_cond_wait(&spool->more, &spool->lock);
            continue;
        }
        spool->waiting = (struct list){0};
        bool failed = spool->failed;
        pthread_mutex_unlock(&spool->lock);
        if (failed)
            free_list(first);
        else
            failed = write_batch(spool, first, &err) < 0;
        pthread_mutex_lock(&spool->lock);
        if (failed && !spool->failed)
            spool->err = err;
        spool->failed = failed;
    }
    pthread_mutex_unlock(&spool->lock);
    return NULL;
}

/* Signals are for the loop's thread. */
static int start_thread(struct wm_spool *spool)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    int rc = pthread_create(&spool->thread, NULL, run, spool);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return -rc;
}

int wm_spool_start(struct wm_trace_writer *writer, struct wm_spool **ret_spool)
{
    struct wm_spool *spool = calloc(1, sizeof(*spool));
    if (spool == NULL)
        return -ENOMEM;
    spool->writer = writer;
    pthread_mutex_init(&spool->lock, NULL);
    pthread_cond_init(&spool->more, NULL);
    int rc = start_thread(spool);
    if (rc < 0) {
        free(spool);
        return rc;
    }
    *ret_spool = spool;
    return 0;
}

/* A batch that finds no room is lost: the disk is slower than the traffic. */
static bool hand_over(struct wm_spool *spool, bool last, struct wm_error *err)
{
    pthread_mutex_lock(&spool->lock);
    bool fits = spool->waiting.bytes + spool->batch.bytes <= WM_SPOOL_WAITING_BYTES ||
                spool->waiting.first == NULL || last;
    if (fits && spool->batch.first != NULL)
        append(&spool->waiting, &spool->batch);
    spool->stopping = last;
    bool failed = spool->failed;
    if (failed)
        *err = spool->err;
    pthread_cond_signal(&spool->more);
    pthread_mutex_unlock(&spool->lock);
    if (!fits)
        free_list(spool->batch.first);
    spool->batch = (struct list){0};
    return !failed;
}

bool wm_spool_add(struct wm_spool *spool, struct wm_spooled *request, struct wm_error *err)
{
    request->next = NULL;
    append(&spool->batch, &(struct list){request, request, request->bytes});
    return spool->batch.bytes < WM_SPOOL_BATCH_BYTES || hand_over(spool, false, err);
}

bool wm_spool_stop(struct wm_spool *spool, struct wm_error *err)
{
    if (spool == NULL)
        return true;
    hand_over(spool, true, err);
    pthread_join(spool->thread, NULL);
    bool failed = spool->failed;
    if (failed)
        *err = spool->err;
    pthread_mutex_destroy(&spool->lock);
    pthread_cond_destroy(&spool->more);
    free(spool);
    return !failed;
}

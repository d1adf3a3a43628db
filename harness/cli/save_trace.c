/* save_trace.c - a run's requests, made once more and checked against what was sent. */
#include "harness/cli/save_trace.h"

#include "harness/core/text.h"
#include "harness/core/units.h"
#include "harness/replay/schedule.h"
#include "workloads/mix.h"
#include "workloads/trace.h"

#include <errno.h>
#include <inttypes.h>

/* What a person would need to make the same requests. */
static int create(const struct wm_job *job, const char *name, struct wm_trace_writer **ret_writer,
                  struct wm_error *err)
{
    struct wm_text source;
    wm_text_init(&source);
    wm_text_add(&source, job->source);
    if (wm_stream_mix(job->stream) != NULL)
        wm_text_addf(&source, " seed %" PRIu64, job->plan.seed);
    int rc = source.failed ? wm_fail(err, -ENOMEM, "no memory")
                           : wm_trace_create(name, source.data, ret_writer, err);
    wm_text_done(&source);
    return rc;
}

static int write_requests(struct wm_job *job, uint64_t count, struct wm_trace_writer *writer,
                          uint64_t *ret_checksum, struct wm_error *err)
{
    struct wm_schedule *schedule = NULL;
    uint64_t checksum = 0;
    int rc = wm_schedule_new(&job->plan, &schedule, err);
    if (rc == 0)
        rc = wm_stream_rewind(job->stream, err);
    for (uint64_t i = 0; rc == 0 && i < count; i++) {
        struct wm_work work;
        rc = wm_stream_draw(job->cursor, i, &work, err);
        if (rc == 0)
            rc = wm_fail_at(err, -EBADMSG, job->source,
                            "has fewer requests now than were sent from it");
        if (rc < 0)
            break;
        checksum += wm_work_hash(&work);
        work.due_ns = wm_schedule_due(schedule, i, work.due_ns);
        rc = wm_trace_write(writer, &work, err);
    }
    wm_schedule_free(schedule);
    *ret_checksum = checksum;
    return rc;
}

static int verify(const struct wm_job *job, const struct wm_region *region, uint64_t count,
                  uint64_t checksum, struct wm_run *run, struct wm_error *err)
{
    uint64_t ended = 0;
    uint64_t sent = 0;
    for (uint32_t i = 0; i < region->worker_count && i < WM_WORKER_MAX; i++) {
        ended += region->workers[i].requests;
        sent += region->workers[i].checksum;
    }
    if (ended < count) {
        char text[WM_UNIT_BYTES];
        wm_run_note(run, "requests in the saved trace that never ended: %s; they were not checked",
                    wm_units_count(count - ended, text));
        return 0;
    }
    if (sent == checksum && ended == count)
        return 0;
    return wm_fail_at(err, -EBADMSG, job->values->save_trace,
                      "not written: the requests made again differ from what was sent (%" PRIu64
                      " of them); was %.200s changed during the run?",
                      ended, job->source);
}

int wm_save_trace(struct wm_job *job, const struct wm_region *region, const char *name,
                  struct wm_run *run, struct wm_error *err)
{
    struct wm_trace_writer *writer = NULL;
    uint64_t count = atomic_load(&region->next_index);
    uint64_t checksum = 0;
    int rc = create(job, name, &writer, err);
    if (rc < 0)
        return rc;
    rc = write_requests(job, count, writer, &checksum, err);
    if (rc == 0)
        rc = verify(job, region, count, checksum, run, err);
    if (rc < 0) {
        wm_trace_discard(writer);
        return rc;
    }
    return wm_trace_commit(writer, err);
}

/* trace.h - .wmt: a recorded sequence of requests with their times.
 *
 * The file is a sequence of gzip members, each complete in itself: the first holds the header
 * message, the last the count of requests, the others about 256 KiB of request messages each, every
 * message preceded by its length (protobuf's delimited form, workloads/trace.proto). A member
 * states its size and its checksum, so a file that was cut off reads up to its last whole member,
 * and damage is told from that. `zcat FILE.wmt` unpacks it; trace_format.h draws the bytes. Reading
 * and writing take a fixed amount of memory, whatever the file's size. */
#ifndef WM_WORKLOADS_TRACE_H
#define WM_WORKLOADS_TRACE_H

#include "harness/core/error.h"
#include "workloads/work.h"

#include <stdbool.h>
#include <stdint.h>

struct wm_trace_writer;
struct wm_trace_reader;

/* `source` says what it was made from ("access.log", "mix.csv seed 1"). Written whole or not at
 * all, as by wm_file_create. */
WM_MUST_USE int wm_trace_create(const char *name, const char *source,
                                struct wm_trace_writer **ret_writer, struct wm_error *err);
/* Adds a request; the reader gives indices by position. -EINVAL for a request above 16 MiB. */
WM_MUST_USE int wm_trace_write(struct wm_trace_writer *writer, const struct wm_work *work,
                               struct wm_error *err);
/* Completes the file and frees the writer, also on failure. */
WM_MUST_USE int wm_trace_commit(struct wm_trace_writer *writer, struct wm_error *err);
/* wm_trace_commit for what cannot be made again: completes the file with as many requests as it has
 * room for, also after a wm_trace_write that failed; *ret_requests of them. 1: not all, for what
 * `err` says, or the write that failed said; 0: all. Negative: there is no file, such as -ESPIPE
 * where nothing can be taken back (a pipe). Frees the writer in any case. */
WM_MUST_USE int wm_trace_salvage(struct wm_trace_writer *writer, uint64_t *ret_requests,
                                 struct wm_error *err);
void wm_trace_discard(struct wm_trace_writer *writer); /* NULL is allowed */

/* True if the file starts as a trace does. */
bool wm_trace_is(const char *name);
/* -EINVAL when it is no trace or its header is damaged. */
WM_MUST_USE int wm_trace_open(const char *name, struct wm_trace_reader **ret_reader,
                              struct wm_error *err);
void wm_trace_close(struct wm_trace_reader *reader);
/* 1 and the next request (bytes borrowed until the next call), 0 at the end, negative on damage
 * in the middle, with the byte offset. A cut-off end is an end: see wm_trace_cut. */
WM_MUST_USE int wm_trace_next(struct wm_trace_reader *reader, struct wm_work *work,
                              struct wm_error *err);
/* After the end: the file was cut off; what follows byte `offset` was not readable. 0: complete. */
uint64_t wm_trace_cut(const struct wm_trace_reader *reader);
/* -ESPIPE when the trace comes from a pipe. */
WM_MUST_USE int wm_trace_rewind(struct wm_trace_reader *reader, struct wm_error *err);

/* Reads a whole trace once: how many requests, the last due time. */
struct wm_trace_summary {
    uint64_t requests;
    uint64_t last_due_ns;
    uint64_t cut_offset; /* as wm_trace_cut */
    uint64_t unnamed;    /* requests that name no entry point */
    char source[256];
};
WM_MUST_USE int wm_trace_summarize(const char *name, struct wm_trace_summary *ret_summary,
                                   struct wm_error *err);

#endif

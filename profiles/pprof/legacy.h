/* legacy.h - what gperftools and old Go runtimes wrote before profile.proto. Not for other rooms.
 *
 *   cpu         binary: a header of machine words, then count, depth, addresses of each stack, then
 *               the process's mappings as text
 *   heap        "heap profile: ... @ heap_v2/524288", also growth and fragmentation: a line for
 * each stack, "1: 1024 [1: 1024] @ 0x...", then MAPPED_LIBRARIES contention  "--- contentionz 1
 * ---" or "--- mutex:": attributes, then "delay count @ 0x..." threads     "--- threadz 1 ---" or
 * "--- Thread 7f.. (name: ..) stack: ---": addresses in lines counts      "goroutine profile: total
 * 3": "1 @ 0x..." */
#ifndef WM_PPROF_LEGACY_H
#define WM_PPROF_LEGACY_H

#include "harness/core/error.h"
#include "profiles/pprof/profile.h"
#include "profiles/pprof/slice.h"
#include "profiles/pprof/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the bytes as the first of these formats that they look like. -ENOENT when they look like
 * none (and `err` is left alone), -EINVAL with the byte that is wrong, -ENOMEM, -EOVERFLOW. */
WM_MUST_USE int wm_legacy_read(const struct wm_wire_input *input, struct wm_profile **ret_profile);

/* ---- For the files of the formats ---- */

struct wm_legacy {
    const struct wm_wire_input *input;
    struct wm_profile *profile;
    size_t at;            /* the first byte that no line has had */
    struct wm_slice line; /* the current one, without blanks around it */
    size_t line_at;       /* where it begins */
    uint64_t *stack;      /* addresses, leaf first */
    size_t stack_length, stack_capacity;
    struct wm_intern *addresses; /* the location of each: its number */
};

/* -EINVAL at the current line. */
int wm_legacy_malformed(const struct wm_legacy *legacy, const char *what);
int wm_legacy_failed(const struct wm_legacy *legacy, int rc);

/* The next line; false at the end, where the line is empty. */
bool wm_legacy_next_line(struct wm_legacy *legacy);
/* The next that is neither empty nor a "#" comment. */
bool wm_legacy_next_said(struct wm_legacy *legacy);

/* The profile counts this; one call for each type. */
WM_MUST_USE int wm_legacy_type(struct wm_legacy *legacy, const char *type, const char *unit);
WM_MUST_USE int wm_legacy_period(struct wm_legacy *legacy, const char *type, const char *unit,
                                 int64_t period);

/* Adds an address to the stack, or each "0x1f" in a text. Return addresses are told by `shift` -1,
 * which leads to the call. */
WM_MUST_USE int wm_legacy_push(struct wm_legacy *legacy, uint64_t address);
WM_MUST_USE int wm_legacy_push_text(struct wm_legacy *legacy, struct wm_slice text, int shift);
/* The addresses that the text begins with: nothing but them and blanks. */
struct wm_slice wm_legacy_addresses(struct wm_slice text);
/* Adds a sample of that stack, which is then empty; `label` may be NULL. */
WM_MUST_USE int wm_legacy_sample(struct wm_legacy *legacy, const struct wm_label *label,
                                 const int64_t *values);

/* legacy_maps.c: reads the lines that are left as mappings, and finds each location's. */
WM_MUST_USE int wm_legacy_read_maps(struct wm_legacy *legacy);
/* The same, behind the line that announces them. */
WM_MUST_USE int wm_legacy_read_announced_maps(struct wm_legacy *legacy);
bool wm_legacy_announces_maps(struct wm_slice line);

/* legacy_frames.c: frames that only tell of how the profile was taken. */
WM_MUST_USE int wm_legacy_set_frames(struct wm_legacy *legacy);
/* Removes the frame above the leaf where it is the leaf told twice, or the same in nearly all
 * samples, as that of a signal handler is. */
void wm_legacy_drop_repeated_leaves(struct wm_legacy *legacy);
WM_MUST_USE int wm_legacy_drop_handler_frames(struct wm_legacy *legacy);

/* One file each: whether the bytes look like this format, and reading them. */
bool wm_legacy_is_cpu(struct wm_legacy *legacy);
bool wm_legacy_is_java(struct wm_legacy *legacy);
bool wm_legacy_is_heap(struct wm_legacy *legacy);
bool wm_legacy_is_counts(struct wm_legacy *legacy);
bool wm_legacy_is_threads(struct wm_legacy *legacy);
bool wm_legacy_is_contention(struct wm_legacy *legacy);
WM_MUST_USE int wm_legacy_read_cpu(struct wm_legacy *legacy);
/* -EINVAL: what Java wrote in these formats has symbols of its own, which nobody reads here. */
WM_MUST_USE int wm_legacy_refuse_java(struct wm_legacy *legacy);
WM_MUST_USE int wm_legacy_read_heap(struct wm_legacy *legacy);
WM_MUST_USE int wm_legacy_read_counts(struct wm_legacy *legacy);
WM_MUST_USE int wm_legacy_read_threads(struct wm_legacy *legacy);
WM_MUST_USE int wm_legacy_read_contention(struct wm_legacy *legacy);

#endif

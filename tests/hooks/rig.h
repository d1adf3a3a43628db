/* rig.h - a server with the agent in it, and the harness's side of the board by hand: for tests.
 *
 * Failures end the test. One rig at a time. */
#ifndef WM_TESTS_HOOKS_RIG_H
#define WM_TESTS_HOOKS_RIG_H

#include "profiles/gather/drain.h"
#include "profiles/wire/region.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { RIG_REPLY_BYTES = 1 << 20 };

struct rig {
    struct wm_region *region;
    int region_fd;
    struct wm_drain drain;
    pid_t server;
    uint16_t port;
    uint64_t children_ns; /* CPU time of this process's children before the rig's */
    uint64_t samples;
    uint64_t truncated;            /* of them, those whose stack was not followed to its end */
    uint64_t cpu_ns;               /* of all samples */
    uint64_t background_ns;        /* of those that carry no request */
    uint64_t path_ns[WM_PATH_MAX]; /* of the others, by their request's path */
    uint64_t node_ns[WM_NODE_MAX]; /* by the segment that was active */
    uint64_t strange;              /* samples of requests that nobody made */
    char reply[RIG_REPLY_BYTES];
};

struct rig_connection {
    int fd;
    uint16_t port; /* ours */
    uint64_t serial;
};

/* Makes the region. `target` is WM_TARGET_SERVER or WM_TARGET_WATCH. */
struct rig *rig_new(uint32_t target, uint32_t hz);
/* A port that nobody listened to a moment ago. */
uint16_t rig_free_port(void);
/* The PID namespace of this process and of its servers, as the region has it. */
uint32_t rig_pid_space(void);
/* Starts the program with the agent (or without: then only its CPU time is of interest) and waits
 * until somebody accepts at `port`; 0: does not wait. */
void rig_start(struct rig *rig, const char *const *command, uint16_t port, bool with_agent);
struct rig_connection rig_connect(struct rig *rig);
void rig_disconnect(struct rig *rig, struct rig_connection *connection);
/* Makes a request and waits until `want` bytes of reply have come, or until `end` has, which
 * comes last; they are in rig->reply. The request's path is that of the entry `label`. */
size_t rig_request(struct rig *rig, struct rig_connection *connection, const char *label,
                   const char *bytes, size_t count, size_t want);
/* Index of the path of an entry; made where it is new. */
uint32_t rig_path(struct rig *rig, const char *label);
/* Takes the samples that have come. */
void rig_drain(struct rig *rig);
/* SIGTERM to the server and waits for all its processes; drains. The exit code of the first. */
int rig_end(struct rig *rig);
/* The same without SIGTERM: it ends by itself. */
int rig_wait(struct rig *rig);
/* CPU time of the server's processes, all ended by now, and what of it is accounted. */
uint64_t rig_used_ns(const struct rig *rig);
uint64_t rig_lost_ns(const struct rig *rig);
/* All CPU time is in the samples or told as lost, but for so many percent. */
void rig_check_accounts(const struct rig *rig, double percent);
void rig_free(struct rig *rig);
/* The servers run under the address sanitizer, which has handlers and an allocator of its own. */
bool rig_is_sanitized(void);

#endif

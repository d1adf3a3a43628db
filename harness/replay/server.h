/* server.h - a server under test: started with the agent in it, awaited, watched, ended.
 *
 * [loop] throughout, but where said. One at a time in a process: see family.h. */
#ifndef WM_REPLAY_SERVER_H
#define WM_REPLAY_SERVER_H

#include "harness/core/error.h"
#include "harness/replay/target.h"
#include "profiles/wire/region.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct uv_loop_s;
struct wm_server;

struct wm_server_settings {
    const char *command; /* split into words as a shell does, with quotes and backslashes, but
                            nothing is expanded; {port}, {dir} and {files} stand for … */
    const char *files;   /* … the folder of the mix or trace; its *.conf are copied to {dir}, with
                            {port}, {dir} and {files} in them replaced. NULL: none */
    char *const *words; /* instead of `command`: taken as they are, with no {dir}; ends with NULL */
    uint16_t port;      /* 0: a free one is chosen */
    const char *agent;  /* libwaymark.so, preloaded; NULL: the server runs without */
    int region_fd;   /* open in this process until the server has ended */
    bool own_output; /* its input and output are ours; otherwise its last lines are kept. Then it
                        also goes on if the harness dies without a word */
    struct wm_target_watcher watcher; /* told when the command's process, and what it left running
                                         behind itself (daemon()), have ended; or as soon as one of
                                         these ended badly, after which the others are ended, too */
};

/* Makes {dir}, starts the command in a session of its own. -EINVAL for a command without a place
 * for the port (neither in it nor in a .conf, and none told), -ENOENT, … for a program that cannot
 * be started. If the harness dies without a word the command's process gets SIGTERM; what it left
 * behind or started goes on, unless it ends that itself, and {dir} stays. */
WM_MUST_USE int wm_server_start(struct uv_loop_s *loop, const struct wm_server_settings *settings,
                                struct wm_server **ret_server, struct wm_error *err);
/* The command's first process. */
int wm_server_pid(const struct wm_server *server);
/* Where it listens: 127.0.0.1 and its port. */
void wm_server_address(const struct wm_server *server, struct sockaddr_storage *ret_address,
                       socklen_t *ret_bytes);
/* Is somebody there yet? One attempt to connect at a time, of a second at most, which goes on from
 * one look to the next: a look does not wait. All 0 to begin with; to be ended when it is not asked
 * any more. [any thread] */
struct wm_knock {
    bool under_way;
    int fd;
    uint64_t until_ns;
};
bool wm_knock_look(struct wm_knock *knock, const struct sockaddr_storage *address, socklen_t bytes);
void wm_knock_end(struct wm_knock *knock);
/* [any thread] Tries once to connect, for a second at most; true when somebody accepts. */
bool wm_server_accepts(const struct sockaddr_storage *address, socklen_t bytes);
/* The last lines that it wrote, without control bytes; "" when it wrote none. Borrowed until the
 * loop turns. */
const char *wm_server_last_words(struct wm_server *server);

/* CPU time of all its processes since they began, those that ended included as far as they were
 * waited for: nanoseconds. */
uint64_t wm_server_cpu_ns(const struct wm_server *server);

/* The signal `number`, such as SIGTERM, to all its processes; SIGKILL after `patience_ms`, 0:
 * never. */
void wm_server_end(struct wm_server *server, int number, uint32_t patience_ms);
void wm_server_kill(struct wm_server *server);
/* Ends it at once if it still runs, removes {dir}, and frees once the loop has turned again. NULL
 * is allowed. */
void wm_server_free(struct wm_server *server);

#endif

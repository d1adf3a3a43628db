/* launch.h - starts a program as it would start by hand, but for the agent in it. */
#ifndef WM_REPLAY_LAUNCH_H
#define WM_REPLAY_LAUNCH_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <sys/types.h>

struct wm_launch {
    char *const *words; /* the program, looked for in $PATH, and its arguments; ends with NULL */
    const char *agent;  /* NULL: none */
    int region_fd;      /* stays open in this process while the program runs */
    bool own_output;    /* it has our input and output, and goes on if we die; otherwise it has no
                           input, a pipe to us, and SIGTERM when we die without a word */
};

struct wm_launched {
    pid_t pid;
    int output; /* the pipe's end to read from, non-blocking; -1 with own_output */
    int agent;  /* -1, or a descriptor to be closed once the program has ended */
};

/* Starts it in a session of its own, out of reach of the terminal's Ctrl-C. An error of starting
 * it has its word as the place: nothing runs then, and nothing is open. */
WM_MUST_USE int wm_launch_start(const struct wm_launch *launch, struct wm_launched *ret_launched,
                                struct wm_error *err);

#endif

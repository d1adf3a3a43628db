/* recording.h - what came of recording live traffic. Counts of all connections together. */
#ifndef WM_CAPTURES_RECORDING_H
#define WM_CAPTURES_RECORDING_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stdint.h>

struct wm_recording {
    uint64_t connections;                /* accepted */
    uint64_t open;                       /* of them, now */
    uint64_t refused;                    /* of them, closed since the server could not be reached */
    char refusal[96];                    /* why, the first time */
    uint64_t turned_away;                /* not accepted: there was no descriptor left for them */
    uint64_t sent_bytes, answered_bytes; /* to the server, to the clients */

    uint64_t requests;       /* understood and recorded, or about to be */
    uint64_t span_ns;        /* from the first one to the last */
    uint64_t unanswered;     /* recorded without what became of them */
    uint64_t dropped_fields; /* headers past what a request can have here */
    uint64_t not_understood; /* connections whose recording stopped; their traffic went on */
    char fault[160];         /* why, the first time */

    bool stopped;         /* the trace could not be written on; traffic goes on */
    struct wm_error stop; /* why */
    uint64_t lost;        /* understood, but not recorded: since then, or without memory */
};

#endif

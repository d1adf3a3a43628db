/* board.h - the label board: which request each connection carries, seen from both ends of it.
 *
 *   harness                                        server, with the agent in it
 *   board.ports[local port] = serial ── then ──>   reads from the connection with that peer port:
 *   writes the request                             the thread's label is the serial
 *   reads the reply: requests[serial].path         its samples carry the serial
 *
 * A connection has one request in flight. The harness is the only writer of ports, and of paths but
 * under `waymark agent`, where the agents name what they read; the agents of all processes add what
 * they counted. A request is remembered until WM_BOARD_REQUESTS later ones were made, so that
 * samples of what a server does after its answer find it too. */
#ifndef WM_WIRE_BOARD_H
#define WM_WIRE_BOARD_H

#include "profiles/wire/sites.h"

#include <stdatomic.h>
#include <stdint.h>

/* struct wm_sample.request in a server, and a thread's label: */
#define WM_LABEL_BOARD (UINT64_C(1) << 63) /* with a serial: a request on the board */
#define WM_LABEL_PATH                                                                              \
    (UINT64_C(3) << 62)                   /* with an index into wm_region.paths: `waymark agent`   \
                                           */
#define WM_LABEL_KIND (UINT64_C(3) << 62) /* these bits tell which */

enum {
    WM_BOARD_PORTS = 1 << 16,
    WM_BOARD_REQUESTS = 1 << 20, /* a power of two */
    WM_REASON_MAX = 64,          /* different reasons for failed requests */
    WM_REASON_OTHER = 0,         /* takes those past the limit */
};

/* What a port's word may hold besides a label (which has bit 63 set). */
enum {
    WM_PORT_FOREIGN = 0, /* no connection of the harness's */
    WM_PORT_OURS = 1,    /* connected, no request made yet */
};

struct wm_board_request {
    _Atomic uint64_t label;   /* whose entry this is: relaxed, checked before and after */
    _Atomic uint32_t path;    /* 1 + index into wm_region.paths once it ended; 0: it is open */
    _Atomic uint32_t context; /* 1 + index into wm_region.contexts: a server that marks segments;
                                 published by the agent before it writes to the connection */
    /* What the server's threads counted while its label was theirs: added by the agents, taken by
     * the harness when it makes the entry another request's, and at the end. */
    _Atomic uint64_t allocs;
    _Atomic uint64_t alloc_bytes;
    /* The harness's own, to say what was in flight when a server died: relaxed. */
    _Atomic uint64_t index; /* of the work */
    _Atomic uint32_t entry; /* its label, of wm_region.entries */
    _Atomic uint32_t lost;  /* 1: its connection ended without a reply, and none has come there
                               since: if the server has died, it had this in its hands */
};

struct wm_reason {
    uint32_t name; /* offset into wm_region.names */
    uint32_t reserved;
    _Atomic uint64_t requests;
};

struct wm_board {
    _Atomic uint64_t next_serial;           /* harness: of the next request, from 1 */
    _Atomic uint64_t ports[WM_BOARD_PORTS]; /* by the harness's port of the connection */
    struct wm_board_request requests[WM_BOARD_REQUESTS];
    /* `waymark agent`: requests that the agents saw begin, and their allocations, by path. */
    _Atomic uint64_t seen[WM_PATH_MAX];
    _Atomic uint64_t seen_allocs[WM_PATH_MAX];
    _Atomic uint64_t seen_alloc_bytes[WM_PATH_MAX];
    /* What makes the split less sure; counted by the agents, told by the run. */
    _Atomic uint64_t together; /* requests before others in one read: their CPU is the last one's */
    _Atomic uint64_t asked;    /* connections that the server opened, to servers of its own */
    _Atomic uint32_t reason_count; /* starts at 1 */
    struct wm_reason reasons[WM_REASON_MAX];
};

static inline struct wm_board_request *wm_board_request(struct wm_board *board, uint64_t label)
{
    return &board->requests[label & (WM_BOARD_REQUESTS - 1)];
}

#endif

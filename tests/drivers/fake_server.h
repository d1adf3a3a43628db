/* fake_server.h - a RESP server that answers each command as its name says, on a thread of its own.
 *
 * With a region it does what the agent does too: it looks at the board when it reads a request, and
 * counts three allocations of 100 bytes before and one of 10 after its answer. */
#ifndef WM_TESTS_DRIVERS_FAKE_SERVER_H
#define WM_TESTS_DRIVERS_FAKE_SERVER_H

#include "profiles/wire/region.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

enum fake_command {
    FAKE_OK,
    FAKE_PIECES,  /* the answer comes byte by byte */
    FAKE_TWICE,   /* two answers at once */
    FAKE_JUNK,    /* what is no RESP */
    FAKE_HALF,    /* half of an answer, then the connection is closed */
    FAKE_HANGUP,  /* closed without an answer */
    FAKE_RESET,   /* reset without an answer */
    FAKE_SILENT,  /* no answer at all */
    FAKE_RESTART, /* the first time: all are closed, and for 300 ms nobody can connect */
    FAKE_GONE,    /* all are closed, and nobody can connect any more */
    FAKE_COMMANDS,
};

struct fake_server {
    uint16_t port;
    struct wm_region *region;             /* NULL: no agent */
    _Atomic uint64_t seen[FAKE_COMMANDS]; /* how often each came */
    _Atomic uint64_t accepted;            /* connections */
    _Atomic uint64_t unlabelled; /* requests whose connection had no right label on the board */
    _Atomic uint32_t stop;
    pthread_t thread;
    int listener;
    int connections[64];
};

/* `region` may be set between these two: the port is known after init. */
void fake_server_init(struct fake_server *server);
void fake_server_start(struct fake_server *server);
void fake_server_stop(struct fake_server *server);

#endif

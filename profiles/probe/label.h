/* label.h - whose request this thread serves, in a server: the word that its samples carry.
 *
 * profiles/hooks finds it out; here it is set, and what the thread allocates is counted to it. */
#ifndef WM_PROBE_LABEL_H
#define WM_PROBE_LABEL_H

#include "profiles/wire/board.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* [any] The thread's label is this now (board.h; 0: nobody's). What it allocated since the last
 * change is the old one's. A context that wm_label_attach had attached comes off. */
void wm_label_set(uint64_t label);
/* [any] After wm_label_set, in a server that marks segments (wm_probe.marks): the thread goes on in
 * the connection's context, which starts over for a new request. `number` is the connection's: 1 +
 * the index of its context, 0: it has none yet. Where the context is attached to another thread
 * nothing is done. */
void wm_label_attach(_Atomic uint32_t *number);
/* [any] The connection is gone: its last request's visits are counted, its context is free. Where
 * it is attached to another thread that happens when it comes off there; `at_end`, of the process,
 * when nothing comes off any more, the visits are counted at once. */
void wm_label_detach(_Atomic uint32_t *number, bool at_end);

#endif

/* waiting.h - notices that a run waits for a request that does not end.
 *
 * [one thread], the harness's. Looks at the shared region only; the app may have written there. */
#ifndef WM_CLI_WAITING_H
#define WM_CLI_WAITING_H

#include "harness/core/text.h"
#include "profiles/wire/region.h"

#include <stdbool.h>
#include <stdint.h>

#define WM_WAITING_NS (UINT64_C(10) * 1000 * 1000 * 1000) /* longer is worth a word */

/* All 0 to begin with. */
struct wm_waiting {
    uint64_t next_index; /* what the load stood at */
    uint32_t context;    /* 1 + that of the request being watched; 0: none */
    uint64_t serial;     /* its own */
    uint64_t since_ns;   /* when it was first seen */
    bool told;
};

/* To be asked every second or so. True once, when nothing was sent and one request has been in
 * flight for WM_WAITING_NS: `text` then says which. */
bool wm_waiting_look(struct wm_waiting *waiting, const struct wm_region *region, uint64_t now_ns,
                     struct wm_text *text);

#endif

/* post.h - requests on the label board: put there before they are written, resolved after.
 *
 * The harness's side of profiles/wire/board.h. [any thread]: workers share the board. */
#ifndef WM_DRIVERS_POST_H
#define WM_DRIVERS_POST_H

#include "profiles/wire/region.h"

#include <stdbool.h>
#include <stdint.h>

/* A connection with this local port was made (no request yet), or is about to be closed. */
void wm_post_open(struct wm_board *board, uint16_t port);
void wm_post_close(struct wm_board *board, uint16_t port);

/* The request that will now be written to the connection with this local port; its label. */
uint64_t wm_post_begin(struct wm_board *board, uint16_t port);
/* What it is; to be told before it is written. */
void wm_post_describe(struct wm_board *board, uint64_t label, uint64_t index, uint32_t entry);
/* 1 + the context that the server marked the request's segments in; 0: none, or the board has
 * forgotten the request (WM_BOARD_REQUESTS later ones were made). */
uint32_t wm_post_context(struct wm_board *board, uint64_t label);
/* The request took this path; nothing where the board has forgotten it. Not for uncounted ones: no
 * path, no trace of them anywhere. */
void wm_post_end(struct wm_board *board, uint64_t label, uint32_t path);

/* The request's connection ended without a reply; or, `lost` false, the server has outlived that.
 */
void wm_post_lost(struct wm_board *board, uint64_t label, bool lost);

/* Adds what is counted and not yet taken of all requests to board->seen_allocs; again is allowed.
 */
void wm_post_sweep(struct wm_board *board);

#endif

/* delivery.h - a result on its way, piece by piece, to standard output or to a file. */
#ifndef WM_CLI_DELIVERY_H
#define WM_CLI_DELIVERY_H

#include "harness/core/file.h"
#include "harness/core/text.h"

/* Zeroed but for the name is at its start. */
struct wm_delivery {
    const char *name;     /* NULL: standard output */
    struct wm_file *file; /* from the first piece on */
};

/* Sends what the text holds and empties it. -ENOMEM for a text that failed, or the errno of
 * writing. */
WM_MUST_USE int wm_delivery_send(struct wm_delivery *delivery, struct wm_text *text,
                                 struct wm_error *err);
/* The file is there only once all of it is; nothing to do for standard output. */
WM_MUST_USE int wm_delivery_commit(struct wm_delivery *delivery, struct wm_error *err);
/* Throws a file away that was not committed. */
void wm_delivery_done(struct wm_delivery *delivery);

#endif

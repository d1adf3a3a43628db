/* folder.h - a server's own folder, {dir}: made empty, given the configuration, removed. */
#ifndef WM_REPLAY_FOLDER_H
#define WM_REPLAY_FOLDER_H

#include "harness/core/error.h"
#include "harness/replay/command.h"

/* Makes a new folder below $TMPDIR or /tmp; free() its name, an absolute one. */
WM_MUST_USE int wm_folder_make(char **ret_folder, struct wm_error *err);
/* Copies the *.conf of the folder `from` into `folder`, with their placeholders filled in. */
WM_MUST_USE int wm_folder_configure(const char *folder, const char *from,
                                    struct wm_placeholders *placeholders, struct wm_error *err);
/* Removes the folder and all in it. NULL is allowed. */
void wm_folder_remove(const char *folder);

#endif

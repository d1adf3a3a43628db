/* cmd_paths.h - the path view of a run folder, as `run` prints it too. */
#ifndef WM_CLI_CMD_PATHS_H
#define WM_CLI_CMD_PATHS_H

#include "harness/core/error.h"
#include "profiles/views/view.h"

/* Reads the run at `folder` and prints its view to standard output. */
WM_MUST_USE int wm_cmd_paths_print(const char *folder, enum wm_view_format format,
                                   struct wm_error *err);

#endif

/* server_notes.h - what a reader of a server's run should know: whether the agent saw it, and who
 * was the bottleneck. */
#ifndef WM_CLI_SERVER_NOTES_H
#define WM_CLI_SERVER_NOTES_H

#include "profiles/runs/run.h"
#include "profiles/wire/region.h"

/* Adds them as notes; comes after wm_gather_finish. */
void wm_server_notes(const struct wm_region *region, struct wm_run *run);

#endif

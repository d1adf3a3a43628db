/* server_job.h - the part of a job that is a server's: agent, program, address, looked for before
 * anything starts. */
#ifndef WM_CLI_SERVER_JOB_H
#define WM_CLI_SERVER_JOB_H

#include "harness/cli/job.h"
#include "harness/core/error.h"

/* Fills job->server, and in the plan the target and the server's program as far as it is known.
 * -ENOENT without the agent, -EINVAL for a host that is not known, … */
WM_MUST_USE int wm_server_job_prepare(struct wm_job *job, struct wm_error *err);

#endif

/* server_job.c - the part of a job that is a server's: agent, program, address. */
#include "harness/cli/server_job.h"

#include "drivers/protocols/protocol.h"
#include "harness/cli/programs.h"
#include "harness/replay/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The folder of the mix or trace, an absolute name. */
static int find_files(struct wm_job *job, struct wm_error *err)
{
    char *files = job->server.files;
    if (job->source == NULL || strcmp(job->source, "-") == 0)
        return 0;
    int rc = wm_programs_resolve(job->source, files, sizeof(job->server.files), err);
    char *slash = rc == 0 ? strrchr(files, '/') : NULL;
    if (slash != NULL)
        slash[slash == files] = '\0';
    return rc;
}

/* What the command's first word names: which build it is. Nothing where it says so only later. */
static int find_program(struct wm_job *job, struct wm_error *err)
{
    struct wm_placeholders none = {NULL, 0};
    char **words = NULL;
    int rc = wm_command_split(job->values->server, &none, &words, err);
    if (rc < 0) {
        snprintf(err->place, sizeof(err->place), "--server");
        return rc;
    }
    wm_programs_look_up(words[0], job->plan.app, sizeof(job->plan.app));
    wm_command_free(words);
    return 0;
}

int wm_server_job_prepare(struct wm_job *job, struct wm_error *err)
{
    bool connect = job->values->connect != NULL;
    job->server.protocol = wm_protocol_find(job->values->protocol);
    job->plan.target = connect ? WM_TARGET_CONNECT : WM_TARGET_SERVER;
    if (connect)
        return wm_address_read(job->values->connect, &job->server.address, err);
    int rc = wm_programs_find_agent(job->server.agent, err);
    if (rc == 0)
        rc = find_files(job, err);
    if (rc == 0)
        rc = find_program(job, err);
    return rc;
}

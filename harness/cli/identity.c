/* identity.c - build id, hash of the work, commit: the keys of run.json's "identity". */
#include "harness/cli/identity.h"

#include "harness/core/hash.h"
#include "profiles/symbols/buildid.h"

#include <inttypes.h>
#include <stdio.h>

static int add(struct wm_run *run, const char *key, const char *value)
{
    return wm_run_add_setting(run, &run->identity, &run->identity_count, key, value);
}

int wm_identity_of_files(struct wm_run *run, const char *app, const char *work)
{
    char build_id[WM_BUILD_ID_BYTES], digits[17];
    uint64_t hash;
    int rc = wm_build_id_read(app, build_id) ? add(run, WM_RUN_BUILD_ID, build_id) : 0;
    if (rc < 0 || work == NULL || wm_hash_file(work, &hash, NULL) < 0)
        return rc;
    snprintf(digits, sizeof(digits), "%016" PRIx64, hash);
    return add(run, WM_RUN_WORK_HASH, digits);
}

int wm_identity_of_git(struct wm_run *run, const struct wm_git_state *state)
{
    int rc = state->commit[0] != '\0' ? add(run, WM_RUN_COMMIT, state->commit) : 0;
    if (rc == 0 && state->dirty_known)
        rc = add(run, WM_RUN_DIRTY, state->dirty ? "true" : "false");
    return rc;
}

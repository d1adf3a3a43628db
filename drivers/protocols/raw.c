/* raw.c - recorded requests that fields cannot hold. */
#include "drivers/protocols/raw.h"

#include "drivers/protocols/words.h"

#include <errno.h>
#include <string.h>

bool wm_raw_is(const struct wm_work *work)
{
    const char *raw = wm_protocol_field(work, "raw");
    return raw != NULL && strcmp(raw, "1") == 0;
}

int wm_raw_spell(const struct wm_work *work, struct wm_text *out, struct wm_error *err)
{
    if (work->body == NULL || work->body_bytes == 0)
        return wm_fail_at(err, -EINVAL, "raw", "the bytes to send belong into body");
    wm_text_add_bytes(out, work->body, work->body_bytes);
    return 0;
}

bool wm_raw_seen_failed(const struct wm_work *work)
{
    const char *outcome = wm_protocol_field(work, "outcome");
    return outcome != NULL && strcmp(outcome, "error") == 0;
}

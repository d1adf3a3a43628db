/* legacy_counts.c - counts of old Go runtimes: "threadcreate profile: total 7", then "1 @ 0x44cb3
 * 0x45045" for each stack. */
#include "profiles/pprof/legacy.h"

#include "harness/core/text.h"

#include <errno.h>

/* The first word is what is counted. */
static bool read_header(struct wm_slice line, struct wm_slice *ret_type)
{
    int64_t total;
    *ret_type = wm_slice_word(&line);
    return ret_type->length > 0 && wm_slice_skip(&line, " profile: total ") &&
           wm_slice_number(&line, false, &total) && line.length == 0;
}

bool wm_legacy_is_counts(struct wm_legacy *legacy)
{
    struct wm_slice type;
    return wm_legacy_next_said(legacy) && read_header(legacy->line, &type);
}

/* "0x44cb3 0x45045", with one blank between and nothing else. */
static bool is_addresses(struct wm_slice text)
{
    do {
        uint64_t address;
        if (!wm_slice_begins(text, "0x") || !wm_slice_hex(&text, &address))
            return false;
    } while (wm_slice_skip(&text, " "));
    return text.length == 0;
}

static int read_stack(struct wm_legacy *legacy)
{
    struct wm_slice line = legacy->line;
    int64_t count;
    if (!wm_slice_number(&line, false, &count) || !wm_slice_skip(&line, " @ ") ||
        !is_addresses(line))
        return wm_legacy_malformed(legacy, "a stack that is not like '1 @ 0x1f 0x2e'");
    int rc = wm_legacy_push_text(legacy, line, -1);
    return rc == 0 ? wm_legacy_sample(legacy, NULL, &count) : rc;
}

int wm_legacy_read_counts(struct wm_legacy *legacy)
{
    struct wm_slice type;
    struct wm_text name;
    if (!wm_legacy_next_said(legacy) || !read_header(legacy->line, &type))
        return -ENOENT;
    wm_text_init(&name);
    wm_text_add_bytes(&name, type.at, type.length);
    int rc = name.failed ? wm_legacy_failed(legacy, -ENOMEM)
                         : wm_legacy_type(legacy, name.data, "count");
    if (rc == 0)
        rc = wm_legacy_period(legacy, name.data, "count", 1);
    wm_text_done(&name);
    while (rc == 0 && wm_legacy_next_said(legacy) && !wm_slice_begins(legacy->line, "---"))
        rc = read_stack(legacy);
    return rc == 0 ? wm_legacy_read_announced_maps(legacy) : rc;
}

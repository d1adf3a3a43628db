/* import.c - a capture into a trace. */
#include "harness/cli/import.h"

#include "harness/core/units.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

/* Whether both names lead to one regular file, which the writing would destroy. */
static bool same_file(const char *a, const char *b)
{
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && S_ISREG(first.st_mode) &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

int wm_import(const char *name, const char *format, const char *target,
              struct wm_capture_report *ret_report, struct wm_error *err)
{
    struct wm_trace_writer *writer = NULL;
    if (same_file(name, target))
        return wm_fail_at(err, -EINVAL, target, "is the capture itself; choose another name");
    int rc = wm_trace_create(target, name, &writer, err);
    if (rc < 0)
        return rc;
    rc = wm_capture_import(name, format, writer, ret_report, err);
    if (rc < 0) {
        wm_trace_discard(writer);
        return rc;
    }
    return wm_trace_commit(writer, err);
}

void wm_import_describe(const struct wm_capture_report *report, struct wm_text *text)
{
    char count[WM_UNIT_BYTES];
    char span[WM_UNIT_BYTES];
    wm_text_addf(text, "%s request%s in %s", wm_units_count(report->requests, count),
                 report->requests == 1 ? "" : "s",
                 wm_units_duration((double)report->span_ns, span));
    if (report->skipped > 0)
        wm_text_addf(text, ", %s line%s not readable as %s (first: line %" PRIu64 ", %s)",
                     wm_units_count(report->skipped, count), report->skipped == 1 ? "" : "s",
                     report->skipped == 1 ? "a request" : "requests", report->first_skipped,
                     report->first_fault);
    if (report->reordered > 0)
        wm_text_addf(text, ", %s not in the order of their times",
                     wm_units_count(report->reordered, count));
    if (report->spread > 0)
        wm_text_add(text, ", times spread evenly within their second");
    if (report->crowded > 0)
        wm_text_addf(text, ", %s past the %d MiB that are held of a second, sent at the end of it",
                     wm_units_count(report->crowded, count), WM_CAPTURE_SECOND_MIB);
}

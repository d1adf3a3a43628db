/* message.h - a profile as the bytes that pprof's own writer makes of it. Private to this room.
 *
 * wm_profile_write is for waymark's files and sorts all that it writes; whoever asks a view for a
 * profile gets the order, the ids and the strings of `go tool pprof -proto`. */
#ifndef WM_REPORT_MESSAGE_H
#define WM_REPORT_MESSAGE_H

#include "harness/core/text.h"
#include "profiles/pprof/profile.h"
#include "profiles/report/report.h"

/* Adds the profile, compressed by gzip, and drains the text to `report` meanwhile unless that is
 * NULL. Only what `profile` shows openly is read, so that it may be one that was put together on
 * the spot. -ENOMEM, or what draining returns. */
WM_MUST_USE int wm_message_add(struct wm_text *text, const struct wm_profile *profile,
                               const struct wm_report *report, struct wm_error *err);

#endif

/* error.h - what went wrong, where, and what to do about it.
 *
 * Functions return 0 or a count on success and a negative errno on failure. Where a person must
 * act, the last parameter is a struct wm_error, filled where the knowledge is. Its buffers are
 * fixed, so that running out of memory can still be told. */
#ifndef WM_CORE_ERROR_H
#define WM_CORE_ERROR_H

#define WM_MUST_USE __attribute__((warn_unused_result))
#define WM_PRINTF(position, first) __attribute__((__format__(__printf__, position, first)))

struct wm_error {
    char place[512]; /* "shop.csv:14:3", a file, an option; "" when there is none */
    char text[512];  /* one sentence: what was found, what was expected, what to do */
};

/* Writes the sentence into `err` (NULL is allowed), leaves its place as it is, returns `rc`. */
int wm_fail(struct wm_error *err, int rc, const char *format, ...) WM_PRINTF(3, 4);

/* The same, with a place. */
int wm_fail_at(struct wm_error *err, int rc, const char *place, const char *format, ...)
    WM_PRINTF(4, 5);

/* Fails with what the system says of -rc: "cannot <doing>: No such file or directory". */
int wm_fail_errno(struct wm_error *err, int rc, const char *place, const char *doing);

#endif

/* json.h - JSON (RFC 8259) out, and small documents in. */
#ifndef WM_CORE_JSON_H
#define WM_CORE_JSON_H

#include "harness/core/error.h"
#include "harness/core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes indented JSON into a text. Inside an object every value takes a key, elsewhere NULL.
 * Bytes that are not UTF-8 become U+FFFD. Commas and newlines are the writer's. */
struct wm_json_writer {
    struct wm_text *text;
    unsigned depth;
    bool first;
};
void wm_json_start(struct wm_json_writer *json, struct wm_text *text);
void wm_json_open(struct wm_json_writer *json, const char *key, char bracket); /* '{' or '[' */
void wm_json_close(struct wm_json_writer *json, char bracket);                 /* '}' or ']' */
void wm_json_string(struct wm_json_writer *json, const char *key, const char *value);
void wm_json_u64(struct wm_json_writer *json, const char *key, uint64_t value);
void wm_json_double(struct wm_json_writer *json, const char *key, double value); /* 6 decimals */
void wm_json_bool(struct wm_json_writer *json, const char *key, bool value);

/* A document in memory. */
enum wm_json_kind {
    WM_JSON_NULL,
    WM_JSON_BOOL,
    WM_JSON_NUMBER,
    WM_JSON_STRING,
    WM_JSON_ARRAY,
    WM_JSON_OBJECT
};
struct wm_json;
/* -EINVAL with "place:line"; nesting above 64 is refused. Free with wm_json_free. */
WM_MUST_USE int wm_json_parse(const char *data, size_t length, const char *place,
                              struct wm_json **ret_json, struct wm_error *err);
/* The same of a file of at most `limit` bytes; also the errno of reading it. */
WM_MUST_USE int wm_json_read(const char *name, size_t limit, struct wm_json **ret_json,
                             struct wm_error *err);
void wm_json_free(struct wm_json *json);
enum wm_json_kind wm_json_kind(const struct wm_json *json);
/* Of a bool; `otherwise` for anything else. */
bool wm_json_as_bool(const struct wm_json *json, bool otherwise);
/* Member of an object; NULL when there is none or `json` is NULL or no object. */
const struct wm_json *wm_json_get(const struct wm_json *json, const char *key);
/* Elements of an array or object; 0 for anything else. */
size_t wm_json_count(const struct wm_json *json);
const struct wm_json *wm_json_at(const struct wm_json *json, size_t i);
/* The key that a member of an object stands under; NULL for anything else. */
const char *wm_json_key(const struct wm_json *json);
/* The value, or `otherwise` when `json` is NULL or of another kind. */
const char *wm_json_as_string(const struct wm_json *json, const char *otherwise);
double wm_json_as_double(const struct wm_json *json, double otherwise);
uint64_t wm_json_as_u64(const struct wm_json *json, uint64_t otherwise);

#endif

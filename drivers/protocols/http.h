/* http.h - the parts of HTTP/1.1, for the table in protocols.c. */
#ifndef WM_PROTOCOLS_HTTP_H
#define WM_PROTOCOLS_HTTP_H

#include "drivers/protocols/protocol.h"

extern const struct wm_protocol wm_protocol_http;

/* HEAD and CONNECT: what follows the reply's head is not its body. */
bool wm_http_answers_without_body(const char *method);
/* "404" to 404; 0 for what is no status. */
uint32_t wm_http_status(const char *digits);

int wm_http_reply_open(struct wm_reply_reader **ret_reader);
void wm_http_reply_close(struct wm_reply_reader *reader);
void wm_http_reply_begin(struct wm_reply_reader *reader, const struct wm_wanted *wanted);
int wm_http_reply_feed(struct wm_reply_reader *reader, const char *bytes, size_t count,
                       size_t *ret_used, struct wm_protocol_reply *reply);
int wm_http_reply_end(struct wm_reply_reader *reader, struct wm_protocol_reply *reply);

int wm_http_request_open(struct wm_request_reader **ret_reader);
void wm_http_request_close(struct wm_request_reader *reader);
int wm_http_request_feed(struct wm_request_reader *reader, const char *bytes, size_t count,
                         size_t *ret_used, struct wm_protocol_request *request);

#endif

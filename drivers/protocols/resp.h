/* resp.h - the parts of RESP, redis's protocol, for the table in protocols.c. */
#ifndef WM_PROTOCOLS_RESP_H
#define WM_PROTOCOLS_RESP_H

#include "drivers/protocols/protocol.h"

extern const struct wm_protocol wm_protocol_resp;

int wm_resp_reply_open(struct wm_reply_reader **ret_reader);
void wm_resp_reply_close(struct wm_reply_reader *reader);
void wm_resp_reply_begin(struct wm_reply_reader *reader, const struct wm_wanted *wanted);
int wm_resp_reply_feed(struct wm_reply_reader *reader, const char *bytes, size_t count,
                       size_t *ret_used, struct wm_protocol_reply *reply);
int wm_resp_reply_end(struct wm_reply_reader *reader, struct wm_protocol_reply *reply);

int wm_resp_request_open(struct wm_request_reader **ret_reader);
void wm_resp_request_close(struct wm_request_reader *reader);
int wm_resp_request_feed(struct wm_request_reader *reader, const char *bytes, size_t count,
                         size_t *ret_used, struct wm_protocol_request *request);

#endif

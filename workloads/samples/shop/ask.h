/* ask.h - what a request asks of the shop, whichever way it came.
 *
 * From a mix: the fields op (order, refund, page), sku, qty, token, card. From an access log: the
 * fields method and target, such as POST and /order?sku=17&qty=2&token=...; client, user_agent and
 * status go into the shop's own log. */
#ifndef SHOP_ASK_H
#define SHOP_ASK_H

#include "token.h"

#include <stdint.h>

struct wm_request;

enum ask_op {
    ASK_ORDER,
    ASK_REFUND,
    ASK_PAGE,
    ASK_UNKNOWN, /* whatever the shop has no answer to */
};

struct ask {
    enum ask_op op;
    uint32_t sku;          /* 0: none, or not a number */
    uint32_t qty;          /* the same */
    char token[TOKEN_MAX]; /* "" none */
    char card[24];
    const char *method; /* for the log; borrowed from the request, never NULL */
    const char *target;
    const char *client;
    const char *agent;
};

void ask_read(const struct wm_request *request, struct ask *ask);

/* The same for a method and a target that are at hand; reads op, sku, qty, token and card. */
void ask_read_target(const char *method, const char *target, struct ask *ask);

#endif

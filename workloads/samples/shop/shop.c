/* shop.c - the sample app: takes orders and refunds, shows pages, and logs what it did.
 *
 * HandleRequest
 * |- Authenticate
 * |  `- ValidateToken
 * |- RouteRequest
 * |  |- ProcessOrder:  ValidateOrder, CheckInventory, ChargePayment
 * |  `- ProcessRefund: ValidateRefund, IssueRefund
 * `- LogRequest */
#include "ask.h"
#include "inventory.h"
#include "ledger.h"
#include "token.h"

#include <waymark/waymark.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHARGE_LIMIT_CENTS = 40000, /* five of anything stay below it, 99 of anything exceed it */
    QTY_MAX = 99,
    REFUND_QTY_MAX = 5,
    CARD_ROUNDS = 12,
};

/* How a request ended: the status that the client is told. */
enum status {
    OK = 200,
    CREATED = 201,
    BAD = 400,
    DENIED = 401,
    DECLINED = 402,
    REFUSED = 403,
    NOT_FOUND = 404,
    SOLD_OUT = 409,
    BROKEN = 500,
};

static void answer(struct wm_reply *reply, const char *text, int length, size_t size)
{
    if (length > 0)
        wm_reply_write(reply, text, (size_t)length < size ? (size_t)length : size - 1);
}

/* Fills `user`; who has no token, or none that is good, is a guest. */
static bool validate_token(const struct ask *ask, char user[TOKEN_USER_MAX])
{
    WM_SEGMENT("ValidateToken");
    if (ask->token[0] != '\0' && token_valid(ask->token, user))
        return true;
    memcpy(user, "guest", sizeof("guest"));
    return false;
}

/* Looking around is free; who moves money must have a token. */
static bool authenticate(const struct ask *ask, char user[TOKEN_USER_MAX])
{
    WM_SEGMENT("Authenticate");
    if (validate_token(ask, user) || (ask->op != ASK_ORDER && ask->op != ASK_REFUND))
        return true;
    WM_OUTCOME("denied");
    return false;
}

/* What every deal carries; NULL when there is no memory. */
static struct deal *new_deal(const struct ask *ask, const char *user, uint64_t number)
{
    struct deal *deal = calloc(1, sizeof(*deal));
    if (deal == NULL)
        return NULL;
    deal->item = inventory_find(ask->sku);
    deal->qty = ask->qty;
    deal->amount_cents = deal->item == NULL ? 0 : (uint64_t)deal->item->price_cents * ask->qty;
    deal->number = number;
    snprintf(deal->user, sizeof(deal->user), "%s", user);
    if (ask->card[0] != '\0')
        snprintf(deal->card, sizeof(deal->card), "%s", ask->card);
    else
        snprintf(deal->card, sizeof(deal->card), "4000%012" PRIu64, number % 1000000);
    return deal;
}

static bool validate_order(const struct deal *order)
{
    WM_SEGMENT("ValidateOrder");
    if (order->item == NULL || order->qty == 0 || order->qty > QTY_MAX)
        return false;
    size_t digits = strlen(order->card);
    return digits >= 12 && digits <= 19 && strspn(order->card, "0123456789") == digits;
}

static bool check_inventory(const struct deal *order)
{
    WM_SEGMENT("CheckInventory");
    const struct item *shelf = inventory_find(order->item->sku);
    return shelf != NULL && shelf->stock >= order->qty;
}

static bool charge_payment(struct deal *order, char receipt[SHA256_HEX])
{
    WM_SEGMENT("ChargePayment");
    ledger_record(order, "payment");
    if (order->amount_cents > CHARGE_LIMIT_CENTS)
        return false;
    ledger_hide_card(order, CARD_ROUNDS, receipt);
    return true;
}

static enum status process_order(struct deal *order, struct wm_reply *reply)
{
    WM_SEGMENT("ProcessOrder");
    char receipt[SHA256_HEX];
    char text[640];
    if (!validate_order(order)) {
        WM_OUTCOME("invalid");
        return BAD;
    }
    if (!check_inventory(order)) {
        WM_OUTCOME("out_of_stock");
        return SOLD_OUT;
    }
    if (!charge_payment(order, receipt)) {
        WM_OUTCOME("declined");
        return DECLINED;
    }
    WM_OUTCOME("approved");
    int length =
        snprintf(text, sizeof(text), "{\"order\":%s,\"signed\":\"%s\",\"receipt\":\"%s\"}\n",
                 order->record, order->signature, receipt);
    answer(reply, text, length, sizeof(text));
    return CREATED;
}

static bool validate_refund(const struct deal *refund)
{
    WM_SEGMENT("ValidateRefund");
    return refund->item != NULL && refund->qty > 0 && refund->qty <= REFUND_QTY_MAX;
}

static void issue_refund(struct deal *refund, char receipt[SHA256_HEX])
{
    WM_SEGMENT("IssueRefund");
    ledger_record(refund, "refund");
    ledger_hide_card(refund, CARD_ROUNDS / 4, receipt);
}

/* A refund that goes through is the ordinary end of its path and needs no name. */
static enum status process_refund(struct deal *refund, struct wm_reply *reply)
{
    WM_SEGMENT("ProcessRefund");
    char receipt[SHA256_HEX];
    char text[640];
    if (!validate_refund(refund)) {
        WM_OUTCOME("refused");
        return REFUSED;
    }
    issue_refund(refund, receipt);
    int length = snprintf(text, sizeof(text), "{\"refund\":%s,\"receipt\":\"%s\"}\n",
                          refund->record, receipt);
    answer(reply, text, length, sizeof(text));
    return OK;
}

/* One item, or the shop window when none is asked for. */
static enum status show_page(const struct ask *ask, struct wm_reply *reply)
{
    enum {
        WINDOW = 12,
        ROW = 128,
    };
    const struct item *item = ask->sku == 0 ? NULL : inventory_find(ask->sku);
    if (ask->sku != 0 && item == NULL) {
        WM_OUTCOME("not_found");
        return NOT_FOUND;
    }
    WM_OUTCOME("page");
    char *page = malloc(WINDOW * ROW);
    if (page == NULL)
        return BROKEN;
    int length = 0;
    uint32_t first = item == NULL ? 1 : item->sku;
    for (uint32_t i = 0; i < WINDOW; i++) {
        const struct item *row = inventory_find((first + i * i) % 1000 + 1);
        if (row == NULL)
            continue;
        length += snprintf(page + length, ROW,
                           "<li><a href=\"/item/%" PRIu32 "\">%s</a> %" PRIu32 ".%02" PRIu32
                           " EUR, %" PRIu32 " left</li>\n",
                           row->sku, row->name, row->price_cents / 100, row->price_cents % 100,
                           row->stock);
    }
    answer(reply, page, length, WINDOW * ROW);
    free(page);
    return OK;
}

static enum status route_request(const struct ask *ask, const char *user, uint64_t number,
                                 struct wm_reply *reply)
{
    WM_SEGMENT("RouteRequest");
    if (ask->op == ASK_PAGE)
        return show_page(ask, reply);
    if (ask->op == ASK_UNKNOWN) {
        WM_OUTCOME("not_found");
        return NOT_FOUND;
    }
    struct deal *deal = new_deal(ask, user, number);
    if (deal == NULL)
        return BROKEN;
    enum status status =
        ask->op == ASK_ORDER ? process_order(deal, reply) : process_refund(deal, reply);
    free(deal);
    return status;
}

/* Everything a client sent is cut to a length; quotes and what is not printable become dots. */
static void log_request(const struct ask *ask, const char *user, uint64_t number,
                        enum status status)
{
    WM_SEGMENT("LogRequest");
    char line[320];
    int length = snprintf(line, sizeof(line),
                          "%" PRIu64 " client=%.45s user=%s status=%d sku=%" PRIu32 " qty=%" PRIu32
                          " request='%.10s %.80s' agent='%.80s'",
                          number, ask->client, user, (int)status, ask->sku, ask->qty, ask->method,
                          ask->target, ask->agent);
    if (length < 0)
        return;
    for (char *c = line; *c != '\0'; c++) {
        if (*c < ' ' || *c > '~' || *c == '"')
            *c = '.';
    }
    ledger_log(line, strlen(line));
}

static int handle_request(const struct wm_request *request, struct wm_reply *reply)
{
    WM_SEGMENT("HandleRequest");
    struct ask ask;
    char user[TOKEN_USER_MAX];
    uint64_t number = wm_request_index(request);
    enum status status = DENIED;
    ask_read(request, &ask);
    if (authenticate(&ask, user))
        status = route_request(&ask, user, number, reply);
    log_request(&ask, user, number, status);
    return status == BROKEN ? -1 : 0;
}
WM_ENTRY("HandleRequest", handle_request);

__attribute__((constructor)) static void open_shop(void)
{
    token_start();
    inventory_start();
}

__attribute__((destructor)) static void close_shop(void)
{
    ledger_stop();
}

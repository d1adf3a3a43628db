/* ledger.h - what the shop writes down: signed records of money moved, and the log of requests. */
#ifndef SHOP_LEDGER_H
#define SHOP_LEDGER_H

#include "inventory.h"
#include "sha256.h"

#include <stddef.h>
#include <stdint.h>

/* An order or a refund on its way through the shop. */
struct deal {
    const struct item *item;
    uint32_t qty;
    uint64_t amount_cents;
    uint64_t number;
    char user[24];
    char card[24];
    char record[384]; /* the payment record, as it is signed */
    char signature[SHA256_HEX];
};

/* Formats the record of `kind` ("payment", "refund") into the deal and signs it. */
void ledger_record(struct deal *deal, const char *kind);

/* Turns the card number into what may be stored: stretched over `rounds`, so that a stolen ledger
 * does not give the numbers away. */
void ledger_hide_card(const struct deal *deal, unsigned rounds, char hidden[SHA256_HEX]);

/* Keeps a line in memory, sealed with a mac; the oldest of some thousand lines makes room. Any
 * thread. Lines that memory is not there for are left out. */
void ledger_log(const char *line, size_t length);

/* Lines kept now. */
size_t ledger_log_count(void);
/* Frees the log, when no thread writes any more. */
void ledger_stop(void);

#endif

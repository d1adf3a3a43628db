/* ledger.c - what the shop writes down: signed records and a log of sealed lines. */
#include "ledger.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOG_LINES = 4096, /* a power of two */
};

static const char key[] = "what the auditors ask for";

/* The ring holds pointers and a line changes hands by one exchange: threads never wait for each
 * other, and whoever takes an old line out is the only one to free it. */
static _Atomic(char *) log_lines[LOG_LINES];
static atomic_uint log_next;

void ledger_record(struct deal *deal, const char *kind)
{
    uint8_t mac[SHA256_BYTES];
    size_t digits = strlen(deal->card);
    int length =
        snprintf(deal->record, sizeof(deal->record),
                 "{\"kind\":\"%s\",\"number\":%" PRIu64 ",\"user\":\"%s\",\"item\":\"%s\","
                 "\"name\":\"%s\",\"qty\":%" PRIu32 ",\"amount\":\"%" PRIu64 ".%02" PRIu64 "\","
                 "\"currency\":\"EUR\",\"card\":\"************%s\"}",
                 kind, deal->number, deal->user, deal->item->code, deal->item->name, deal->qty,
                 deal->amount_cents / 100, deal->amount_cents % 100,
                 digits < 4 ? "" : deal->card + digits - 4);
    hmac_sha256(key, sizeof(key) - 1, deal->record, length < 0 ? 0 : strlen(deal->record), mac);
    sha256_hex(mac, deal->signature);
}

void ledger_hide_card(const struct deal *deal, unsigned rounds, char hidden[SHA256_HEX])
{
    uint8_t mac[SHA256_BYTES];
    uint8_t sum[SHA256_BYTES];
    hmac_sha256(deal->card, strlen(deal->card), deal->user, strlen(deal->user), mac);
    memcpy(sum, mac, sizeof(sum));
    for (unsigned round = 1; round < rounds; round++) {
        hmac_sha256(deal->card, strlen(deal->card), mac, sizeof(mac), mac);
        for (unsigned i = 0; i < sizeof(sum); i++)
            sum[i] ^= mac[i];
    }
    sha256_hex(sum, hidden);
}

void ledger_log(const char *line, size_t length)
{
    uint8_t mac[SHA256_BYTES];
    char *kept = malloc(length + 1 + SHA256_HEX);
    if (kept == NULL)
        return;
    hmac_sha256(key, sizeof(key) - 1, line, length, mac);
    memcpy(kept, line, length);
    kept[length] = ' ';
    sha256_hex(mac, kept + length + 1);
    unsigned slot = atomic_fetch_add_explicit(&log_next, 1, memory_order_relaxed) % LOG_LINES;
    free(atomic_exchange_explicit(&log_lines[slot], kept, memory_order_acq_rel));
}

size_t ledger_log_count(void)
{
    size_t count = 0;
    for (unsigned i = 0; i < LOG_LINES; i++)
        count += atomic_load_explicit(&log_lines[i], memory_order_relaxed) != NULL;
    return count;
}

void ledger_stop(void)
{
    for (unsigned i = 0; i < LOG_LINES; i++)
        free(atomic_exchange_explicit(&log_lines[i], NULL, memory_order_acq_rel));
}

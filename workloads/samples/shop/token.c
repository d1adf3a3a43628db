/* token.c - who asks: makes and checks `user.expiry.mac`. */
#include "token.h"

#include "sha256.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    USERS = 16,
};

/* A sample has no secrets: capture.sh signs its shoppers' tokens with the same key. */
static const char key[] = "the shop's key, known to everybody";

static struct stand_in {
    const char *word;
    char tokens[USERS][TOKEN_MAX];
} stand_ins[] = {
    {"valid",   {{0}}},
    {"forged",  {{0}}},
    {"expired", {{0}}},
};

bool token_make(const char *user, int64_t expiry, char token[TOKEN_MAX])
{
    uint8_t mac[SHA256_BYTES];
    char hex[SHA256_HEX];
    if (strlen(user) >= TOKEN_USER_MAX)
        return false;
    int length = snprintf(token, TOKEN_MAX, "%s.%" PRId64, user, expiry);
    if (length < 0 || length + SHA256_HEX + 1 > TOKEN_MAX)
        return false;
    hmac_sha256(key, sizeof(key) - 1, token, (size_t)length, mac);
    sha256_hex(mac, hex);
    token[length] = '.';
    memcpy(token + length + 1, hex, sizeof(hex));
    return true;
}

void token_start(void)
{
    for (unsigned i = 0; i < USERS; i++) {
        char user[TOKEN_USER_MAX];
        snprintf(user, sizeof(user), "shopper%02u", i);
        token_make(user, SHOP_NOW + 3600 + 60 * i, stand_ins[0].tokens[i]);
        token_make(user, SHOP_NOW + 3600 + 60 * i, stand_ins[1].tokens[i]);
        token_make(user, SHOP_NOW - 3600 - 60 * i, stand_ins[2].tokens[i]);
        /* Someone else's name over a mac that was right: the forger's first idea. */
        memcpy(stand_ins[1].tokens[i], "manager", strlen("manager"));
    }
}

const char *token_stand_in(const char *text, uint64_t number)
{
    for (size_t i = 0; i < sizeof(stand_ins) / sizeof(stand_ins[0]); i++) {
        if (strcmp(text, stand_ins[i].word) == 0)
            return stand_ins[i].tokens[number % USERS];
    }
    return text;
}

/* Compares in a time that does not tell how many digits were right. */
static bool same_mac(const char *left, const char *right)
{
    unsigned differs = 0;
    for (unsigned i = 0; i < SHA256_HEX - 1; i++)
        differs |= (unsigned)(left[i] ^ right[i]);
    return differs == 0;
}

bool token_valid(const char *token, char user[TOKEN_USER_MAX])
{
    const char *dot = strchr(token, '.');
    const char *mac = dot == NULL ? NULL : strchr(dot + 1, '.');
    if (mac == NULL || dot == token || dot - token >= TOKEN_USER_MAX ||
        strlen(mac + 1) != SHA256_HEX - 1)
        return false;
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX];
    hmac_sha256(key, sizeof(key) - 1, token, (size_t)(mac - token), digest);
    sha256_hex(digest, hex);
    if (!same_mac(hex, mac + 1))
        return false;
    char *end;
    errno = 0;
    int64_t expiry = strtoll(dot + 1, &end, 10);
    if (errno != 0 || end != mac || expiry <= SHOP_NOW)
        return false;
    memcpy(user, token, (size_t)(dot - token));
    user[dot - token] = '\0';
    return true;
}

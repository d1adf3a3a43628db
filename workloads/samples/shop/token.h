/* token.h - who asks: `user.expiry.mac`, the mac an HMAC-SHA256 over `user.expiry`. */
#ifndef SHOP_TOKEN_H
#define SHOP_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TOKEN_USER_MAX = 24, /* with the NUL */
    TOKEN_MAX = 128,     /* with the NUL */
};

/* The shop's clock stands still here (1 January 2026, UTC): a token in a capture is as good in ten
 * years as it was on its day, and two runs of one capture take the same paths. */
#define SHOP_NOW INT64_C(1767225600)

/* Makes the tokens behind the stand-ins. Before any thread calls the functions below. */
void token_start(void);

/* A real token for the stand-ins "valid", "forged" and "expired", which a mix can write down
 * without knowing the shop's key; `number` picks one of several users. Any other text is returned
 * as it is. */
const char *token_stand_in(const char *text, uint64_t number);

/* Is it the shop's own and not expired? Fills `user` if so. */
bool token_valid(const char *token, char user[TOKEN_USER_MAX]);

/* Writes a token for `user`; false when it does not fit. */
bool token_make(const char *user, int64_t expiry, char token[TOKEN_MAX]);

#endif

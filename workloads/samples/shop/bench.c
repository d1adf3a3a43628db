/* bench.c - two of the shop's functions as benchmarks of their own: `waymark bench --bench .`. */
#include "sha256.h"
#include "token.h"

#include <waymark/waymark.h>

#include <string.h>

static void bench_token(struct wm_bench *b)
{
    char token[TOKEN_MAX];
    char user[TOKEN_USER_MAX];
    if (!token_make("shopper", SHOP_NOW + 3600, token))
        return;
    while (wm_bench_next(b))
        wm_keep(token_valid(token, user));
}
WM_BENCH("ValidateToken", bench_token);

/* The size of a payment record. */
static void bench_sha256(struct wm_bench *b)
{
    char record[256];
    uint8_t digest[SHA256_BYTES];
    memset(record, 'r', sizeof(record));
    while (wm_bench_next(b)) {
        struct sha256 sha;
        sha256_start(&sha);
        sha256_add(&sha, record, sizeof(record));
        sha256_end(&sha, digest);
        wm_keep(digest[0]);
    }
}
WM_BENCH("Sha256", bench_sha256);

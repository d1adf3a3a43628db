/* sha256.h - SHA-256 (FIPS 180-4) and HMAC (RFC 2104), small and plain. */
#ifndef SHOP_SHA256_H
#define SHOP_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum {
    SHA256_BYTES = 32,
    SHA256_HEX = 2 * SHA256_BYTES + 1, /* with the NUL */
    SHA256_BLOCK = 64,
};

struct sha256 {
    uint32_t state[8];
    uint64_t bytes; /* added so far */
    uint8_t block[SHA256_BLOCK];
};

void sha256_start(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *data, size_t size);
void sha256_end(struct sha256 *sha, uint8_t digest[SHA256_BYTES]);

void hmac_sha256(const void *key, size_t key_bytes, const void *data, size_t size,
                 uint8_t digest[SHA256_BYTES]);

/* Lower-case digits and a NUL. */
void sha256_hex(const uint8_t digest[SHA256_BYTES], char hex[SHA256_HEX]);

#endif

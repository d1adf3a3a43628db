/* hash.h - 64 bits of bytes: spread, not secrecy. */
#ifndef WM_CORE_HASH_H
#define WM_CORE_HASH_H

#include "harness/core/error.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Multiplies and folds eight bytes at a time. `hash` is that of what came before; 0 to begin with.
 * Run folders keep such hashes, so the same bytes have the same one in every version. */
static inline uint64_t wm_hash_bytes(uint64_t hash, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t word = 0;
    hash ^= UINT64_C(0x9e3779b97f4a7c15) ^ length;
    for (; length >= sizeof(word); length -= sizeof(word), at += sizeof(word)) {
        memcpy(&word, at, sizeof(word));
        hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
    }
    word = 0;
    if (length > 0)
        memcpy(&word, at, length);
    hash = (hash ^ word) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ hash >> 32;
}

/* The hash of a regular file's bytes, taken in pieces of 64 KiB, so in that much memory for any
 * size. The errno of opening or reading; -EINVAL for what can be read only once. */
WM_MUST_USE int wm_hash_file(const char *name, uint64_t *ret_hash, struct wm_error *err);

#endif

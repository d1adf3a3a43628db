/* work.c - the hash that tells one request from another. */
#include "workloads/work.h"

#include <string.h>

/* The 128-bit product of two words, its halves folded together: one multiplication mixes eight
 * bytes, which keeps the hash far below the cost of making the request. */
static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t add_word(uint64_t hash, uint64_t word)
{
    return fold(hash ^ word, golden) + UINT64_C(0xd1b54a32d192ed03);
}

/* 1 to 8 bytes in one word; reads that overlap need no loop and no call. */
static uint64_t last_word(const unsigned char *at, size_t length)
{
    if (length >= 4) {
        uint32_t first, last;
        memcpy(&first, at, sizeof(first));
        memcpy(&last, at + length - sizeof(last), sizeof(last));
        return (uint64_t)first << 32 | last;
    }
    return (uint64_t)at[0] << 16 | (uint64_t)at[length / 2] << 8 | at[length - 1];
}

/* The length goes in with the end, so that "ab","c" and "a","bc" differ. */
static uint64_t add_bytes(uint64_t hash, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    size_t left = length;

    for (; left > sizeof(uint64_t); left -= sizeof(uint64_t), at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, at, sizeof(word));
        hash = add_word(hash, word);
    }
    uint64_t last = left > 0 ? last_word(at, left) : 0;
    return fold(hash ^ last, golden + 2 * length) + length;
}

uint64_t wm_work_hash(const struct wm_work *work)
{
    uint64_t hash = add_word(UINT64_C(0x2545f4914f6cdd1d), work->index);

    hash = add_bytes(hash, work->entry, strlen(work->entry));
    hash = add_word(hash, work->field_count);
    for (uint32_t i = 0; i < work->field_count; i++) {
        const struct wm_work_field *field = &work->fields[i];
        hash = add_bytes(hash, field->name, strlen(field->name));
        hash = add_bytes(hash, field->value, strlen(field->value));
    }
    hash = add_word(hash, work->body != NULL);
    if (work->body != NULL)
        hash = add_bytes(hash, work->body, work->body_bytes);
    return fold(hash, UINT64_C(0xbf58476d1ce4e5b9));
}

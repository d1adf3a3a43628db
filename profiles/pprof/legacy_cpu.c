/* legacy_cpu.c - gperftools' CPU profile: machine words of the machine that wrote it.
 *
 *   0  3  0  period in microseconds  0        the header
 *   count  depth  address ...                 each stack, leaf first
 *   0  1  0                                   the end; then the mappings, as text */
#include "profiles/pprof/legacy.h"

#include "profiles/pprof/scale.h"

#include <errno.h>

enum { HEADER_WORDS = 5 };

struct words {
    const struct wm_wire_input *input;
    size_t at;
    unsigned bytes; /* of a word */
    bool is_big;
};

/* 0 past the end, where `at` then stays. */
static uint64_t next_word(struct words *words)
{
    uint64_t word = 0;
    if (words->input->length - words->at < words->bytes) {
        words->at = words->input->length;
        return 0;
    }
    for (unsigned i = 0; i < words->bytes; i++) {
        unsigned shift = 8 * (words->is_big ? words->bytes - 1 - i : i);
        word |= (uint64_t)words->input->data[words->at + i] << shift;
    }
    words->at += words->bytes;
    return word;
}

/* Finds the kind of words in which the header makes sense. */
static bool read_header(const struct wm_wire_input *input, struct words *words,
                        uint64_t *ret_period)
{
    static const struct {
        unsigned bytes;
        bool is_big;
    } kinds[] = {
        {4, false},
        {4, true },
        {8, false},
        {8, true }
    };
    for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
        *words = (struct words){input, 0, kinds[kind].bytes, kinds[kind].is_big};
        uint64_t header[HEADER_WORDS];
        if (input->length < (size_t)HEADER_WORDS * words->bytes)
            continue;
        for (size_t i = 0; i < HEADER_WORDS; i++)
            header[i] = next_word(words);
        *ret_period = header[3];
        if (header[0] == 0 && header[1] == 3 && header[2] == 0 && header[3] > 0 && header[4] == 0)
            return true;
    }
    return false;
}

bool wm_legacy_is_cpu(struct wm_legacy *legacy)
{
    struct words words;
    uint64_t period;
    return read_header(legacy->input, &words, &period);
}

/* 1 at the end marker, 0 after a stack. What is cut off counts as it is, as address 0. */
static int read_stack(struct wm_legacy *legacy, struct words *words)
{
    legacy->line_at = words->at;
    if (legacy->input->length - words->at < 2 * (size_t)words->bytes)
        return wm_legacy_malformed(legacy, "cut off before a stack");
    uint64_t count = next_word(words), depth = next_word(words);
    if (depth > (legacy->input->length - words->at) / 4)
        return wm_legacy_malformed(legacy, "a stack that ends behind the file");
    for (uint64_t i = 0; i < depth; i++) {
        int rc = wm_legacy_push(legacy, next_word(words));
        if (rc < 0)
            return rc;
    }
    if (count == 0 && depth == 1 && legacy->stack[0] == 0)
        return 1;
    for (size_t i = 1; i < legacy->stack_length; i++)
        legacy->stack[i]--; /* a return address: the call is before it */
    uint64_t period = (uint64_t)legacy->profile->period;
    int64_t values[2] = {(int64_t)count, (int64_t)(count * period)};
    return wm_legacy_sample(legacy, NULL, values);
}

int wm_legacy_read_cpu(struct wm_legacy *legacy)
{
    struct words words;
    uint64_t period_us = 0;
    if (!read_header(legacy->input, &words, &period_us))
        return -ENOENT;
    int rc = wm_legacy_type(legacy, "samples", "count");
    if (rc == 0)
        rc = wm_legacy_type(legacy, "cpu", "nanoseconds");
    if (rc == 0)
        rc = wm_legacy_period(legacy, "cpu", "nanoseconds", (int64_t)(period_us * 1000));
    while (rc == 0 && words.at < legacy->input->length)
        rc = read_stack(legacy, &words);
    if (rc < 0)
        return rc;
    legacy->at = words.at;
    rc = wm_legacy_drop_handler_frames(legacy);
    if (rc == 0)
        rc = wm_legacy_read_maps(legacy);
    if (rc == 0)
        wm_legacy_drop_repeated_leaves(legacy);
    return rc;
}

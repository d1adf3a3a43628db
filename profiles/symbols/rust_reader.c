/* rust_reader.c - numbers, identifiers and references back. */
#include "profiles/symbols/rust_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    DEPTH_MAX = 200,
    /* Back references can grow a name without end: what is longer than that says nothing. */
    TEXT_MAX = 32 * 1024,
    IDENTIFIER_MAX = 1024, /* characters of one that is not ASCII */
};

void wm_rust_refuse(struct wm_rust_reader *reader)
{
    reader->wrong = true;
}

char wm_rust_peek(const struct wm_rust_reader *reader)
{
    return reader->wrong || reader->at == reader->end ? '\0' : *reader->at;
}

bool wm_rust_take(struct wm_rust_reader *reader, char letter)
{
    if (wm_rust_peek(reader) != letter)
        return false;
    reader->at++;
    return true;
}

void wm_rust_expect(struct wm_rust_reader *reader, char letter)
{
    if (!wm_rust_take(reader, letter))
        wm_rust_refuse(reader);
}

void wm_rust_add_bytes(struct wm_rust_reader *reader, const char *bytes, size_t length)
{
    if (reader->quiet || reader->wrong)
        return;
    if (reader->text->length - reader->before + length > TEXT_MAX)
        wm_rust_refuse(reader);
    else
        wm_text_add_bytes(reader->text, bytes, length);
}

void wm_rust_add(struct wm_rust_reader *reader, const char *string)
{
    wm_rust_add_bytes(reader, string, strlen(string));
}

void wm_rust_add_number(struct wm_rust_reader *reader, uint64_t number)
{
    char digits[24];
    (void)snprintf(digits, sizeof(digits), "%" PRIu64, number);
    wm_rust_add(reader, digits);
}

bool wm_rust_enter(struct wm_rust_reader *reader)
{
    if (reader->depth == DEPTH_MAX)
        wm_rust_refuse(reader);
    reader->depth++;
    return !reader->wrong;
}

void wm_rust_leave(struct wm_rust_reader *reader)
{
    reader->depth--;
}

uint64_t wm_rust_base62(struct wm_rust_reader *reader)
{
    uint64_t number = 0;
    if (wm_rust_take(reader, '_'))
        return 0;
    for (;;) { /* a hash may wrap around */
        char letter = wm_rust_peek(reader);
        uint64_t digit;
        if (letter >= '0' && letter <= '9')
            digit = (uint64_t)(letter - '0');
        else if (letter >= 'a' && letter <= 'z')
            digit = (uint64_t)(letter - 'a') + 10;
        else if (letter >= 'A' && letter <= 'Z')
            digit = (uint64_t)(letter - 'A') + 36;
        else
            break;
        number = number * 62 + digit;
        reader->at++;
    }
    wm_rust_expect(reader, '_');
    return number + 1;
}

bool wm_rust_follow(struct wm_rust_reader *reader, const char **ret_at)
{
    const char *here = reader->at;
    wm_rust_expect(reader, 'B');
    uint64_t offset = wm_rust_base62(reader);
    *ret_at = reader->at;
    if (reader->wrong || reader->quiet)
        return false;
    if (offset >= (uint64_t)(here - reader->start)) {
        wm_rust_refuse(reader);
        return false;
    }
    reader->at = reader->start + offset;
    return true;
}

struct wm_rust_identifier wm_rust_identifier(struct wm_rust_reader *reader)
{
    struct wm_rust_identifier read = {.bytes = ""};
    uint64_t length = 0;
    if (wm_rust_take(reader, 's'))
        (void)wm_rust_base62(reader);
    read.punycode = wm_rust_take(reader, 'u');
    bool more = true; /* an empty identifier is "0", and the next may begin behind that */
    for (bool first = true; more; first = false) {
        char digit = wm_rust_peek(reader);
        more = digit >= '0' && digit <= '9';
        if (first && !more)
            wm_rust_refuse(reader);
        if (!more)
            break;
        length = length * 10 + (uint64_t)(digit - '0');
        reader->at++;
        more = length > 0;
        if (length > TEXT_MAX)
            wm_rust_refuse(reader);
    }
    (void)wm_rust_take(reader, '_'); /* it parts the length from an identifier that starts so */
    if (reader->wrong || length > (uint64_t)(reader->end - reader->at)) {
        wm_rust_refuse(reader);
        return read;
    }
    read.bytes = reader->at;
    read.length = length;
    reader->at += length;
    return read;
}

static void add_code_point(struct wm_rust_reader *reader, uint32_t code)
{
    char bytes[4];
    size_t length = 1;
    if (code < 0x80) {
        bytes[0] = (char)code;
    } else if (code < 0x800) {
        bytes[0] = (char)(0xc0 | code >> 6);
        length = 2;
    } else if (code < 0x10000) {
        bytes[0] = (char)(0xe0 | code >> 12);
        length = 3;
    } else {
        bytes[0] = (char)(0xf0 | code >> 18);
        length = 4;
    }
    for (size_t i = 1; i < length; i++)
        bytes[i] = (char)(0x80 | (code >> 6 * (length - 1 - i) & 0x3f));
    wm_rust_add_bytes(reader, bytes, length);
}

/* Of RFC 3492, with "_" where it has "-". Each step inserts one character somewhere. */
static void add_punycode(struct wm_rust_reader *reader, const struct wm_rust_identifier *identifier)
{
    enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST = 128 };
    uint32_t characters[IDENTIFIER_MAX];
    size_t count = 0, at = identifier->length;
    while (at > 0 && identifier->bytes[at - 1] != '_')
        at--;
    for (; at > 0 && count + 1 < at && count < IDENTIFIER_MAX; count++)
        characters[count] = (unsigned char)identifier->bytes[count];
    uint64_t code = FIRST, bias = FIRST_BIAS, place = 0;
    bool first = true;
    while (at < identifier->length) {
        uint64_t before = place, weight = 1;
        for (uint64_t k = BASE;; k += BASE) {
            char letter = at < identifier->length ? identifier->bytes[at++] : '\0';
            uint64_t digit = letter >= 'a' && letter <= 'z'   ? (uint64_t)(letter - 'a')
                             : letter >= '0' && letter <= '9' ? (uint64_t)(letter - '0') + 26
                                                              : BASE;
            uint64_t threshold = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
            if (digit == BASE || weight > UINT32_MAX) {
                wm_rust_refuse(reader);
                return;
            }
            place += digit * weight;
            if (digit < threshold)
                break;
            weight *= BASE - threshold;
        }
        uint64_t delta = (place - before) / (first ? DAMP : 2), steps = 0;
        first = false;
        delta += delta / (count + 1);
        for (; delta > (BASE - TMIN) * TMAX / 2; steps += BASE)
            delta /= BASE - TMIN;
        bias = steps + (BASE - TMIN + 1) * delta / (delta + SKEW);
        code += place / (count + 1);
        place %= count + 1;
        if (count == IDENTIFIER_MAX || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
            wm_rust_refuse(reader);
            return;
        }
        memmove(characters + place + 1, characters + place, (count - place) * sizeof(*characters));
        characters[place++] = (uint32_t)code;
        count++;
    }
    for (size_t i = 0; i < count; i++)
        add_code_point(reader, characters[i]);
}

void wm_rust_add_identifier(struct wm_rust_reader *reader,
                            const struct wm_rust_identifier *identifier)
{
    if (identifier->punycode && !reader->quiet && !reader->wrong)
        add_punycode(reader, identifier);
    else
        wm_rust_add_bytes(reader, identifier->bytes, identifier->length);
}

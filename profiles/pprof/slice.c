/* slice.c - part of a text. Bytes, not characters: the formats are ASCII where it matters. */
#include "profiles/pprof/slice.h"

#include <ctype.h>
#include <string.h>

static bool is_blank(char character)
{
    return character == ' ' || (character >= '\t' && character <= '\r');
}

static void cut(struct wm_slice *text, size_t length)
{
    text->at += length;
    text->length -= length;
}

struct wm_slice wm_slice_trim(struct wm_slice text)
{
    while (text.length > 0 && is_blank(text.at[0]))
        cut(&text, 1);
    while (text.length > 0 && is_blank(text.at[text.length - 1]))
        text.length--;
    return text;
}

bool wm_slice_begins(struct wm_slice text, const char *words)
{
    size_t length = strlen(words);
    return text.length >= length && memcmp(text.at, words, length) == 0;
}

struct wm_slice wm_slice_find(struct wm_slice text, const char *words)
{
    const char *found = text.length > 0 ? memmem(text.at, text.length, words, strlen(words)) : NULL;
    if (found == NULL)
        return (struct wm_slice){NULL, 0};
    cut(&text, (size_t)(found - text.at));
    return text;
}

bool wm_slice_skip(struct wm_slice *text, const char *words)
{
    if (!wm_slice_begins(*text, words))
        return false;
    cut(text, strlen(words));
    return true;
}

size_t wm_slice_skip_all(struct wm_slice *text, char character)
{
    size_t count = 0;
    while (text->length > 0 && text->at[0] == character) {
        cut(text, 1);
        count++;
    }
    return count;
}

void wm_slice_step(struct wm_slice *text)
{
    bool is_digit;
    do {
        is_digit = text->at[0] >= '0' && text->at[0] <= '9';
        cut(text, 1);
    } while (is_digit && text->length > 0 && text->at[0] >= '0' && text->at[0] <= '9');
}

struct wm_slice wm_slice_word(struct wm_slice *text)
{
    while (text->length > 0 && is_blank(text->at[0]))
        cut(text, 1);
    struct wm_slice word = {text->at, 0};
    while (text->length > 0 && !is_blank(text->at[0])) {
        cut(text, 1);
        word.length++;
    }
    return word;
}

bool wm_slice_number(struct wm_slice *text, bool may_be_negative, int64_t *ret_number)
{
    struct wm_slice rest = *text;
    bool negative = may_be_negative && wm_slice_skip(&rest, "-");
    const uint64_t most = (uint64_t)INT64_MAX + negative;
    uint64_t number = 0;
    if (rest.length == 0 || rest.at[0] < '0' || rest.at[0] > '9')
        return false;
    for (; rest.length > 0 && rest.at[0] >= '0' && rest.at[0] <= '9'; cut(&rest, 1)) {
        unsigned digit = (unsigned)(rest.at[0] - '0');
        if (number > (most - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret_number = (int64_t)(negative ? 0 - number : number);
    *text = rest;
    return true;
}

static int hex_digit(struct wm_slice text)
{
    static const char digits[] = "0123456789abcdef";
    if (text.length == 0 || text.at[0] == '\0')
        return -1;
    const char *digit = strchr(digits, tolower((unsigned char)text.at[0]));
    return digit != NULL ? (int)(digit - digits) : -1;
}

bool wm_slice_hex(struct wm_slice *text, uint64_t *ret_number)
{
    struct wm_slice rest = *text;
    uint64_t number = 0;
    struct wm_slice behind = rest;
    if (wm_slice_skip(&behind, "0x") && hex_digit(behind) >= 0)
        rest = behind;
    if (hex_digit(rest) < 0)
        return false;
    for (int digit; (digit = hex_digit(rest)) >= 0; cut(&rest, 1)) {
        if (number >> 60 != 0)
            return false;
        number = number << 4 | (uint64_t)digit;
    }
    *ret_number = number;
    *text = rest;
    return true;
}

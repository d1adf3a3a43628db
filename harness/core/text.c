/* text.c - a string that grows. */
#include "harness/core/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_BYTES = 128, NUMBER_BYTES = 32, UTF8_BYTES_MAX = 4 };

static char empty[1];

/* Room for `more` bytes and the NUL; false once memory is out. */
static bool reserve(struct wm_text *text, size_t more)
{
    if (text->failed)
        return false;
    if (more > SIZE_MAX / 4 - text->length) {
        text->failed = true;
        return false;
    }
    size_t needed = text->length + more + 1;
    if (needed <= text->capacity)
        return true;
    size_t capacity = text->capacity < 64 ? 64 : text->capacity * 2;
    if (capacity < needed)
        capacity = needed;
    char *data = realloc(text->capacity > 0 ? text->data : NULL, capacity);
    if (data == NULL) {
        text->failed = true;
        return false;
    }
    data[text->length] = '\0';
    text->data = data;
    text->capacity = capacity;
    return true;
}

void wm_text_init(struct wm_text *text)
{
    *text = (struct wm_text){.data = empty};
}

void wm_text_done(struct wm_text *text)
{
    if (text->capacity > 0)
        free(text->data);
    wm_text_init(text);
}

void wm_text_clear(struct wm_text *text)
{
    text->length = 0;
    text->failed = false;
    if (text->capacity > 0)
        text->data[0] = '\0';
}

void wm_text_add(struct wm_text *text, const char *string)
{
    wm_text_add_bytes(text, string, strlen(string));
}

char *wm_text_extend(struct wm_text *text, size_t length)
{
    if (!reserve(text, length))
        return NULL;
    char *added = text->data + text->length;
    text->length += length;
    text->data[text->length] = '\0';
    return added;
}

void wm_text_cut(struct wm_text *text, size_t length)
{
    if (text->failed || length == 0)
        return;
    assert(length <= text->length);
    text->length -= length;
    text->data[text->length] = '\0';
}

void wm_text_add_bytes(struct wm_text *text, const void *bytes, size_t length)
{
    char *added = length > 0 ? wm_text_extend(text, length) : NULL;
    if (added != NULL)
        memcpy(added, bytes, length);
}

/* Its digits, at the end of `digits`: returns where they begin. */
static size_t find_digits(int64_t number, char digits[NUMBER_BYTES])
{
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    size_t at = NUMBER_BYTES;
    do
        digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (number < 0)
        digits[--at] = '-';
    return at;
}

char *wm_text_put_number(char *at, int64_t number)
{
    char digits[NUMBER_BYTES];
    const size_t first = find_digits(number, digits), length = NUMBER_BYTES - first;
    memcpy(at, digits + first, length);
    return at + length;
}

void wm_text_add_number(struct wm_text *text, int64_t number, size_t width)
{
    char digits[NUMBER_BYTES];
    size_t at = find_digits(number, digits);
    while (sizeof(digits) - at < width && at > 0)
        digits[--at] = ' ';
    wm_text_add_bytes(text, digits + at, sizeof(digits) - at);
}

/* Formatting is the dear part, so what is short is formatted once. */
void wm_text_addf(struct wm_text *text, const char *format, ...)
{
    char line[SHORT_BYTES];
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (length < 0)
        text->failed = true;
    else if ((size_t)length < sizeof(line))
        wm_text_add_bytes(text, line, (size_t)length);
    else if (reserve(text, (size_t)length)) {
        vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

char *wm_text_take(struct wm_text *text)
{
    char *data = NULL;
    if (reserve(text, 0)) /* so that an empty text is handed over as memory of its own */
        data = text->data;
    else if (text->capacity > 0)
        free(text->data);
    wm_text_init(text);
    return data;
}

size_t wm_text_width(const char *string)
{
    size_t width = 0;
    for (; *string != '\0'; width++) {
        size_t bytes = (unsigned char)*string < 0x80
                           ? 1
                           : wm_text_utf8_length(string, strnlen(string, UTF8_BYTES_MAX));
        string += bytes > 0 ? bytes : 1;
    }
    return width;
}

static void add_blanks(struct wm_text *text, size_t count)
{
    if (!reserve(text, count))
        return;
    memset(text->data + text->length, ' ', count);
    text->length += count;
    text->data[text->length] = '\0';
}

void wm_text_add_padded(struct wm_text *text, const char *string, int width)
{
    size_t columns = wm_text_width(string);
    size_t wanted = width < 0 ? (size_t)-width : (size_t)width;
    size_t blanks = wanted > columns ? wanted - columns : 0;
    if (width < 0)
        add_blanks(text, blanks);
    wm_text_add(text, string);
    if (width > 0)
        add_blanks(text, blanks);
}

size_t wm_text_utf8_length(const char *string, size_t length)
{
    static const uint32_t lowest[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)string;
    if (length == 0)
        return 0;
    if (bytes[0] < 0x80)
        return 1;
    size_t count = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
    if (bytes[0] < 0xc2 || bytes[0] > 0xf4 || count > length)
        return 0;
    uint32_t point = bytes[0] & (0x7fU >> count);
    for (size_t i = 1; i < count; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (bytes[i] & 0x3fU);
    }
    bool surrogate = point >= 0xd800 && point <= 0xdfff;
    return point < lowest[count] || point > 0x10ffff || surrogate ? 0 : count;
}

void wm_text_add_safe(struct wm_text *text, const char *string, size_t length, size_t limit)
{
    size_t columns = 0;
    for (size_t i = 0; i < length;) {
        size_t bytes = wm_text_utf8_length(string + i, length - i);
        unsigned char byte = (unsigned char)string[i];
        /* U+0080..U+009F are control characters too: some terminals obey them */
        bool control = bytes == 1 && (byte < 0x20 || byte == 0x7f);
        control = control || (bytes == 2 && byte == 0xc2 && (unsigned char)string[i + 1] < 0xa0);
        bool plain = bytes > 0 && !control;
        size_t width = plain ? 1 : 4;
        if (limit > 0 && columns + width > limit) {
            wm_text_add(text, "…");
            return;
        }
        columns += width;
        if (plain) {
            wm_text_add_bytes(text, string + i, bytes);
            i += bytes;
        } else {
            wm_text_addf(text, "\\x%02x", byte);
            i++;
        }
    }
}

void wm_text_add_shell(struct wm_text *text, const char *string)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,@%+-";
    if (string[0] != '\0' && string[strspn(string, plain)] == '\0') {
        wm_text_add(text, string);
        return;
    }
    wm_text_add(text, "'");
    for (const char *at = string; *at != '\0'; at++)
        if (*at == '\'')
            wm_text_add(text, "'\\''");
        else
            wm_text_add_bytes(text, at, 1);
    wm_text_add(text, "'");
}

/* pattern.h - a request's target to its pattern: what differs between requests becomes {id}.
 *
 * On the wall between the processes, since the agent and the harness must call one request by one
 * name; in the header, since neither links the other's rooms. Pure; no allocation. */
#ifndef WM_WIRE_PATTERN_H
#define WM_WIRE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { WM_PATTERN_BYTES = 256 }; /* longer ones are cut and end in "…" */

static inline bool wm_pattern_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool wm_pattern_is_hex(char c)
{
    return wm_pattern_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* 8-4-4-4-12 hex digits. */
static inline bool wm_pattern_is_uuid(const char *name, size_t bytes)
{
    enum { UUID_BYTES = 36 };
    if (bytes != UUID_BYTES)
        return false;
    for (size_t i = 0; i < bytes; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? name[i] != '-' : !wm_pattern_is_hex(name[i]))
            return false;
    }
    return true;
}

/* Whether a name is one of many: a number, a UUID, or a hash. */
static inline bool wm_pattern_is_id(const char *name, size_t bytes)
{
    enum { HASH_BYTES = 8 };
    size_t digits = 0, hex = 0;
    for (size_t i = 0; i < bytes; i++) {
        digits += wm_pattern_is_digit(name[i]);
        hex += wm_pattern_is_hex(name[i]);
    }
    return (digits > 0 && (digits == bytes || (hex == bytes && bytes >= HASH_BYTES))) ||
           wm_pattern_is_uuid(name, bytes);
}

/* Where the path begins: behind "http://host" of a target in absolute form. */
static inline size_t wm_pattern_path_at(const char *target, size_t bytes)
{
    if (bytes == 0 || target[0] == '/')
        return 0;
    for (size_t i = 0; i + 2 < bytes && target[i] != '/' && target[i] != '?'; i++) {
        if (memcmp(target + i, "://", 3) != 0)
            continue;
        const char *slash = memchr(target + i + 3, '/', bytes - i - 3);
        return slash != NULL ? (size_t)(slash - target) : bytes;
    }
    return 0;
}

/* Adds what fits behind `length` bytes; the length afterwards, WM_PATTERN_BYTES once it was cut. */
static inline size_t wm_pattern_add(char *to, size_t length, const char *bytes, size_t count)
{
    static const char ellipsis[] = "\xe2\x80\xa6";
    for (size_t i = 0; i < count; i++) {
        if (length == WM_PATTERN_BYTES - sizeof(ellipsis)) {
            while (length > 0 && ((unsigned char)to[length - 1] & 0xC0) == 0x80)
                length--; /* no character is left in halves */
            if (length > 0 && (unsigned char)to[length - 1] >= 0xC0)
                length--;
            memcpy(to + length, ellipsis, sizeof(ellipsis));
            return WM_PATTERN_BYTES;
        }
        unsigned char c = (unsigned char)bytes[i];
        to[length++] = c < ' ' || c == 0x7F ? '?' : bytes[i];
    }
    return length;
}

/* [any] Writes the pattern of a target ("/users/42/cart?x=1" -> "/users/{id}/cart") into `to`
 * (WM_PATTERN_BYTES, a C string afterwards); its length. Query and fragment are left out, and what
 * stands before the path. A segment becomes {id} when it is all digits, a UUID, or 8 hex digits and
 * more with a digit among them; of a name with a suffix ("1234.html") the stem is judged. Control
 * bytes become '?'. */
static inline size_t wm_pattern_of_target(const char *target, size_t bytes, char *to)
{
    static const char id[] = "{id}";
    size_t length = 0;
    size_t at = wm_pattern_path_at(target, bytes);
    while (at < bytes && target[at] != '?' && target[at] != '#' && length < WM_PATTERN_BYTES) {
        size_t end = at, stem = 0;
        for (; end < bytes && target[end] != '/' && target[end] != '?' && target[end] != '#'; end++)
            if (target[end] == '.')
                stem = end;
        if (stem <= at)
            stem = end;
        if (wm_pattern_is_id(target + at, stem - at)) {
            length = wm_pattern_add(to, length, id, sizeof(id) - 1);
            at = stem;
        }
        end += end < bytes && target[end] == '/';
        if (length < WM_PATTERN_BYTES)
            length = wm_pattern_add(to, length, target + at, end - at);
        at = end;
    }
    if (length == WM_PATTERN_BYTES)
        return strlen(to);
    to[length] = '\0';
    return length;
}

#endif

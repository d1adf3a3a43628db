/* rust_legacy.c - Rust's names in the clothes of C++: lengths, identifiers with escapes, a hash. */
#include "profiles/symbols/rust.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* "17h" and 16 hex digits, in front of the last "E". */
enum { HASH_DIGITS = 16, HASH_BYTES = 19 };

static const struct {
    const char *code;
    const char *text;
} escapes[] = {
    {"$SP$", "@"},
    {"$BP$", "*"},
    {"$RF$", "&"},
    {"$LT$", "<"},
    {"$GT$", ">"},
    {"$LP$", "("},
    {"$RP$", ")"},
    {"$C$",  ","},
};

static const char *find_hash(const char *linkage);
static bool add_identifier(const char *identifier, size_t length, struct wm_text *text);
static size_t add_escape(const char *at, size_t length, struct wm_text *text);

bool wm_rust_demangle_legacy(const char *linkage, struct wm_text *text)
{
    const char *hash = find_hash(linkage);
    if (hash == NULL)
        return false;
    size_t before = text->length;
    for (const char *at = linkage + strlen("_ZN"); at < hash;) {
        char *end;
        if (*at < '0' || *at > '9')
            goto refuse;
        unsigned long length = strtoul(at, &end, 10);
        if (length > (size_t)(hash - end))
            goto refuse;
        if (text->length > before)
            wm_text_add(text, "::");
        if (!add_identifier(end, length, text))
            goto refuse;
        at = end + length;
    }
    if (text->length > before)
        return true;
refuse:
    while (text->length > before)
        text->data[--text->length] = '\0';
    return false;
}

/* Where "17h0123456789abcdefE" begins, at the end or in front of a suffix (".llvm.123"); NULL
 * without one. Words of C++ could look so too: a real hash has many different digits. */
static const char *find_hash(const char *linkage)
{
    enum { DIFFERENT_MIN = 5 };
    if (strncmp(linkage, "_ZN", 3) != 0)
        return NULL;
    size_t length = strlen(linkage);
    const char *end = strstr(linkage, "E.");
    for (const char *next = end; next != NULL; next = strstr(next + 1, "E."))
        end = next;
    if (end == NULL)
        end = linkage + length - 1;
    if (*end != 'E' || end - linkage <= HASH_BYTES + 3)
        return NULL;
    const char *hash = end - HASH_BYTES;
    if (strncmp(hash, "17h", 3) != 0)
        return NULL;
    unsigned seen = 0;
    int different = 0;
    for (const char *digit = hash + 3; digit < end; digit++) {
        const char *found = strchr("0123456789abcdef", *digit);
        if (found == NULL)
            return NULL;
        unsigned bit = 1U << (strlen("0123456789abcdef") - strlen(found));
        different += (seen & bit) == 0;
        seen |= bit;
    }
    return different >= DIFFERENT_MIN ? hash : NULL;
}

static bool add_identifier(const char *identifier, size_t length, struct wm_text *text)
{
    if (length > 1 && identifier[0] == '_' && identifier[1] == '$') {
        identifier++; /* it only keeps the identifier from starting with "$" */
        length--;
    }
    while (length > 0) {
        size_t taken = 1;
        if (identifier[0] == '$') {
            taken = add_escape(identifier, length, text);
        } else if (length > 1 && identifier[0] == '.' && identifier[1] == '.') {
            wm_text_add(text, "::");
            taken = 2;
        } else {
            wm_text_add_bytes(text, identifier, 1);
        }
        identifier += taken;
        length -= taken;
    }
    return !text->failed;
}

/* How many bytes the escape took; all that is left, as it is, where it is none. */
static size_t add_escape(const char *at, size_t length, struct wm_text *text)
{
    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
        size_t bytes = strlen(escapes[i].code);
        if (bytes <= length && memcmp(at, escapes[i].code, bytes) == 0) {
            wm_text_add(text, escapes[i].text);
            return bytes;
        }
    }
    if (length >= 5 && at[1] == 'u' && at[4] == '$' && strspn(at + 2, "0123456789abcdef") >= 2) {
        char digits[3] = {at[2], at[3], '\0'};
        unsigned long code = strtoul(digits, NULL, 16);
        if (code >= ' ' && code < 0x80) {
            char letter = (char)code;
            wm_text_add_bytes(text, &letter, 1);
            return 5;
        }
    }
    wm_text_add_bytes(text, at, length);
    return length;
}

/* html.c - escapes. */
#include "profiles/views/html.h"

#include <string.h>

static const struct {
    char character;
    const char *escape;
} escapes[] = {
    {'&',  "&amp;" },
    {'<',  "&lt;"  },
    {'>',  "&gt;"  },
    {'"',  "&quot;"},
    {'\'', "&#39;" },
};

static const char REPLACEMENT[] = "\xef\xbf\xbd";

static const char *escape_of(char character)
{
    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
        if (escapes[i].character == character)
            return escapes[i].escape;
    return NULL;
}

/* Control characters and the two code points at the end of the plane are in no page. */
static bool is_allowed(const char *bytes, size_t length)
{
    unsigned char last = (unsigned char)bytes[length - 1];
    if (length == 1)
        return (last >= 0x20 && last != 0x7f) || last == '\t' || last == '\n' || last == '\r';
    if (length == 2)
        return bytes[0] != '\xc2' || last >= 0xa0;
    return length != 3 || memcmp(bytes, "\xef\xbf", 2) != 0 || last < 0xbe;
}

void wm_html_add(struct wm_text *text, const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t character = wm_text_utf8_length(bytes + at, length - at);
        const char *escape = character == 1 ? escape_of(bytes[at]) : NULL;
        if (character == 0 || !is_allowed(bytes + at, character))
            escape = REPLACEMENT;
        if (escape != NULL)
            wm_text_add(text, escape);
        else
            wm_text_add_bytes(text, bytes + at, character);
        at += character > 0 ? character : 1;
    }
}

void wm_html_add_string(struct wm_text *text, const char *string)
{
    wm_html_add(text, string, strlen(string));
}

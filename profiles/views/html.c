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
    bool control = (unsigned char)character < 0x20 || character == 0x7f;
    return control && strchr("\t\n\r", character) == NULL ? REPLACEMENT : NULL;
}

/* C1 controls and the two code points at the end of the plane are in no page. */
static bool is_allowed(const char *bytes, size_t length)
{
    bool control = length == 2 && bytes[0] == '\xc2' && (unsigned char)bytes[1] < 0xa0;
    return !control &&
           !(length == 3 && memcmp(bytes, "\xef\xbf", 2) == 0 && (unsigned char)bytes[2] >= 0xbe);
}

void wm_html_add(struct wm_text *text, const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t character = wm_text_utf8_length(bytes + at, length - at);
        const char *escape = character == 1 ? escape_of(bytes[at]) : NULL;
        if (character == 0 || (bytes[at] == '\0' && character == 1))
            escape = REPLACEMENT;
        else if (character > 1 && !is_allowed(bytes + at, character))
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

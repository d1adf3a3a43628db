/* re2_escape.c - escapes for one character, and the names of those that RE2 does not have. */
#include "profiles/regex/re2_parts.h"

#include <errno.h>
#include <string.h>

static const uint32_t LAST_CHARACTER = 0x10ffff;

/* What Perl or PCRE2 have by these letters. */
static const struct {
    const char *letters, *problem;
} refused[] = {
    {"Z",         "is not of RE2's syntax; \\z is the end of the text"             },
    {"C",         "is not of Go's syntax: a text is matched by characters"         },
    {"123456789", "refers back to a group, which RE2's syntax does not have"       },
    {"gk",        "refers back to a group, which RE2's syntax does not have"       },
    {"G",         "is the end of the last match, which RE2's syntax does not have" },
    {"K",         "resets the start of the match, which RE2's syntax does not have"},
    {"RXhHVN",    "is a class of Perl's that RE2's syntax does not have"           },
    {"E",         "ends what no \\Q began"                                         },
    {"luLU",      "changes case, which RE2's syntax does not have"                 },
    {"ceo",       "is not of RE2's syntax; write \\x{...}"                         },
    {"bABzQ",     "does not stand for a character, so a class cannot have it"      },
};

static const char *problem_of(char letter)
{
    for (size_t i = 0; letter != '\0' && i < sizeof(refused) / sizeof(refused[0]); i++)
        if (strchr(refused[i].letters, letter) != NULL)
            return refused[i].problem;
    return "is no escape of RE2's syntax";
}

static int digit_of(char letter)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = letter != '\0' ? strchr(digits, letter) : NULL;
    return found != NULL ? (int)(found - digits) % 16 : -1;
}

/* Behind "\x": two digits, or any number of them in braces. */
static bool take_hexadecimal(struct wm_re2 *re2, uint32_t *ret_character)
{
    bool braces = *re2->at == '{';
    const char *at = re2->at + (braces ? 1 : 0);
    size_t count = 0;
    uint32_t character = 0;
    for (; digit_of(*at) >= 0 && (braces || count < 2); at++, count++) {
        character = character * 16 + (uint32_t)digit_of(*at);
        if (character > LAST_CHARACTER)
            return false;
    }
    if (braces ? count == 0 || *at != '}' : count < 2)
        return false;
    re2->at = at + (braces ? 1 : 0);
    *ret_character = character;
    return true;
}

/* One to three octal digits, with two at least if the first is not 0. */
static bool take_octal(struct wm_re2 *re2, uint32_t *ret_character)
{
    const char *at = re2->at;
    uint32_t character = 0;
    for (size_t i = 0; i < 3 && *at >= '0' && *at <= '7'; i++)
        character = character * 8 + (uint32_t)(*at++ - '0');
    if (at == re2->at || (*re2->at != '0' && at == re2->at + 1))
        return false;
    re2->at = at;
    *ret_character = character;
    return true;
}

int wm_re2_take_escape(struct wm_re2 *re2, uint32_t *ret_character)
{
    static const char letters[] = "afnrtv", meant[] = "\a\f\n\r\t\v";
    const char *from = re2->at++;
    char letter = *re2->at;
    if (letter == '\0')
        return wm_re2_fail(re2, from, "escapes nothing at the end of the expression");
    if (take_octal(re2, ret_character))
        return 0;
    uint32_t character = wm_re2_next(re2);
    const char *known = character < 0x80 ? strchr(letters, letter) : NULL;
    bool alphanumeric = digit_of(letter) >= 0 || (letter >= 'a' && letter <= 'z') ||
                        (letter >= 'A' && letter <= 'Z');
    if (known != NULL)
        character = (unsigned char)meant[known - letters];
    else if (letter == 'x' && !take_hexadecimal(re2, &character))
        return wm_re2_fail(re2, from, "is not followed by the hexadecimal number of a character");
    else if (letter != 'x' && (character >= 0x80 || alphanumeric))
        return wm_re2_fail(re2, from, problem_of(letter));
    *ret_character = character;
    return 0;
}

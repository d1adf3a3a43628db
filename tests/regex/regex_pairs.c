/* regex_pairs.c - prints pairs of expression and text with what regex.c says of them, for
 * regex.sh to ask Go's regexp about the same. Always the same pairs: `regex_pairs COUNT`. A line is
 * the expression and the text in hexadecimal, each after a '=', and 0 (finds nothing), 1 or E. */
#include "profiles/regex/regex.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { TEXTS_PER_PATTERN = 6, DEPTH_MAX = 3 };

static uint64_t state = 20231123;

/* xorshift*, so that all machines make the same pairs. */
static size_t below(size_t limit)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (size_t)((state * 0x2545f4914f6cdd1dU) >> 33) % limit;
}

#define PICK(array) (array)[below(COUNT(array))]

static const char *const literals[] = {
    "a",   "b",     "c",       "k",        "K",     "s",    "S",   "x",   "z", "A", "B", "0",
    "7",   "_",     " ",       ":",        "/",     "é",    "É",   "ß",   "ſ", "K", "µ", "μ",
    "α",   "Σ",     "ς",       "中",       "\\.",   "\\*",  "\\[", "\\_", "]", "}", "{", "\\n",
    "\\t", "\\x41", "\\x{61}", "\\x{3b1}", "\\101", "\\07", "-",   ",",   "#", "\n"};
static const char *const atoms[] = {".",           "^",          "$",
                                    "\\A",         "\\z",        "\\b",
                                    "\\B",         "\\d",        "\\D",
                                    "\\w",         "\\W",        "\\s",
                                    "\\S",         "\\pL",       "\\PL",
                                    "\\pN",        "\\p{Greek}", "\\P{Greek}",
                                    "\\p{^Greek}", "\\p{Latin}", "\\pC",
                                    "\\PC",        "\\p{Any}",   "\\P{Any}",
                                    "\\p{Common}", "\\pM",       "\\p{Nd}",
                                    "\\Qa.b\\E",   "\\Q*",       "\\Q\\E",
                                    "()",          "(?:)",       "[^\\x00-\\x{10FFFF}]",
                                    "\\pS",        "\\p{Han}",   "\\v",
                                    "\\a"};
static const char *const items[] = {"a",
                                    "k",
                                    "s",
                                    "A-C",
                                    "a-f",
                                    "0-9",
                                    "_",
                                    "\\d",
                                    "\\D",
                                    "\\s",
                                    "\\S",
                                    "\\w",
                                    "\\W",
                                    "[:alpha:]",
                                    "[:^alpha:]",
                                    "[:space:]",
                                    "[:upper:]",
                                    "[:^lower:]",
                                    "[:punct:]",
                                    "[:word:]",
                                    "[:^word:]",
                                    "[:ascii:]",
                                    "[:^ascii:]",
                                    "[:cntrl:]",
                                    "\\pL",
                                    "\\PL",
                                    "\\P{Greek}",
                                    "\\p{Greek}",
                                    "\\pC",
                                    "\\PC",
                                    "\\n",
                                    "-",
                                    "\\]",
                                    "\\-",
                                    "é-ü",
                                    "\\x{370}-\\x{3ff}",
                                    ".",
                                    "$",
                                    "^",
                                    "[",
                                    "(",
                                    "|",
                                    "\\x{d000}-\\x{e000}",
                                    "\\P{Common}",
                                    "\\pM",
                                    " -~",
                                    "+--"};
static const char *const repeats[] = {"*",     "+",    "?",      "*?",    "+?",
                                      "??",    "{2}",  "{0}",    "{0,1}", "{1,}",
                                      "{2,3}", "{,2}", "{2,3}?", "{x}",   "{01}"};
static const char *const flags[] = {"(?i)", "(?s)", "(?m)", "(?U)", "(?-i)", "(?im-s)", "(?)"};
static const char *const heads[] = {"(", "(?:", "(?i:", "(?s:", "(?m:", "(?P<n>", "(?-i:", "(?U:"};
/* What one of the two might take by mistake, or refuse. */
static const char *const special[] = {"(?=a)",
                                      "(?!a)",
                                      "(?<=a)",
                                      "(?<!a)",
                                      "(?>a)",
                                      "(a)\\1",
                                      "(?P<n>a)(?P=n)",
                                      "(?<n>a)",
                                      "(?'n'a)",
                                      "(?|a|b)",
                                      "(?#a)",
                                      "(?(1)a)",
                                      "(?R)",
                                      "(?P>n)",
                                      "a*+",
                                      "a++",
                                      "a?+",
                                      "a**",
                                      "a{2}{3}",
                                      "a{2}+",
                                      "a*??",
                                      "*",
                                      "+a",
                                      "(*)",
                                      "(|*)",
                                      "a|*",
                                      "(*UTF)",
                                      "(*ANYCRLF)a",
                                      "^*",
                                      "$+",
                                      "\\b*",
                                      "\\Z",
                                      "a\\Z",
                                      "\\C",
                                      "\\G",
                                      "\\K",
                                      "\\R",
                                      "\\X",
                                      "\\h",
                                      "\\H",
                                      "\\N",
                                      "\\V",
                                      "\\g1",
                                      "\\ka",
                                      "\\E",
                                      "\\e",
                                      "\\c",
                                      "\\o{7}",
                                      "\\u0041",
                                      "\\l",
                                      "\\8",
                                      "\\1",
                                      "\\12",
                                      "\\018",
                                      "\\x",
                                      "\\x4",
                                      "\\x4g",
                                      "\\x{}",
                                      "\\x{110000}",
                                      "\\x{10FFFF}",
                                      "\\x{41",
                                      "\\x{d800}",
                                      "\\p",
                                      "\\pX",
                                      "\\p{",
                                      "\\p{}",
                                      "\\p{greek}",
                                      "\\p{Lu",
                                      "\\p{L&}",
                                      "\\p{Xan}",
                                      "\\p{IsGreek}",
                                      "\\p{Alphabetic}",
                                      "\\p{^^L}",
                                      "\\pé",
                                      "[\\pX]",
                                      "[[:nope:]]",
                                      "[[:alpha:]",
                                      "[[:d:]]",
                                      "[[:^^alpha:]]",
                                      "[:alpha:]",
                                      "[[:alpha]]",
                                      "[]a]",
                                      "[^]a]",
                                      "[]",
                                      "[^]",
                                      "[a",
                                      "[a-",
                                      "[z-a]",
                                      "[a-\\d]",
                                      "[\\b]",
                                      "[\\Qa\\E]",
                                      "[\\z]",
                                      "[\\C]",
                                      "[a-]",
                                      "[-a]",
                                      "[a-b-c]",
                                      "[--/]",
                                      "[\\x{d800}]",
                                      "[^\\x{d800}]",
                                      "[[=a=]]",
                                      "[[.a.]]",
                                      "a{1000}",
                                      "a{1001}",
                                      "a{2,1}",
                                      "a{1,1001}",
                                      "(a{10}){100}",
                                      "(a{10}){101}",
                                      "((a{2,}){3,}){200}",
                                      "(a{0}){1000}",
                                      "(a{500}|b{3}){2}",
                                      "(a{500}|b{3}){3}",
                                      "a{99999999999}",
                                      "a{,5}",
                                      "a{5,",
                                      "a{05}",
                                      "a{-1}",
                                      "{",
                                      "{2}",
                                      "a{0,}{2}",
                                      "(?i",
                                      "(?i)*",
                                      "a(?i)*",
                                      "a*(?i)*",
                                      "a*\\Q\\E+",
                                      "(?i-)",
                                      "(?-)",
                                      "(?--i)",
                                      "(?ii)",
                                      "(?z)",
                                      "(?i-s-m:a)",
                                      "(?P<>a)",
                                      "(?P<n-m>a)",
                                      "(?P<n",
                                      "(?P<1>a)",
                                      "(?Pn)",
                                      "(?P=",
                                      "(",
                                      ")",
                                      "a)",
                                      "(a",
                                      "(a))",
                                      "\\",
                                      "a\\",
                                      "\\Q",
                                      "\\Qa",
                                      "\\Q\\\\E",
                                      "\\é",
                                      "\xff",
                                      "a\xc3",
                                      "[\xff]",
                                      "\\\xff",
                                      "(?\xff)",
                                      "\\Q\xff\\E",
                                      "(?P<\xff>a)",
                                      "a||b",
                                      "|",
                                      "||",
                                      "(|)",
                                      "(a|)*b",
                                      "(a*)*b",
                                      "(a*)+$",
                                      "(?:a?){3}b",
                                      "(?i)k",
                                      "(?i)ſ",
                                      "(?i)[k]",
                                      "(?i)[^k]",
                                      "(?i)\\w",
                                      "(?i)\\W",
                                      "(?i)[\\W]",
                                      "(?i)[^\\W]",
                                      "(?i)[[:lower:]]",
                                      "(?i)ß",
                                      "(?i)\\PL",
                                      "(?i)[\\PL]",
                                      "(?i)[^\\PL]",
                                      "(?i)\\p{Greek}",
                                      "(?i)\\P{Greek}",
                                      "(?i)[^\\P{Greek}a]",
                                      "(?i)\\p{Common}",
                                      "(?i)[\\P{Common}\\P{Greek}]",
                                      "(?i)\\pM",
                                      "(?i)\\b",
                                      "(?m)^",
                                      "(?m)^$",
                                      "(?m)a$",
                                      "(?m)^\\z",
                                      "a$",
                                      "a\\z",
                                      "(?m)$a",
                                      "(?i)(a(?-i)b|c)d",
                                      "(a(?i)b|c)d",
                                      "(?i:a)b",
                                      "(?s).",
                                      ".",
                                      "(?s:.)(?-s:.)",
                                      "(?P<n>a)(?P<n>b)",
                                      "(?U)a+",
                                      "(?U:a+?)b"};
static const char *const pieces[] = {"a",        "b",
                                     "c",        "aa",
                                     "ab",       "k",
                                     "K",        "s",
                                     "S",        "x",
                                     "z",        "A",
                                     "B",        "C",
                                     "d",        "0",
                                     "7",        "10",
                                     "_",        " ",
                                     ":",        "/",
                                     "é",        "É",
                                     "ß",        "ſ",
                                     "K",        "µ",
                                     "μ",        "α",
                                     "Α",        "Σ",
                                     "ς",        "σ",
                                     "中",       ".",
                                     "*",        "[",
                                     "]",        "{",
                                     "}",        "{2}",
                                     "\n",       "\t",
                                     "\v",       "\r",
                                     "-",        ",",
                                     "#",        "\xff",
                                     "\xc3",     "\xed\xa0\x80",
                                     "\xe4\xb8", "\xef\xbf\xbd",
                                     "\xcd\x85", "\xc2\xa0",
                                     "\x7f",     "\x01",
                                     "a.b",      "𝒜",
                                     "١",        "€"};

static void add_class(struct wm_text *pattern)
{
    wm_text_add(pattern, below(3) == 0 ? "[^" : "[");
    for (size_t i = 1 + below(3); i > 0; i--)
        wm_text_add(pattern, PICK(items));
    wm_text_add(pattern, "]");
}

static void add_pattern(struct wm_text *pattern, size_t depth)
{
    for (size_t i = below(4) + (depth == 0); i > 0; i--) {
        size_t kind = below(12);
        if (kind < 5)
            wm_text_add(pattern, PICK(literals));
        else if (kind < 8)
            wm_text_add(pattern, PICK(atoms));
        else if (kind == 8)
            add_class(pattern);
        else if (kind == 9)
            wm_text_add(pattern, PICK(flags));
        else if (kind == 10 && depth < DEPTH_MAX) {
            wm_text_add(pattern, PICK(heads));
            add_pattern(pattern, depth + 1);
            wm_text_add(pattern, ")");
        } else
            wm_text_add(pattern, "|");
        if (below(4) == 0)
            wm_text_add(pattern, PICK(repeats));
    }
}

static void print_hex(const struct wm_text *text)
{
    putchar('=');
    for (size_t i = 0; i < text->length; i++)
        printf("%02x", (unsigned char)text->data[i]);
    putchar(' ');
}

static void print_pairs(const struct wm_text *pattern)
{
    struct wm_regex *regex = NULL;
    struct wm_text text;
    wm_text_init(&text);
    int rc = wm_regex_new("-focus", pattern->data, &regex, NULL);
    for (size_t i = 0; i < TEXTS_PER_PATTERN; i++) {
        wm_text_clear(&text);
        for (size_t count = below(6); count > 0; count--)
            wm_text_add(&text, PICK(pieces));
        print_hex(pattern);
        print_hex(&text);
        printf("%s\n", rc < 0 ? "E" : wm_regex_finds(regex, text.data, text.length) ? "1" : "0");
    }
    if (regex != NULL && wm_regex_gave_up(regex))
        printf("gave up\n");
    wm_regex_free(regex);
    wm_text_done(&text);
}

int main(int argc, char **argv)
{
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
    struct wm_text pattern;
    wm_text_init(&pattern);
    for (size_t i = 0; i < count + COUNT(special); i++) {
        wm_text_clear(&pattern);
        if (i < COUNT(special))
            wm_text_add(&pattern, special[i]);
        else
            add_pattern(&pattern, 0);
        print_pairs(&pattern);
    }
    wm_text_done(&pattern);
    return 0;
}

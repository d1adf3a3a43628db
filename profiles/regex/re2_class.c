/* re2_class.c - classes of characters: "[...]", Perl's and POSIX's of ASCII, Unicode's by name.
 *
 * A class is built as one bracket of PCRE2's where that is possible. A bracket has no way to hold
 * all that is outside of two things, so such parts become alternatives beside it. */
#include "profiles/regex/re2_parts.h"

#include <errno.h>
#include <string.h>

enum { ASCII_COUNT = 0x80 };

static const uint32_t FIRST_SURROGATE = 0xd800, LAST_SURROGATE = 0xdfff, LAST = 0x10ffff,
                      LONG_S = 0x17f, KELVIN = 0x212a;

struct class
{
    struct wm_text items;  /* of the bracket */
    struct wm_text others; /* "|[^...]" for each part that is no item */
    bool negated;
};

/* Perl's and POSIX's, as pairs of first and last. */
static const struct group {
    const char *name, *pairs;
} groups[] = {
    {"d",      "09"              },
    {"s",      "\t\n\f\r  "      },
    {"w",      "09AZ__az"        },
    {"alnum",  "09AZaz"          },
    {"alpha",  "AZaz"            },
    {"ascii",  "\x01\x7f"        }, /* and NUL */
    {"blank",  "\t\t  "          },
    {"cntrl",  "\x01\x1f\x7f\x7f"}, /* and NUL */
    {"digit",  "09"              },
    {"graph",  "!~"              },
    {"lower",  "az"              },
    {"print",  " ~"              },
    {"punct",  "!/:@[`{~"        },
    {"space",  "\t\r  "          },
    {"upper",  "AZ"              },
    {"word",   "09AZ__az"        },
    {"xdigit", "09AFaf"          },
};

/* What (?i) adds to Unicode's classes beyond letters of the same class. The others add nothing. */
static const struct {
    const char *name, *added; /* NULL: long lists of letters */
} folded[] = {
    {"L",         "\\x{345}"                 },
    {"Ll",        NULL                       },
    {"Lt",        NULL                       },
    {"Lu",        NULL                       },
    {"M",         "\\x{399}\\x{3b9}\\x{1fbe}"},
    {"Mn",        "\\x{399}\\x{3b9}\\x{1fbe}"},
    {"Common",    "\\x{39c}\\x{3bc}"         },
    {"Greek",     "\\x{b5}\\x{345}"          },
    {"Inherited", "\\x{399}\\x{3b9}\\x{1fbe}"},
};

/* No text holds half of a pair of UTF-16, and PCRE2 takes none. */
static void add_range(struct wm_text *items, uint32_t first, uint32_t last)
{
    if (first >= FIRST_SURROGATE && first <= LAST_SURROGATE)
        first = LAST_SURROGATE + 1;
    if (last >= FIRST_SURROGATE && last <= LAST_SURROGATE)
        last = FIRST_SURROGATE - 1;
    if (first > last)
        return;
    wm_re2_add_character(items, first);
    if (first == last)
        return;
    wm_text_add(items, "-");
    wm_re2_add_character(items, last);
}

/* ---- Perl's and POSIX's ---- */

static void mark_group(const struct group *group, bool fold, bool *in)
{
    for (const char *pair = group->pairs; *pair != '\0'; pair += 2)
        memset(in + (unsigned char)pair[0], true, (size_t)(pair[1] - pair[0]) + 1);
    in[0] = strcmp(group->name, "ascii") == 0 || strcmp(group->name, "cntrl") == 0;
    for (int lower = 'a'; fold && lower <= 'z'; lower++) {
        int upper = lower - 'a' + 'A';
        in[lower] = in[upper] = in[lower] || in[upper];
    }
}

/* All that is not in the group. With (?i) two letters beyond ASCII are s and k as well. */
static void add_rest(struct class *class, const bool *in, bool fold)
{
    static const uint32_t beyond = ASCII_COUNT;
    uint32_t first = beyond;
    if (fold && in['s']) {
        add_range(&class->items, first, LONG_S - 1);
        first = LONG_S + 1;
    }
    if (fold && in['k']) {
        add_range(&class->items, first, KELVIN - 1);
        first = KELVIN + 1;
    }
    add_range(&class->items, first, LAST);
}

static void add_group(struct wm_re2 *re2, struct class *class, const struct group *group,
                      bool negated)
{
    bool in[ASCII_COUNT] = {false};
    mark_group(group, re2->fold, in);
    for (uint32_t first = 0; first < ASCII_COUNT; first++) {
        uint32_t end = first;
        while (end < ASCII_COUNT && in[end] != negated)
            end++;
        if (end == first)
            continue;
        add_range(&class->items, first, end - 1);
        first = end;
    }
    if (negated)
        add_rest(class, in, re2->fold);
}

static const struct group *find_group(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        if (strlen(groups[i].name) == length && memcmp(groups[i].name, name, length) == 0)
            return &groups[i];
    return NULL;
}

static bool take_perl_group(struct wm_re2 *re2, struct class *class)
{
    if (re2->at[0] != '\\')
        return false;
    char letter = re2->at[1];
    bool negated = letter == 'D' || letter == 'S' || letter == 'W';
    char name = (char)(negated ? letter - 'A' + 'a' : letter);
    if (name != 'd' && name != 's' && name != 'w')
        return false;
    add_group(re2, class, find_group(&name, 1), negated);
    re2->at += 2;
    return true;
}

/* "[:name:]"; without its end it is no more than some characters. */
static int take_posix_group(struct wm_re2 *re2, struct class *class, bool *ret_taken)
{
    const char *from = re2->at;
    const char *end = strncmp(from, "[:", 2) == 0 ? strstr(from + 2, ":]") : NULL;
    *ret_taken = end != NULL;
    if (end == NULL)
        return 0;
    const char *name = from + 2 + (from[2] == '^');
    const struct group *group = find_group(name, (size_t)(end - name));
    re2->at = end + 2;
    if (group == NULL || end - name < 2)
        return wm_re2_fail(re2, from, "is no class of RE2's syntax");
    add_group(re2, class, group, from[2] == '^');
    return 0;
}

/* ---- Unicode's ---- */

struct property {
    const char *name;
    size_t length;
    bool negated;
};

static bool is_named(const struct property *property, const char *name)
{
    return property->length == strlen(name) && memcmp(property->name, name, property->length) == 0;
}

static int add_property(struct wm_re2 *re2, struct class *class, const char *from,
                        const struct property *property)
{
    /* "C" of PCRE2 holds what no version of Unicode has named yet, Go's does not. A script is what
     * was written for it alone, not what it shares. */
    bool script = wm_re2_is_script(property->name, property->length);
    bool other = is_named(property, "C");
    const char *added = "";
    struct wm_text *items = property->negated ? &class->others : &class->items;
    if (is_named(property, "Any")) {
        if (!property->negated)
            add_range(&class->items, 0, LAST);
        return 0;
    }
    for (size_t i = 0; re2->fold && i < sizeof(folded) / sizeof(folded[0]); i++)
        if (is_named(property, folded[i].name))
            added = folded[i].added;
    if (added == NULL)
        return wm_re2_fail(re2, from, "is more than this letter case with (?i); use \\pL");
    if (property->negated && !other && added[0] == '\0') {
        wm_text_addf(&class->items, "\\P{%s%.*s}", script ? "sc:" : "", (int)property->length,
                     property->name);
        return 0;
    }
    wm_text_add(items, property->negated ? "|[^" : "");
    if (other)
        wm_text_add(items, "\\p{Cc}\\p{Cf}\\p{Co}");
    else
        wm_text_addf(items, "\\p{%s%.*s}", script ? "sc:" : "", (int)property->length,
                     property->name);
    wm_text_addf(items, "%s%s", added, property->negated ? "]" : "");
    return 0;
}

/* \pN, \p{Greek}, \P{^Greek}. */
static int take_property(struct wm_re2 *re2, struct class *class, bool *ret_taken)
{
    const char *from = re2->at;
    *ret_taken = from[0] == '\\' && (from[1] == 'p' || from[1] == 'P');
    if (!*ret_taken)
        return 0;
    struct property property = {.name = from + 2, .negated = from[1] == 'P'};
    re2->at += 2;
    if (*re2->at == '{') {
        size_t length = strcspn(from, "}");
        re2->at = from + length + (from[length] == '}');
        property.name++;
        property.length = from[length] == '}' ? (size_t)(from + length - property.name) : 0;
    } else if (*re2->at != '\0') {
        wm_re2_next(re2);
        property.length = (size_t)(re2->at - property.name);
    }
    if (property.length > 0 && property.name[0] == '^') {
        property.negated = !property.negated;
        property.name++;
        property.length--;
    }
    if (!wm_re2_is_category(property.name, property.length) &&
        !wm_re2_is_script(property.name, property.length))
        return wm_re2_fail(re2, from, "names no category or script of Unicode");
    return add_property(re2, class, from, &property);
}

/* ---- The class ---- */

static void begin(struct class *class)
{
    *class = (struct class){.negated = false};
    wm_text_init(&class->items);
    wm_text_init(&class->others);
}

/* Adds the class to the translation and frees it. */
static void end(struct wm_re2 *re2, struct class *class)
{
    struct wm_text *pcre = re2->pcre;
    const char *items = class->items.data, *others = class->others.data;
    bool plain = class->others.length == 0, empty = class->items.length == 0;
    if (plain && empty)
        wm_text_add(pcre, class->negated ? "." : "(?:(?!))");
    else if (plain)
        wm_text_addf(pcre, "[%s%s]", class->negated ? "^" : "", items);
    else if (empty)
        wm_text_addf(pcre, class->negated ? "(?:(?!%s).)" : "(?:%s)", others + 1);
    else
        wm_text_addf(pcre, class->negated ? "(?:(?![%s]%s).)" : "(?:[%s]%s)", items, others);
    pcre->failed |= class->items.failed || class->others.failed;
    wm_text_done(&class->items);
    wm_text_done(&class->others);
}

static int take_character(struct wm_re2 *re2, uint32_t *ret_character)
{
    if (*re2->at == '\\')
        return wm_re2_take_escape(re2, ret_character);
    *ret_character = wm_re2_next(re2);
    return 0;
}

/* A character, or two with "-" between. */
static int take_range(struct wm_re2 *re2, struct class *class)
{
    const char *from = re2->at;
    uint32_t first, last;
    int rc = take_character(re2, &first);
    if (rc < 0)
        return rc;
    last = first;
    if (re2->at[0] == '-' && re2->at[1] != '\0' && re2->at[1] != ']') {
        re2->at++;
        rc = take_character(re2, &last);
        if (rc < 0)
            return rc;
    }
    if (last < first)
        return wm_re2_fail(re2, from, "is a range whose end comes before its start");
    add_range(&class->items, first, last);
    return 0;
}

static int take_items(struct wm_re2 *re2, struct class *class)
{
    const char *from = re2->at++;
    class->negated = *re2->at == '^';
    re2->at += class->negated ? 1 : 0;
    for (bool first = true; first || *re2->at != ']'; first = false) {
        bool taken = false;
        if (*re2->at == '\0')
            return wm_re2_fail(re2, from, "has no closing ]");
        int rc = take_posix_group(re2, class, &taken);
        if (rc == 0 && !taken)
            rc = take_property(re2, class, &taken);
        if (rc == 0 && !taken && !take_perl_group(re2, class))
            rc = take_range(re2, class);
        if (rc < 0)
            return rc;
    }
    re2->at++;
    return 0;
}

int wm_re2_take_class(struct wm_re2 *re2)
{
    struct class class;
    begin(&class);
    int rc = take_items(re2, &class);
    end(re2, &class);
    return rc;
}

int wm_re2_take_class_escape(struct wm_re2 *re2, bool *ret_taken)
{
    struct class class;
    begin(&class);
    int rc = take_property(re2, &class, ret_taken);
    if (rc == 0 && !*ret_taken)
        *ret_taken = take_perl_group(re2, &class);
    if (rc == 0 && *ret_taken) {
        end(re2, &class);
        return 0;
    }
    wm_text_done(&class.items);
    wm_text_done(&class.others);
    return rc;
}

/* re2.c - the translator: groups, flags, repeats, anchors, literals.
 *
 * The pattern is read as Go's parser reads it, which is why a repeat here belongs to the last thing
 * that can be repeated, even with a change of flags in between, and is put there. */
#include "profiles/regex/re2.h"

#include "profiles/regex/re2_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 1000, REPEATS_MAX = 1000 };

/* What an expression says before or behind a line, whatever PCRE2 takes for the end of one. */
#define LINE_START "(?:(?<![^\\x{a}]))"
#define LINE_END "(?:(?![^\\x{a}]))"

struct flags {
    bool fold, many_lines, dot_all;
};

/* An open group; number 0 is the expression itself. */
struct group {
    const char *from;    /* in the pattern */
    size_t start;        /* in the translation */
    struct flags before; /* valid again behind it */
    int64_t copies;      /* the most that repeats make of anything in it */
};

/* What a repeat would repeat. */
struct atom {
    size_t start, end; /* in the translation; equal: there is none */
    int64_t copies;
    bool is_repeated;
};

struct translator {
    struct wm_re2 re2;
    struct flags flags;
    struct group groups[DEPTH_MAX + 1];
    size_t depth;
    struct atom atom;
    bool behind_repeat;
};

struct repeat {
    const char *from;
    int64_t least, most; /* most: -1, no limit */
    bool counted;        /* in braces */
};

/* ---- Parts that the other files use ---- */

int wm_re2_fail(struct wm_re2 *re2, const char *from, const char *problem)
{
    struct wm_text part;
    wm_text_init(&part);
    wm_text_add_safe(&part, from, (size_t)(re2->at - from), 60);
    int rc = wm_fail_at(re2->err, -EINVAL, re2->option, "'%s' (byte %zu) %s", part.data,
                        (size_t)(from - re2->pattern) + 1, problem);
    wm_text_done(&part);
    return rc;
}

uint32_t wm_re2_next(struct wm_re2 *re2)
{
    const unsigned char *bytes = (const unsigned char *)re2->at;
    size_t length = wm_text_utf8_length(re2->at, strlen(re2->at));
    uint32_t character = length > 1 ? bytes[0] & (0x7fU >> length) : bytes[0];
    for (size_t i = 1; i < length; i++)
        character = character << 6 | (bytes[i] & 0x3fU);
    re2->at += length;
    return character;
}

void wm_re2_add_character(struct wm_text *pcre, uint32_t character)
{
    bool plain = (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
                 (character >= 'a' && character <= 'z') || character == '_';
    wm_text_addf(pcre, plain ? "%c" : "\\x{%x}", character);
}

/* ---- Atoms and repeats ---- */

static void take_atom(struct translator *translator, size_t start, int64_t copies)
{
    struct group *group = &translator->groups[translator->depth];
    translator->atom = (struct atom){.start = start,
                                     .end = translator->re2.pcre->length,
                                     .copies = copies,
                                     .is_repeated = false};
    if (copies > group->copies)
        group->copies = copies;
}

static void insert(struct wm_text *text, size_t at, const char *string)
{
    size_t length = strlen(string), behind = text->length - at;
    wm_text_add(text, string);
    if (text->failed)
        return;
    memmove(text->data + at + length, text->data + at, behind);
    memcpy(text->data + at, string, length);
}

static void add_repeat(struct translator *translator, const struct repeat *repeat)
{
    struct wm_text *pcre = translator->re2.pcre;
    struct atom *atom = &translator->atom;
    char times[64];
    if (atom->is_repeated) {
        insert(pcre, atom->end, ")");
        insert(pcre, atom->start, "(?:");
        atom->end += strlen("(?:)");
    }
    if (!repeat->counted)
        snprintf(times, sizeof(times), "%c", *repeat->from);
    else if (repeat->most < 0)
        snprintf(times, sizeof(times), "{%d,}", (int)repeat->least);
    else
        snprintf(times, sizeof(times), "{%d,%d}", (int)repeat->least, (int)repeat->most);
    insert(pcre, atom->end, times);
    atom->end += strlen(times);
    atom->is_repeated = true;
}

/* A repeat of repeats must not come to more copies than one repeat may. */
static bool count_copies(struct translator *translator, const struct repeat *repeat)
{
    struct atom *atom = &translator->atom;
    struct group *group = &translator->groups[translator->depth];
    int64_t times = repeat->most < 0 ? repeat->least : repeat->most;
    if (!repeat->counted)
        return true;
    if (repeat->least > REPEATS_MAX || repeat->most > REPEATS_MAX ||
        (repeat->most >= 0 && repeat->least > repeat->most))
        return false;
    if (times > 0)
        atom->copies *= times;
    else if (repeat->most == 0)
        atom->copies = 1;
    if (times >= 2 && atom->copies > REPEATS_MAX)
        return false;
    if (atom->copies > group->copies)
        group->copies = atom->copies;
    return true;
}

static int take_repeat(struct translator *translator, const struct repeat *repeat)
{
    struct wm_re2 *re2 = &translator->re2;
    bool possessive = translator->behind_repeat && *repeat->from == '+';
    const struct atom *atom = &translator->atom;
    re2->at += *re2->at == '?';
    if (possessive)
        return wm_re2_fail(re2, repeat->from,
                           "makes a repeat possessive, which RE2's syntax does not have");
    if (translator->behind_repeat)
        return wm_re2_fail(re2, repeat->from, "repeats a repeat");
    if (atom->start == atom->end && !re2->pcre->failed)
        return wm_re2_fail(re2, repeat->from, "has nothing before it that it could repeat");
    if (!count_copies(translator, repeat))
        return wm_re2_fail(re2, repeat->from, "repeats more than 1000 times, or backwards");
    add_repeat(translator, repeat);
    return 0;
}

/* A number without leading zeros; false: there is none. What is too large is at least too large. */
static bool take_number(const char **at, int64_t *ret_number)
{
    size_t digits = strspn(*at, "0123456789");
    if (digits == 0 || (digits > 1 && (*at)[0] == '0'))
        return false;
    *ret_number = digits < 9 ? strtoll(*at, NULL, 10) : INT32_MAX;
    *at += digits;
    return true;
}

/* "{2}", "{2,}", "{2,3}"; whatever else begins with a brace is characters. */
static bool take_count(struct wm_re2 *re2, struct repeat *repeat)
{
    const char *at = re2->at + 1;
    *repeat = (struct repeat){.from = re2->at, .most = -1, .counted = true};
    if (!take_number(&at, &repeat->least))
        return false;
    if (*at != ',')
        repeat->most = repeat->least;
    else if (*++at != '}' && !take_number(&at, &repeat->most))
        return false;
    if (*at != '}')
        return false;
    re2->at = at + 1;
    return true;
}

/* ---- Groups ---- */

static int open_group(struct translator *translator, const char *from, const struct flags *flags)
{
    struct wm_re2 *re2 = &translator->re2;
    if (translator->depth == DEPTH_MAX)
        return wm_re2_fail(re2, from, "is a group within 1000 others");
    translator->groups[++translator->depth] = (struct group){
        .from = from, .start = re2->pcre->length, .before = translator->flags, .copies = 1};
    bool same = flags->fold == translator->flags.fold;
    wm_text_add(re2->pcre, same ? "(" : flags->fold ? "(?i:" : "(?-i:");
    translator->flags = *flags;
    re2->fold = flags->fold;
    translator->atom = (struct atom){.start = 0};
    return 0;
}

static int close_group(struct translator *translator)
{
    struct wm_re2 *re2 = &translator->re2;
    const struct group *group = &translator->groups[translator->depth];
    const char *from = re2->at++;
    if (translator->depth == 0)
        return wm_re2_fail(re2, from, "closes no group");
    wm_text_add(re2->pcre, ")");
    translator->flags = group->before;
    re2->fold = group->before.fold;
    translator->depth--;
    take_atom(translator, group->start, group->copies);
    return 0;
}

/* Groups of Perl's and PCRE2's; a longer beginning comes before a shorter one. */
static const struct {
    const char *begin, *problem;
} refused[] = {
    {"(?=",  "looks ahead, which RE2's syntax does not have"           },
    {"(?!",  "looks ahead, which RE2's syntax does not have"           },
    {"(?<=", "looks behind, which RE2's syntax does not have"          },
    {"(?<!", "looks behind, which RE2's syntax does not have"          },
    {"(?<",  "names a group in a way that Go does not take; write (?P<"},
    {"(?'",  "names a group in a way that Go does not take; write (?P<"},
    {"(?P=", "refers back to a group, which RE2's syntax does not have"},
    {"(?P>", "calls a group, which RE2's syntax does not have"         },
    {"(?&",  "calls a group, which RE2's syntax does not have"         },
    {"(?R",  "calls the expression, which RE2's syntax does not have"  },
    {"(?>",  "is an atomic group, which RE2's syntax does not have"    },
    {"(?|",  "resets group numbers, which RE2's syntax does not have"  },
    {"(?#",  "is a comment, which RE2's syntax does not have"          },
    {"(?(",  "is a condition, which RE2's syntax does not have"        },
};

static int refuse_group(struct wm_re2 *re2, const char *from)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        size_t length = strlen(refused[i].begin);
        if (strncmp(from, refused[i].begin, length) != 0)
            continue;
        re2->at = from + length;
        return wm_re2_fail(re2, from, refused[i].problem);
    }
    re2->at = from + strlen("(?");
    if (*re2->at != '\0')
        wm_re2_next(re2);
    return wm_re2_fail(re2, from, "begins no group of RE2's syntax");
}

static int take_named_group(struct translator *translator)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    struct wm_re2 *re2 = &translator->re2;
    const char *from = re2->at;
    re2->at += strlen("(?P<");
    size_t length = strspn(re2->at, letters);
    re2->at += length;
    if (length == 0 || *re2->at != '>')
        return wm_re2_fail(re2, from, "has no name of letters, digits and _ before a >");
    re2->at++;
    return open_group(translator, from, &translator->flags);
}

static bool set_flag(struct flags *flags, char letter, bool on)
{
    if (letter == 'i')
        flags->fold = on;
    else if (letter == 'm')
        flags->many_lines = on;
    else if (letter == 's')
        flags->dot_all = on;
    return letter != '\0' && strchr("imsU", letter) != NULL;
}

/* "(?i)" from here on, "(?i-s:" for a group, "(?:". */
static int take_flags(struct translator *translator)
{
    struct wm_re2 *re2 = &translator->re2;
    const char *from = re2->at, *at = from + strlen("(?");
    struct flags flags = translator->flags;
    while (set_flag(&flags, *at, true))
        at++;
    if (*at == '-') {
        const char *minus = at++;
        while (set_flag(&flags, *at, false))
            at++;
        if (at == minus + 1)
            return refuse_group(re2, from);
    }
    if (*at != ':' && *at != ')')
        return refuse_group(re2, from);
    re2->at = at + 1;
    if (*at == ':')
        return open_group(translator, from, &flags);
    if (flags.fold != translator->flags.fold)
        wm_text_add(re2->pcre, flags.fold ? "(?i)" : "(?-i)");
    translator->flags = flags;
    re2->fold = flags.fold;
    return 0;
}

static int take_group(struct translator *translator)
{
    struct wm_re2 *re2 = &translator->re2;
    if (strncmp(re2->at, "(?P<", 4) == 0)
        return take_named_group(translator);
    if (strncmp(re2->at, "(?", 2) == 0)
        return take_flags(translator);
    return open_group(translator, re2->at++, &translator->flags);
}

/* ---- Everything else ---- */

/* \Q...\E: every character stands for itself. */
static void take_quoted(struct translator *translator)
{
    struct wm_re2 *re2 = &translator->re2;
    re2->at += strlen("\\Q");
    while (*re2->at != '\0' && strncmp(re2->at, "\\E", 2) != 0) {
        size_t start = re2->pcre->length;
        wm_re2_add_character(re2->pcre, wm_re2_next(re2));
        take_atom(translator, start, 1);
    }
    if (*re2->at != '\0')
        re2->at += strlen("\\E");
}

/* Half of a pair of UTF-16 is in no text. */
static void add_literal(struct wm_text *pcre, uint32_t character)
{
    if (character >= 0xd800 && character <= 0xdfff)
        wm_text_add(pcre, "(?:(?!))");
    else
        wm_re2_add_character(pcre, character);
}

static int take_escape(struct translator *translator)
{
    static const struct {
        char letter;
        const char *pcre;
    } anchors[] = {
        {'A', "(?:\\A)"},
        {'b', "(?:\\b)"},
        {'B', "(?:\\B)"},
        {'z', "(?:\\z)"},
    };
    struct wm_re2 *re2 = &translator->re2;
    bool taken = false;
    uint32_t character;
    for (size_t i = 0; i < sizeof(anchors) / sizeof(anchors[0]); i++) {
        if (re2->at[1] != anchors[i].letter)
            continue;
        re2->at += 2;
        wm_text_add(re2->pcre, anchors[i].pcre);
        return 0;
    }
    int rc = wm_re2_take_class_escape(re2, &taken);
    if (rc < 0 || taken)
        return rc;
    rc = wm_re2_take_escape(re2, &character);
    if (rc == 0)
        add_literal(re2->pcre, character);
    return rc;
}

static int take_one(struct translator *translator)
{
    struct wm_re2 *re2 = &translator->re2;
    size_t start = re2->pcre->length;
    int rc = 0;
    char letter = *re2->at;
    if (letter == '[') {
        rc = wm_re2_take_class(re2);
    } else if (letter == '\\') {
        rc = take_escape(translator);
    } else if (letter == '^' || letter == '$') {
        const char *many = letter == '^' ? LINE_START : LINE_END;
        const char *one = letter == '^' ? "(?:\\A)" : "(?:\\z)";
        wm_text_add(re2->pcre, translator->flags.many_lines ? many : one);
        re2->at++;
    } else if (letter == '.') {
        wm_text_add(re2->pcre, translator->flags.dot_all ? "." : "[^\\x{a}]");
        re2->at++;
    } else {
        add_literal(re2->pcre, wm_re2_next(re2));
    }
    if (rc == 0)
        take_atom(translator, start, 1);
    return rc;
}

static int take_next(struct translator *translator)
{
    struct wm_re2 *re2 = &translator->re2;
    struct repeat repeat = {.from = re2->at, .most = -1};
    bool repeats = strchr("*+?", *re2->at) != NULL;
    re2->at += repeats ? 1 : 0;
    if (repeats || (*re2->at == '{' && take_count(re2, &repeat))) {
        int rc = take_repeat(translator, &repeat);
        translator->behind_repeat = true;
        return rc;
    }
    translator->behind_repeat = false;
    if (*re2->at == '(')
        return take_group(translator);
    if (*re2->at == ')')
        return close_group(translator);
    if (strncmp(re2->at, "\\Q", 2) == 0) {
        take_quoted(translator);
        return 0;
    }
    if (*re2->at != '|')
        return take_one(translator);
    re2->at++;
    wm_text_add(re2->pcre, "|");
    translator->atom = (struct atom){.start = 0};
    return 0;
}

int wm_re2_translate(const char *option, const char *pattern, struct wm_text *pcre,
                     struct wm_error *err)
{
    struct translator translator = {
        .re2 = {.option = option, .pattern = pattern, .at = pattern, .pcre = pcre, .err = err},
        .groups = {{.from = pattern, .copies = 1}  },
    };
    struct wm_re2 *re2 = &translator.re2;
    size_t length = strlen(pattern);
    for (size_t i = 0, bytes; i < length; i += bytes) {
        bytes = wm_text_utf8_length(pattern + i, length - i);
        re2->at = pattern + i + 1;
        if (bytes == 0)
            return wm_re2_fail(re2, pattern + i, "is not valid UTF-8");
    }
    re2->at = pattern;
    while (*re2->at != '\0') {
        int rc = take_next(&translator);
        if (rc < 0)
            return rc;
    }
    if (translator.depth > 0)
        return wm_re2_fail(re2, translator.groups[translator.depth].from, "has no closing )");
    return 0;
}

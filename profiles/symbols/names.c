/* names.c - demangling, and what of a demangled name is left out. */
#include "profiles/symbols/names.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* libstdc++'s demangler (the C++ ABI's, in every C++ runtime), under a name that C may declare. */
extern char *demangle(const char *mangled, char *buffer, size_t *length,
                      int *status) __asm__("__cxa_demangle");

/* What compilers append to the copies that they make of a function. */
static const char *const clones[] = {".cold",       ".constprop", ".isra", ".llvm",
                                     ".localalias", ".lto_priv",  ".part"};

/* Longest first, so that a prefix never wins. */
static const char *const operators[] = {
    "<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "++",
    "--",  "+=",  "-=",  "*=",  "/=", "%=", "^=", "&=", "|=", "->", "()", "[]", "+",
    "-",   "*",   "/",   "%",   "^",  "&",  "|",  "~",  "!",  "=",  "<",  ">",  ",",
};

static const char *const qualifiers[] = {" const", " volatile", " &&", " &"};

static size_t base_length(const char *linkage);
static const char *skip_clone(const char *suffix);
static size_t simplify(const char *from, char *to);
static size_t copy_operator(const char **from, char *to);
static const char *skip_group(const char *open);
static const char *skip_qualifiers(const char *at);
static size_t cut_hash(const char *name, size_t length);
static bool starts_with(const char *text, const char *prefix);

const char *wm_symbol_name(struct wm_arena *arena, const char *linkage)
{
    size_t length = base_length(linkage);
    const char *base = linkage;
    if (linkage[length] != '\0') {
        base = wm_arena_copy(arena, linkage, length);
        if (base == NULL)
            return linkage;
    }
    if (!starts_with(base, "_Z"))
        return base;
    int status = 0;
    char *full = demangle(base, NULL, NULL, &status);
    if (full == NULL)
        return base;
    const char *name = base;
    char *simple = malloc(strlen(full) + 1);
    if (simple != NULL) {
        size_t simple_length = cut_hash(simple, simplify(full, simple));
        /* A function that returns a function has its name inside of parentheses. */
        name = simple_length > 0 ? wm_arena_copy(arena, simple, simple_length)
                                 : wm_arena_copy(arena, full, strlen(full));
    }
    free(simple);
    free(full);
    return name != NULL ? name : base;
}

/* Without a symbol version ("@@GLIBC_2.14") and without the suffixes of clones. */
static size_t base_length(const char *linkage)
{
    size_t length = strcspn(linkage, "@");
    if (length == 0)
        return strlen(linkage);
    for (const char *dot = strchr(linkage + 1, '.'); dot != NULL && dot < linkage + length;
         dot = strchr(dot + 1, '.')) {
        const char *at = dot;
        while (at != NULL && at < linkage + length)
            at = skip_clone(at);
        if (at != NULL)
            return (size_t)(dot - linkage);
    }
    return length;
}

/* Behind ".isra.0" and its like; NULL if it is none. */
static const char *skip_clone(const char *suffix)
{
    for (size_t i = 0; i < sizeof(clones) / sizeof(clones[0]); i++) {
        if (!starts_with(suffix, clones[i]))
            continue;
        const char *at = suffix + strlen(clones[i]);
        while (*at == '.' && isdigit((unsigned char)at[1]))
            at += 1 + strspn(at + 1, "0123456789");
        if (*at == '\0' || *at == '.' || *at == '@')
            return at;
    }
    return NULL;
}

/* `to` has room for all of `from`; the length. */
static size_t simplify(const char *from, char *to)
{
    static const char anonymous[] = "(anonymous namespace)";
    size_t length = 0;
    while (*from != '\0') {
        bool word_start = length == 0 || to[length - 1] == ':' || to[length - 1] == ' ';
        if (starts_with(from, anonymous)) {
            memcpy(to + length, anonymous, sizeof(anonymous) - 1);
            length += sizeof(anonymous) - 1;
            from += sizeof(anonymous) - 1;
        } else if (word_start && starts_with(from, "operator") &&
                   !isalnum((unsigned char)from[8]) && from[8] != '_') {
            length += copy_operator(&from, to + length);
        } else if (*from == '{') { /* {lambda(int)#1} */
            const char *end = skip_group(from);
            memcpy(to + length, from, (size_t)(end - from));
            length += (size_t)(end - from);
            from = end;
        } else if (*from == '<') {
            from = skip_group(from);
        } else if (*from == '(') {
            from = skip_qualifiers(skip_group(from));
        } else if (*from == ' ') { /* what came before was a return type */
            length = 0;
            from++;
        } else {
            to[length++] = *from++;
        }
    }
    return length;
}

/* "operator<<", "operator new[]", "operator std::string": the name that follows the word is not
 * to be taken for brackets or a return type. */
static size_t copy_operator(const char **from, char *to)
{
    size_t length = strlen("operator");
    memcpy(to, *from, length);
    const char *at = *from + length;
    if (*at == ' ' || *at == '"') {
        while (*at != '\0' && *at != '(') {
            if (*at == '<')
                at = skip_group(at);
            else
                to[length++] = *at++;
        }
    } else {
        for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
            if (!starts_with(at, operators[i]))
                continue;
            size_t sign = strlen(operators[i]);
            memcpy(to + length, at, sign);
            length += sign;
            at += sign;
            break;
        }
        if (starts_with(at, " <")) /* as the demangler parts "operator<" from its arguments */
            at++;
    }
    *from = at;
    return length;
}

/* Behind the bracket that closes `open`. A "<" within parentheses is a comparison, not a bracket;
 * an unclosed one ends with the text. */
static const char *skip_group(const char *open)
{
    char closers[64];
    size_t depth = 0;
    const char *at = open;
    for (; *at != '\0'; at++) {
        char closer = '\0';
        if (*at == '(')
            closer = ')';
        else if (*at == '{')
            closer = '}';
        else if (*at == '<' && (depth == 0 || closers[depth - 1] == '>'))
            closer = '>';
        if (closer != '\0') {
            if (depth == sizeof(closers))
                return at + strlen(at); /* no name of ours nests that deep */
            closers[depth++] = closer;
        } else if (depth > 0 && *at == closers[depth - 1] && !(*at == '>' && at[-1] == '-')) {
            if (--depth == 0)
                return at + 1;
        }
    }
    return at;
}

static const char *skip_qualifiers(const char *at)
{
    for (size_t i = 0; i < sizeof(qualifiers) / sizeof(qualifiers[0]); i++) {
        if (starts_with(at, qualifiers[i])) {
            at += strlen(qualifiers[i]);
            i = (size_t)-1; /* another may follow */
        }
    }
    return at;
}

/* Rust ends its C++-like names with "::h" and 16 hex digits. */
static size_t cut_hash(const char *name, size_t length)
{
    enum { HASH_BYTES = 19 };
    if (length <= HASH_BYTES || memcmp(name + length - HASH_BYTES, "::h", 3) != 0)
        return length;
    for (size_t i = length - 16; i < length; i++) {
        if (strchr("0123456789abcdef", name[i]) == NULL)
            return length;
    }
    return length - HASH_BYTES;
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

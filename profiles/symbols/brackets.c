/* brackets.c - brackets of C++ names, which operators and comparisons look like. */
#include "profiles/symbols/brackets.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* Longest first, so that a prefix never wins. */
static const char *const operators[] = {
    "<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "++",
    "--",  "+=",  "-=",  "*=",  "/=", "%=", "^=", "&=", "|=", "->", "()", "[]", "+",
    "-",   "*",   "/",   "%",   "^",  "&",  "|",  "~",  "!",  "=",  "<",  ">",  ",",
};

static const char *const qualifiers[] = {" const", " volatile", " &&", " &"};

static size_t copy_operator(const char **from, unsigned left_out, char *to);
static const char *skip_group(const char *open);
static const char *skip_qualifiers(const char *at);
static bool starts_with(const char *text, const char *prefix);

size_t wm_brackets_leave_out(const char *from, unsigned left_out, char *to)
{
    static const char anonymous[] = "(anonymous namespace)";
    size_t length = 0, braces = 0;
    while (*from != '\0') {
        bool word_start = length == 0 || strchr(": (,*&", to[length - 1]) != NULL;
        if (starts_with(from, anonymous)) {
            memcpy(to + length, anonymous, sizeof(anonymous) - 1);
            length += sizeof(anonymous) - 1;
            from += sizeof(anonymous) - 1;
        } else if (word_start && starts_with(from, "operator") &&
                   !isalnum((unsigned char)from[8]) && from[8] != '_') {
            length += copy_operator(&from, left_out, to + length);
        } else if (*from == '<' && (left_out & WM_TEMPLATE_ARGUMENTS) != 0) {
            from = skip_group(from);
        } else if (*from == '(' && (left_out & WM_PARAMETERS) != 0 && braces == 0) {
            from = skip_qualifiers(skip_group(from));
        } else {
            /* {lambda(int)#1}: the parameters are all that tells lambdas apart */
            if (*from == '{')
                braces++;
            else if (*from == '}' && braces > 0)
                braces--;
            to[length++] = *from++;
        }
    }
    to[length] = '\0';
    return length;
}

/* "operator<<", "operator new[]", "operator std::string": the name that follows the word is not
 * to be taken for brackets. */
static size_t copy_operator(const char **from, unsigned left_out, char *to)
{
    size_t length = strlen("operator");
    memcpy(to, *from, length);
    const char *at = *from + length;
    if (*at == ' ' || *at == '"') {
        while (*at != '\0' && *at != '(') {
            if (*at == '<' && (left_out & WM_TEMPLATE_ARGUMENTS) != 0)
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
        /* as the demangler parts "operator<" from its arguments */
        if (starts_with(at, " <") && (left_out & WM_TEMPLATE_ARGUMENTS) != 0)
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

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

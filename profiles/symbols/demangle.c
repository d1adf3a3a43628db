/* demangle.c - C++ by the runtime's demangler, Rust by our own, and what of it is shown. */
#include "profiles/symbols/demangle.h"

#include "profiles/symbols/brackets.h"
#include "profiles/symbols/mangled.h"
#include "profiles/symbols/rust.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* libstdc++'s demangler (the C++ ABI's, in every C++ runtime), under a name that C may declare. */
extern char *demangle(const char *mangled, char *buffer, size_t *length,
                      int *status) __asm__("__cxa_demangle");

static char *demangle_cxx_dup(const char *linkage, enum wm_demangle_style style);
static void tidy(const char *name, char *to);
static void leave_out(const char *name, char open, char close, char *to);

const char *wm_demangle(struct wm_arena *arena, const char *linkage, enum wm_demangle_style style)
{
    const char *name = wm_demangle_rust(arena, linkage);
    if (name != NULL || strncmp(linkage, "_Z", 2) != 0)
        return name;
    char *cxx = demangle_cxx_dup(linkage, style);
    char *shown = cxx != NULL ? wm_arena_alloc(arena, 2 * strlen(cxx) + 1) : NULL;
    if (shown != NULL && style == WM_DEMANGLE_SHORT)
        (void)wm_brackets_leave_out(cxx, WM_TEMPLATE_ARGUMENTS, shown);
    else if (shown != NULL)
        tidy(cxx, shown);
    free(cxx);
    return shown;
}

const char *wm_demangle_rust(struct wm_arena *arena, const char *linkage)
{
    struct wm_text text;
    const char *name = NULL;
    wm_text_init(&text);
    if (wm_rust_demangle(linkage, &text))
        name = wm_arena_copy(arena, text.data, text.length);
    wm_text_done(&text);
    return name;
}

const char *wm_demangle_shorten(struct wm_arena *arena, const char *name,
                                enum wm_demangle_style style)
{
    /* Java's "Type.<init>" and Go's "pkg.(*Type[...]).Method" are names as they should be */
    if (style == WM_DEMANGLE_FULL || strstr(name, ".<") != NULL || strstr(name, "]).") != NULL ||
        (strpbrk(name, "<>[]") == NULL && strstr(name, "::") == NULL))
        return name;
    size_t length = strlen(name);
    char *shorter = wm_arena_copy(arena, name, length);
    char *result = wm_arena_copy(arena, name, length);
    if (shorter == NULL || result == NULL)
        return name;
    (void)leave_out(name, '(', ')', shorter);
    if (style == WM_DEMANGLE_TEMPLATES)
        return shorter;
    (void)leave_out(shorter, '<', '>', result);
    return result;
}

/* With template arguments, with parameters as `style` says; NULL when it is not C++. What is not
 * the name of a function or variable is always whole: "virtual thunk to A::f(int)". */
static char *demangle_cxx_dup(const char *linkage, enum wm_demangle_style style)
{
    int status = 0;
    char *part = malloc(strlen(linkage) + 1);
    if (part == NULL)
        return NULL;
    if (style == WM_DEMANGLE_FULL || wm_mangled_cut(linkage, part) == 0) {
        size_t length = strcspn(linkage, ".@"); /* suffixes of clones, versions */
        memcpy(part, linkage, length);
        part[length] = '\0';
    }
    char *name = demangle(part, NULL, NULL, &status);
    free(part);
    return name;
}

/* What the runtime's demangler spells otherwise, about packs without arguments: "A<, int>" and
 * "A<B<>>" where "A<int>" and "A<B<> >" are expected. `to` has room for twice as much. */
static void tidy(const char *name, char *to)
{
    size_t length = 0;
    for (const char *at = name; *at != '\0'; at++) {
        bool is_operator = length >= 8 && memcmp(to + length - 8, "operator", 8) == 0;
        to[length++] = *at;
        if (at[0] == '<' && at[1] == ',' && at[2] == ' ')
            at += 2;
        else if (at[0] == '>' && at[1] == '>' && is_operator)
            to[length++] = *++at;
        else if (at[0] == '>' && at[1] == '>' && at[2] != '(') /* "(a)>>(b)" */
            to[length++] = ' ';
    }
    to[length] = '\0';
}

/* Copies `name` without what is in brackets, up to where they do not match. */
static void leave_out(const char *name, char open, char close, char *to)
{
    size_t length = 0;
    unsigned depth = 0;
    const char *first = name;
    const char *at = name;
    for (; *at != '\0'; at++) {
        if (*at == open && depth++ == 0)
            first = at;
        if (*at == close && depth == 0)
            break;
        if (depth == 0)
            to[length++] = *at;
        else if (*at == close)
            depth--;
    }
    const char *rest = depth > 0 ? first : at;
    memcpy(to + length, rest, strlen(rest) + 1);
}

/* names.c - demangling, and what of a demangled name is left out. */
#include "profiles/symbols/names.h"

#include "profiles/symbols/brackets.h"
#include "profiles/symbols/demangle.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* What compilers append to the copies that they make of a function. */
static const char *const clones[] = {".cold",       ".constprop", ".isra", ".llvm",
                                     ".localalias", ".lto_priv",  ".part"};

static size_t base_length(const char *linkage);
static const char *skip_clone(const char *suffix);
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
    const char *rust = wm_demangle_rust(arena, base);
    const char *name = rust != NULL ? rust : wm_demangle(arena, base, WM_DEMANGLE_SHORT);
    if (name == NULL)
        return base;
    char *simple = rust == NULL ? wm_arena_copy(arena, name, strlen(name)) : NULL;
    if (simple == NULL)
        return name;
    (void)wm_brackets_leave_out(name, WM_PARAMETERS, simple); /* of the functions around it */
    return simple;
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

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

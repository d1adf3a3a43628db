/* mangled_reader.c - letters, numbers, and what is never more than one line of the grammar. */
#include "profiles/symbols/mangled_reader.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Names come from files; a deeper one is refused rather than walked. */
enum { DEPTH_MAX = 200 };

void wm_mangled_refuse(struct wm_mangled_reader *reader)
{
    reader->wrong = true;
}

bool wm_mangled_take(struct wm_mangled_reader *reader, const char *text)
{
    size_t length = strlen(text);
    if (reader->wrong || strncmp(reader->at, text, length) != 0)
        return false;
    reader->at += length;
    return true;
}

void wm_mangled_expect(struct wm_mangled_reader *reader, const char *text)
{
    if (!wm_mangled_take(reader, text))
        wm_mangled_refuse(reader);
}

bool wm_mangled_next_is(const struct wm_mangled_reader *reader, const char *set)
{
    return !reader->wrong && *reader->at != '\0' && strchr(set, *reader->at) != NULL;
}

void wm_mangled_digits(struct wm_mangled_reader *reader)
{
    reader->at += strspn(reader->at, "0123456789");
}

void wm_mangled_until_end(struct wm_mangled_reader *reader,
                          void (*rule)(struct wm_mangled_reader *))
{
    while (!reader->wrong && !wm_mangled_take(reader, "E"))
        rule(reader);
}

void wm_mangled_inside(struct wm_mangled_reader *reader, void (*rule)(struct wm_mangled_reader *))
{
    if (reader->depth == DEPTH_MAX || *reader->at == '\0')
        wm_mangled_refuse(reader);
    if (reader->wrong)
        return;
    reader->depth++;
    rule(reader);
    reader->depth--;
}

void wm_mangled_source_name(struct wm_mangled_reader *reader)
{
    char *end;
    if (reader->wrong || !isdigit((unsigned char)*reader->at)) {
        wm_mangled_refuse(reader);
        return;
    }
    unsigned long length = strtoul(reader->at, &end, 10);
    if (length == 0 || strnlen(end, length) < length)
        wm_mangled_refuse(reader);
    else
        reader->at = end + length;
}

void wm_mangled_operator_name(struct wm_mangled_reader *reader)
{
    if (wm_mangled_take(reader, "cv")) {
        wm_mangled_inside(reader, wm_mangled_type);
    } else if (wm_mangled_take(reader, "li")) {
        wm_mangled_source_name(reader);
    } else if (wm_mangled_next_is(reader, "v") && isdigit((unsigned char)reader->at[1])) {
        reader->at += 2;
        wm_mangled_source_name(reader);
    } else if (!reader->wrong && islower((unsigned char)reader->at[0]) &&
               isalpha((unsigned char)reader->at[1])) {
        reader->at += 2;
    } else {
        wm_mangled_refuse(reader);
    }
}

void wm_mangled_substitution(struct wm_mangled_reader *reader)
{
    wm_mangled_expect(reader, "S");
    if (wm_mangled_next_is(reader, "abdios")) {
        reader->at++;
        return;
    }
    while (!reader->wrong &&
           (isdigit((unsigned char)*reader->at) || isupper((unsigned char)*reader->at)))
        reader->at++;
    wm_mangled_expect(reader, "_");
}

void wm_mangled_template_parameter(struct wm_mangled_reader *reader)
{
    wm_mangled_expect(reader, "T");
    if (wm_mangled_take(reader, "L")) {
        wm_mangled_digits(reader);
        wm_mangled_expect(reader, "_");
    }
    wm_mangled_digits(reader);
    wm_mangled_expect(reader, "_");
}

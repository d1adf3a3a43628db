/* mangled.c - a walk over the grammar of mangled C++ names that only counts bytes: the names. */
#include "profiles/symbols/mangled.h"

#include "profiles/symbols/mangled_reader.h"

#include <ctype.h>
#include <string.h>

static void nested_name(struct wm_mangled_reader *reader, bool outermost);
static void local_name(struct wm_mangled_reader *reader, bool outermost);
static void prefix(struct wm_mangled_reader *reader);
static void unqualified_name(struct wm_mangled_reader *reader);

size_t wm_mangled_cut(const char *mangled, char *to)
{
    struct wm_mangled_reader reader = {.at = mangled + 2};
    if (strncmp(mangled, "_Z", 2) != 0 || *reader.at == 'T' || *reader.at == 'G')
        return 0;
    wm_mangled_name(&reader, true);
    if (reader.wrong)
        return 0;
    size_t length = (size_t)(reader.at - mangled);
    size_t before = reader.dropped != NULL ? (size_t)(reader.dropped - mangled) : length;
    memcpy(to, mangled, before);
    memcpy(to + before, mangled + before + reader.dropped_bytes,
           length - before - reader.dropped_bytes);
    to[length - reader.dropped_bytes] = '\0';
    return length - reader.dropped_bytes;
}

void wm_mangled_encoding(struct wm_mangled_reader *reader)
{
    if (wm_mangled_take(reader, "T")) /* "virtual thunk to": nothing is local to those */
        wm_mangled_refuse(reader);
    wm_mangled_name(reader, false);
    while (!reader->wrong && *reader->at != 'E')
        wm_mangled_inside(reader, wm_mangled_type);
}

void wm_mangled_name(struct wm_mangled_reader *reader, bool outermost)
{
    if (wm_mangled_next_is(reader, "N")) {
        nested_name(reader, outermost);
        return;
    }
    if (wm_mangled_next_is(reader, "Z")) {
        local_name(reader, outermost);
        return;
    }
    if (wm_mangled_take(reader, "St") || !wm_mangled_next_is(reader, "S"))
        unqualified_name(reader);
    else
        wm_mangled_substitution(reader);
    if (wm_mangled_next_is(reader, "I"))
        wm_mangled_template_arguments(reader);
}

static void nested_name(struct wm_mangled_reader *reader, bool outermost)
{
    wm_mangled_expect(reader, "N");
    size_t qualifiers = strspn(reader->at, "rVK");
    qualifiers += strspn(reader->at + qualifiers, "RO") > 0;
    if (outermost) {
        reader->dropped = reader->at;
        reader->dropped_bytes = qualifiers;
    }
    reader->at += qualifiers;
    wm_mangled_until_end(reader, prefix);
}

static void outermost_name(struct wm_mangled_reader *reader)
{
    wm_mangled_name(reader, true);
}

static void inner_name(struct wm_mangled_reader *reader)
{
    wm_mangled_name(reader, false);
}

/* Something that is local to a function: what is looked for is the inner one's name. */
static void local_name(struct wm_mangled_reader *reader, bool outermost)
{
    wm_mangled_expect(reader, "Z");
    wm_mangled_inside(reader, wm_mangled_encoding);
    wm_mangled_expect(reader, "E");
    if (wm_mangled_take(reader, "d")) { /* of a default argument */
        wm_mangled_digits(reader);
        wm_mangled_expect(reader, "_");
    }
    if (!wm_mangled_take(reader, "s")) /* a string literal has no name */
        wm_mangled_inside(reader, outermost ? outermost_name : inner_name);
    if (wm_mangled_take(reader, "__")) {
        wm_mangled_digits(reader);
        wm_mangled_expect(reader, "_");
    } else if (wm_mangled_take(reader, "_")) {
        wm_mangled_digits(reader);
    }
}

/* One step of a nested name. */
static void prefix(struct wm_mangled_reader *reader)
{
    if (wm_mangled_take(reader, "C")) {
        bool inheriting = wm_mangled_take(reader, "I");
        if (!isdigit((unsigned char)*reader->at))
            wm_mangled_refuse(reader);
        else
            reader->at++;
        if (inheriting)
            wm_mangled_inside(reader, wm_mangled_type);
    } else if (wm_mangled_next_is(reader, "D") && isdigit((unsigned char)reader->at[1])) {
        reader->at += 2;
    } else if (wm_mangled_next_is(reader, "D") && reader->at[1] != 'C') {
        wm_mangled_inside(reader, wm_mangled_type);
    } else if (wm_mangled_next_is(reader, "S")) {
        if (!wm_mangled_take(reader, "St"))
            wm_mangled_substitution(reader);
    } else if (wm_mangled_next_is(reader, "T")) {
        wm_mangled_template_parameter(reader);
    } else if (wm_mangled_next_is(reader, "IJ")) {
        wm_mangled_template_arguments(reader);
    } else if (!wm_mangled_take(reader, "M")) { /* M: a variable whose initializer holds a lambda */
        unqualified_name(reader);
        return;
    }
    while (wm_mangled_take(reader, "B"))
        wm_mangled_source_name(reader);
}

static void unqualified_name(struct wm_mangled_reader *reader)
{
    if (wm_mangled_next_is(reader, "U")) {
        wm_mangled_closure(reader);
    } else if (wm_mangled_take(reader, "DC")) { /* a structured binding */
        wm_mangled_until_end(reader, wm_mangled_source_name);
    } else if (!reader->wrong && islower((unsigned char)*reader->at)) {
        wm_mangled_operator_name(reader);
    } else {
        (void)wm_mangled_take(reader, "L"); /* static */
        wm_mangled_source_name(reader);
    }
    while (wm_mangled_take(reader, "B")) /* [abi:cxx11] */
        wm_mangled_source_name(reader);
}

void wm_mangled_closure(struct wm_mangled_reader *reader)
{
    if (wm_mangled_take(reader, "Ul"))
        wm_mangled_types_until_end(reader);
    else if (!wm_mangled_take(reader, "Ut") && !wm_mangled_take(reader, "Ub"))
        wm_mangled_refuse(reader);
    wm_mangled_digits(reader);
    wm_mangled_expect(reader, "_");
}

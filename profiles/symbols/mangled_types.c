/* mangled_types.c - types and template arguments in mangled C++ names. */
#include "profiles/symbols/mangled_reader.h"

#include <ctype.h>
#include <string.h>

static void type_of_d(struct wm_mangled_reader *reader);

void wm_mangled_types_until_end(struct wm_mangled_reader *reader)
{
    while (!reader->wrong && !wm_mangled_take(reader, "E")) {
        /* the && of a function type's very end */
        if (wm_mangled_next_is(reader, "RO") && reader->at[1] == 'E')
            reader->at++;
        else if (wm_mangled_take(reader, "Tt")) /* of a lambda: a template that is a parameter */
            wm_mangled_types_until_end(reader);
        else if (!wm_mangled_take(reader, "Ty") && !wm_mangled_take(reader, "Tn") &&
                 !wm_mangled_take(reader, "Tp"))
            wm_mangled_inside(reader, wm_mangled_type);
    }
}

void wm_mangled_type(struct wm_mangled_reader *reader)
{
    while (wm_mangled_next_is(reader, "rVKPROCG"))
        reader->at++;
    if (wm_mangled_next_is(reader, "abcdefghijlmnostvwxyz")) {
        reader->at++;
    } else if (wm_mangled_next_is(reader, "NZ0123456789")) {
        wm_mangled_name(reader, false);
    } else if (wm_mangled_next_is(reader, "S") && islower((unsigned char)reader->at[1])) {
        wm_mangled_name(reader, false);
    } else if (wm_mangled_next_is(reader, "S")) {
        wm_mangled_substitution(reader);
        if (wm_mangled_next_is(reader, "I"))
            wm_mangled_template_arguments(reader);
    } else if (wm_mangled_take(reader, "Ts") || wm_mangled_take(reader, "Tu") ||
               wm_mangled_take(reader, "Te")) {
        wm_mangled_name(reader, false);
    } else if (wm_mangled_next_is(reader, "T")) {
        wm_mangled_template_parameter(reader);
        if (wm_mangled_next_is(reader, "I"))
            wm_mangled_template_arguments(reader);
    } else if (wm_mangled_take(reader, "F")) {
        (void)wm_mangled_take(reader, "Y"); /* of C linkage */
        wm_mangled_types_until_end(reader);
    } else if (wm_mangled_take(reader, "A")) {
        if (isdigit((unsigned char)*reader->at))
            wm_mangled_digits(reader);
        else if (*reader->at != '_')
            wm_mangled_inside(reader, wm_mangled_expression);
        wm_mangled_expect(reader, "_");
        wm_mangled_inside(reader, wm_mangled_type);
    } else if (wm_mangled_take(reader, "M")) {
        wm_mangled_inside(reader, wm_mangled_type);
        wm_mangled_inside(reader, wm_mangled_type);
    } else if (wm_mangled_take(reader, "u")) {
        wm_mangled_source_name(reader);
        if (wm_mangled_next_is(reader, "I"))
            wm_mangled_template_arguments(reader);
    } else if (wm_mangled_next_is(reader, "U") && (reader->at[1] == 'l' || reader->at[1] == 't')) {
        wm_mangled_closure(reader);
    } else if (wm_mangled_take(reader, "U")) { /* a vendor's qualifier */
        wm_mangled_source_name(reader);
        if (wm_mangled_next_is(reader, "I"))
            wm_mangled_template_arguments(reader);
        wm_mangled_inside(reader, wm_mangled_type);
    } else if (wm_mangled_take(reader, "D")) {
        type_of_d(reader);
    } else {
        wm_mangled_refuse(reader);
    }
}

/* The types whose code is "D" and a letter. */
static void type_of_d(struct wm_mangled_reader *reader)
{
    char letter = *reader->at;
    if (letter == '\0') {
        wm_mangled_refuse(reader);
        return;
    }
    reader->at++;
    if (strchr("acdefhinsu", letter) != NULL)
        return;
    if (letter == 'T' || letter == 't') { /* decltype */
        wm_mangled_inside(reader, wm_mangled_expression);
        wm_mangled_expect(reader, "E");
    } else if (strchr("pox", letter) != NULL) { /* a pack; noexcept; a qualifier */
        wm_mangled_inside(reader, wm_mangled_type);
    } else if (letter == 'O') { /* noexcept(...) */
        wm_mangled_inside(reader, wm_mangled_expression);
        wm_mangled_expect(reader, "E");
        wm_mangled_inside(reader, wm_mangled_type);
    } else if (letter == 'w') { /* throw(...) */
        wm_mangled_until_end(reader, wm_mangled_type);
        wm_mangled_inside(reader, wm_mangled_type);
    } else if (letter == 'v') { /* a vector */
        if (isdigit((unsigned char)*reader->at)) {
            wm_mangled_digits(reader);
        } else {
            wm_mangled_expect(reader, "_");
            wm_mangled_inside(reader, wm_mangled_expression);
        }
        wm_mangled_expect(reader, "_");
        wm_mangled_inside(reader, wm_mangled_type);
    } else if (strchr("FBU", letter) != NULL) { /* _Float16, _BitInt(n) */
        wm_mangled_digits(reader);
        if (!wm_mangled_take(reader, "_") && !wm_mangled_take(reader, "x"))
            wm_mangled_expect(reader, "b");
    } else {
        wm_mangled_refuse(reader);
    }
}

void wm_mangled_template_arguments(struct wm_mangled_reader *reader)
{
    if (!wm_mangled_take(reader, "I"))
        wm_mangled_expect(reader, "J");
    wm_mangled_until_end(reader, wm_mangled_template_argument);
}

void wm_mangled_template_argument(struct wm_mangled_reader *reader)
{
    if (wm_mangled_take(reader, "X")) {
        wm_mangled_inside(reader, wm_mangled_expression);
        wm_mangled_expect(reader, "E");
    } else if (wm_mangled_next_is(reader, "L")) {
        wm_mangled_inside(reader, wm_mangled_literal);
    } else if (wm_mangled_next_is(reader, "IJ")) {
        wm_mangled_inside(reader, wm_mangled_template_arguments);
    } else {
        wm_mangled_inside(reader, wm_mangled_type);
    }
}

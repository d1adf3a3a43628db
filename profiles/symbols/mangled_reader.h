/* mangled_reader.h - the rules of mangled names that hold each other. Private to mangled*.c. */
#ifndef WM_SYMBOLS_MANGLED_READER_H
#define WM_SYMBOLS_MANGLED_READER_H

#include <stdbool.h>
#include <stddef.h>

struct wm_mangled_reader {
    const char *at;
    int depth;
    bool wrong;          /* no such name; `at` then stays at a place of no meaning */
    const char *dropped; /* qualifiers of the method that the name is of, and how many bytes */
    size_t dropped_bytes;
};

/* mangled_reader.c: the smallest steps. */
void wm_mangled_refuse(struct wm_mangled_reader *reader);
bool wm_mangled_take(struct wm_mangled_reader *reader, const char *text);
void wm_mangled_expect(struct wm_mangled_reader *reader, const char *text);
/* Whether the next byte is one of `set`. */
bool wm_mangled_next_is(const struct wm_mangled_reader *reader, const char *set);
void wm_mangled_digits(struct wm_mangled_reader *reader);
/* Every rule that can hold itself is called through here. */
void wm_mangled_inside(struct wm_mangled_reader *reader, void (*rule)(struct wm_mangled_reader *));
/* The rule again and again, up to the "E". */
void wm_mangled_until_end(struct wm_mangled_reader *reader,
                          void (*rule)(struct wm_mangled_reader *));
/* 5value */
void wm_mangled_source_name(struct wm_mangled_reader *reader);
/* pl, cv i, li 3_km */
void wm_mangled_operator_name(struct wm_mangled_reader *reader);
/* S_, S1A_, Sa; not St, which only opens a name. */
void wm_mangled_substitution(struct wm_mangled_reader *reader);
/* T_, T0_, TL0__ */
void wm_mangled_template_parameter(struct wm_mangled_reader *reader);

/* mangled.c: a name; `outermost`: the one that is looked for. */
void wm_mangled_name(struct wm_mangled_reader *reader, bool outermost);
/* A function within another or within an argument, with its parameters, up to an "E". */
void wm_mangled_encoding(struct wm_mangled_reader *reader);
/* Ul...E_, a lambda; Ut_, a type without a name; Ub_, a block. */
void wm_mangled_closure(struct wm_mangled_reader *reader);

/* mangled_types.c */
void wm_mangled_type(struct wm_mangled_reader *reader);
void wm_mangled_types_until_end(struct wm_mangled_reader *reader);
void wm_mangled_template_argument(struct wm_mangled_reader *reader);
void wm_mangled_template_arguments(struct wm_mangled_reader *reader);

/* mangled_values.c: L i 42 E, or L _Z f v E; an expression. */
void wm_mangled_literal(struct wm_mangled_reader *reader);
void wm_mangled_expression(struct wm_mangled_reader *reader);

#endif

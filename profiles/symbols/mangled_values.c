/* mangled_values.c - constants and expressions in mangled C++ names. */
#include "profiles/symbols/mangled_reader.h"

#include <ctype.h>
#include <string.h>

/* What follows an operator's code in an expression, a letter each: x expression, t type, n
 * unresolved name, o operator, l expressions up to "E", a template arguments up to "E", d field. */
static const struct {
    char code[3];
    const char *operands;
} expressions[] = {
    {"ad", "x"  },
    {"at", "t"  },
    {"aw", "x"  },
    {"az", "x"  },
    {"cc", "tx" },
    {"cl", "xl" },
    {"co", "x"  },
    {"cp", "xl" },
    {"dX", "xxx"},
    {"da", "x"  },
    {"dc", "tx" },
    {"de", "x"  },
    {"di", "dx" },
    {"dl", "x"  },
    {"dt", "xn" },
    {"fL", "oxx"},
    {"fR", "oxx"},
    {"fl", "ox" },
    {"fr", "ox" },
    {"gs", "x"  },
    {"il", "l"  },
    {"mm", "x"  },
    {"ng", "x"  },
    {"nt", "x"  },
    {"nx", "x"  },
    {"pp", "x"  },
    {"ps", "x"  },
    {"pt", "xn" },
    {"qu", "xxx"},
    {"rc", "tx" },
    {"sP", "a"  },
    {"sZ", "x"  },
    {"sc", "tx" },
    {"sp", "x"  },
    {"st", "t"  },
    {"sz", "x"  },
    {"te", "x"  },
    {"ti", "t"  },
    {"tl", "tl" },
    {"tr", ""   },
    {"tw", "x"  },
};

static void unresolved_name(struct wm_mangled_reader *reader);

void wm_mangled_literal(struct wm_mangled_reader *reader)
{
    wm_mangled_expect(reader, "L");
    if (wm_mangled_take(reader, "_Z") || wm_mangled_take(reader, "Z")) {
        wm_mangled_inside(reader, wm_mangled_encoding);
    } else {
        wm_mangled_inside(reader, wm_mangled_type);
        if (!reader->wrong)
            reader->at += strcspn(reader->at, "E");
    }
    wm_mangled_expect(reader, "E");
}

/* fp_, fp0_, fL1p_: a parameter of the function that is being declared */
static bool function_parameter(struct wm_mangled_reader *reader)
{
    if (wm_mangled_take(reader, "fpT"))
        return true;
    if (wm_mangled_next_is(reader, "f") && reader->at[1] == 'L' &&
        isdigit((unsigned char)reader->at[2])) {
        reader->at += 2;
        wm_mangled_digits(reader);
        wm_mangled_expect(reader, "p");
    } else if (!wm_mangled_take(reader, "fp")) {
        return false;
    }
    while (wm_mangled_next_is(reader, "rVK"))
        reader->at++;
    wm_mangled_digits(reader);
    wm_mangled_expect(reader, "_");
    return true;
}

/* Behind "nw" and "na": placement, type and how it is initialized. */
static void new_expression(struct wm_mangled_reader *reader)
{
    while (!reader->wrong && !wm_mangled_take(reader, "_"))
        wm_mangled_inside(reader, wm_mangled_expression);
    wm_mangled_inside(reader, wm_mangled_type);
    if (wm_mangled_take(reader, "pi") || wm_mangled_take(reader, "il"))
        wm_mangled_until_end(reader, wm_mangled_expression);
    else
        wm_mangled_expect(reader, "E");
}

static void operands(struct wm_mangled_reader *reader, const char *kinds)
{
    for (; *kinds != '\0' && !reader->wrong; kinds++) {
        if (*kinds == 'x')
            wm_mangled_inside(reader, wm_mangled_expression);
        else if (*kinds == 't')
            wm_mangled_inside(reader, wm_mangled_type);
        else if (*kinds == 'n')
            wm_mangled_inside(reader, unresolved_name);
        else if (*kinds == 'o')
            wm_mangled_operator_name(reader);
        else if (*kinds == 'd')
            wm_mangled_source_name(reader);
        else
            wm_mangled_until_end(reader, *kinds == 'l' ? wm_mangled_expression
                                                       : wm_mangled_template_argument);
    }
}

void wm_mangled_expression(struct wm_mangled_reader *reader)
{
    char code[3] = {reader->at[0], reader->at[0] != '\0' ? reader->at[1] : '\0', '\0'};
    if (wm_mangled_next_is(reader, "L")) {
        wm_mangled_literal(reader);
        return;
    }
    if (wm_mangled_next_is(reader, "T")) {
        wm_mangled_template_parameter(reader);
        return;
    }
    if (isdigit((unsigned char)code[0]) || strcmp(code, "sr") == 0 || strcmp(code, "on") == 0 ||
        strcmp(code, "dn") == 0) {
        unresolved_name(reader);
        return;
    }
    if (function_parameter(reader))
        return;
    if (wm_mangled_take(reader, "u")) {
        wm_mangled_source_name(reader);
        wm_mangled_until_end(reader, wm_mangled_template_argument);
        return;
    }
    wm_mangled_operator_name(reader);
    if (strcmp(code, "nw") == 0 || strcmp(code, "na") == 0) {
        new_expression(reader);
        return;
    }
    if (strcmp(code, "cv") == 0) { /* operator_name took the type */
        if (wm_mangled_take(reader, "_"))
            wm_mangled_until_end(reader, wm_mangled_expression);
        else
            wm_mangled_inside(reader, wm_mangled_expression);
        return;
    }
    if (strcmp(code, "pp") == 0 || strcmp(code, "mm") == 0)
        (void)wm_mangled_take(reader, "_");
    for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++) {
        if (strcmp(code, expressions[i].code) == 0) {
            operands(reader, expressions[i].operands);
            return;
        }
    }
    operands(reader, "xx");
}

/* A name that waits for a template's arguments: sr T_ 5value, srN ... E 5value, on pl, dn T_ */
static void unresolved_name(struct wm_mangled_reader *reader)
{
    (void)wm_mangled_take(reader, "gs");
    if (wm_mangled_take(reader, "srN")) {
        wm_mangled_inside(reader, wm_mangled_type);
        while (wm_mangled_next_is(reader, "0123456789"))
            wm_mangled_inside(reader, wm_mangled_type);
        if (!wm_mangled_take(reader, "E"))
            return; /* gcc leaves the E out; the last level was the name */
    } else if (wm_mangled_take(reader, "sr")) {
        bool levels = isdigit((unsigned char)*reader->at);
        wm_mangled_inside(reader, wm_mangled_type);
        while (levels && isdigit((unsigned char)*reader->at) && !reader->wrong)
            wm_mangled_inside(reader, wm_mangled_type);
        if (levels && !wm_mangled_take(reader, "E"))
            return; /* the same */
    }
    if (wm_mangled_take(reader, "dn") && !isdigit((unsigned char)*reader->at))
        wm_mangled_inside(reader, wm_mangled_type);
    else if (isdigit((unsigned char)*reader->at))
        wm_mangled_source_name(reader);
    else {
        (void)wm_mangled_take(reader, "on");
        wm_mangled_operator_name(reader);
    }
    if (wm_mangled_next_is(reader, "I"))
        wm_mangled_template_arguments(reader);
}

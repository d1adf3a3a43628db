/* rust_types.c - types, lifetimes and constants in Rust's names. */
#include "profiles/symbols/rust_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    char letter;
    const char *name;
} basic_types[] = {
    {'a', "i8"   },
    {'b', "bool" },
    {'c', "char" },
    {'d', "f64"  },
    {'e', "str"  },
    {'f', "f32"  },
    {'h', "u8"   },
    {'i', "isize"},
    {'j', "usize"},
    {'l', "i32"  },
    {'m', "u32"  },
    {'n', "i128" },
    {'o', "u128" },
    {'p', "_"    },
    {'s', "i16"  },
    {'t', "u16"  },
    {'u', "()"   },
    {'v', "..."  },
    {'x', "i64"  },
    {'y', "u64"  },
    {'z', "!"    },
};

static const char signed_types[] = "aslxni";
static const char unsigned_types[] = "htmyoj";

static bool basic_type(struct wm_rust_reader *reader);
static void reference(struct wm_rust_reader *reader, bool is_mutable);
static void tuple(struct wm_rust_reader *reader);
static void function_type(struct wm_rust_reader *reader);
static void dyn_type(struct wm_rust_reader *reader);
static void lifetime(struct wm_rust_reader *reader, uint64_t number);
static void binder(struct wm_rust_reader *reader);
static void constant(struct wm_rust_reader *reader);

void wm_rust_argument(struct wm_rust_reader *reader)
{
    if (wm_rust_take(reader, 'L'))
        lifetime(reader, wm_rust_base62(reader));
    else if (wm_rust_take(reader, 'K'))
        constant(reader);
    else
        wm_rust_type(reader);
}

void wm_rust_type(struct wm_rust_reader *reader)
{
    const char *back;
    char letter = wm_rust_peek(reader);
    if (!wm_rust_enter(reader) || basic_type(reader)) {
        wm_rust_leave(reader);
        return;
    }
    if (letter == 'B') {
        if (wm_rust_follow(reader, &back)) {
            wm_rust_type(reader);
            reader->at = back;
        }
    } else if (wm_rust_take(reader, 'A') || wm_rust_take(reader, 'S')) {
        wm_rust_add(reader, "[");
        wm_rust_type(reader);
        if (letter == 'A') {
            wm_rust_add(reader, "; ");
            constant(reader);
        }
        wm_rust_add(reader, "]");
    } else if (wm_rust_take(reader, 'T')) {
        tuple(reader);
    } else if (wm_rust_take(reader, 'R') || wm_rust_take(reader, 'Q')) {
        reference(reader, letter == 'Q');
    } else if (wm_rust_take(reader, 'P') || wm_rust_take(reader, 'O')) {
        wm_rust_add(reader, letter == 'P' ? "*const " : "*mut ");
        wm_rust_type(reader);
    } else if (wm_rust_take(reader, 'F') || wm_rust_take(reader, 'D')) {
        uint64_t lifetimes = reader->lifetimes;
        if (letter == 'F')
            function_type(reader);
        else
            dyn_type(reader);
        reader->lifetimes = lifetimes;
        if (letter == 'D') {
            wm_rust_expect(reader, 'L');
            uint64_t number = wm_rust_base62(reader);
            if (number > 0) {
                wm_rust_add(reader, " + ");
                lifetime(reader, number);
            }
        }
    } else {
        wm_rust_path(reader, false);
    }
    wm_rust_leave(reader);
}

static bool basic_type(struct wm_rust_reader *reader)
{
    char letter = wm_rust_peek(reader);
    for (size_t i = 0; i < sizeof(basic_types) / sizeof(basic_types[0]); i++) {
        if (basic_types[i].letter == letter) {
            wm_rust_add(reader, basic_types[i].name);
            return wm_rust_take(reader, letter);
        }
    }
    return false;
}

static void reference(struct wm_rust_reader *reader, bool is_mutable)
{
    wm_rust_add(reader, "&");
    if (wm_rust_take(reader, 'L')) {
        uint64_t number = wm_rust_base62(reader);
        if (number > 0) {
            lifetime(reader, number);
            wm_rust_add(reader, " ");
        }
    }
    if (is_mutable)
        wm_rust_add(reader, "mut ");
    wm_rust_type(reader);
}

static void tuple(struct wm_rust_reader *reader)
{
    size_t count = 0;
    wm_rust_add(reader, "(");
    for (; wm_rust_peek(reader) != '\0' && !wm_rust_take(reader, 'E'); count++) {
        wm_rust_add(reader, count > 0 ? ", " : "");
        wm_rust_type(reader);
    }
    wm_rust_add(reader, count == 1 ? ",)" : ")");
}

/* unsafe extern "C" fn(u8, ...) -> bool */
static void function_type(struct wm_rust_reader *reader)
{
    binder(reader);
    if (wm_rust_take(reader, 'U'))
        wm_rust_add(reader, "unsafe ");
    if (wm_rust_take(reader, 'K')) {
        wm_rust_add(reader, "extern \"");
        if (wm_rust_take(reader, 'C')) {
            wm_rust_add(reader, "C");
        } else {
            struct wm_rust_identifier abi = wm_rust_identifier(reader);
            for (size_t i = 0; i < abi.length; i++)
                wm_rust_add_bytes(reader, abi.bytes[i] == '_' ? "-" : abi.bytes + i, 1);
        }
        wm_rust_add(reader, "\" ");
    }
    wm_rust_add(reader, "fn(");
    for (bool first = true; wm_rust_peek(reader) != '\0' && !wm_rust_take(reader, 'E');
         first = false) {
        wm_rust_add(reader, first ? "" : ", ");
        wm_rust_type(reader);
    }
    wm_rust_add(reader, ")");
    if (!wm_rust_take(reader, 'u')) {
        wm_rust_add(reader, " -> ");
        wm_rust_type(reader);
    }
}

/* dyn for<'a> Fn<(&'a u8,), Output = u8> + Send */
static void dyn_type(struct wm_rust_reader *reader)
{
    wm_rust_add(reader, "dyn ");
    binder(reader);
    for (bool first = true; wm_rust_peek(reader) != '\0' && !wm_rust_take(reader, 'E');
         first = false) {
        wm_rust_add(reader, first ? "" : " + ");
        bool open = wm_rust_open_path(reader);
        while (wm_rust_take(reader, 'p')) {
            wm_rust_add(reader, open ? ", " : "<");
            open = true;
            struct wm_rust_identifier name = wm_rust_identifier(reader);
            wm_rust_add_identifier(reader, &name);
            wm_rust_add(reader, " = ");
            wm_rust_type(reader);
        }
        wm_rust_add(reader, open ? ">" : "");
    }
}

/* By how many binders ago it was bound; 0 is any. */
static void lifetime(struct wm_rust_reader *reader, uint64_t number)
{
    enum { LETTERS = 26 };
    wm_rust_add(reader, "'");
    if (number == 0) {
        wm_rust_add(reader, "_");
        return;
    }
    if (number > reader->lifetimes) {
        wm_rust_refuse(reader);
        return;
    }
    uint64_t bound = reader->lifetimes - number;
    char letter = bound < LETTERS ? (char)('a' + bound) : 'z';
    wm_rust_add_bytes(reader, &letter, 1);
    if (bound >= LETTERS)
        wm_rust_add_number(reader, bound - LETTERS + 1);
}

static void binder(struct wm_rust_reader *reader)
{
    if (!wm_rust_take(reader, 'G'))
        return;
    uint64_t count = wm_rust_base62(reader) + 1;
    if (reader->wrong || count > (uint64_t)(reader->end - reader->at)) {
        wm_rust_refuse(reader); /* each is referred to further on */
        return;
    }
    wm_rust_add(reader, "for<");
    for (uint64_t i = 0; i < count; i++) {
        reader->lifetimes++;
        wm_rust_add(reader, i > 0 ? ", " : "");
        lifetime(reader, 1);
    }
    wm_rust_add(reader, "> ");
}

static void add_character(struct wm_rust_reader *reader, uint64_t code)
{
    static const struct {
        uint64_t code;
        const char *text;
    } escapes[] = {
        {'\t', "'\\t'" },
        {'\r', "'\\r'" },
        {'\n', "'\\n'" },
        {'\\', "'\\\\'"},
        {'\'', "'\\''" },
    };
    char text[32];
    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
        if (escapes[i].code == code) {
            wm_rust_add(reader, escapes[i].text);
            return;
        }
    }
    if (code >= ' ' && code <= '~')
        (void)snprintf(text, sizeof(text), "'%c'", (char)code);
    else
        (void)snprintf(text, sizeof(text), "'\\u{%" PRIx64 "}'", code);
    wm_rust_add(reader, text);
}

/* A type's letter, hex digits, "_". */
static void constant(struct wm_rust_reader *reader)
{
    enum { DIGITS_MAX = 16, CHARACTER_DIGITS_MAX = 6 };
    const char *back;
    char letter = wm_rust_peek(reader);
    if (letter == 'B') {
        if (wm_rust_enter(reader) && wm_rust_follow(reader, &back)) {
            constant(reader);
            reader->at = back;
        }
        wm_rust_leave(reader);
        return;
    }
    if (wm_rust_take(reader, 'p')) {
        wm_rust_add(reader, "_");
        return;
    }
    bool is_signed = letter != '\0' && strchr(signed_types, letter) != NULL;
    bool is_number = is_signed || (letter != '\0' && strchr(unsigned_types, letter) != NULL);
    if (!is_number && letter != 'b' && letter != 'c') {
        wm_rust_refuse(reader);
        return;
    }
    reader->at++;
    if (is_signed && wm_rust_take(reader, 'n'))
        wm_rust_add(reader, "-");
    const char *digits = reader->at;
    uint64_t value = 0;
    for (char digit = wm_rust_peek(reader);
         digit != '\0' && strchr("0123456789abcdef", digit) != NULL; digit = wm_rust_peek(reader)) {
        value = value * 16 + (uint64_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
        reader->at++;
    }
    size_t count = (size_t)(reader->at - digits);
    wm_rust_expect(reader, '_');
    if (count == 0 || (letter == 'b' && value > 1) ||
        (letter == 'c' && count > CHARACTER_DIGITS_MAX)) {
        wm_rust_refuse(reader);
    } else if (letter == 'b') {
        wm_rust_add(reader, value == 1 ? "true" : "false");
    } else if (letter == 'c') {
        add_character(reader, value);
    } else if (count > DIGITS_MAX) {
        wm_rust_add(reader, "0x");
        wm_rust_add_bytes(reader, digits, count);
    } else {
        wm_rust_add_number(reader, value);
    }
}

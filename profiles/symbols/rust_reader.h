/* rust_reader.h - the steps that all rules of Rust's names take. Private to the files rust*.c. */
#ifndef WM_SYMBOLS_RUST_READER_H
#define WM_SYMBOLS_RUST_READER_H

#include "harness/core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wm_rust_reader {
    const char *start; /* behind "_R"; back references count from here */
    const char *at;
    const char *end;
    struct wm_text *text;
    size_t before; /* length of `text` at the start */
    bool quiet;    /* read, but not shown */
    bool wrong;    /* no such name: every step is then a no-op */
    int depth;
    uint64_t lifetimes; /* that are bound where we are */
};

struct wm_rust_identifier {
    const char *bytes;
    size_t length;
    bool punycode;
};

void wm_rust_refuse(struct wm_rust_reader *reader);
/* The next byte; NUL at the end, and once something was wrong. */
char wm_rust_peek(const struct wm_rust_reader *reader);
bool wm_rust_take(struct wm_rust_reader *reader, char letter);
void wm_rust_expect(struct wm_rust_reader *reader, char letter);
/* Shows something, unless quiet. */
void wm_rust_add(struct wm_rust_reader *reader, const char *string);
void wm_rust_add_bytes(struct wm_rust_reader *reader, const char *bytes, size_t length);
void wm_rust_add_number(struct wm_rust_reader *reader, uint64_t number);
/* Around every rule that can hold itself; do nothing (but leave) when it says false. */
bool wm_rust_enter(struct wm_rust_reader *reader);
void wm_rust_leave(struct wm_rust_reader *reader);
/* "_" is 0, "0_" is 1, "A_" is 37 ... */
uint64_t wm_rust_base62(struct wm_rust_reader *reader);
/* At a "B": goes to an earlier part of the name, *ret_at being where to come back to. False when
 * there is nothing to do there: what is not shown need not be read twice. */
bool wm_rust_follow(struct wm_rust_reader *reader, const char **ret_at);
/* With its disambiguator, if it has one. */
struct wm_rust_identifier wm_rust_identifier(struct wm_rust_reader *reader);
void wm_rust_add_identifier(struct wm_rust_reader *reader,
                            const struct wm_rust_identifier *identifier);

/* rust.c: a path; `in_value`: of a function, where generic arguments take a "::" before them. */
void wm_rust_path(struct wm_rust_reader *reader, bool in_value);
/* The same, with its generic arguments left open for more: whether there are any. */
bool wm_rust_open_path(struct wm_rust_reader *reader);
/* rust_types.c: a type; a generic argument, which may also be a lifetime or a constant. */
void wm_rust_type(struct wm_rust_reader *reader);
void wm_rust_argument(struct wm_rust_reader *reader);

#endif

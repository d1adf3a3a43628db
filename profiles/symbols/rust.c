/* rust.c - Rust's names since RFC 2603, a grammar of paths and types that points back into itself.
 */
#include "profiles/symbols/rust.h"

#include "profiles/symbols/rust_reader.h"

#include <string.h>

static void nested_path(struct wm_rust_reader *reader, bool in_value);
static void arguments(struct wm_rust_reader *reader);
static void quiet_path(struct wm_rust_reader *reader);

bool wm_rust_demangle(const char *linkage, struct wm_text *text)
{
    if (strncmp(linkage, "_R", 2) != 0)
        return wm_rust_demangle_legacy(linkage, text);
    const char *start = linkage + 2;
    struct wm_rust_reader reader = {.start = start,
                                    .at = start,
                                    .end = start + strcspn(start, "."), /* ".llvm.123" */
                                    .text = text,
                                    .before = text->length};
    wm_rust_path(&reader, true);
    if (wm_rust_peek(&reader) != '\0')
        quiet_path(&reader); /* the crate that made it of a generic one */
    if (!reader.wrong && reader.at == reader.end && !text->failed)
        return true;
    while (!text->failed && text->length > reader.before)
        text->data[--text->length] = '\0';
    return false;
}

void wm_rust_path(struct wm_rust_reader *reader, bool in_value)
{
    const char *back;
    char letter = wm_rust_peek(reader);
    if (!wm_rust_enter(reader))
        return;
    if (letter == 'B') {
        if (wm_rust_follow(reader, &back)) {
            wm_rust_path(reader, in_value);
            reader->at = back;
        }
    } else if (wm_rust_take(reader, 'C')) {
        struct wm_rust_identifier crate = wm_rust_identifier(reader);
        wm_rust_add_identifier(reader, &crate);
    } else if (wm_rust_take(reader, 'N')) {
        nested_path(reader, in_value);
    } else if (wm_rust_take(reader, 'M') || wm_rust_take(reader, 'X') ||
               wm_rust_take(reader, 'Y')) {
        if (letter != 'Y')
            quiet_path(reader); /* where the impl stands */
        wm_rust_add(reader, "<");
        wm_rust_type(reader);
        if (letter != 'M') {
            wm_rust_add(reader, " as ");
            wm_rust_path(reader, false);
        }
        wm_rust_add(reader, ">");
    } else if (wm_rust_take(reader, 'I')) {
        wm_rust_path(reader, in_value);
        wm_rust_add(reader, in_value ? "::<" : "<");
        arguments(reader);
        wm_rust_add(reader, ">");
    } else {
        wm_rust_refuse(reader);
    }
    wm_rust_leave(reader);
}

/* Behind "N": a namespace, what it is in, its own name. */
static void nested_path(struct wm_rust_reader *reader, bool in_value)
{
    char space = wm_rust_peek(reader);
    bool upper = space >= 'A' && space <= 'Z';
    if (!upper && (space < 'a' || space > 'z')) {
        wm_rust_refuse(reader);
        return;
    }
    reader->at++;
    wm_rust_path(reader, in_value);
    uint64_t number = wm_rust_take(reader, 's') ? wm_rust_base62(reader) + 1 : 0;
    struct wm_rust_identifier name = wm_rust_identifier(reader);
    if (!upper) {
        wm_rust_add(reader, "::");
        wm_rust_add_identifier(reader, &name);
        return;
    }
    wm_rust_add(reader, "::{");
    if (space == 'C')
        wm_rust_add(reader, "closure");
    else if (space == 'S')
        wm_rust_add(reader, "shim");
    else
        wm_rust_add_bytes(reader, &space, 1);
    if (name.length > 0) {
        wm_rust_add(reader, ":");
        wm_rust_add_identifier(reader, &name);
    }
    wm_rust_add(reader, "#");
    wm_rust_add_number(reader, number);
    wm_rust_add(reader, "}");
}

static void quiet_path(struct wm_rust_reader *reader)
{
    bool quiet = reader->quiet;
    reader->quiet = true;
    if (wm_rust_take(reader, 's'))
        (void)wm_rust_base62(reader);
    wm_rust_path(reader, false);
    reader->quiet = quiet;
}

bool wm_rust_open_path(struct wm_rust_reader *reader)
{
    const char *back;
    bool open = false;
    if (!wm_rust_enter(reader))
        return false;
    if (wm_rust_peek(reader) == 'B') {
        if (wm_rust_follow(reader, &back)) {
            open = wm_rust_open_path(reader);
            reader->at = back;
        }
    } else if (wm_rust_take(reader, 'I')) {
        open = true;
        wm_rust_path(reader, false);
        wm_rust_add(reader, "<");
        arguments(reader);
    } else {
        wm_rust_path(reader, false);
    }
    wm_rust_leave(reader);
    return open;
}

/* Up to their "E". */
static void arguments(struct wm_rust_reader *reader)
{
    for (bool first = true; wm_rust_peek(reader) != '\0' && !wm_rust_take(reader, 'E');
         first = false) {
        wm_rust_add(reader, first ? "" : ", ");
        wm_rust_argument(reader);
    }
}

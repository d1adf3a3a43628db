/* spell.c - protobuf by hand. */
#include "tests/pprof/spell.h"

#include "profiles/pprof/codec.h"
#include "tests/support/support.h"

#include <string.h>

enum { WIRE_BYTES = 2 };
enum { LOCATION = 4, STRING = 6 }; /* of a profile */
enum { LOCATION_ID = 1, LOCATION_ADDRESS = 3 };

void spell_varint(struct wm_text *text, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        wm_text_add_bytes(text, &(unsigned char){(unsigned char)(value | 0x80)}, 1);
    wm_text_add_bytes(text, &(unsigned char){(unsigned char)value}, 1);
}

void spell_message(struct wm_text *text, unsigned field, struct wm_text *message)
{
    spell_varint(text, field << 3 | WIRE_BYTES);
    spell_varint(text, message->length);
    wm_text_add_bytes(text, message->data, message->length);
    wm_text_clear(message);
}

void spell_number(struct wm_text *text, unsigned field, uint64_t value)
{
    spell_varint(text, field << 3);
    spell_varint(text, value);
}

void spell_strings(struct wm_text *text, const char *const *strings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        spell_varint(text, STRING << 3 | WIRE_BYTES);
        spell_varint(text, strlen(strings[i]));
        wm_text_add(text, strings[i]);
    }
}

void spell_location(struct wm_text *text, uint64_t id, uint64_t address)
{
    struct wm_text location;
    wm_text_init(&location);
    spell_number(&location, LOCATION_ID, id);
    spell_number(&location, LOCATION_ADDRESS, address);
    spell_message(text, LOCATION, &location);
    wm_text_done(&location);
}

struct wm_profile *spell_read(struct wm_text *text)
{
    struct wm_profile *profile = NULL;
    struct wm_error err = {{0}, {0}};
    assert_false(text->failed);
    int rc = wm_profile_decode((const unsigned char *)text->data, text->length, 0, "bytes",
                               &profile, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(rc, 0);
    wm_text_done(text);
    return profile;
}

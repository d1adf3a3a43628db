/* spell.c - protobuf by hand. */
#include "tests/pprof/spell.h"

enum { WIRE_BYTES = 2 };

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

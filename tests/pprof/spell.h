/* spell.h - protobuf by hand, for files that no program writes. */
#ifndef WM_TESTS_PPROF_SPELL_H
#define WM_TESTS_PPROF_SPELL_H

#include "harness/core/text.h"

#include <stdint.h>

void spell_varint(struct wm_text *text, uint64_t value);
/* Adds the message as this field of another one; it is empty then. */
void spell_message(struct wm_text *text, unsigned field, struct wm_text *message);

#endif

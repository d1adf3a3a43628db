/* spell.h - protobuf by hand, for files that no program writes. */
#ifndef WM_TESTS_PPROF_SPELL_H
#define WM_TESTS_PPROF_SPELL_H

#include "profiles/pprof/profile.h"

#include "harness/core/text.h"

#include <stdint.h>

void spell_varint(struct wm_text *text, uint64_t value);
/* Adds the message as this field of another one; it is empty then. */
void spell_message(struct wm_text *text, unsigned field, struct wm_text *message);
void spell_number(struct wm_text *text, unsigned field, uint64_t value);
/* Adds the profile's strings. */
void spell_strings(struct wm_text *text, const char *const *strings, size_t count);
/* Adds the profile's location of this id, at an address of its own. */
void spell_location(struct wm_text *text, uint64_t id, uint64_t address);
/* Reads what was spelled, which has to be a profile, and is done with it; wm_profile_free it. */
struct wm_profile *spell_read(struct wm_text *text);

#endif

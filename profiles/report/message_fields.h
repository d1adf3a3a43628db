/* message_fields.h - what profile.proto consists of, each item to its bytes. Private to message.c.
 *
 * Bytes are written from their end to their beginning: a field's length stands before its content,
 * and is known then. Nothing is measured first, and nothing is moved. */
#ifndef WM_REPORT_MESSAGE_FIELDS_H
#define WM_REPORT_MESSAGE_FIELDS_H

#include "harness/core/parallel.h"
#include "profiles/pprof/profile.h"
#include "profiles/report/sample_labels.h"

/* Kinds of items: sample types, samples, mappings, locations, functions, strings, and the rest. */
enum { WM_MESSAGE_SECTIONS = 7 };

/* The tables are the caller's; threads share them. */
struct wm_message {
    const struct wm_profile *profile;
    const uint32_t *index_of; /* by string number: its place in the table + 1 */
    const uint32_t *strings;  /* the table */
    size_t string_count;
    const uint64_t *ids;
    size_t id_bytes;                        /* of the longest */
    struct wm_sample_labels labels;         /* scratch */
    size_t starts[WM_MESSAGE_SECTIONS + 1]; /* of each section's items, and the end */
};

/* An id as a message has it, in the last bytes of the word, whose first one is its length. `id` is
 * below 2^49, as what a merge and wm_profile_add_* assign is. */
uint64_t wm_message_spell_id(uint64_t id);
#define WM_MESSAGE_ID_LENGTH(spelled) ((spelled)&0xff)

/* Numbers the items through, once all else is there. */
void wm_message_number(struct wm_message *message);
/* Bytes for items [first, end) at most, and what wm_message_put needs before them. */
size_t wm_message_room(const struct wm_message *message, size_t first, size_t end);
/* Writes items [first, end) so that they end at `at`, where there is room for them. Returns where
 * they begin; NULL: no memory. */
unsigned char *wm_message_put(struct wm_message *message, size_t first, size_t end,
                              unsigned char *at);

#endif

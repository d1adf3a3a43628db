/* message_fields.c - the fields of profile.proto, as the reference writes them, last ones first. */
#include "profiles/report/message_fields.h"

#include "harness/core/intern.h"
#include "profiles/pprof/sample_stack.h"

#include <assert.h>
#include <string.h>

enum { WIRE_VARINT = 0, WIRE_BYTES = 2, UNPACKED_MAX = 2 };

/* The most bytes of a number with its field, of what stands before a content, and of some fields.
 */
enum {
    NUMBER_BYTES = 11,
    HEAD_BYTES = NUMBER_BYTES,
    TYPE_BYTES = HEAD_BYTES + 2 * NUMBER_BYTES,
    LABEL_BYTES = HEAD_BYTES + 3 * NUMBER_BYTES,
    LINE_BYTES = HEAD_BYTES + 2 * NUMBER_BYTES,
};

/* ---- The wire format: each writes what ends at `at` and returns where it begins ---- */

static unsigned char *put_varint(unsigned char *at, uint64_t value)
{
    if (value < 0x80) {
        *--at = (unsigned char)value;
        return at;
    }
    const unsigned bits = 64 - (unsigned)__builtin_clzll(value);
    unsigned char *begin = at - (bits + 6) / 7;
    for (at = begin; value >= 0x80; value >>= 7)
        *at++ = (unsigned char)(value | 0x80);
    *at = (unsigned char)value;
    return begin;
}

static unsigned char *put_number(unsigned char *at, unsigned field, uint64_t value)
{
    return put_varint(put_varint(at, value), field << 3 | WIRE_VARINT);
}

static unsigned char *put_unless_zero(unsigned char *at, unsigned field, uint64_t value)
{
    return value != 0 ? put_number(at, field, value) : at;
}

/* What lies from `at` to `end` becomes the content of a field. */
static unsigned char *put_head(unsigned char *at, unsigned field, const unsigned char *end)
{
    return put_varint(put_varint(at, (uint64_t)(end - at)), field << 3 | WIRE_BYTES);
}

uint64_t wm_message_spell_id(uint64_t id)
{
    unsigned char bytes[sizeof(id)] = {0}, *end = bytes + sizeof(bytes);
    assert(id >> 7 * (sizeof(bytes) - 1) == 0);
    bytes[0] = (unsigned char)(end - put_varint(end, id));
    memcpy(&id, bytes, sizeof(id));
    return id;
}

/* All of it is written, which is faster than as much as it is: what comes before it is written
 * next. */
static unsigned char *put_id(unsigned char *at, uint64_t spelled)
{
    memcpy(at - sizeof(spelled), &spelled, sizeof(spelled));
    return at - WM_MESSAGE_ID_LENGTH(spelled);
}

static unsigned char *put_string(const struct wm_message *message, unsigned char *at,
                                 unsigned field, uint32_t string)
{
    return put_unless_zero(at, field, message->index_of[string] - UINT64_C(1));
}

/* ---- The items ---- */

static unsigned char *put_value_type(const struct wm_message *message, unsigned char *at,
                                     unsigned field, struct wm_value_type type)
{
    const unsigned char *end = at;
    at = put_string(message, at, 2, type.unit);
    at = put_string(message, at, 1, type.type);
    return put_head(at, field, end);
}

static unsigned char *put_type(struct wm_message *message, unsigned char *at, size_t number)
{
    return put_value_type(message, at, 1, message->profile->sample_types[number]);
}

static unsigned char *put_label(const struct wm_message *message, unsigned char *at,
                                const struct wm_label *label)
{
    const unsigned char *end = at;
    if (wm_label_is_number(label)) {
        at = put_string(message, at, 4, label->unit);
        at = put_unless_zero(at, 3, (uint64_t)label->number);
    } else {
        at = put_string(message, at, 2, label->string);
    }
    at = put_string(message, at, 1, label->key);
    return put_head(at, 3, end);
}

/* Up to two numbers are written one by one, more of them packed. */
static unsigned char *put_stack(const struct wm_message *message, unsigned char *at,
                                const struct wm_profile_sample *sample)
{
    const struct wm_sample_stack stack = wm_sample_stack(message->profile, sample);
    const uint64_t *ids = message->ids;
    const unsigned char *end = at;
    if (sample->location_count <= UNPACKED_MAX) {
        for (uint32_t i = sample->location_count; i-- > 0;)
            at = put_number(at, 1, message->profile->locations[wm_sample_frame(stack, i)].id);
        return at;
    }
    for (uint32_t i = sample->location_count; i-- > 0;)
        at = put_id(at, ids[wm_sample_frame(stack, i)]);
    return put_head(at, 1, end);
}

static unsigned char *put_values(unsigned char *at, const int64_t *values, size_t count)
{
    const unsigned char *end = at;
    const bool is_packed = count > UNPACKED_MAX;
    for (size_t i = count; i-- > 0;)
        at = is_packed ? put_varint(at, (uint64_t)values[i])
                       : put_number(at, 2, (uint64_t)values[i]);
    return is_packed ? put_head(at, 2, end) : at;
}

static unsigned char *put_sample(struct wm_message *message, unsigned char *at, size_t number)
{
    const struct wm_profile *profile = message->profile;
    const struct wm_profile_sample *sample = &profile->samples[number];
    const unsigned char *end = at;
    if (wm_sample_labels_read(&message->labels, profile, number) < 0)
        return NULL;
    for (size_t i = message->labels.count; i-- > 0;)
        at = put_label(message, at, message->labels.labels[i]);
    at = put_values(at, profile->values + sample->first_value, profile->sample_type_count);
    at = put_stack(message, at, sample);
    return put_head(at, 2, end);
}

static unsigned char *put_mapping(struct wm_message *message, unsigned char *at, size_t number)
{
    const struct wm_mapping *mapping = &message->profile->mappings[number];
    const unsigned char *end = at;
    at = put_unless_zero(at, 10, mapping->has_inlines);
    at = put_unless_zero(at, 9, mapping->has_lines);
    at = put_unless_zero(at, 8, mapping->has_filenames);
    at = put_unless_zero(at, 7, mapping->has_functions);
    at = put_string(message, at, 6, mapping->build_id);
    at = put_string(message, at, 5, mapping->file);
    at = put_unless_zero(at, 4, mapping->offset);
    at = put_unless_zero(at, 3, mapping->limit);
    at = put_unless_zero(at, 2, mapping->start);
    at = put_unless_zero(at, 1, mapping->id);
    return put_head(at, 3, end);
}

static unsigned char *put_line(const struct wm_message *message, unsigned char *at,
                               const struct wm_line *line)
{
    const unsigned char *end = at;
    at = put_unless_zero(at, 2, (uint64_t)line->line);
    at = put_unless_zero(at, 1, message->profile->functions[line->function].id);
    return put_head(at, 4, end);
}

static unsigned char *put_location(struct wm_message *message, unsigned char *at, size_t number)
{
    const struct wm_profile *profile = message->profile;
    const struct wm_location *location = &profile->locations[number];
    const unsigned char *end = at;
    at = put_unless_zero(at, 5, location->folded);
    for (uint32_t i = location->line_count; i-- > 0;)
        at = put_line(message, at, &profile->lines[location->first_line + i]);
    at = put_unless_zero(at, 3, location->address);
    if (location->mapping != 0)
        at = put_unless_zero(at, 2, profile->mappings[location->mapping - 1].id);
    at = put_unless_zero(at, 1, location->id);
    return put_head(at, 4, end);
}

static unsigned char *put_function(struct wm_message *message, unsigned char *at, size_t number)
{
    const struct wm_function *function = &message->profile->functions[number];
    const unsigned char *end = at;
    at = put_unless_zero(at, 5, (uint64_t)function->start_line);
    at = put_string(message, at, 4, function->file);
    at = put_string(message, at, 3, function->system_name);
    at = put_string(message, at, 2, function->name);
    at = put_unless_zero(at, 1, function->id);
    return put_head(at, 5, end);
}

static unsigned char *put_text(struct wm_message *message, unsigned char *at, size_t number)
{
    size_t length;
    const unsigned char *end = at;
    const char *text = wm_intern_get(message->profile->strings, message->strings[number], &length);
    at -= length;
    memcpy(at, text, length);
    return put_head(at, 6, end);
}

static unsigned char *put_comments(const struct wm_message *message, unsigned char *at)
{
    const struct wm_profile *profile = message->profile;
    const unsigned char *end = at;
    const bool is_packed = profile->comment_count > UNPACKED_MAX;
    for (size_t i = profile->comment_count; i-- > 0;) {
        const uint64_t comment = message->index_of[profile->comments[i]] - UINT64_C(1);
        at = is_packed ? put_varint(at, comment) : put_number(at, 13, comment);
    }
    return is_packed ? put_head(at, 13, end) : at;
}

static unsigned char *put_rest(struct wm_message *message, unsigned char *at, size_t number)
{
    const struct wm_profile *profile = message->profile;
    (void)number;
    at = put_number(at, 14, message->index_of[profile->default_sample_type] - UINT64_C(1));
    at = put_comments(message, at);
    at = put_unless_zero(at, 12, (uint64_t)profile->period);
    if (profile->period_type.type != 0 || profile->period_type.unit != 0)
        at = put_value_type(message, at, 11, profile->period_type);
    at = put_unless_zero(at, 10, (uint64_t)profile->duration_ns);
    at = put_unless_zero(at, 9, (uint64_t)profile->time_ns);
    at = put_string(message, at, 8, profile->keep_frames);
    return put_string(message, at, 7, profile->drop_frames);
}

/* ---- All of them ---- */

static size_t more_of_sample(const struct wm_message *message, size_t number)
{
    const struct wm_profile *profile = message->profile;
    const struct wm_profile_sample *sample = &profile->samples[number];
    return sample->location_count * message->id_bytes + profile->sample_type_count * NUMBER_BYTES +
           sample->label_count * (size_t)LABEL_BYTES;
}

static size_t more_of_location(const struct wm_message *message, size_t number)
{
    return message->profile->locations[number].line_count * (size_t)LINE_BYTES;
}

static size_t more_of_text(const struct wm_message *message, size_t number)
{
    size_t length;
    (void)wm_intern_get(message->profile->strings, message->strings[number], &length);
    return length;
}

static size_t more_of_rest(const struct wm_message *message, size_t number)
{
    (void)number;
    return message->profile->comment_count * NUMBER_BYTES;
}

static const struct {
    unsigned char *(*put)(struct wm_message *message, unsigned char *at, size_t number);
    size_t bytes; /* of one at most, with these */
    size_t (*more_bytes)(const struct wm_message *message, size_t number);
} sections[WM_MESSAGE_SECTIONS] = {
    {put_type,     TYPE_BYTES,                     NULL            },
    {put_sample,   4 * HEAD_BYTES,                 more_of_sample  },
    {put_mapping,  HEAD_BYTES + 10 * NUMBER_BYTES, NULL            },
    {put_location, HEAD_BYTES + 4 * NUMBER_BYTES,  more_of_location},
    {put_function, HEAD_BYTES + 5 * NUMBER_BYTES,  NULL            },
    {put_text,     HEAD_BYTES,                     more_of_text    },
    {put_rest,     TYPE_BYTES + 8 * NUMBER_BYTES,  more_of_rest    },
};

void wm_message_number(struct wm_message *message)
{
    const struct wm_profile *profile = message->profile;
    const size_t counts[WM_MESSAGE_SECTIONS] = {
        profile->sample_type_count,
        profile->sample_count,
        profile->mapping_count,
        profile->location_count,
        profile->function_count,
        message->string_count,
        1,
    };
    for (size_t i = 0; i < WM_MESSAGE_SECTIONS; i++)
        message->starts[i + 1] = message->starts[i] + counts[i];
}

/* Those of [first, end) that are a section's, by its own numbers. */
static struct wm_slice items_of(const struct wm_message *message, size_t section, size_t first,
                                size_t end)
{
    const size_t start = message->starts[section], stop = message->starts[section + 1];
    struct wm_slice items = {.number = section};
    if (first < stop && start < end) {
        items.first = first > start ? first - start : 0;
        items.end = (end < stop ? end : stop) - start;
    }
    return items;
}

size_t wm_message_room(const struct wm_message *message, size_t first, size_t end)
{
    size_t bytes = sizeof(message->ids[0]);
    for (size_t i = 0; i < WM_MESSAGE_SECTIONS; i++) {
        const struct wm_slice items = items_of(message, i, first, end);
        bytes += (items.end - items.first) * sections[i].bytes;
        for (size_t at = items.first; sections[i].more_bytes != NULL && at < items.end; at++)
            bytes += sections[i].more_bytes(message, at);
    }
    return bytes;
}

unsigned char *wm_message_put(struct wm_message *message, size_t first, size_t end,
                              unsigned char *at)
{
    for (size_t i = WM_MESSAGE_SECTIONS; i-- > 0;) {
        const struct wm_slice items = items_of(message, i, first, end);
        for (size_t item = items.end; at != NULL && item-- > items.first;)
            at = sections[i].put(message, at, item);
    }
    return at;
}

/* message.c - profile.proto written straight, field after field. */
#include "profiles/views/message.h"

#include "profiles/pprof/gzip.h"
#include "profiles/views/sample_labels.h"

#include "harness/core/intern.h"
#include "harness/core/parallel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WIRE_VARINT = 0, WIRE_BYTES = 2, VARINT_BYTES_MAX = 10, UNPACKED_MAX = 2, PIECE_IDS = 32 };
enum { SLICE_LEAST = 20000 }; /* samples that are worth a thread */

struct message {
    const struct wm_profile *profile;
    struct wm_text bytes;
    uint32_t *index_of; /* by string number: its place in the table + 1; 0: not there yet */
    uint32_t *strings;  /* the table */
    size_t string_count;
    struct wm_sample_labels labels;
};

/* ---- The wire format ---- */

static size_t spell(uint64_t value, unsigned char *bytes)
{
    size_t length = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[length++] = (unsigned char)(value | 0x80);
    bytes[length++] = (unsigned char)value;
    return length;
}

static void add_varint(struct message *message, uint64_t value)
{
    unsigned char bytes[VARINT_BYTES_MAX];
    wm_text_add_bytes(&message->bytes, bytes, spell(value, bytes));
}

static void add_number(struct message *message, uint64_t field, uint64_t value)
{
    add_varint(message, field << 3 | WIRE_VARINT);
    add_varint(message, value);
}

static void add_unless_zero(struct message *message, uint64_t field, uint64_t value)
{
    if (value != 0)
        add_number(message, field, value);
}

/* What was added since `start` becomes the content of a field: its head is moved before it. */
static void enclose(struct message *message, uint64_t field, size_t start)
{
    unsigned char head[2 * VARINT_BYTES_MAX];
    size_t content = message->bytes.length - start;
    size_t length = spell(field << 3 | WIRE_BYTES, head);
    length += spell(content, head + length);
    wm_text_add_bytes(&message->bytes, head, length);
    if (message->bytes.failed)
        return;
    memmove(message->bytes.data + start + length, message->bytes.data + start, content);
    memcpy(message->bytes.data + start, head, length);
}

/* ---- Strings, in the order in which the reference meets them ---- */

static uint64_t string_index(const struct message *message, uint32_t string)
{
    return message->index_of[string] - UINT64_C(1);
}

static void meet(struct message *message, uint32_t string)
{
    if (message->index_of[string] != 0)
        return;
    message->strings[message->string_count++] = string;
    message->index_of[string] = (uint32_t)message->string_count;
}

static int meet_labels(struct message *message, size_t sample)
{
    const struct wm_sample_labels *labels = &message->labels;
    int rc = wm_sample_labels_read(&message->labels, message->profile, sample);
    for (size_t i = 0; rc == 0 && i < labels->count; i++) {
        meet(message, labels->labels[i]->key);
        meet(message, wm_label_is_number(labels->labels[i]) ? labels->labels[i]->unit
                                                            : labels->labels[i]->string);
    }
    return rc;
}

static int meet_strings(struct message *message)
{
    const struct wm_profile *profile = message->profile;
    int rc = 0;
    meet(message, 0);
    for (size_t i = 0; i < profile->sample_type_count; i++) {
        meet(message, profile->sample_types[i].type);
        meet(message, profile->sample_types[i].unit);
    }
    for (size_t i = 0; rc == 0 && i < profile->sample_count; i++)
        rc = meet_labels(message, i);
    for (size_t i = 0; i < profile->mapping_count; i++) {
        meet(message, profile->mappings[i].file);
        meet(message, profile->mappings[i].build_id);
    }
    for (size_t i = 0; i < profile->function_count; i++) {
        meet(message, profile->functions[i].name);
        meet(message, profile->functions[i].system_name);
        meet(message, profile->functions[i].file);
    }
    meet(message, profile->drop_frames);
    meet(message, profile->keep_frames);
    meet(message, profile->period_type.type);
    meet(message, profile->period_type.unit);
    for (size_t i = 0; i < profile->comment_count; i++)
        meet(message, profile->comments[i]);
    meet(message, profile->default_sample_type);
    return rc;
}

/* ---- The fields ---- */

static void add_value_type(struct message *message, uint64_t field, struct wm_value_type type)
{
    size_t start = message->bytes.length;
    add_unless_zero(message, 1, string_index(message, type.type));
    add_unless_zero(message, 2, string_index(message, type.unit));
    enclose(message, field, start);
}

static void add_label(struct message *message, const struct wm_label *label)
{
    size_t start = message->bytes.length;
    add_unless_zero(message, 1, string_index(message, label->key));
    if (wm_label_is_number(label)) {
        add_unless_zero(message, 3, (uint64_t)label->number);
        add_unless_zero(message, 4, string_index(message, label->unit));
    } else {
        add_unless_zero(message, 2, string_index(message, label->string));
    }
    enclose(message, 3, start);
}

/* Up to two numbers are written one by one, more of them packed: those of stacks are most of the
 * message, and are added by pieces. */
static void add_stack(struct message *message, const struct wm_profile_sample *sample)
{
    const struct wm_profile *profile = message->profile;
    const uint32_t *stack = profile->sample_locations + sample->first_location;
    const bool packed = sample->location_count > UNPACKED_MAX;
    size_t start = message->bytes.length;
    for (uint32_t i = 0; i < sample->location_count;) {
        unsigned char piece[PIECE_IDS * (1 + VARINT_BYTES_MAX)];
        size_t length = 0;
        for (uint32_t end = i + PIECE_IDS; i < sample->location_count && i < end; i++) {
            if (!packed)
                piece[length++] = 1 << 3 | WIRE_VARINT;
            length += spell(profile->locations[stack[i]].id, piece + length);
        }
        wm_text_add_bytes(&message->bytes, piece, length);
    }
    if (packed)
        enclose(message, 1, start);
}

static void add_values(struct message *message, const struct wm_profile_sample *sample)
{
    const struct wm_profile *profile = message->profile;
    size_t start = message->bytes.length;
    bool packed = profile->sample_type_count > UNPACKED_MAX;
    for (size_t i = 0; i < profile->sample_type_count; i++) {
        if (!packed)
            add_varint(message, 2 << 3 | WIRE_VARINT);
        add_varint(message, (uint64_t)profile->values[sample->first_value + i]);
    }
    if (packed)
        enclose(message, 2, start);
}

static int add_sample(struct message *message, size_t number)
{
    size_t start = message->bytes.length;
    int rc = wm_sample_labels_read(&message->labels, message->profile, number);
    add_stack(message, &message->profile->samples[number]);
    add_values(message, &message->profile->samples[number]);
    for (size_t i = 0; rc == 0 && i < message->labels.count; i++)
        add_label(message, message->labels.labels[i]);
    enclose(message, 2, start);
    return rc;
}

static int add_slice(void *user, const struct wm_slice *slice)
{
    struct message *part = (struct message *)user + slice->number;
    int rc = 0;
    for (size_t i = slice->first; rc == 0 && i < slice->end; i++)
        rc = add_sample(part, i);
    return rc;
}

/* They are most of the message: threads write parts of it, the first of them into the message. */
static int add_samples(struct message *message)
{
    const size_t samples = message->profile->sample_count;
    const size_t slices = wm_parallel_slices(samples, SLICE_LEAST);
    struct message parts[WM_PARALLEL_MAX];
    for (size_t i = 0; i < slices; i++) {
        parts[i] = *message;
        if (i > 0)
            wm_text_init(&parts[i].bytes);
        if (i > 0)
            wm_sample_labels_init(&parts[i].labels);
    }
    int rc = wm_parallel(samples, slices, add_slice, parts);
    message->bytes = parts[0].bytes;
    message->labels = parts[0].labels;
    for (size_t i = 1; i < slices; i++) {
        message->bytes.failed |= parts[i].bytes.failed;
        wm_text_add_bytes(&message->bytes, parts[i].bytes.data, parts[i].bytes.length);
        wm_text_done(&parts[i].bytes);
        wm_sample_labels_done(&parts[i].labels);
    }
    return rc;
}

static void add_mapping(struct message *message, const struct wm_mapping *mapping)
{
    size_t start = message->bytes.length;
    add_unless_zero(message, 1, mapping->id);
    add_unless_zero(message, 2, mapping->start);
    add_unless_zero(message, 3, mapping->limit);
    add_unless_zero(message, 4, mapping->offset);
    add_unless_zero(message, 5, string_index(message, mapping->file));
    add_unless_zero(message, 6, string_index(message, mapping->build_id));
    add_unless_zero(message, 7, mapping->has_functions);
    add_unless_zero(message, 8, mapping->has_filenames);
    add_unless_zero(message, 9, mapping->has_lines);
    add_unless_zero(message, 10, mapping->has_inlines);
    enclose(message, 3, start);
}

static void add_location(struct message *message, const struct wm_location *location)
{
    const struct wm_profile *profile = message->profile;
    size_t start = message->bytes.length;
    add_unless_zero(message, 1, location->id);
    if (location->mapping != 0)
        add_unless_zero(message, 2, profile->mappings[location->mapping - 1].id);
    add_unless_zero(message, 3, location->address);
    for (uint32_t i = 0; i < location->line_count; i++) {
        const struct wm_line *line = &profile->lines[location->first_line + i];
        size_t line_start = message->bytes.length;
        add_unless_zero(message, 1, profile->functions[line->function].id);
        add_unless_zero(message, 2, (uint64_t)line->line);
        enclose(message, 4, line_start);
    }
    add_unless_zero(message, 5, location->folded);
    enclose(message, 4, start);
}

static void add_function(struct message *message, const struct wm_function *function)
{
    size_t start = message->bytes.length;
    add_unless_zero(message, 1, function->id);
    add_unless_zero(message, 2, string_index(message, function->name));
    add_unless_zero(message, 3, string_index(message, function->system_name));
    add_unless_zero(message, 4, string_index(message, function->file));
    add_unless_zero(message, 5, (uint64_t)function->start_line);
    enclose(message, 5, start);
}

static void add_strings(struct message *message)
{
    for (size_t i = 0; i < message->string_count; i++) {
        size_t length, start = message->bytes.length;
        const char *text = wm_intern_get(message->profile->strings, message->strings[i], &length);
        wm_text_add_bytes(&message->bytes, text, length);
        enclose(message, 6, start);
    }
}

static void add_comments(struct message *message)
{
    const struct wm_profile *profile = message->profile;
    size_t start = message->bytes.length;
    bool packed = profile->comment_count > UNPACKED_MAX;
    for (size_t i = 0; i < profile->comment_count; i++) {
        if (!packed)
            add_varint(message, 13 << 3 | WIRE_VARINT);
        add_varint(message, string_index(message, profile->comments[i]));
    }
    if (packed)
        enclose(message, 13, start);
}

static void add_header(struct message *message)
{
    const struct wm_profile *profile = message->profile;
    add_unless_zero(message, 7, string_index(message, profile->drop_frames));
    add_unless_zero(message, 8, string_index(message, profile->keep_frames));
    add_unless_zero(message, 9, (uint64_t)profile->time_ns);
    add_unless_zero(message, 10, (uint64_t)profile->duration_ns);
    if (profile->period_type.type != 0 || profile->period_type.unit != 0)
        add_value_type(message, 11, profile->period_type);
    add_unless_zero(message, 12, (uint64_t)profile->period);
    add_comments(message);
    add_number(message, 14, string_index(message, profile->default_sample_type));
}

static int fill(struct message *message)
{
    const struct wm_profile *profile = message->profile;
    int rc = meet_strings(message);
    for (size_t i = 0; i < profile->sample_type_count; i++)
        add_value_type(message, 1, profile->sample_types[i]);
    if (rc == 0)
        rc = add_samples(message);
    for (size_t i = 0; i < profile->mapping_count; i++)
        add_mapping(message, &profile->mappings[i]);
    for (size_t i = 0; i < profile->location_count; i++)
        add_location(message, &profile->locations[i]);
    for (size_t i = 0; i < profile->function_count; i++)
        add_function(message, &profile->functions[i]);
    add_strings(message);
    add_header(message);
    return rc == 0 && message->bytes.failed ? -ENOMEM : rc;
}

int wm_message_add(struct wm_text *text, const struct wm_profile *profile)
{
    struct message message = {.profile = profile};
    unsigned char *packed = NULL;
    size_t strings = wm_intern_count(profile->strings), length = 0;
    wm_text_init(&message.bytes);
    wm_sample_labels_init(&message.labels);
    message.index_of = calloc(strings + 1, sizeof(message.index_of[0]));
    message.strings = calloc(strings + 1, sizeof(message.strings[0]));
    int rc = message.index_of == NULL || message.strings == NULL ? -ENOMEM : fill(&message);
    if (rc == 0)
        rc = wm_gzip_pack((const unsigned char *)message.bytes.data, message.bytes.length,
                          WM_GZIP_FAST, &packed, &length);
    if (rc == 0)
        wm_text_add_bytes(text, packed, length);
    free(packed);
    free(message.index_of);
    free(message.strings);
    wm_sample_labels_done(&message.labels);
    wm_text_done(&message.bytes);
    return rc == 0 && text->failed ? -ENOMEM : rc;
}

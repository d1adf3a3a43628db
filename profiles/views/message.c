/* message.c - profile.proto written straight, field after field.
 *
 * It is written and packed in parts, by threads: so it is never there as a whole. */
#include "profiles/views/message.h"

#include "profiles/pprof/gzip.h"
#include "profiles/views/sample_labels.h"

#include "harness/core/intern.h"
#include "harness/core/relay.h"
#include "profiles/pprof/sample_stack.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { WIRE_VARINT = 0, WIRE_BYTES = 2, VARINT_BYTES_MAX = 10, UNPACKED_MAX = 2 };
enum { THREAD_SAMPLES_LEAST = 10000 };

/* An id as it is spelled. All of it is copied, which is faster than as much as there is. */
struct spelled {
    unsigned char bytes[15];
    unsigned char length;
};

/* What is packed on its own: so many samples, or all of what comes behind them. */
enum { PART_SAMPLES = 8192 };
enum { PART_CODE, PART_FUNCTIONS, PART_STRINGS, OTHER_PARTS };

struct message {
    alignas(WM_PARALLEL_LINE) const struct wm_profile *profile;
    struct wm_text bytes; /* of the part that is being written */
    uint32_t *index_of;   /* by string number: its place in the table + 1; 0: not there yet */
    uint32_t *strings;    /* the table */
    size_t string_count;
    struct spelled *ids; /* by location */
    struct wm_sample_labels labels;
    struct wm_text packed; /* the part, and what it was */
    struct wm_gzip_sum sum;
};

/* All of it. */
struct output {
    struct message parts[WM_PARALLEL_MAX]; /* by thread; they share what is no text */
    const struct wm_report *report;        /* takes the bytes; NULL: `text` keeps them */
    struct wm_text *text;
    struct wm_gzip_sum sum;
    struct wm_error *err;
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
    wm_sample_labels_init(&message->labels);
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
    wm_sample_labels_done(&message->labels);
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

/* Up to two numbers are written one by one, more of them packed. Returns where they end. */
static unsigned char *put_stack(const struct message *message,
                                const struct wm_profile_sample *sample, unsigned char *at)
{
    const struct wm_sample_stack stack = wm_sample_stack(message->profile, sample);
    const bool packed = sample->location_count > UNPACKED_MAX;
    size_t length = 0;
    for (uint32_t i = 0; packed && i < sample->location_count; i++)
        length += message->ids[wm_sample_frame(stack, i)].length;
    if (packed) {
        *at++ = 1 << 3 | WIRE_BYTES;
        at += spell(length, at);
    }
    for (uint32_t i = 0; i < sample->location_count; i++) {
        const struct spelled *id = &message->ids[wm_sample_frame(stack, i)];
        if (!packed)
            *at++ = 1 << 3 | WIRE_VARINT;
        memcpy(at, id->bytes, sizeof(id->bytes));
        at += id->length;
    }
    return at;
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
    const struct wm_profile_sample *sample = &message->profile->samples[number];
    const size_t start = message->bytes.length;
    const size_t most = (size_t)(sample->location_count + 2) * sizeof(struct spelled);
    unsigned char *at = (unsigned char *)wm_text_extend(&message->bytes, most);
    if (at == NULL)
        return -ENOMEM;
    wm_text_cut(&message->bytes, (size_t)(at + most - put_stack(message, sample, at)));
    add_values(message, sample);
    int rc = wm_sample_labels_read(&message->labels, message->profile, number);
    for (size_t i = 0; rc == 0 && i < message->labels.count; i++)
        add_label(message, message->labels.labels[i]);
    enclose(message, 2, start);
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

/* ---- The parts ---- */

static size_t sample_parts(const struct wm_profile *profile)
{
    return (profile->sample_count + PART_SAMPLES - 1) / PART_SAMPLES;
}

static int add_samples(struct message *message, size_t part)
{
    const struct wm_profile *profile = message->profile;
    const size_t left = profile->sample_count - part * PART_SAMPLES;
    const size_t end = part * PART_SAMPLES + (left < PART_SAMPLES ? left : PART_SAMPLES);
    int rc = 0;
    for (size_t i = 0; part == 0 && i < profile->sample_type_count; i++)
        add_value_type(message, 1, profile->sample_types[i]);
    for (size_t i = part * PART_SAMPLES; rc == 0 && i < end; i++)
        rc = add_sample(message, i);
    return rc;
}

/* What comes behind the samples. */
static void add_others(struct message *message, size_t part)
{
    const struct wm_profile *profile = message->profile;
    switch (part) {
    case PART_CODE:
        for (size_t i = 0; i < profile->mapping_count; i++)
            add_mapping(message, &profile->mappings[i]);
        for (size_t i = 0; i < profile->location_count; i++)
            add_location(message, &profile->locations[i]);
        break;
    case PART_FUNCTIONS:
        for (size_t i = 0; i < profile->function_count; i++)
            add_function(message, &profile->functions[i]);
        break;
    default:
        add_strings(message);
        add_header(message);
    }
}

static int make_part(void *user, const struct wm_slice *parts)
{
    struct message *message = &((struct output *)user)->parts[parts->number];
    /* a profile without samples has the part of their types, too */
    const size_t samples = sample_parts(message->profile) + (message->profile->sample_count == 0);
    int rc = 0;
    wm_text_clear(&message->bytes);
    wm_text_clear(&message->packed);
    for (size_t part = parts->first; rc == 0 && part < parts->end; part++) {
        if (part < samples)
            rc = add_samples(message, part);
        else
            add_others(message, part - samples);
    }
    if (rc == 0 && message->bytes.failed)
        rc = -ENOMEM;
    return rc < 0 ? rc
                  : wm_gzip_add_part(&message->packed, message->bytes.data, message->bytes.length,
                                     &message->sum);
}

static int take_part(void *user, const struct wm_slice *parts)
{
    struct output *output = user;
    struct message *message = &output->parts[parts->number];
    wm_gzip_sum_add(&output->sum, &message->sum);
    if (output->report != NULL)
        return wm_report_drain_part(output->report, output->text, &message->packed, output->err);
    wm_text_add_bytes(output->text, message->packed.data, message->packed.length);
    return 0;
}

static int add_all(struct output *output, const struct wm_profile *profile)
{
    const size_t threads = wm_parallel_slices(profile->sample_count, THREAD_SAMPLES_LEAST);
    const struct wm_relay relay = {make_part, take_part, output};
    const size_t samples = sample_parts(profile) + (profile->sample_count == 0);
    for (size_t i = 1; i < threads; i++)
        output->parts[i] = output->parts[0];
    for (size_t i = 0; i < threads; i++) {
        wm_text_init(&output->parts[i].bytes);
        wm_text_init(&output->parts[i].packed);
        wm_sample_labels_init(&output->parts[i].labels);
    }
    wm_gzip_add_head(output->text);
    int rc = wm_relay(&relay, samples + OTHER_PARTS, 1, threads);
    wm_gzip_add_tail(output->text, &output->sum);
    for (size_t i = 0; i < threads; i++) {
        wm_text_done(&output->parts[i].bytes);
        wm_text_done(&output->parts[i].packed);
        wm_sample_labels_done(&output->parts[i].labels);
    }
    return rc == 0 && output->text->failed ? -ENOMEM : rc;
}

static struct spelled *spell_ids(const struct wm_profile *profile)
{
    struct spelled *ids = calloc(profile->location_count + 1, sizeof(ids[0]));
    for (size_t i = 0; ids != NULL && i < profile->location_count; i++)
        ids[i].length = (unsigned char)spell(profile->locations[i].id, ids[i].bytes);
    return ids;
}

int wm_message_add(struct wm_text *text, const struct wm_profile *profile,
                   const struct wm_report *report, struct wm_error *err)
{
    struct output output = {.report = report, .text = text, .err = err};
    struct message *message = &output.parts[0];
    size_t strings = wm_intern_count(profile->strings);
    message->profile = profile;
    message->index_of = calloc(strings + 1, sizeof(message->index_of[0]));
    message->strings = calloc(strings + 1, sizeof(message->strings[0]));
    message->ids = spell_ids(profile);
    int rc = message->index_of == NULL || message->strings == NULL || message->ids == NULL
                 ? -ENOMEM
                 : meet_strings(message);
    if (rc == 0)
        rc = add_all(&output, profile);
    if (rc == -ENOMEM)
        wm_fail(err, rc, "no memory for the profile's bytes");
    free(message->index_of);
    free(message->strings);
    free(message->ids);
    return rc;
}

/* samples.c - reads samples field by field into the profile's arrays.
 *
 * They are nearly all of a large profile; an object for each, as generated code makes them, costs
 * four times the memory and ten times the time. Shares of them are first counted and then read,
 * each by a thread of its own: the arrays are as large as they have to be, and every sample's place
 * is known beforehand. */
#include "profiles/pprof/samples.h"

#include "harness/core/parallel.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/invalid.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLE = 2, SAMPLE_LOCATION = 1, SAMPLE_VALUE = 2, SAMPLE_LABEL = 3 };

/* The least bytes in a label that says something: a tag and a number. */
enum { LABEL_BYTES_LEAST = 2 };

enum { SHARE_BLOCKS_LEAST = 20000 / WM_WIRE_BLOCK };

/* A thread's part of the samples, and where its parts begin in the profile's arrays. */
struct share {
    struct wm_wire_input wire; /* with this `err` */
    struct wm_error err;
    size_t at, end; /* bytes */
    size_t first_sample, first_location, first_label;
    size_t sample_count, location_count, label_count; /* the last two at most */
    bool bad;                                         /* its last sample cannot be read */
    int rc;
};

struct wm_samples {
    const struct wm_wire_input *wire;
    const struct wm_wire_map *map;
    const struct wm_samples_input *input; /* while reading */
    size_t share_count;
    struct share shares[WM_PARALLEL_MAX];
};

/* A sample that is being read. */
struct draft {
    const struct wm_samples_input *input;
    const struct wm_wire_input *wire;
    size_t number, start; /* which one, and where it is in the file: for errors */
    uint32_t *locations;
    struct wm_label *labels;
    int64_t *values;
    size_t location_count, label_count, value_count;
};

static void find_shares(struct wm_samples *samples);
static int make_room(struct wm_samples *samples);
static int count_shares(void *user, const struct wm_slice *slice);
static void count_share(const struct wm_samples *samples, struct share *share);
static int read_share(void *user, const struct wm_slice *slice);
static bool count_sample(const struct wm_samples *samples, const struct wm_wire_field *sample,
                         struct share *share);
static int read_sample(struct draft *draft, const struct wm_wire_field *sample);
static int read_field(struct draft *draft, const struct wm_wire_field *field);
static int read_locations(struct draft *draft, const struct wm_wire_field *field);
static int read_values(struct draft *draft, const struct wm_wire_field *field);
static int read_label(struct draft *draft, const struct wm_wire_field *field);
static int string_of(const struct draft *draft, uint64_t number, uint32_t *ret_string);

int wm_samples_count(const struct wm_wire_input *wire, const struct wm_wire_map *map,
                     struct wm_samples **ret_samples)
{
    struct wm_samples *samples = calloc(1, sizeof(*samples));
    if (samples == NULL)
        return -ENOMEM;
    samples->wire = wire;
    samples->map = map;
    find_shares(samples);
    /* One CPU is left to what may be done meanwhile. */
    const size_t slices = samples->share_count > 2 ? samples->share_count - 1 : 1;
    int rc = wm_parallel(samples->share_count, slices, count_shares, samples);
    if (rc == 0)
        *ret_samples = samples;
    else
        wm_samples_free(samples);
    return rc;
}

void wm_samples_free(struct wm_samples *samples)
{
    free(samples);
}

int wm_samples_read(struct wm_samples *samples, const struct wm_samples_input *input)
{
    samples->input = input;
    int rc = make_room(samples);
    if (rc < 0)
        return wm_read_failed(samples->wire, rc);
    rc = wm_parallel(samples->share_count, samples->share_count, read_share, samples);
    for (size_t i = 0; rc < 0 && i < samples->share_count; i++) {
        if (samples->shares[i].rc == 0)
            continue;
        if (samples->wire->err != NULL)
            *samples->wire->err = samples->shares[i].err;
        break;
    }
    return rc;
}

/* By blocks, whose offsets are known. */
static void find_shares(struct wm_samples *samples)
{
    const struct wm_wire_input *wire = samples->wire;
    const struct wm_wire_offsets *blocks = &samples->map->blocks;
    const size_t shares = wm_parallel_slices(blocks->count, SHARE_BLOCKS_LEAST);
    size_t first = 0;
    samples->share_count = shares;
    for (size_t i = 0; i < shares; i++) {
        struct share *share = &samples->shares[i];
        size_t next = (i + 1) * blocks->count / shares;
        share->at = first < blocks->count ? blocks->at[first] : wire->length;
        share->end = next < blocks->count ? blocks->at[next] : wire->length;
        share->first_sample = first * WM_WIRE_BLOCK;
        share->wire = *wire;
        share->wire.err = &share->err;
        first = next;
    }
}

/* Nothing is read behind a sample that is wrong, so that what a file only claims costs nothing. */
static int make_room(struct wm_samples *samples)
{
    size_t count = 0, locations = 0, labels = 0;
    for (size_t i = 0; i < samples->share_count; i++) {
        struct share *share = &samples->shares[i];
        share->first_location = locations;
        share->first_label = labels;
        count += share->sample_count;
        locations += share->location_count;
        labels += share->label_count;
        if (share->bad)
            samples->share_count = i + 1;
    }
    return wm_profile_size_samples(samples->input->profile, count, locations, labels);
}

static int count_shares(void *user, const struct wm_slice *slice)
{
    struct wm_samples *samples = user;
    for (size_t i = slice->first; i < slice->end; i++)
        count_share(samples, &samples->shares[i]);
    return 0;
}

static void count_share(const struct wm_samples *samples, struct share *share)
{
    struct wm_wire_field field;
    for (size_t at = share->at; !share->bad && at < share->end;) {
        share->bad = wm_wire_next(&share->wire, &wm_wire_profile, &at, share->end, &field) < 0;
        if (share->bad || field.number != SAMPLE)
            continue;
        share->sample_count++;
        share->bad = !count_sample(samples, &field, share);
    }
}

static size_t count_numbers(const struct wm_wire_input *wire, const struct wm_wire_field *field)
{
    const uint64_t tops = UINT64_C(0x8080808080808080);
    size_t count = 0, at = field->content;
    for (; field->end - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        uint64_t bytes;
        memcpy(&bytes, wire->data + at, sizeof(bytes));
        bytes = (~bytes & tops) >> 7; /* a 1 for each last byte of a number */
        count += bytes * UINT64_C(0x0101010101010101) >> 56;
    }
    for (; at < field->end; at++)
        count += wire->data[at] < 0x80;
    return count;
}

/* False: reading will fail here. */
static bool count_sample(const struct wm_samples *samples, const struct wm_wire_field *sample,
                         struct share *share)
{
    struct wm_wire_field field;
    size_t values = 0;
    for (size_t at = sample->content; at < sample->end;) {
        if (wm_wire_next(&share->wire, &wm_wire_sample, &at, sample->end, &field) < 0)
            return false;
        if (field.number == SAMPLE_LOCATION)
            share->location_count += count_numbers(&share->wire, &field);
        else if (field.number == SAMPLE_VALUE)
            values += count_numbers(&share->wire, &field);
        else if (field.number == SAMPLE_LABEL)
            share->label_count += field.end - field.content >= LABEL_BYTES_LEAST;
    }
    return values == samples->map->type_count;
}

static int read_share(void *user, const struct wm_slice *slice)
{
    struct wm_samples *samples = user;
    struct share *share = &samples->shares[slice->number];
    struct wm_profile *profile = samples->input->profile;
    struct wm_wire_field field;
    size_t location = share->first_location, label = share->first_label;
    size_t number = share->first_sample;
    for (size_t at = share->at; share->rc == 0 && at < share->end;) {
        share->rc = wm_wire_next(&share->wire, &wm_wire_profile, &at, share->end, &field);
        if (share->rc < 0 || field.number != SAMPLE)
            continue;
        size_t value = number * profile->sample_type_count;
        struct draft draft = {
            .input = samples->input,
            .wire = &share->wire,
            .number = number,
            .start = field.start,
            .locations = profile->sample_locations + location,
            .labels = profile->labels + label,
            .values = profile->values + value,
        };
        share->rc = read_sample(&draft, &field);
        profile->samples[number++] = (struct wm_profile_sample){
            .first_location = (uint32_t)location,
            .location_count = (uint32_t)draft.location_count,
            .first_label = (uint32_t)label,
            .label_count = (uint32_t)draft.label_count,
            .first_value = (uint32_t)value,
        };
        location += draft.location_count;
        label += draft.label_count;
    }
    /* Labels that say nothing were counted, but not read. */
    size_t unread = share->first_label + share->label_count - label;
    memset(profile->labels + label, 0, unread * sizeof(profile->labels[0]));
    return share->rc;
}

static int read_sample(struct draft *draft, const struct wm_wire_field *sample)
{
    const size_t types = draft->input->profile->sample_type_count;
    struct wm_wire_field field;
    int rc = 0;
    for (size_t at = sample->content; rc == 0 && at < sample->end;) {
        rc = wm_wire_next(draft->wire, &wm_wire_sample, &at, sample->end, &field);
        if (rc == 0)
            rc = read_field(draft, &field);
    }
    if (rc < 0 || draft->value_count == types)
        return rc;
    return wm_read_invalid(
        draft->wire, sample->start,
        "sample %zu has %zu values, expected one for each of the %zu sample types",
        draft->number + 1, draft->value_count, types);
}

static int read_field(struct draft *draft, const struct wm_wire_field *field)
{
    switch (field->number) {
    case SAMPLE_LOCATION:
        return read_locations(draft, field);
    case SAMPLE_VALUE:
        return read_values(draft, field);
    case SAMPLE_LABEL:
        return read_label(draft, field);
    default:
        return 0;
    }
}

/* One id, or a list of them. Nearly all ids are one byte or two, in no order that a CPU could
 * foresee: so both are read without a branch. */
static int read_locations(struct draft *draft, const struct wm_wire_field *field)
{
    const struct wm_wire_input *wire = draft->wire;
    const struct wm_ids *ids = draft->input->location_ids;
    const unsigned char *data = wire->data;
    const size_t end = field->end;
    uint32_t *next = draft->locations + draft->location_count;
    for (size_t at = field->content; at < end;) {
        const unsigned char *bytes = data + at;
        uint64_t id;
        if (end - at >= 2 && (bytes[0] & bytes[1]) < 0x80) {
            const size_t is_two = bytes[0] >> 7;
            id = (bytes[0] & 0x7f) | ((uint64_t)bytes[1] << 7 & (0 - (uint64_t)is_two));
            at += 1 + is_two;
        } else {
            size_t behind = at; /* copies, so that the others stay in registers */
            uint64_t any = 0;
            if (!wm_wire_number(wire, &behind, end, &any))
                return wm_wire_bad_number(wire, behind, end);
            at = behind;
            id = any;
        }
        uint32_t index = wm_ids_find(ids, id);
        if (index == WM_NO_INDEX)
            return wm_read_invalid(wire, draft->start,
                                   "sample %zu is in location %" PRIu64 ", which is not there",
                                   draft->number + 1, id);
        *next++ = index;
    }
    draft->location_count = (size_t)(next - draft->locations);
    return 0;
}

/* Those too many are only counted. */
static int read_values(struct draft *draft, const struct wm_wire_field *field)
{
    const struct wm_wire_input *wire = draft->wire;
    for (size_t at = field->content; at < field->end;) {
        uint64_t value = 0;
        if (!wm_wire_number(wire, &at, field->end, &value))
            return wm_wire_bad_number(wire, at, field->end);
        if (draft->value_count < draft->input->profile->sample_type_count)
            draft->values[draft->value_count] = (int64_t)value;
        draft->value_count++;
    }
    return 0;
}

/* A label that has neither a string nor a number nor a unit says nothing and is left out. */
static int read_label(struct draft *draft, const struct wm_wire_field *field)
{
    enum { KEY = 1, STRING, NUMBER, UNIT };
    uint64_t values[WM_WIRE_FIELDS];
    struct wm_label label = {0};
    int rc = wm_wire_numbers(draft->wire, &wm_wire_label, field, values);
    if (rc == 0)
        rc = string_of(draft, values[KEY], &label.key);
    if (rc == 0)
        rc = string_of(draft, values[STRING], &label.string);
    if (rc == 0 && values[STRING] == 0) {
        label.number = (int64_t)values[NUMBER];
        rc = string_of(draft, values[UNIT], &label.unit);
    }
    if (rc == 0 && (label.string != 0 || label.number != 0 || label.unit != 0))
        draft->labels[draft->label_count++] = label;
    return rc;
}

static int string_of(const struct draft *draft, uint64_t number, uint32_t *ret_string)
{
    if (number >= draft->input->string_count)
        return wm_read_no_string(draft->wire, draft->start, (int64_t)number,
                                 draft->input->string_count);
    *ret_string = draft->input->strings[number];
    return 0;
}

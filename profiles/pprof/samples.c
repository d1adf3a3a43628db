/* samples.c - reads samples field by field into the profile's arrays.
 *
 * They are nearly all of a large profile; an object for each, as generated code makes them, costs
 * four times the memory and ten times the time. */
#include "profiles/pprof/samples.h"

#include "profiles/pprof/codec.h"
#include "profiles/pprof/invalid.h"

#include <errno.h>
#include <inttypes.h>

enum { SAMPLE = 2, SAMPLE_LOCATION = 1, SAMPLE_VALUE = 2, SAMPLE_LABEL = 3 };

/* The least bytes of a label that says something: its tag, its length, one number. */
enum { LABEL_BYTES_LEAST = 4 };

/* A sample being written behind the profile's last. */
struct draft {
    const struct wm_samples_input *input;
    size_t start; /* where it is in the file, for errors */
    uint32_t *locations;
    struct wm_label *labels;
    int64_t *values;
    size_t location_count, label_count, value_count;
};

static int read_sample(const struct wm_samples_input *input, const struct wm_wire_field *sample);
static int read_field(struct draft *draft, const struct wm_wire_field *field);
static int read_locations(struct draft *draft, const struct wm_wire_field *field);
static int read_values(struct draft *draft, const struct wm_wire_field *field);
static int read_label(struct draft *draft, const struct wm_wire_field *field);
static int string_of(const struct draft *draft, uint64_t number, uint32_t *ret_string);

int wm_samples_read(const struct wm_samples_input *input)
{
    const struct wm_wire_input *wire = input->wire;
    struct wm_wire_field field;
    int rc = 0;
    for (size_t at = 0; rc == 0 && at < wire->length;) {
        rc = wm_wire_next(wire, &wm_wire_profile, &at, wire->length, &field);
        if (rc == 0 && field.number == SAMPLE)
            rc = read_sample(input, &field);
    }
    return rc;
}

static int read_sample(const struct wm_samples_input *input, const struct wm_wire_field *sample)
{
    struct wm_profile *profile = input->profile;
    /* a number is at least a byte, so this is room enough, and nearly all of it is used */
    size_t bytes = sample->end - sample->content;
    int rc = wm_profile_reserve_sample(profile, bytes, bytes / LABEL_BYTES_LEAST,
                                       profile->sample_type_count);
    if (rc < 0)
        return wm_read_failed(input->wire, rc);
    struct draft draft = {
        .input = input,
        .start = sample->start,
        .locations = profile->sample_locations + profile->sample_location_count,
        .labels = profile->labels + profile->label_count,
        .values = profile->values + profile->value_count,
    };
    struct wm_wire_field field;
    for (size_t at = sample->content; rc == 0 && at < sample->end;) {
        rc = wm_wire_next(input->wire, &wm_wire_sample, &at, sample->end, &field);
        if (rc == 0)
            rc = read_field(&draft, &field);
    }
    if (rc < 0)
        return rc;
    if (draft.value_count != profile->sample_type_count)
        return wm_read_invalid(input->wire, sample->start,
                               "sample %zu has %zu values, expected one for each of the %zu "
                               "sample types",
                               profile->sample_count + 1, draft.value_count,
                               profile->sample_type_count);
    int64_t index = wm_profile_commit_sample(profile, draft.location_count, draft.label_count);
    return index < 0 ? wm_read_failed(input->wire, (int)index) : 0;
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

/* One id, or a list of them. */
static int read_locations(struct draft *draft, const struct wm_wire_field *field)
{
    const struct wm_wire_input *wire = draft->input->wire;
    const struct wm_ids *ids = draft->input->location_ids;
    const size_t end = field->end;
    for (size_t at = field->content; at < end;) {
        uint64_t id = wire->data[at];
        /* nearly all ids are one or two bytes */
        if (id < 0x80) {
            at++;
        } else if (end - at >= 2 && wire->data[at + 1] < 0x80) {
            id = (id & 0x7f) | (uint64_t)wire->data[at + 1] << 7;
            at += 2;
        } else if (!wm_wire_number(wire, &at, end, &id)) {
            return wm_wire_bad_number(wire, at, end);
        }
        uint32_t index = wm_ids_find(ids, id);
        if (index == WM_NO_INDEX)
            return wm_read_invalid(wire, draft->start,
                                   "sample %zu is in location %" PRIu64 ", which is not there",
                                   draft->input->profile->sample_count + 1, id);
        draft->locations[draft->location_count++] = index;
    }
    return 0;
}

/* Those too many are only counted. */
static int read_values(struct draft *draft, const struct wm_wire_field *field)
{
    const struct wm_wire_input *wire = draft->input->wire;
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
    enum { KEY = 1, STRING, NUMBER, UNIT, FIELDS };
    uint64_t values[FIELDS] = {0};
    struct wm_label label = {0};
    struct wm_wire_field part;
    int rc = 0;
    for (size_t at = field->content; rc == 0 && at < field->end;) {
        rc = wm_wire_next(draft->input->wire, &wm_wire_label, &at, field->end, &part);
        if (rc == 0)
            values[part.number] = part.value; /* number 0, an unknown field, is nobody's */
    }
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
        return wm_read_no_string(draft->input->wire, draft->start, (int64_t)number,
                                 draft->input->string_count);
    *ret_string = draft->input->strings[number];
    return 0;
}

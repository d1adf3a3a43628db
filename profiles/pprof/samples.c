/* samples.c - reads samples field by field into the profile's arrays.
 *
 * They are nearly all of a large profile; an object for each, as generated code makes them, costs
 * four times the memory and ten times the time. Most of them name locations and strings by numbers
 * that are places in the file's own tables: so they are read before these are, while the file is
 * still being unpacked. */
#include "profiles/pprof/samples.h"

#include "harness/core/pages.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/frame_ids.h"
#include "profiles/pprof/invalid.h"
#include "profiles/pprof/sample_stack.h"
#include "profiles/pprof/shared_labels.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLE_TYPE = 1, SAMPLE = 2 }; /* of a profile */
enum { SAMPLE_LOCATION = 1, SAMPLE_VALUE = 2, SAMPLE_LABEL = 3 };

/* The least bytes of a label that says something: those of its field, a tag and a number. */
enum { LABEL_BYTES_LEAST = 4 };

/* Room is made for samples of so many bytes at once; those of the first FORECAST_BYTES tell how
 * much all of them take. */
enum { ROOM_BYTES = 32 << 10, FORECAST_BYTES = 64 << 10 };

/* Where samples are read to, and how. */
struct reader {
    const struct wm_wire_input *wire;
    const struct wm_samples_input *input; /* NULL: it is guessed */
    struct wm_samples_guess guess;
    struct wm_profile *profile;
    size_t first;              /* where the first sample is in the file */
    size_t run_first, run_end; /* the last samples that came without anything between */
    size_t room_end;           /* there is room for all samples up to here */
    bool has_forecast;
    struct wm_shared_labels shared_labels;
    struct wm_frame_ids frame_ids;
};

/* A sample that is being read. */
struct draft {
    struct reader *reader;
    size_t start; /* where it is in the file: for errors */
    struct wm_label *labels;
    int64_t *values;
    size_t location_count, label_count, value_count;
    size_t labels_start, labels_end;    /* where they are, if nothing is between them */
    const struct wm_shared_set *shared; /* these are its labels, and all that is left of it */
};

static int take_field(struct reader *reader, const struct wm_wire_field *field);
static void drop(struct reader *reader, size_t end);
static int make_room(struct reader *reader, const struct wm_wire_field *sample);
static int read_sample(struct reader *reader, const struct wm_wire_field *sample);
static void share_labels(const struct draft *draft, size_t end, struct wm_profile_sample *sample);
static void note_order(struct wm_samples_guess *guess, const struct wm_profile *profile,
                       const struct wm_profile_sample *sample);
static int read_field(struct draft *draft, const struct wm_wire_field *field, size_t end);
static int guess_locations(struct draft *draft, const struct wm_wire_field *field);
static int read_locations(struct draft *draft, const struct wm_wire_field *field);
static int read_values(struct draft *draft, const struct wm_wire_field *field);
static bool is_shared(struct draft *draft, const struct wm_wire_field *label, size_t end);
static int read_label(struct draft *draft, const struct wm_wire_field *field);
static int string_of(const struct draft *draft, uint64_t number, uint32_t *ret_string);

void wm_samples_guess(const struct wm_wire_input *wire, struct wm_arrival *arrival,
                      size_t kept_bytes, struct wm_samples_guess *ret_guess)
{
    const struct wm_wire_input quiet = {.data = wire->data, .length = wire->length};
    struct reader reader = {.wire = &quiet};
    struct wm_wire_field field;
    size_t at = 0;
    int rc = wm_profile_new(&reader.profile);
    if (rc == 0)
        wm_profile_narrow_stacks(reader.profile);
    wm_frame_ids_init(&reader.frame_ids);
    for (size_t ready = 0, known = 0; rc == 0 && at < wire->length; known = ready) {
        ready = wm_arrival_wait(arrival, known);
        if (ready <= known)
            rc = -EINVAL; /* cut off, or not unpacked */
        for (size_t next = at; rc == 0 && next < ready; at = next) {
            /* what cannot be read may be cut off here only because the rest is still to come */
            if (wm_wire_next(&quiet, &wm_wire_profile, &next, ready, &field) < 0)
                break;
            rc = take_field(&reader, &field);
        }
        if (at > kept_bytes)
            drop(&reader, at - kept_bytes);
    }
    if (rc < 0) {
        wm_profile_free(reader.profile);
        reader.profile = NULL;
    }
    *ret_guess = reader.guess;
    ret_guess->profile = reader.profile;
}

int wm_samples_read(const struct wm_wire_input *wire, const struct wm_samples_input *input)
{
    struct reader reader = {.wire = wire, .input = input, .profile = input->profile};
    struct wm_wire_field field;
    int rc = 0;
    for (size_t at = 0; rc == 0 && at < wire->length;) {
        rc = wm_wire_next(wire, &wm_wire_profile, &at, wire->length, &field);
        if (rc == 0 && field.number == SAMPLE)
            rc = take_field(&reader, &field);
    }
    return rc == -ENOMEM || rc == -EOVERFLOW ? wm_read_failed(wire, rc) : rc;
}

static int take_field(struct reader *reader, const struct wm_wire_field *field)
{
    if (field->number == SAMPLE) {
        reader->run_first = field->start == reader->run_end ? reader->run_first : field->start;
        reader->run_end = field->end;
        int rc = field->end > reader->room_end ? make_room(reader, field) : 0;
        return rc < 0 ? rc : read_sample(reader, field);
    }
    if (field->number != SAMPLE_TYPE)
        return 0;
    if (reader->profile->sample_count > 0)
        return -EINVAL; /* those before would have a value too few */
    int64_t type = wm_profile_append_sample_type(reader->profile, (struct wm_value_type){0, 0});
    return type < 0 ? (int)type : 0;
}

/* Memory of samples that were read: what lies between them is still to be read by others. */
static void drop(struct reader *reader, size_t end)
{
    end = end < reader->run_end ? end : reader->run_end;
    if (reader->run_first < end)
        reader->run_first +=
            wm_pages_drop(reader->wire->data + reader->run_first, end - reader->run_first);
}

/* For the samples of the next bytes: each number takes one at least. */
static int make_room(struct reader *reader, const struct wm_wire_field *sample)
{
    const struct wm_profile *profile = reader->profile;
    const size_t file_bytes = reader->wire->length, start = sample->start;
    reader->first = profile->sample_count == 0 ? start : reader->first;
    size_t least = sample->end - start > ROOM_BYTES ? sample->end - start : ROOM_BYTES;
    least = least < file_bytes - start ? least : file_bytes - start;
    size_t samples = least / (2 + profile->sample_type_count) + 1;
    size_t locations = least + WM_FRAME_IDS_OVER, labels = least / LABEL_BYTES_LEAST,
           values = least;
    if (!reader->has_forecast && start - reader->first >= FORECAST_BYTES) {
        const double more = (double)(file_bytes - start) / (double)(start - reader->first);
        reader->has_forecast = true;
        samples += (size_t)(more * (double)profile->sample_count);
        locations += (size_t)(more * (double)profile->sample_location_count);
        labels += (size_t)(more * (double)profile->label_count);
        values += (size_t)(more * (double)profile->value_count);
    }
    reader->room_end = start + least;
    return wm_profile_reserve_samples(reader->profile, samples, locations, labels,
                                      values + profile->sample_type_count);
}

static int read_sample(struct reader *reader, const struct wm_wire_field *sample)
{
    struct wm_profile *profile = reader->profile;
    const size_t types = profile->sample_type_count;
    struct draft draft = {
        .reader = reader,
        .start = sample->start,
        .labels = profile->labels + profile->label_count,
        .values = profile->values + profile->value_count,
    };
    struct wm_wire_field field;
    int rc = 0;
    for (size_t at = sample->content; rc == 0 && at < sample->end && draft.shared == NULL;) {
        rc = wm_wire_next(reader->wire, &wm_wire_sample, &at, sample->end, &field);
        if (rc == 0)
            rc = read_field(&draft, &field, sample->end);
    }
    if (rc < 0)
        return rc;
    if (draft.value_count != types)
        return wm_read_invalid(
            reader->wire, sample->start,
            "sample %zu has %zu values, expected one for each of the %zu sample types",
            profile->sample_count + 1, draft.value_count, types);
    int64_t index = wm_profile_commit_sample(profile, draft.location_count, draft.label_count);
    if (index >= 0 && draft.labels_start != 0)
        share_labels(&draft, sample->end, &profile->samples[index]);
    if (index >= 0 && reader->input == NULL)
        note_order(&reader->guess, profile, &profile->samples[index]);
    return index < 0 ? (int)index : 0;
}

/* A merge has to know it, and here the sample is at hand. Few samples have new locations. */
static void note_order(struct wm_samples_guess *guess, const struct wm_profile *profile,
                       const struct wm_profile_sample *sample)
{
    if (guess->last_location >= guess->uses.next)
        guess->uses = wm_use_order_note(guess->uses, profile, sample);
    guess->has_unsorted |= !wm_sample_is_sorted(profile, sample);
}

/* Its labels are those of another one, or may be those of one to come. */
static void share_labels(const struct draft *draft, size_t end, struct wm_profile_sample *sample)
{
    struct reader *reader = draft->reader;
    if (draft->shared != NULL) {
        sample->first_label = draft->shared->first_label;
        sample->label_count = draft->shared->label_count;
        assert(wm_sample_is_sorted(reader->profile, sample)); /* so that no sort writes there */
        wm_profile_share_labels(reader->profile);
    } else if (draft->labels_end == end) {
        wm_shared_labels_note(&reader->shared_labels, reader->wire->data + draft->labels_start,
                              end - draft->labels_start, reader->profile, sample);
    }
}

static int read_field(struct draft *draft, const struct wm_wire_field *field, size_t end)
{
    switch (field->number) {
    case SAMPLE_LOCATION:
        return draft->reader->input == NULL ? guess_locations(draft, field)
                                            : read_locations(draft, field);
    case SAMPLE_VALUE:
        return read_values(draft, field);
    case SAMPLE_LABEL:
        return is_shared(draft, field, end) ? 0 : read_label(draft, field);
    default:
        return 0;
    }
}

static int guess_locations(struct draft *draft, const struct wm_wire_field *field)
{
    struct reader *reader = draft->reader;
    struct wm_profile *profile = reader->profile;
    const struct wm_frame_list list = {reader->wire->data, field->content, field->end};
    uint32_t *most = &reader->guess.last_location;
    const size_t first = profile->sample_location_count + draft->location_count;
    ssize_t count = -ERANGE;
    if (profile->has_narrow_stacks) {
        count = wm_frame_ids_read_narrow(&reader->frame_ids, &list,
                                         (uint16_t *)profile->stacks + first, most);
        int rc = count == -ERANGE ? wm_profile_widen_stacks(profile, draft->location_count) : 0;
        if (rc < 0)
            return rc;
    }
    if (count == -ERANGE)
        count = wm_frame_ids_read_wide(&list, (uint32_t *)profile->stacks + first, most);
    if (count < 0)
        return (int)count;
    draft->location_count += (size_t)count;
    return 0;
}

/* One id, or a list of them. */
static int read_locations(struct draft *draft, const struct wm_wire_field *field)
{
    const struct wm_wire_input *wire = draft->reader->wire;
    const struct wm_samples_input *input = draft->reader->input;
    uint32_t *locations =
        (uint32_t *)input->profile->stacks + input->profile->sample_location_count;
    for (size_t at = field->content; at < field->end;) {
        uint64_t id = 0;
        if (!wm_wire_number(wire, &at, field->end, &id))
            return wm_wire_bad_number(wire, at, field->end);
        uint32_t index = wm_ids_find(input->location_ids, id);
        if (index == WM_NO_INDEX)
            return wm_read_invalid(wire, draft->start,
                                   "sample %zu is in location %" PRIu64 ", which is not there",
                                   input->profile->sample_count + 1, id);
        locations[draft->location_count++] = index;
    }
    return 0;
}

/* Those too many are only counted. */
static int read_values(struct draft *draft, const struct wm_wire_field *field)
{
    const struct wm_wire_input *wire = draft->reader->wire;
    for (size_t at = field->content; at < field->end;) {
        uint64_t value = 0;
        if (!wm_wire_number(wire, &at, field->end, &value))
            return wm_wire_bad_number(wire, at, field->end);
        if (draft->value_count < draft->reader->profile->sample_type_count)
            draft->values[draft->value_count] = (int64_t)value;
        draft->value_count++;
    }
    return 0;
}

/* Whether the sample, up to its end, goes on as one before went on from its first label. */
static bool is_shared(struct draft *draft, const struct wm_wire_field *label, size_t end)
{
    const struct reader *reader = draft->reader;
    const bool is_first = draft->labels_start == 0;
    if (is_first) {
        draft->labels_start = draft->labels_end = label->start;
        draft->shared = wm_shared_labels_find(
            &reader->shared_labels, reader->wire->data + label->start, end - label->start);
    }
    if (draft->labels_end == label->start)
        draft->labels_end = label->end;
    return draft->shared != NULL;
}

/* A label that has neither a string nor a number nor a unit says nothing and is left out; one that
 * names a second empty string stays, as a key alone (merge.c). */
static int read_label(struct draft *draft, const struct wm_wire_field *field)
{
    enum { KEY = 1, STRING, NUMBER, UNIT };
    uint64_t values[WM_WIRE_FIELDS];
    struct wm_label label = {0};
    int rc = wm_wire_numbers(draft->reader->wire, &wm_wire_label, field, values);
    if (rc == 0)
        rc = string_of(draft, values[KEY], &label.key);
    if (rc == 0)
        rc = string_of(draft, values[STRING], &label.string);
    if (rc == 0 && values[STRING] == 0) {
        label.number = (int64_t)values[NUMBER];
        rc = string_of(draft, values[UNIT], &label.unit);
    }
    if (rc == 0 && (values[STRING] != 0 || values[NUMBER] != 0 || values[UNIT] != 0))
        draft->labels[draft->label_count++] = label;
    return rc;
}

static int string_of(const struct draft *draft, uint64_t number, uint32_t *ret_string)
{
    const struct wm_samples_input *input = draft->reader->input;
    struct wm_samples_guess *guess = &draft->reader->guess;
    if (input == NULL) {
        guess->last_string = number < guess->last_string ? guess->last_string : (uint32_t)number;
        *ret_string = (uint32_t)number;
        return number < UINT32_MAX ? 0 : -EINVAL;
    }
    if (number >= input->string_count)
        return wm_read_no_string(draft->reader->wire, draft->start, (int64_t)number,
                                 input->string_count);
    *ret_string = input->strings[number];
    return 0;
}

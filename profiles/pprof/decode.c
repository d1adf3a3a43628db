/* decode.c - a profile from its bytes: the header by protobuf-c, mappings, functions and locations
 * field by field, for there are tens of thousands of them, and the samples by samples.c. */
#include "profiles/pprof/decode.h"

#include "harness/core/intern.h"
#include "harness/core/parallel.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/ids.h"
#include "profiles/pprof/invalid.h"
#include "profiles/pprof/join.h"
#include "profiles/pprof/samples.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include <profile.pb-c.h>

enum { MESSAGE_BYTES_MAX = 1 << 20 };
enum { THREAD_BYTES_LEAST = 256 << 10 };

enum { PART_CODE, PART_SAMPLES, PART_COUNT };

struct decode {
    const struct wm_wire_input *input;
    const struct wm_decode_source *source;
    struct wm_arrival arrival;
    struct wm_profile *profile;
    struct wm_wire_map map;
    uint32_t *strings; /* from numbers in the file to numbers in the profile */
    struct wm_ids mapping_ids, function_ids, location_ids;
    struct wm_samples_guess guess;
    struct wm_line *lines; /* scratch, as long as the longest list so far */
    uint64_t *line_ids;    /* of their functions */
    size_t line_capacity;
};

static int decode_all(const struct wm_wire_input *input, const struct wm_decode_source *source,
                      struct wm_profile **ret_profile);
static int read_part(void *user, const struct wm_slice *slice);
static int scan(struct decode *decode);
static int take_samples(struct decode *decode);
static int read_code(struct decode *decode);
static int read_strings(struct decode *decode);
static int read_header(struct decode *decode);
static int read_header_lists(struct decode *decode, const Pprof__Profile *header);
static int read_header_fields(struct decode *decode, const Pprof__Profile *header);
static int read_mappings(struct decode *decode);
static int read_functions(struct decode *decode);
static int read_locations(struct decode *decode);
static int read_location(struct decode *decode, size_t i, bool pad_mapping);
static int keep_line(struct decode *decode, const struct wm_wire_field *field, size_t i);
static int find_functions(struct decode *decode, size_t at, const struct wm_location *location);
static int find_message(const struct decode *decode, size_t at, struct wm_wire_field *ret_field);
static int read_numbers(const struct decode *decode, const struct wm_wire_message *kind, size_t at,
                        uint64_t ret_values[WM_WIRE_FIELDS]);
static int unpack_header(const struct decode *decode, Pprof__Profile **ret_header);
static int string_number(const struct decode *decode, size_t at, uint64_t number,
                         uint32_t *ret_string);
static int check_id(const struct decode *decode, size_t at, const char *kind, size_t i,
                    uint64_t id);
static int note_ids(const struct decode *decode, struct wm_ids *ids, const void *first, size_t step,
                    const struct wm_wire_offsets *offsets, const char *kind);

int wm_profile_decode_plain(const struct wm_wire_input *input, struct wm_profile **ret_profile)
{
    return decode_all(input, NULL, ret_profile);
}

int wm_profile_decode_arriving(const struct wm_wire_input *input,
                               const struct wm_decode_source *source,
                               struct wm_profile **ret_profile)
{
    return decode_all(input, source, ret_profile);
}

/* `source` NULL: all bytes are there. */
static int decode_all(const struct wm_wire_input *input, const struct wm_decode_source *source,
                      struct wm_profile **ret_profile)
{
    const bool many = wm_parallel_slices(input->length, THREAD_BYTES_LEAST) > 1;
    struct decode decode = {.input = input, .source = source};
    wm_arrival_init(&decode.arrival);
    int rc = wm_profile_new(&decode.profile);
    rc = rc < 0 ? wm_read_failed(input, rc)
                : wm_parallel(PART_COUNT, many ? PART_COUNT : 1, read_part, &decode);
    if (rc == 0)
        rc = take_samples(&decode);
    if (rc < 0)
        goto out;
    *ret_profile = decode.profile;
    decode.profile = NULL;
out:
    wm_profile_free(decode.profile);
    wm_profile_free(decode.guess.profile);
    wm_arrival_done(&decode.arrival);
    wm_wire_map_done(&decode.map);
    wm_ids_done(&decode.mapping_ids);
    wm_ids_done(&decode.function_ids);
    wm_ids_done(&decode.location_ids);
    free(decode.strings);
    free(decode.lines);
    free(decode.line_ids);
    return rc;
}

/* The samples are read while all else is unpacked and read. */
static int read_part(void *user, const struct wm_slice *slice)
{
    struct decode *decode = user;
    int rc = 0;
    for (size_t part = slice->first; rc == 0 && part < slice->end; part++) {
        if (part == PART_CODE)
            rc = read_code(decode);
        else
            wm_samples_guess(decode->input, &decode->arrival,
                             decode->source != NULL ? decode->source->window_bytes : SIZE_MAX,
                             &decode->guess);
    }
    return rc;
}

/* Those that were guessed, if everything is where the guess had it. */
static int take_samples(struct decode *decode)
{
    const struct wm_samples_guess *guess = &decode->guess;
    const struct wm_samples_input input = {
        .profile = decode->profile,
        .location_ids = &decode->location_ids,
        .strings = decode->strings,
        .string_count = decode->map.strings.count,
    };
    const bool is_so = guess->profile != NULL &&
                       (guess->last_location < decode->location_ids.dense_count ||
                        guess->profile->sample_location_count == 0) &&
                       guess->last_string < input.string_count &&
                       wm_intern_count(decode->profile->strings) == input.string_count;
    if (!is_so && decode->source != NULL)
        return -EBADMSG; /* the bytes of samples are gone */
    if (!is_so)
        return wm_samples_read(decode->input, &input);
    wm_profile_take_samples(decode->profile, guess->profile);
    if (guess->uses.run == 0 && guess->uses.next == decode->profile->location_count &&
        !guess->has_unsorted)
        wm_profile_mark_in_order(decode->profile);
    return 0;
}

static int read_code(struct decode *decode)
{
    const struct wm_wire_map *map = &decode->map;
    int rc = scan(decode);
    wm_arrival_end(&decode->arrival);
    if (rc == 0 && wm_profile_reserve_code(decode->profile, map->functions.count,
                                           map->locations.count, map->locations.count) < 0)
        rc = wm_read_failed(decode->input, -ENOMEM);
    if (rc == 0)
        rc = read_strings(decode);
    if (rc == 0)
        rc = read_header(decode);
    if (rc == 0)
        rc = read_mappings(decode);
    if (rc == 0)
        rc = read_functions(decode);
    if (rc == 0)
        rc = read_locations(decode);
    /* a merge has to know it, and here is time for it: samples take longer */
    if (rc == 0 && wm_profile_has_joined_code(decode->profile))
        wm_profile_mark_joined(decode->profile);
    return rc;
}

/* Always ahead of the samples' thread, which drops what it has read. */
static int scan(struct decode *decode)
{
    const struct wm_decode_source *source = decode->source;
    size_t ready = decode->input->length;
    int more = 0, rc = 0;
    do {
        if (source != NULL)
            more = source->more(source->user, &ready);
        rc = more < 0 ? more : wm_wire_scan(decode->input, ready, &decode->map);
        if (rc == 0)
            wm_arrival_tell(&decode->arrival, ready);
    } while (rc == 0 && more > 0);
    return rc;
}

static int read_strings(struct decode *decode)
{
    const struct wm_wire_input *input = decode->input;
    const struct wm_wire_offsets *strings = &decode->map.strings;
    decode->strings = calloc(strings->count + 1, sizeof(decode->strings[0]));
    if (decode->strings == NULL || wm_intern_expect(decode->profile->strings, strings->count) < 0)
        return wm_read_failed(input, -ENOMEM);
    for (size_t i = 0; i < strings->count; i++) {
        struct wm_wire_field field;
        size_t at = strings->at[i];
        int rc = wm_wire_next(input, &wm_wire_profile, &at, input->length, &field);
        if (rc < 0)
            return rc;
        int64_t number = wm_intern_bytes(decode->profile->strings, input->data + field.content,
                                         field.end - field.content);
        if (number < 0)
            return wm_read_failed(input, (int)number);
        decode->strings[i] = (uint32_t)number;
    }
    if (strings->count == 0 || decode->strings[0] != 0)
        return wm_read_invalid(input, strings->count == 0 ? 0 : strings->at[0],
                               "the first string must be there and empty");
    return 0;
}

static int read_header(struct decode *decode)
{
    Pprof__Profile *header = NULL;
    int rc = unpack_header(decode, &header);
    if (rc == 0)
        rc = read_header_lists(decode, header);
    if (rc == 0)
        rc = read_header_fields(decode, header);
    if (header != NULL)
        pprof__profile__free_unpacked(header, NULL);
    return rc;
}

static int read_header_fields(struct decode *decode, const Pprof__Profile *header)
{
    struct wm_profile *profile = decode->profile;
    const Pprof__ValueType *period = header->period_type;
    const struct {
        int64_t number;
        uint32_t *string;
    } strings[] = {
        {header->drop_frames,               &profile->drop_frames        },
        {header->keep_frames,               &profile->keep_frames        },
        {header->default_sample_type,       &profile->default_sample_type},
        {period != NULL ? period->type : 0, &profile->period_type.type   },
        {period != NULL ? period->unit : 0, &profile->period_type.unit   },
    };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof(strings) / sizeof(strings[0]); i++)
        rc = string_number(decode, 0, (uint64_t)strings[i].number, strings[i].string);
    profile->time_ns = header->time_nanos;
    profile->duration_ns = header->duration_nanos;
    profile->period = header->period;
    return rc;
}

static int read_header_lists(struct decode *decode, const Pprof__Profile *header)
{
    for (size_t i = 0; i < header->n_sample_type; i++) {
        const Pprof__ValueType *wire = header->sample_type[i];
        struct wm_value_type type = {0};
        int64_t rc = string_number(decode, 0, (uint64_t)wire->type, &type.type);
        if (rc == 0)
            rc = string_number(decode, 0, (uint64_t)wire->unit, &type.unit);
        if (rc < 0)
            return (int)rc;
        rc = wm_profile_append_sample_type(decode->profile, type);
        if (rc < 0)
            return wm_read_failed(decode->input, (int)rc);
    }
    for (size_t i = 0; i < header->n_comment; i++) {
        uint32_t comment = 0;
        int64_t rc = string_number(decode, 0, (uint64_t)header->comment[i], &comment);
        if (rc < 0)
            return (int)rc;
        rc = wm_profile_append_comment(decode->profile, comment);
        if (rc < 0)
            return wm_read_failed(decode->input, (int)rc);
    }
    return 0;
}

static int read_mappings(struct decode *decode)
{
    enum {
        ID = 1,
        START,
        LIMIT,
        OFFSET,
        FILE_NAME,
        BUILD_ID,
        FUNCTIONS,
        FILE_NAMES,
        LINES,
        INLINES
    };
    const struct wm_wire_offsets *offsets = &decode->map.mappings;
    for (size_t i = 0; i < offsets->count; i++) {
        uint64_t values[WM_WIRE_FIELDS];
        size_t at = offsets->at[i];
        int rc = read_numbers(decode, &wm_wire_mapping, at, values);
        if (rc < 0)
            return rc;
        struct wm_mapping mapping = {
            .id = values[ID],
            .start = values[START],
            .limit = values[LIMIT],
            .offset = values[OFFSET],
            .has_functions = values[FUNCTIONS] != 0,
            .has_filenames = values[FILE_NAMES] != 0,
            .has_lines = values[LINES] != 0,
            .has_inlines = values[INLINES] != 0,
        };
        rc = check_id(decode, at, "mapping", i, mapping.id);
        if (rc == 0)
            rc = string_number(decode, at, values[FILE_NAME], &mapping.file);
        if (rc == 0)
            rc = string_number(decode, at, values[BUILD_ID], &mapping.build_id);
        if (rc < 0)
            return rc;
        int64_t index = wm_profile_append_mapping(decode->profile, &mapping);
        if (index < 0)
            return wm_read_failed(decode->input, (int)index);
    }
    return note_ids(decode, &decode->mapping_ids, decode->profile->mappings,
                    sizeof(struct wm_mapping), offsets, "mapping");
}

static int read_functions(struct decode *decode)
{
    enum { ID = 1, NAME, SYSTEM_NAME, FILE_NAME, START_LINE };
    const struct wm_wire_offsets *offsets = &decode->map.functions;
    for (size_t i = 0; i < offsets->count; i++) {
        uint64_t values[WM_WIRE_FIELDS];
        size_t at = offsets->at[i];
        int rc = read_numbers(decode, &wm_wire_function, at, values);
        if (rc < 0)
            return rc;
        struct wm_function function = {.id = values[ID], .start_line = (int64_t)values[START_LINE]};
        rc = check_id(decode, at, "function", i, function.id);
        if (rc == 0)
            rc = string_number(decode, at, values[NAME], &function.name);
        if (rc == 0)
            rc = string_number(decode, at, values[SYSTEM_NAME], &function.system_name);
        if (rc == 0)
            rc = string_number(decode, at, values[FILE_NAME], &function.file);
        if (rc < 0)
            return rc;
        int64_t index = wm_profile_append_function(decode->profile, &function);
        if (index < 0)
            return wm_read_failed(decode->input, (int)index);
    }
    return note_ids(decode, &decode->function_ids, decode->profile->functions,
                    sizeof(struct wm_function), offsets, "function");
}

static int read_locations(struct decode *decode)
{
    /* Views group by mapping: a profile without any gets an empty one that holds everything. */
    bool pad_mapping = decode->profile->mapping_count == 0;
    if (pad_mapping) {
        int64_t index = wm_profile_append_mapping(decode->profile, &(struct wm_mapping){.id = 1});
        if (index < 0)
            return wm_read_failed(decode->input, (int)index);
    }
    for (size_t i = 0; i < decode->map.locations.count; i++) {
        int rc = read_location(decode, i, pad_mapping);
        if (rc < 0)
            return rc;
    }
    return note_ids(decode, &decode->location_ids, decode->profile->locations,
                    sizeof(struct wm_location), &decode->map.locations, "location");
}

static int read_location(struct decode *decode, size_t i, bool pad_mapping)
{
    enum { ID = 1, MAPPING, ADDRESS, LINE, FOLDED };
    const struct wm_wire_input *input = decode->input;
    uint64_t values[WM_WIRE_FIELDS] = {0};
    struct wm_wire_field field, part;
    size_t at = decode->map.locations.at[i], line_count = 0;
    int rc = find_message(decode, at, &field);
    for (size_t in = field.content; rc == 0 && in < field.end;) {
        rc = wm_wire_next(input, &wm_wire_location, &in, field.end, &part);
        if (rc == 0)
            values[part.number] = part.value;
        if (rc == 0 && part.number == LINE)
            rc = keep_line(decode, &part, line_count++);
    }
    struct wm_location location = {
        .id = values[ID],
        .mapping = pad_mapping ? 1 : 0,
        .address = values[ADDRESS],
        .line_count = (uint32_t)line_count, /* fewer than the bytes of a message */
        .folded = values[FOLDED] != 0,
    };
    if (rc == 0)
        rc = check_id(decode, at, "location", i, location.id);
    if (rc == 0 && values[MAPPING] != 0) {
        uint32_t mapping = wm_ids_find(&decode->mapping_ids, values[MAPPING]);
        if (mapping == WM_NO_INDEX)
            return wm_read_invalid(
                input, at, "location %" PRIu64 " is in mapping %" PRIu64 ", which is not there",
                location.id, values[MAPPING]);
        location.mapping = mapping + 1;
    }
    if (rc == 0)
        rc = find_functions(decode, at, &location);
    if (rc < 0)
        return rc;
    int64_t index = wm_profile_append_location(decode->profile, &location, decode->lines);
    return index < 0 ? wm_read_failed(input, (int)index) : 0;
}

/* Line `i` of a location into the scratch, with the id of its function. */
static int keep_line(struct decode *decode, const struct wm_wire_field *field, size_t i)
{
    enum { FUNCTION = 1, LINE };
    uint64_t values[WM_WIRE_FIELDS];
    int rc = wm_wire_numbers(decode->input, &wm_wire_line, field, values);
    if (rc < 0)
        return rc;
    if (i == decode->line_capacity) {
        size_t grown = i * 2 + 16;
        struct wm_line *lines = reallocarray(decode->lines, grown, sizeof(*lines));
        if (lines != NULL)
            decode->lines = lines;
        uint64_t *ids = reallocarray(decode->line_ids, grown, sizeof(*ids));
        if (ids != NULL)
            decode->line_ids = ids;
        if (lines == NULL || ids == NULL)
            return wm_read_failed(decode->input, -ENOMEM);
        decode->line_capacity = grown;
    }
    decode->line_ids[i] = values[FUNCTION];
    decode->lines[i] = (struct wm_line){WM_NO_INDEX, (int64_t)values[LINE]};
    return 0;
}

static int find_functions(struct decode *decode, size_t at, const struct wm_location *location)
{
    for (size_t i = 0; i < location->line_count; i++) {
        uint32_t function = wm_ids_find(&decode->function_ids, decode->line_ids[i]);
        if (function == WM_NO_INDEX)
            return wm_read_invalid(decode->input, at,
                                   "location %" PRIu64 " is in function %" PRIu64
                                   ", which is not there",
                                   location->id, decode->line_ids[i]);
        decode->lines[i].function = function;
    }
    return 0;
}

/* ---- Messages ---- */

/* What nobody writes is refused before it costs memory. */
static int check_size(const struct decode *decode, size_t at, size_t length)
{
    if (length <= MESSAGE_BYTES_MAX)
        return 0;
    wm_read_invalid(decode->input, at, "a message of %zu bytes, at most %d are read", length,
                    MESSAGE_BYTES_MAX);
    return -EINVAL; /* spelled out for the analyzer */
}

static int find_message(const struct decode *decode, size_t at, struct wm_wire_field *ret_field)
{
    const struct wm_wire_input *input = decode->input;
    struct wm_wire_field field = {0};
    int rc = wm_wire_next(input, &wm_wire_profile, &at, input->length, &field);
    *ret_field = field;
    return rc < 0 ? rc : check_size(decode, field.start, field.end - field.content);
}

static int read_numbers(const struct decode *decode, const struct wm_wire_message *kind, size_t at,
                        uint64_t ret_values[WM_WIRE_FIELDS])
{
    struct wm_wire_field field;
    int rc = find_message(decode, at, &field);
    return rc < 0 ? rc : wm_wire_numbers(decode->input, kind, &field, ret_values);
}

/* By protobuf-c, whose objects are up to sixty times as large as their bytes. */
static int unpack_header(const struct decode *decode, Pprof__Profile **ret_header)
{
    const struct wm_wire_map *map = &decode->map;
    int rc = check_size(decode, 0, map->header_length);
    if (rc < 0)
        return rc;
    *ret_header = pprof__profile__unpack(NULL, map->header_length, map->header);
    if (*ret_header != NULL)
        return 0;
    wm_read_failed(decode->input, -ENOMEM); /* the bytes are sound, so it can only be memory */
    return -ENOMEM;
}

/* ---- Checks ---- */

/* `at` is the offset of the thing that names the string; 0 where several may. */
static int string_number(const struct decode *decode, size_t at, uint64_t number,
                         uint32_t *ret_string)
{
    size_t count = decode->map.strings.count;
    if (number >= count)
        return wm_read_no_string(decode->input, at, (int64_t)number, count);
    *ret_string = decode->strings[number];
    return 0;
}

static int check_id(const struct decode *decode, size_t at, const char *kind, size_t i, uint64_t id)
{
    if (id != 0)
        return 0;
    return wm_read_invalid(decode->input, at, "%s %zu has the id 0, which stands for none", kind,
                           i + 1);
}

/* The ids of all things of a kind, which begin each of the structs at `first`. */
static int note_ids(const struct decode *decode, struct wm_ids *ids, const void *first, size_t step,
                    const struct wm_wire_offsets *offsets, const char *kind)
{
    size_t second = 0;
    int rc = wm_ids_init(ids, first, step, offsets->count, &second);
    if (rc == -EEXIST) {
        uint64_t id = *(const uint64_t *)((const char *)first + second * step);
        return wm_read_invalid(decode->input, offsets->at[second],
                               "a second %s has the id %" PRIu64, kind, id);
    }
    return rc < 0 ? wm_read_failed(decode->input, rc) : 0;
}

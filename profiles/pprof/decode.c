/* decode.c - a profile from its bytes: strings and the header, which protobuf-c reads; the code by
 * decode_code.c, the samples by samples.c. */
#include "profiles/pprof/decode_parts.h"

#include "harness/core/intern.h"
#include "harness/core/parallel.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/invalid.h"
#include "profiles/pprof/join.h"

#include <errno.h>
#include <stdlib.h>

#include <profile.pb-c.h>

enum { THREAD_BYTES_LEAST = 256 << 10 };

enum { PART_CODE, PART_SAMPLES, PART_COUNT };

static int decode_all(const struct wm_wire_input *input, const struct wm_decode_source *source,
                      struct wm_profile **ret_profile);
static int read_part(void *user, const struct wm_slice *slice);
static int scan(struct decode *decode);
static int read_samples(struct decode *decode);
static int take_strings(struct decode *decode);
static int take_samples(struct decode *decode);
static int read_code(struct decode *decode);
static int read_strings(struct decode *decode);
static int read_header(struct decode *decode);
static int read_header_lists(struct decode *decode, const Pprof__Profile *header);
static int read_header_fields(struct decode *decode, const Pprof__Profile *header);
static int unpack_header(const struct decode *decode, Pprof__Profile **ret_header);

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
        rc = take_strings(&decode);
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
    return rc;
}

/* The samples are read while all else is unpacked, and the strings while the code is read. */
static int read_part(void *user, const struct wm_slice *slice)
{
    struct decode *decode = user;
    int rc = 0;
    for (size_t part = slice->first; rc == 0 && part < slice->end; part++)
        rc = part == PART_CODE ? read_code(decode) : read_samples(decode);
    return rc;
}

static int read_samples(struct decode *decode)
{
    const bool arrives = decode->source != NULL;
    wm_samples_guess(decode->input, &decode->arrival,
                     arrives ? decode->source->window_bytes : SIZE_MAX, &decode->guess);
    if (!arrives)
        return 0; /* where two threads could tell an error at once */
    wm_arrival_wait(&decode->arrival, SIZE_MAX);
    return read_strings(decode);
}

/* What names strings has the file's numbers so far. */
static int take_strings(struct decode *decode)
{
    if (wm_intern_count(decode->profile->strings) != decode->map.strings.count)
        wm_decode_rename_code(decode);
    int rc = read_header(decode);
    /* a merge has to know it, and the code is in the caches now */
    if (rc == 0 && wm_profile_has_joined_code(decode->profile))
        wm_profile_mark_joined(decode->profile);
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
    int rc = scan(decode);
    wm_arrival_end(&decode->arrival);
    if (rc == 0 && decode->source == NULL)
        rc = read_strings(decode);
    return rc == 0 ? wm_decode_code(decode) : rc;
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

static int find_string(const struct decode *decode, uint64_t number, uint32_t *ret_string)
{
    int rc = wm_decode_string(decode, 0, number, ret_string);
    *ret_string = rc == 0 ? decode->strings[*ret_string] : 0;
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
        rc = find_string(decode, (uint64_t)strings[i].number, strings[i].string);
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
        int64_t rc = find_string(decode, (uint64_t)wire->type, &type.type);
        if (rc == 0)
            rc = find_string(decode, (uint64_t)wire->unit, &type.unit);
        if (rc < 0)
            return (int)rc;
        rc = wm_profile_append_sample_type(decode->profile, type);
        if (rc < 0)
            return wm_read_failed(decode->input, (int)rc);
    }
    for (size_t i = 0; i < header->n_comment; i++) {
        uint32_t comment = 0;
        int64_t rc = find_string(decode, (uint64_t)header->comment[i], &comment);
        if (rc < 0)
            return (int)rc;
        rc = wm_profile_append_comment(decode->profile, comment);
        if (rc < 0)
            return wm_read_failed(decode->input, (int)rc);
    }
    return 0;
}

/* By protobuf-c, whose objects are up to sixty times as large as their bytes. */
static int unpack_header(const struct decode *decode, Pprof__Profile **ret_header)
{
    const struct wm_wire_map *map = &decode->map;
    int rc = wm_decode_check_size(decode, 0, map->header_length);
    if (rc < 0)
        return rc;
    *ret_header = pprof__profile__unpack(NULL, map->header_length, map->header);
    if (*ret_header != NULL)
        return 0;
    wm_read_failed(decode->input, -ENOMEM); /* the bytes are sound, so it can only be memory */
    return -ENOMEM;
}

/* encode.c - a profile to its bytes, in canonical order, spelled by protobuf-c. */
#include "harness/core/file.h"
#include "harness/core/intern.h"
#include "profiles/pprof/canonical.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/gzip.h"
#include "profiles/pprof/sample_stack.h"

#include <errno.h>
#include <stdlib.h>

#include <profile.pb-c.h>

struct encode {
    const struct wm_profile *profile;
    struct wm_canonical order;
    struct wm_arena *arena; /* the messages; that of `order` */
    Pprof__Profile message;
};

static int fill_header(struct encode *encode);
static int fill_strings(struct encode *encode);
static int fill_mappings(struct encode *encode);
static int fill_functions(struct encode *encode);
static int fill_locations(struct encode *encode);
static int fill_location(struct encode *encode, uint32_t index, Pprof__Location *location);
static int fill_samples(struct encode *encode);
static int fill_sample(struct encode *encode, uint32_t index, Pprof__Sample *sample);
static int fill_labels(struct encode *encode, const struct wm_profile_sample *from,
                       Pprof__Sample *sample);
static Pprof__ValueType *value_type(struct encode *encode, struct wm_value_type type);
static void *array(struct encode *encode, size_t count, size_t item_bytes);
static void *pointers(struct encode *encode, size_t count);
static int64_t string_rank(const struct encode *encode, uint32_t string);

int wm_profile_write(const struct wm_profile *profile, const char *name, struct wm_error *err)
{
    unsigned char *plain = NULL, *packed = NULL;
    size_t plain_length = 0, packed_length = 0;
    int rc = wm_profile_encode(profile, &plain, &plain_length);
    if (rc == 0)
        rc = wm_gzip_pack(plain, plain_length, WM_GZIP_SMALL, &packed, &packed_length);
    if (rc < 0) {
        wm_fail_errno(err, rc, name, "write the profile");
        goto out;
    }
    rc = wm_file_write(name, packed, packed_length, err);
out:
    free(packed);
    free(plain);
    return rc;
}

int wm_profile_encode(const struct wm_profile *profile, unsigned char **ret_data,
                      size_t *ret_length)
{
    struct encode encode = {.profile = profile, .message = PPROF__PROFILE__INIT};
    encode.arena = &encode.order.arena;
    int rc = wm_canonical_init(&encode.order, profile);
    if (rc == 0)
        rc = fill_header(&encode);
    if (rc == 0)
        rc = fill_strings(&encode);
    if (rc == 0)
        rc = fill_mappings(&encode);
    if (rc == 0)
        rc = fill_functions(&encode);
    if (rc == 0)
        rc = fill_locations(&encode);
    if (rc == 0)
        rc = fill_samples(&encode);
    if (rc < 0)
        goto out;
    size_t length = pprof__profile__get_packed_size(&encode.message);
    unsigned char *data = malloc(length);
    if (data == NULL) {
        rc = -ENOMEM;
        goto out;
    }
    pprof__profile__pack(&encode.message, data);
    *ret_data = data;
    *ret_length = length;
out:
    wm_canonical_done(&encode.order);
    return rc;
}

static int fill_header(struct encode *encode)
{
    const struct wm_profile *profile = encode->profile;
    Pprof__Profile *message = &encode->message;
    message->sample_type = pointers(encode, profile->sample_type_count);
    message->comment = array(encode, profile->comment_count, sizeof(*message->comment));
    message->period_type = value_type(encode, profile->period_type);
    if (message->sample_type == NULL || message->comment == NULL || message->period_type == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < profile->sample_type_count; i++) {
        message->sample_type[i] = value_type(encode, profile->sample_types[i]);
        if (message->sample_type[i] == NULL)
            return -ENOMEM;
    }
    for (size_t i = 0; i < profile->comment_count; i++)
        message->comment[i] = string_rank(encode, profile->comments[i]);
    message->n_sample_type = profile->sample_type_count;
    message->n_comment = profile->comment_count;
    message->drop_frames = string_rank(encode, profile->drop_frames);
    message->keep_frames = string_rank(encode, profile->keep_frames);
    message->default_sample_type = string_rank(encode, profile->default_sample_type);
    message->time_nanos = profile->time_ns;
    message->duration_nanos = profile->duration_ns;
    message->period = profile->period;
    return 0;
}

static int fill_strings(struct encode *encode)
{
    const struct wm_canonical_order *order = &encode->order.strings;
    ProtobufCBinaryData *table = array(encode, order->count, sizeof(*table));
    if (table == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < order->count; i++) {
        size_t length;
        const char *text = wm_intern_get(encode->profile->strings, order->indices[i], &length);
        /* protobuf-c only reads it */
        table[i] = (ProtobufCBinaryData){length, (uint8_t *)(uintptr_t)text};
    }
    encode->message.string_table = table;
    encode->message.n_string_table = order->count;
    return 0;
}

static int fill_mappings(struct encode *encode)
{
    const struct wm_canonical_order *order = &encode->order.mappings;
    Pprof__Mapping *mappings = array(encode, order->count, sizeof(*mappings));
    Pprof__Mapping **list = pointers(encode, order->count);
    if (mappings == NULL || list == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < order->count; i++) {
        const struct wm_mapping *from = &encode->profile->mappings[order->indices[i]];
        Pprof__Mapping *to = list[i] = &mappings[i];
        pprof__mapping__init(to);
        to->id = i + 1;
        to->memory_start = from->start;
        to->memory_limit = from->limit;
        to->file_offset = from->offset;
        to->filename = string_rank(encode, from->file);
        to->build_id = string_rank(encode, from->build_id);
        to->has_functions = from->has_functions;
        to->has_filenames = from->has_filenames;
        to->has_line_numbers = from->has_lines;
        to->has_inline_frames = from->has_inlines;
    }
    encode->message.mapping = list;
    encode->message.n_mapping = order->count;
    return 0;
}

static int fill_functions(struct encode *encode)
{
    const struct wm_canonical_order *order = &encode->order.functions;
    Pprof__Function *functions = array(encode, order->count, sizeof(*functions));
    Pprof__Function **list = pointers(encode, order->count);
    if (functions == NULL || list == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < order->count; i++) {
        const struct wm_function *from = &encode->profile->functions[order->indices[i]];
        Pprof__Function *to = list[i] = &functions[i];
        pprof__function__init(to);
        to->id = i + 1;
        to->name = string_rank(encode, from->name);
        to->system_name = string_rank(encode, from->system_name);
        to->filename = string_rank(encode, from->file);
        to->start_line = from->start_line;
    }
    encode->message.function = list;
    encode->message.n_function = order->count;
    return 0;
}

static int fill_locations(struct encode *encode)
{
    const struct wm_canonical_order *order = &encode->order.locations;
    Pprof__Location *locations = array(encode, order->count, sizeof(*locations));
    Pprof__Location **list = pointers(encode, order->count);
    if (locations == NULL || list == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < order->count; i++) {
        list[i] = &locations[i];
        int rc = fill_location(encode, order->indices[i], &locations[i]);
        if (rc < 0)
            return rc;
        locations[i].id = i + 1;
    }
    encode->message.location = list;
    encode->message.n_location = order->count;
    return 0;
}

static int fill_location(struct encode *encode, uint32_t index, Pprof__Location *location)
{
    const struct wm_location *from = &encode->profile->locations[index];
    Pprof__Line *lines = array(encode, from->line_count, sizeof(*lines));
    Pprof__Line **list = pointers(encode, from->line_count);
    if (lines == NULL || list == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < from->line_count; i++) {
        const struct wm_line *line = &encode->profile->lines[from->first_line + i];
        list[i] = &lines[i];
        pprof__line__init(&lines[i]);
        lines[i].function_id = encode->order.functions.ranks[line->function] + UINT64_C(1);
        lines[i].line = line->line;
    }
    pprof__location__init(location);
    if (from->mapping != 0)
        location->mapping_id = encode->order.mappings.ranks[from->mapping - 1] + UINT64_C(1);
    location->address = from->address;
    location->line = list;
    location->n_line = from->line_count;
    location->is_folded = from->folded;
    return 0;
}

static int fill_samples(struct encode *encode)
{
    const struct wm_canonical_order *order = &encode->order.samples;
    Pprof__Sample *samples = array(encode, order->count, sizeof(*samples));
    Pprof__Sample **list = pointers(encode, order->count);
    if (samples == NULL || list == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < order->count; i++) {
        list[i] = &samples[i];
        int rc = fill_sample(encode, order->indices[i], &samples[i]);
        if (rc < 0)
            return rc;
    }
    encode->message.sample = list;
    encode->message.n_sample = order->count;
    return 0;
}

static int fill_sample(struct encode *encode, uint32_t index, Pprof__Sample *sample)
{
    const struct wm_profile *profile = encode->profile;
    const struct wm_profile_sample *from = &profile->samples[index];
    const struct wm_sample_stack stack = wm_sample_stack(profile, from);
    uint64_t *ids = array(encode, from->location_count, sizeof(*ids));
    if (ids == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < from->location_count; i++) {
        uint32_t location = wm_sample_frame(stack, i);
        ids[i] = encode->order.locations.ranks[location] + UINT64_C(1);
    }
    pprof__sample__init(sample);
    sample->location_id = ids;
    sample->n_location_id = from->location_count;
    sample->value = profile->values + from->first_value;
    sample->n_value = profile->sample_type_count;
    return fill_labels(encode, from, sample);
}

static int fill_labels(struct encode *encode, const struct wm_profile_sample *from,
                       Pprof__Sample *sample)
{
    Pprof__Label *labels = array(encode, from->label_count, sizeof(*labels));
    Pprof__Label **list = pointers(encode, from->label_count);
    if (labels == NULL || list == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < from->label_count; i++) {
        const struct wm_label *label = &encode->order.labels[from->first_label + i];
        list[i] = &labels[i];
        pprof__label__init(&labels[i]);
        labels[i].key = string_rank(encode, label->key);
        labels[i].str = string_rank(encode, label->string);
        labels[i].num = label->number;
        labels[i].num_unit = string_rank(encode, label->unit);
    }
    sample->label = list;
    sample->n_label = from->label_count;
    return 0;
}

static Pprof__ValueType *value_type(struct encode *encode, struct wm_value_type type)
{
    Pprof__ValueType *to = array(encode, 1, sizeof(*to));
    if (to == NULL)
        return NULL;
    pprof__value_type__init(to);
    to->type = string_rank(encode, type.type);
    to->unit = string_rank(encode, type.unit);
    return to;
}

/* Zeroed, until the encoding is done. */
static void *array(struct encode *encode, size_t count, size_t item_bytes)
{
    return wm_arena_alloc(encode->arena, count * item_bytes);
}

static void *pointers(struct encode *encode, size_t count)
{
    return array(encode, count, sizeof(void *));
}

static int64_t string_rank(const struct encode *encode, uint32_t string)
{
    return encode->order.strings.ranks[string];
}

/* message.c - profile.proto in parts, which threads write and pack: it is never there as a whole.
 */
#include "profiles/report/message.h"

#include "profiles/pprof/gzip.h"
#include "profiles/report/message_fields.h"

#include "harness/core/intern.h"
#include "harness/core/relay.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>

/* Items of a part: some hundred kilobytes. */
enum { PART_ITEMS = 4096, THREAD_ITEMS_LEAST = 10000 };

/* ---- Strings, in the order in which the reference meets them ---- */

struct met {
    const struct wm_profile *profile;
    uint32_t *index_of; /* 0: not met */
    uint32_t *strings;
    size_t count;
};

static void meet(struct met *met, uint32_t string)
{
    if (met->index_of[string] != 0)
        return;
    met->strings[met->count++] = string;
    met->index_of[string] = (uint32_t)met->count;
}

static void meet_label(struct met *met, const struct wm_label *label)
{
    meet(met, label->key);
    meet(met, wm_label_is_number(label) ? label->unit : label->string);
}

/* The order of a sample's labels matters only where one of them brings something new. */
static bool knows_labels(const struct met *met, const struct wm_profile_sample *sample)
{
    const struct wm_label *label = met->profile->labels + sample->first_label;
    bool knows = true;
    for (uint32_t i = 0; knows && i < sample->label_count; i++, label++)
        knows = met->index_of[label->key] != 0 &&
                met->index_of[wm_label_is_number(label) ? label->unit : label->string] != 0;
    return knows;
}

static int meet_labels(struct met *met)
{
    struct wm_sample_labels labels;
    int rc = 0;
    wm_sample_labels_init(&labels);
    for (size_t i = 0; rc == 0 && i < met->profile->sample_count; i++) {
        if (knows_labels(met, &met->profile->samples[i]))
            continue;
        rc = wm_sample_labels_read(&labels, met->profile, i);
        for (size_t at = 0; rc == 0 && at < labels.count; at++)
            meet_label(met, labels.labels[at]);
    }
    wm_sample_labels_done(&labels);
    return rc;
}

static int meet_strings(struct met *met)
{
    const struct wm_profile *profile = met->profile;
    meet(met, 0);
    for (size_t i = 0; i < profile->sample_type_count; i++) {
        meet(met, profile->sample_types[i].type);
        meet(met, profile->sample_types[i].unit);
    }
    int rc = meet_labels(met);
    for (size_t i = 0; i < profile->mapping_count; i++) {
        meet(met, profile->mappings[i].file);
        meet(met, profile->mappings[i].build_id);
    }
    for (size_t i = 0; i < profile->function_count; i++) {
        meet(met, profile->functions[i].name);
        meet(met, profile->functions[i].system_name);
        meet(met, profile->functions[i].file);
    }
    meet(met, profile->drop_frames);
    meet(met, profile->keep_frames);
    meet(met, profile->period_type.type);
    meet(met, profile->period_type.unit);
    for (size_t i = 0; i < profile->comment_count; i++)
        meet(met, profile->comments[i]);
    meet(met, profile->default_sample_type);
    return rc;
}

/* ---- The parts ---- */

/* What a thread makes, and what that takes. */
struct part {
    alignas(WM_PARALLEL_LINE) struct wm_message message;
    unsigned char *bytes; /* kept from part to part */
    size_t capacity;
    struct wm_text packed;
    struct wm_gzip_sum sum;
};

struct output {
    struct part parts[WM_PARALLEL_MAX];
    const struct wm_report *report; /* takes the bytes; NULL: `text` keeps them */
    struct wm_text *text;
    struct wm_gzip_sum sum;
    struct wm_error *err;
};

static int make_room(struct part *part, size_t bytes)
{
    if (bytes <= part->capacity)
        return 0;
    free(part->bytes);
    part->bytes = malloc(bytes);
    part->capacity = part->bytes != NULL ? bytes : 0;
    return part->bytes != NULL ? 0 : -ENOMEM;
}

static int make_part(void *user, const struct wm_slice *items)
{
    struct part *part = &((struct output *)user)->parts[items->number];
    int rc = make_room(part, wm_message_room(&part->message, items->first, items->end));
    if (rc < 0)
        return rc;
    const unsigned char *end = part->bytes + part->capacity;
    const unsigned char *begin =
        wm_message_put(&part->message, items->first, items->end, part->bytes + part->capacity);
    if (begin == NULL)
        return -ENOMEM;
    wm_text_clear(&part->packed);
    return wm_gzip_add_part(&part->packed, begin, (size_t)(end - begin), &part->sum);
}

static int take_part(void *user, const struct wm_slice *items)
{
    struct output *output = user;
    struct part *part = &output->parts[items->number];
    wm_gzip_sum_add(&output->sum, &part->sum);
    if (output->report != NULL)
        return wm_report_drain_part(output->report, output->text, &part->packed, output->err);
    wm_text_add_bytes(output->text, part->packed.data, part->packed.length);
    return 0;
}

static int add_all(struct output *output, const struct wm_message *message)
{
    const size_t items = message->starts[WM_MESSAGE_SECTIONS];
    const size_t threads = wm_parallel_slices(items, THREAD_ITEMS_LEAST);
    const struct wm_relay relay = {make_part, take_part, output};
    for (size_t i = 0; i < threads; i++) {
        output->parts[i].message = *message;
        wm_text_init(&output->parts[i].packed);
        wm_sample_labels_init(&output->parts[i].message.labels);
    }
    wm_gzip_add_head(output->text);
    int rc = wm_relay(&relay, items, PART_ITEMS, threads);
    wm_gzip_add_tail(output->text, &output->sum);
    for (size_t i = 0; i < threads; i++) {
        free(output->parts[i].bytes);
        wm_text_done(&output->parts[i].packed);
        wm_sample_labels_done(&output->parts[i].message.labels);
    }
    return rc == 0 && output->text->failed ? -ENOMEM : rc;
}

static uint64_t *spell_ids(const struct wm_profile *profile, size_t *ret_longest)
{
    uint64_t *ids = calloc(profile->location_count + 1, sizeof(ids[0]));
    size_t longest = 0;
    for (size_t i = 0; ids != NULL && i < profile->location_count; i++) {
        ids[i] = wm_message_spell_id(profile->locations[i].id);
        const size_t length = WM_MESSAGE_ID_LENGTH(ids[i]);
        longest = length > longest ? length : longest;
    }
    *ret_longest = longest;
    return ids;
}

int wm_message_add(struct wm_text *text, const struct wm_profile *profile,
                   const struct wm_report *report, struct wm_error *err)
{
    struct output output = {.report = report, .text = text, .err = err};
    const size_t strings = wm_intern_count(profile->strings);
    struct met met = {
        .profile = profile,
        .index_of = calloc(strings + 1, sizeof(met.index_of[0])),
        .strings = calloc(strings + 1, sizeof(met.strings[0])),
    };
    size_t longest = 0;
    uint64_t *ids = spell_ids(profile, &longest);
    int rc =
        met.index_of == NULL || met.strings == NULL || ids == NULL ? -ENOMEM : meet_strings(&met);
    if (rc == 0) {
        struct wm_message message = {
            .profile = profile,
            .index_of = met.index_of,
            .strings = met.strings,
            .string_count = met.count,
            .ids = ids,
            .id_bytes = longest,
        };
        wm_message_number(&message);
        rc = add_all(&output, &message);
    }
    if (rc == -ENOMEM)
        wm_fail(err, rc, "no memory for the profile's bytes");
    free(met.index_of);
    free(met.strings);
    free(ids);
    return rc;
}

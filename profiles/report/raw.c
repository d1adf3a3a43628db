/* raw.c - all that the profile holds, as text. */
#include "profiles/pprof/sample_stack.h"
#include "profiles/report/label_lines.h"
#include "profiles/report/raw_header.h"

#include "harness/core/relay.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* Samples or locations that a thread makes at once: some ten kilobytes of text, unless names are
 * very long; what is beyond PART_BYTES is made when it can be printed at once. */
enum { PART_ITEMS = 512, PART_BYTES = 512 * 1024, THREAD_ITEMS_LEAST = 8192 };

enum { VALUE_COLUMNS = 10, ID_COLUMNS = 6 };

/* What a thread makes, and what that takes. */
struct part {
    alignas(WM_PARALLEL_LINE) const struct raw *raw;
    size_t next; /* of its items: the first that is not in the text yet */
    struct wm_text text;
    struct wm_label_lines labels;
};

struct raw {
    const struct wm_report *report;
    struct id_text *ids; /* by location */
    struct wm_text *text;
    struct wm_error *err;
    int (*add)(struct part *part, size_t number);
    struct part parts[WM_PARALLEL_MAX];
};

/* ---- Labels ---- */

static void format_strings(const struct wm_report *report, const struct wm_label *const *labels,
                           size_t count, struct wm_text *text)
{
    wm_text_add(text, wm_profile_text(report->profile, labels[0]->key));
    wm_text_add(text, ":[");
    for (size_t i = 0; i < count; i++) {
        wm_text_add(text, i > 0 ? " " : "");
        wm_text_add(text, wm_profile_text(report->profile, labels[i]->string));
    }
    wm_text_add(text, "]");
}

/* One number with a unit makes all of its key have one, if only an empty one. */
static void format_numbers(const struct wm_report *report, const struct wm_label *const *labels,
                           size_t count, struct wm_text *text)
{
    bool units = false;
    for (size_t i = 0; i < count; i++)
        units |= labels[i]->unit != 0;
    wm_text_addf(text, "%s:[", wm_profile_text(report->profile, labels[0]->key));
    for (size_t i = 0; i < count; i++)
        wm_text_addf(text, "%s%" PRId64 "%s%s", i > 0 ? " " : "", labels[i]->number,
                     units ? " " : "", wm_profile_text(report->profile, labels[i]->unit));
    wm_text_add(text, "]");
}

static int make_labels(struct wm_sample_labels *labels, const struct wm_report *report,
                       struct wm_text *text)
{
    static wm_label_format *const formats[] = {format_strings, format_numbers};
    const bool there[] = {!wm_label_is_number(labels->labels[0]),
                          wm_label_is_number(labels->labels[labels->count - 1])};
    int rc = 0;
    for (int numbers = 0; rc >= 0 && numbers < 2; numbers++) {
        if (!there[numbers])
            continue;
        wm_text_add(text, "                "); /* 16 blanks */
        rc = wm_sample_labels_add(labels, report, numbers == 1, formats[numbers], " ", text);
        wm_text_add(text, "\n");
    }
    return rc < 0 ? rc : 0;
}

/* ---- Samples ---- */

/* An id and a blank, as they are printed: most of what a large profile prints. All of the
 * characters are copied, which is faster than as many as there are. */
struct id_text {
    char characters[15];
    unsigned char length;
};

static struct id_text *find_ids(const struct wm_profile *profile)
{
    struct id_text *ids = calloc(profile->location_count + 1, sizeof(ids[0]));
    for (size_t i = 0; ids != NULL && i < profile->location_count; i++) {
        char number[WM_NUMBER_BYTES + 1];
        char *end = wm_text_put_number(number, (int64_t)profile->locations[i].id);
        *end++ = ' ';
        ids[i].length = (unsigned char)(end - number);
        assert(ids[i].length <= sizeof(ids[i].characters)); /* ids are numbered through */
        memcpy(ids[i].characters, number, ids[i].length);
    }
    return ids;
}

static char *put_value(char *at, int64_t value)
{
    char digits[WM_NUMBER_BYTES];
    const size_t length = (size_t)(wm_text_put_number(digits, value) - digits);
    const size_t blanks = 1 + (length < VALUE_COLUMNS ? VALUE_COLUMNS - length : 0);
    memset(at, ' ', blanks);
    memcpy(at + blanks, digits, length);
    return at + blanks + length;
}

static char *put_stack(char *at, const struct wm_profile *profile,
                       const struct wm_profile_sample *sample, const struct id_text *ids)
{
    const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
    for (uint32_t i = 0; i < sample->location_count; i++) {
        const struct id_text *id = &ids[wm_sample_frame(stack, i)];
        memcpy(at, id, sizeof(*id));
        at += id->length;
    }
    return at;
}

static int add_sample(struct part *part, size_t number)
{
    const struct wm_profile *profile = part->raw->report->profile;
    const struct wm_profile_sample *sample = &profile->samples[number];
    const size_t most = profile->sample_type_count * (1 + WM_NUMBER_BYTES) +
                        sample->location_count * sizeof(struct id_text) + sizeof(": \n");
    char *start = wm_text_extend(&part->text, most), *at = start;
    if (start == NULL)
        return -ENOMEM;
    for (size_t type = 0; type < profile->sample_type_count; type++)
        at = put_value(at, profile->values[sample->first_value + type]);
    *at++ = ':';
    *at++ = ' ';
    at = put_stack(at, profile, sample, part->raw->ids);
    *at++ = '\n';
    wm_text_cut(&part->text, most - (size_t)(at - start));
    return wm_label_lines_add(&part->labels, number, &part->text);
}

/* ---- What samples speak of ---- */

static void add_line(struct wm_text *text, const struct wm_profile *profile,
                     const struct wm_line *line)
{
    const struct wm_function *function = &profile->functions[line->function];
    wm_text_add(text, wm_profile_text(profile, function->name));
    wm_text_add(text, " ");
    wm_text_add(text, wm_profile_text(profile, function->file));
    wm_text_add(text, ":");
    wm_text_add_number(text, line->line, 0);
    wm_text_add(text, " s=");
    wm_text_add_number(text, function->start_line, 0);
    if (function->name != function->system_name)
        wm_text_addf(text, "(%s)", wm_profile_text(profile, function->system_name));
}

static void add_address(struct wm_text *text, uint64_t address)
{
    char digits[2 * sizeof(address)];
    size_t at = sizeof(digits);
    do
        digits[--at] = "0123456789abcdef"[address & 15];
    while ((address >>= 4) > 0);
    wm_text_add(text, "0x");
    wm_text_add_bytes(text, digits + at, sizeof(digits) - at);
}

static int add_location(struct part *part, size_t number)
{
    const struct wm_profile *profile = part->raw->report->profile;
    const struct wm_location *location = &profile->locations[number];
    struct wm_text *text = &part->text;
    wm_text_add_number(text, (int64_t)location->id, ID_COLUMNS);
    wm_text_add(text, ": ");
    add_address(text, location->address);
    wm_text_add(text, " ");
    if (location->mapping != 0) {
        wm_text_add(text, "M=");
        wm_text_add_number(text, (int64_t)profile->mappings[location->mapping - 1].id, 0);
        wm_text_add(text, " ");
    }
    wm_text_add(text, location->folded ? "[F] " : "");
    for (uint32_t i = 0; i < location->line_count; i++) {
        wm_text_add(text, i > 0 ? "\n             " : ""); /* 13 blanks */
        add_line(text, profile, &profile->lines[location->first_line + i]);
    }
    wm_text_add(text, "\n");
    return text->failed ? -ENOMEM : 0;
}

static void add_mapping(struct wm_text *text, const struct wm_profile *profile,
                        const struct wm_mapping *mapping)
{
    wm_text_addf(text, "%" PRIu64 ": 0x%" PRIx64 "/0x%" PRIx64 "/0x%" PRIx64 " %s %s %s%s%s%s\n",
                 mapping->id, mapping->start, mapping->limit, mapping->offset,
                 wm_profile_text(profile, mapping->file),
                 wm_profile_text(profile, mapping->build_id), mapping->has_functions ? "[FN]" : "",
                 mapping->has_filenames ? "[FL]" : "", mapping->has_lines ? "[LN]" : "",
                 mapping->has_inlines ? "[IN]" : "");
}

/* ---- By threads ---- */

static int fill_part(struct part *part, size_t end)
{
    int rc = 0;
    while (rc == 0 && part->next < end && part->text.length < PART_BYTES)
        rc = part->raw->add(part, part->next++);
    return rc;
}

static int make_part(void *user, const struct wm_slice *items)
{
    struct part *part = &((struct raw *)user)->parts[items->number];
    part->next = items->first;
    return fill_part(part, items->end);
}

static int take_part(void *user, const struct wm_slice *items)
{
    struct raw *raw = user;
    struct part *part = &raw->parts[items->number];
    int rc = wm_report_drain_part(raw->report, raw->text, &part->text, raw->err);
    while (rc == 0 && part->next < items->end) {
        rc = fill_part(part, items->end);
        if (rc == 0)
            rc = wm_report_drain_part(raw->report, raw->text, &part->text, raw->err);
    }
    return rc;
}

static int add_items(struct raw *raw, size_t count, int (*add)(struct part *part, size_t number))
{
    const struct wm_relay relay = {make_part, take_part, raw};
    raw->add = add;
    return wm_relay(&relay, count, PART_ITEMS, wm_parallel_slices(count, THREAD_ITEMS_LEAST));
}

/* On the heap, as its parts are much for a stack. */
static struct raw *new_raw(const struct wm_report *report, struct wm_text *text,
                           struct wm_error *err)
{
    struct raw *raw = aligned_alloc(alignof(struct raw), sizeof(*raw));
    if (raw == NULL)
        return NULL;
    memset(raw, 0, sizeof(*raw));
    raw->report = report;
    raw->ids = find_ids(report->profile);
    raw->text = text;
    raw->err = err;
    for (size_t i = 0; i < WM_PARALLEL_MAX; i++) {
        raw->parts[i].raw = raw;
        wm_text_init(&raw->parts[i].text);
        wm_label_lines_init(&raw->parts[i].labels, report, make_labels);
    }
    return raw;
}

static void free_raw(struct raw *raw)
{
    for (size_t i = 0; raw != NULL && i < WM_PARALLEL_MAX; i++) {
        wm_text_done(&raw->parts[i].text);
        wm_label_lines_done(&raw->parts[i].labels);
    }
    free(raw != NULL ? raw->ids : NULL);
    free(raw);
}

int wm_print_raw(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    const struct wm_profile *profile = report->profile;
    struct raw *raw = new_raw(report, text, err);
    wm_raw_add_header(text, profile);
    int rc = -ENOMEM;
    if (raw != NULL && raw->ids != NULL)
        rc = add_items(raw, profile->sample_count, add_sample);
    wm_text_add(text, "Locations\n");
    if (rc == 0)
        rc = add_items(raw, profile->location_count, add_location);
    wm_text_add(text, "Mappings\n");
    for (size_t i = 0; i < profile->mapping_count; i++)
        add_mapping(text, profile, &profile->mappings[i]);
    free_raw(raw);
    return rc == -ENOMEM ? wm_fail(err, rc, "no memory for the samples") : rc;
}

/* legacy.c - the table of formats from before profile.proto, and what their readers share. */
#include "profiles/pprof/legacy.h"

#include "harness/core/intern.h"
#include "profiles/pprof/codec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    bool (*is)(struct wm_legacy *legacy);
    int (*read)(struct wm_legacy *legacy);
} formats[] = {
    {wm_legacy_is_java,       wm_legacy_refuse_java    },
    {wm_legacy_is_cpu,        wm_legacy_read_cpu       },
    {wm_legacy_is_heap,       wm_legacy_read_heap      },
    {wm_legacy_is_counts,     wm_legacy_read_counts    },
    {wm_legacy_is_threads,    wm_legacy_read_threads   },
    {wm_legacy_is_contention, wm_legacy_read_contention},
};

static void rewind_to_start(struct wm_legacy *legacy);
static int read_as(struct wm_legacy *legacy, int (*read)(struct wm_legacy *legacy));
static int pad_mapping(struct wm_legacy *legacy);
static int reserve_stack(struct wm_legacy *legacy);
static int location_of(struct wm_legacy *legacy, uint64_t address, uint32_t *ret_location);

int wm_legacy_read(const struct wm_wire_input *input, struct wm_profile **ret_profile)
{
    struct wm_legacy legacy = {.input = input};
    int rc = -ENOENT;
    for (size_t i = 0; rc == -ENOENT && i < sizeof(formats) / sizeof(formats[0]); i++) {
        rewind_to_start(&legacy);
        if (formats[i].is(&legacy)) {
            rewind_to_start(&legacy);
            rc = read_as(&legacy, formats[i].read);
        }
    }
    if (rc == 0) {
        *ret_profile = legacy.profile;
        legacy.profile = NULL;
    }
    wm_profile_free(legacy.profile);
    wm_intern_free(legacy.addresses);
    free(legacy.stack);
    return rc;
}

static void rewind_to_start(struct wm_legacy *legacy)
{
    legacy->at = 0;
    legacy->line = (struct wm_slice){NULL, 0};
    legacy->line_at = 0;
}

static int read_as(struct wm_legacy *legacy, int (*read)(struct wm_legacy *legacy))
{
    int rc = wm_profile_new(&legacy->profile);
    if (rc == 0)
        rc = wm_intern_new(&legacy->addresses);
    if (rc < 0)
        return wm_legacy_failed(legacy, rc);
    rc = read(legacy);
    if (rc == 0)
        rc = wm_legacy_set_frames(legacy);
    return rc == 0 ? pad_mapping(legacy) : rc;
}

/* As for profile.proto: views group by mapping. */
static int pad_mapping(struct wm_legacy *legacy)
{
    struct wm_profile *profile = legacy->profile;
    if (profile->mapping_count > 0)
        return 0;
    int64_t index = wm_profile_append_mapping(profile, &(struct wm_mapping){.id = 1});
    for (size_t i = 0; i < profile->location_count; i++)
        profile->locations[i].mapping = 1;
    return index < 0 ? wm_legacy_failed(legacy, (int)index) : 0;
}

int wm_legacy_malformed(const struct wm_legacy *legacy, const char *what)
{
    const struct wm_wire_input *input = legacy->input;
    return wm_fail_at(input->err, -EINVAL, input->place,
                      "byte %zu (unpacked): not a valid profile: %s", legacy->line_at, what);
}

int wm_legacy_failed(const struct wm_legacy *legacy, int rc)
{
    const char *why = rc == -EOVERFLOW ? "it has more parts than can be numbered" : "no memory";
    return wm_fail_at(legacy->input->err, rc, legacy->input->place, "cannot read the profile: %s",
                      why);
}

/* ---- Lines ---- */

bool wm_legacy_next_line(struct wm_legacy *legacy)
{
    const char *text = (const char *)legacy->input->data + legacy->at;
    size_t left = legacy->input->length - legacy->at;
    legacy->line_at = legacy->at;
    legacy->line = (struct wm_slice){text, 0};
    if (left == 0)
        return false;
    const char *end = memchr(text, '\n', left);
    legacy->line.length = end != NULL ? (size_t)(end - text) : left;
    legacy->at += legacy->line.length + (end != NULL);
    legacy->line = wm_slice_trim(legacy->line);
    return true;
}

bool wm_legacy_next_said(struct wm_legacy *legacy)
{
    while (wm_legacy_next_line(legacy))
        if (legacy->line.length > 0 && legacy->line.at[0] != '#')
            return true;
    return false;
}

/* ---- The profile ---- */

int wm_legacy_type(struct wm_legacy *legacy, const char *type, const char *unit)
{
    int rc = wm_profile_add_sample_type(legacy->profile, type, unit);
    return rc < 0 ? wm_legacy_failed(legacy, rc) : 0;
}

int wm_legacy_period(struct wm_legacy *legacy, const char *type, const char *unit, int64_t period)
{
    int64_t type_string = wm_profile_string(legacy->profile, type);
    int64_t unit_string = wm_profile_string(legacy->profile, unit);
    if (type_string < 0 || unit_string < 0)
        return wm_legacy_failed(legacy, -ENOMEM);
    legacy->profile->period_type =
        (struct wm_value_type){(uint32_t)type_string, (uint32_t)unit_string};
    legacy->profile->period = period;
    return 0;
}

int wm_legacy_push(struct wm_legacy *legacy, uint64_t address)
{
    int rc = reserve_stack(legacy);
    if (rc < 0)
        return rc;
    legacy->stack[legacy->stack_length++] = address;
    return 0;
}

int wm_legacy_push_text(struct wm_legacy *legacy, struct wm_slice text, int shift)
{
    static const char digits[] = "0123456789abcdef";
    for (;;) {
        text = wm_slice_find(text, "0x");
        if (text.at == NULL)
            return 0;
        wm_slice_skip(&text, "0x");
        const char *digit;
        uint64_t address = 0;
        size_t count = 0;
        for (;
             text.length > 0 && text.at[0] != '\0' && (digit = strchr(digits, text.at[0])) != NULL;
             text.at++, text.length--, count++) {
            if (address >> 60 != 0)
                return wm_legacy_malformed(legacy, "an address of more than 64 bits");
            address = address << 4 | (uint64_t)(digit - digits);
        }
        int rc = count > 0 ? wm_legacy_push(legacy, address + (uint64_t)(int64_t)shift) : 0;
        if (rc < 0)
            return rc;
    }
}

struct wm_slice wm_legacy_addresses(struct wm_slice text)
{
    size_t length = 0;
    while (length < text.length && text.at[length] != '\0' &&
           strchr(" x0123456789abcdef", text.at[length]) != NULL)
        length++;
    text.length = length;
    return text;
}

static int reserve_stack(struct wm_legacy *legacy)
{
    if (legacy->stack_length < legacy->stack_capacity)
        return 0;
    size_t grown = legacy->stack_capacity * 2 + 64;
    uint64_t *moved = reallocarray(legacy->stack, grown, sizeof(*moved));
    if (moved == NULL)
        return wm_legacy_failed(legacy, -ENOMEM);
    legacy->stack = moved;
    legacy->stack_capacity = grown;
    return 0;
}

int wm_legacy_sample(struct wm_legacy *legacy, const struct wm_label *label, const int64_t *values)
{
    struct wm_profile *profile = legacy->profile;
    size_t depth = legacy->stack_length;
    int rc = wm_profile_reserve_samples(profile, 1, depth, 1, profile->sample_type_count);
    if (rc < 0)
        return wm_legacy_failed(legacy, rc);
    uint32_t *stack = (uint32_t *)profile->stacks + profile->sample_location_count;
    for (size_t i = 0; i < depth; i++) {
        rc = location_of(legacy, legacy->stack[i], &stack[i]);
        if (rc < 0)
            return wm_legacy_failed(legacy, rc);
    }
    if (label != NULL)
        profile->labels[profile->label_count] = *label;
    for (size_t i = 0; i < profile->sample_type_count; i++)
        profile->values[profile->value_count + i] = values[i];
    int64_t index = wm_profile_commit_sample(profile, depth, label != NULL);
    legacy->stack_length = 0;
    return index < 0 ? wm_legacy_failed(legacy, (int)index) : 0;
}

static int location_of(struct wm_legacy *legacy, uint64_t address, uint32_t *ret_location)
{
    int64_t number = wm_intern_bytes(legacy->addresses, &address, sizeof(address));
    if (number < 0)
        return (int)number;
    *ret_location = (uint32_t)number;
    if ((size_t)number < legacy->profile->location_count)
        return 0;
    struct wm_location location = {.id = (uint64_t)number + 1, .address = address};
    int64_t index = wm_profile_append_location(legacy->profile, &location, NULL);
    return index < 0 ? (int)index : 0;
}

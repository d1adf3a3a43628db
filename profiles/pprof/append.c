/* append.c - copies one profile behind another, with strings and indices told anew. */
#include "profiles/pprof/append.h"

#include "harness/core/intern.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/sample_stack.h"

#include <errno.h>
#include <stdlib.h>

struct append {
    struct wm_profile *into;
    const struct wm_profile *from;
    uint32_t *strings; /* from its numbers to those of `into` */
    struct wm_line *lines;
    uint32_t mapping_shift, function_shift, location_shift;
};

static int map_strings(struct append *append);
static int append_comments(const struct append *append);
static int append_mappings(const struct append *append);
static int append_functions(const struct append *append);
static int append_locations(struct append *append);
static int append_samples(const struct append *append);
static int append_sample(const struct append *append, const struct wm_profile_sample *sample);

int wm_profile_append(struct wm_profile *into, struct wm_profile *from)
{
    struct append append = {
        .into = into,
        .from = from,
        .mapping_shift = (uint32_t)into->mapping_count,
        .function_shift = (uint32_t)into->function_count,
        .location_shift = (uint32_t)into->location_count,
    };
    append.strings = calloc(wm_intern_count(from->strings), sizeof(append.strings[0]));
    append.lines = calloc(from->line_count + 1, sizeof(append.lines[0]));
    int rc = append.strings == NULL || append.lines == NULL ? -ENOMEM : map_strings(&append);
    if (rc == 0)
        rc = append_comments(&append);
    if (rc == 0)
        rc = append_mappings(&append);
    if (rc == 0)
        rc = append_functions(&append);
    if (rc == 0)
        rc = append_locations(&append);
    if (rc == 0)
        rc = append_samples(&append);
    free(append.strings);
    free(append.lines);
    wm_profile_forget(into);
    wm_profile_free(from);
    return rc;
}

static int map_strings(struct append *append)
{
    size_t count = wm_intern_count(append->from->strings);
    for (size_t i = 0; i < count; i++) {
        size_t length;
        const void *bytes = wm_intern_get(append->from->strings, (uint32_t)i, &length);
        int64_t number = wm_intern_bytes(append->into->strings, bytes, length);
        if (number < 0)
            return (int)number;
        append->strings[i] = (uint32_t)number;
    }
    return 0;
}

static int append_comments(const struct append *append)
{
    int64_t rc = 0;
    for (size_t i = 0; rc >= 0 && i < append->from->comment_count; i++)
        rc = wm_profile_append_comment(append->into, append->strings[append->from->comments[i]]);
    return rc < 0 ? (int)rc : 0;
}

static int append_mappings(const struct append *append)
{
    int64_t rc = 0;
    for (size_t i = 0; rc >= 0 && i < append->from->mapping_count; i++) {
        struct wm_mapping mapping = append->from->mappings[i];
        mapping.file = append->strings[mapping.file];
        mapping.build_id = append->strings[mapping.build_id];
        rc = wm_profile_append_mapping(append->into, &mapping);
    }
    return rc < 0 ? (int)rc : 0;
}

static int append_functions(const struct append *append)
{
    int64_t rc = 0;
    for (size_t i = 0; rc >= 0 && i < append->from->function_count; i++) {
        struct wm_function function = append->from->functions[i];
        function.name = append->strings[function.name];
        function.system_name = append->strings[function.system_name];
        function.file = append->strings[function.file];
        rc = wm_profile_append_function(append->into, &function);
    }
    return rc < 0 ? (int)rc : 0;
}

static int append_locations(struct append *append)
{
    const struct wm_profile *from = append->from;
    int64_t rc = 0;
    for (size_t i = 0; rc >= 0 && i < from->location_count; i++) {
        struct wm_location location = from->locations[i];
        for (uint32_t j = 0; j < location.line_count; j++) {
            append->lines[j] = from->lines[location.first_line + j];
            append->lines[j].function += append->function_shift;
        }
        if (location.mapping != 0)
            location.mapping += append->mapping_shift;
        rc = wm_profile_append_location(append->into, &location, append->lines);
    }
    return rc < 0 ? (int)rc : 0;
}

static int append_samples(const struct append *append)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < append->from->sample_count; i++)
        rc = append_sample(append, &append->from->samples[i]);
    return rc;
}

static int append_sample(const struct append *append, const struct wm_profile_sample *sample)
{
    const struct wm_profile *from = append->from;
    struct wm_profile *into = append->into;
    int rc = wm_profile_widen_stacks(into, 0);
    if (rc == 0)
        rc = wm_profile_reserve_samples(into, 1, sample->location_count, sample->label_count,
                                        into->sample_type_count);
    if (rc < 0)
        return rc;
    const struct wm_sample_stack stack = wm_sample_stack(from, sample);
    uint32_t *locations = (uint32_t *)into->stacks + into->sample_location_count;
    for (uint32_t i = 0; i < sample->location_count; i++)
        locations[i] = wm_sample_frame(stack, i) + append->location_shift;
    for (uint32_t i = 0; i < sample->label_count; i++) {
        struct wm_label label = from->labels[sample->first_label + i];
        label.key = append->strings[label.key];
        label.string = append->strings[label.string];
        label.unit = append->strings[label.unit];
        into->labels[into->label_count + i] = label;
    }
    for (size_t i = 0; i < into->sample_type_count; i++)
        into->values[into->value_count + i] = from->values[sample->first_value + i];
    int64_t index = wm_profile_commit_sample(into, sample->location_count, sample->label_count);
    return index < 0 ? (int)index : 0;
}

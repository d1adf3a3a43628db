/* tagframes.c - labels as frames: -tagroot above the outermost frame, -tagleaf below the innermost.
 *
 * Each sample gets a frame for each key: a function named by the label's values, in a file named by
 * the key. Without the label it has no name. */
#include "profiles/report/report.h"
#include "profiles/report/sample_labels.h"
#include "profiles/report/select.h"

#include "harness/core/intern.h"
#include "harness/core/pages.h"
#include "profiles/pprof/sample_stack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Keys of one option, first to last. */
struct keys {
    uint32_t *strings;
    size_t count;
    bool matched; /* some sample has one of them */
};

struct tag_frames {
    struct wm_report *report;
    struct keys roots, leaves;
    struct wm_intern *frames; /* key and name of each frame made */
    uint32_t *locations;      /* of those */
    size_t location_capacity;
    struct wm_text name; /* scratch: the key's number, then the name */
};

static int take_keys(struct wm_profile *profile, const char *list, struct keys *keys)
{
    size_t capacity = 1;
    if (list == NULL)
        return 0;
    for (const char *at = list; *at != '\0'; at++)
        capacity += *at == ',';
    keys->strings = calloc(capacity, sizeof(keys->strings[0]));
    char *key = strdup(list), *rest = key;
    int rc = keys->strings == NULL || key == NULL ? -ENOMEM : 0;
    for (char *item; rc == 0 && (item = strsep(&rest, ",")) != NULL;) {
        int64_t string = item[0] != '\0' ? wm_profile_string(profile, item) : 0;
        if (string < 0)
            rc = -ENOMEM;
        else if (string > 0)
            keys->strings[keys->count++] = (uint32_t)string;
    }
    free(key);
    return rc;
}

/* ---- A frame ---- */

static int64_t add_location(struct tag_frames *frames, uint32_t key, const char *name)
{
    struct wm_profile *profile = frames->report->profile;
    int64_t string = wm_profile_string(profile, name);
    if (string < 0)
        return string;
    struct wm_function function = {.name = (uint32_t)string, .file = key};
    int64_t index = wm_profile_add_function(profile, &function);
    if (index < 0)
        return index;
    struct wm_line line = {.function = (uint32_t)index};
    return wm_profile_add_location(profile, &(struct wm_location){.line_count = 1}, &line);
}

/* The location of the frame that the sample gets for this key. */
static int find_frame(struct tag_frames *frames, const struct wm_profile_sample *sample,
                      struct keys *keys, size_t which, uint32_t *ret_location)
{
    uint32_t key = keys->strings[which];
    wm_text_clear(&frames->name);
    wm_text_add_bytes(&frames->name, &key, sizeof(key));
    keys->matched |= wm_sample_label_add_value(frames->report, sample, key, &frames->name);
    size_t known = wm_intern_count(frames->frames);
    int64_t frame = wm_intern_bytes(frames->frames, frames->name.data, frames->name.length);
    if (frame < 0 || frames->name.failed)
        return -ENOMEM;
    if ((size_t)frame == known) {
        if (known == frames->location_capacity) {
            size_t capacity = 2 * known + 16;
            uint32_t *locations = reallocarray(frames->locations, capacity, sizeof(locations[0]));
            if (locations == NULL)
                return -ENOMEM;
            frames->locations = locations;
            frames->location_capacity = capacity;
        }
        int64_t location = add_location(frames, key, frames->name.data + sizeof(key));
        if (location < 0)
            return -ENOMEM;
        frames->locations[known] = (uint32_t)location;
    }
    *ret_location = frames->locations[frame];
    return 0;
}

/* ---- All samples ---- */

/* The last key is nearest to the leaf, at both ends of the stack. */
static int find_frames(struct tag_frames *frames, const struct wm_profile_sample *sample,
                       struct keys *keys, uint32_t *stack)
{
    for (size_t i = 0; i < keys->count; i++) {
        int rc = find_frame(frames, sample, keys, keys->count - 1 - i, &stack[i]);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int widen_samples(struct tag_frames *frames)
{
    struct wm_profile *profile = frames->report->profile;
    size_t added = frames->roots.count + frames->leaves.count, at = 0;
    size_t count = added * profile->sample_count;
    for (size_t i = 0; i < profile->sample_count; i++)
        count += profile->samples[i].location_count;
    if (count > UINT32_MAX)
        return -EOVERFLOW;
    uint32_t *stacks = wm_pages_new(count + 1, sizeof(stacks[0]));
    int rc = stacks == NULL ? -ENOMEM : 0;
    for (size_t i = 0; rc == 0 && i < profile->sample_count; i++) {
        struct wm_profile_sample *sample = &profile->samples[i];
        const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
        size_t leaf = at + frames->leaves.count, root = leaf + sample->location_count;
        for (uint32_t frame = 0; frame < sample->location_count; frame++)
            stacks[leaf + frame] = wm_sample_frame(stack, frame);
        rc = find_frames(frames, sample, &frames->roots, stacks + root);
        if (rc == 0)
            rc = find_frames(frames, sample, &frames->leaves, stacks + at);
        sample->first_location = (uint32_t)at;
        sample->location_count += (uint32_t)added;
        at += sample->location_count;
    }
    if (rc == 0)
        wm_profile_take_stacks(profile, stacks, count);
    else
        wm_pages_free(stacks);
    return rc;
}

int wm_report_tag_frames(struct wm_report *report, struct wm_error *err)
{
    const struct wm_report_options *options = report->options;
    struct tag_frames frames = {.report = report};
    wm_text_init(&frames.name);
    int rc = take_keys(report->profile, options->tagroot, &frames.roots);
    if (rc == 0)
        rc = take_keys(report->profile, options->tagleaf, &frames.leaves);
    if (rc == 0 && frames.roots.count + frames.leaves.count > 0) {
        rc = wm_intern_new(&frames.frames);
        if (rc == 0)
            rc = widen_samples(&frames);
    }
    if (rc < 0)
        wm_fail(err, rc,
                rc == -EOVERFLOW ? "the stacks are too many to put labels around them"
                                 : "no memory for frames of labels");
    else {
        wm_select_warn(report, "TagRoot", options->tagroot != NULL, frames.roots.matched);
        wm_select_warn(report, "TagLeaf", options->tagleaf != NULL, frames.leaves.matched);
    }
    free(frames.roots.strings);
    free(frames.leaves.strings);
    wm_intern_free(frames.frames);
    free(frames.locations);
    wm_text_done(&frames.name);
    return rc;
}

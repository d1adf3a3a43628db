/* drop.c - cuts the frames that a profile names in drop_frames, such as the profiler's own.
 *
 * The expressions are RE2's; POSIX extended ones, which libc has, are the same for all that
 * profilers write there (alternatives, groups, classes, `.*`). */
#include "profiles/views/load.h"

#include "harness/core/text.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum frame_fate { FATE_STAYS, FATE_CUTS_BELOW, FATE_GOES };

struct dropping {
    struct wm_loaded *loaded;
    regex_t drop, keep;
    bool has_drop, has_keep;
    bool *drops;          /* per function */
    unsigned char *fates; /* per location, enum frame_fate */
};

static int compile(const char *expression, regex_t *regex, bool *ret_compiled, struct wm_error *err)
{
    struct wm_text text;
    wm_text_init(&text);
    wm_text_addf(&text, "^(%s)$", expression);
    int failed = text.failed ? REG_ESPACE : regcomp(regex, text.data, REG_EXTENDED | REG_NOSUB);
    wm_text_done(&text);
    if (failed == 0) {
        *ret_compiled = true;
        return 0;
    }
    if (failed == REG_ESPACE)
        return wm_fail(err, -ENOMEM, "no memory for the profile's drop_frames");
    return wm_fail(err, -EINVAL, "the profile's drop_frames are no regular expression: %.200s",
                   expression);
}

/* The name without a leading dot and without parameters: cut at the first "(" that belongs
 * neither to "(anonymous namespace)" nor to "operator()". */
static void simplify(const char *name, struct wm_text *text)
{
    static const char anonymous[] = "(anonymous namespace)", call[] = "operator()";
    size_t call_head = sizeof(call) - sizeof("()");
    name += name[0] == '.';
    const char *at = strchr(name, '(');
    while (at != NULL) {
        bool is_call = (size_t)(at - name) >= call_head &&
                       strncmp(at - call_head, call, sizeof(call) - 1) == 0;
        if (strncmp(at, anonymous, sizeof(anonymous) - 1) == 0)
            at = strchr(at + sizeof(anonymous) - 1, '(');
        else if (is_call)
            at = strchr(at + 2, '(');
        else
            break;
    }
    wm_text_clear(text);
    wm_text_add_bytes(text, name, at == NULL ? strlen(name) : (size_t)(at - name));
}

static int judge_functions(struct dropping *dropping)
{
    const struct wm_profile *profile = dropping->loaded->profile;
    struct wm_text name;
    wm_text_init(&name);
    for (size_t i = 0; i < profile->function_count; i++) {
        const char *whole = wm_profile_text(profile, profile->functions[i].name);
        simplify(whole, &name);
        dropping->drops[i] =
            whole[0] != '\0' && regexec(&dropping->drop, name.data, 0, NULL, 0) == 0 &&
            !(dropping->has_keep && regexec(&dropping->keep, name.data, 0, NULL, 0) == 0);
    }
    int rc = name.failed ? -ENOMEM : 0;
    wm_text_done(&name);
    return rc;
}

/* The outermost dropping line goes, and all that is inlined below it. */
static void judge_locations(struct dropping *dropping)
{
    struct wm_loaded *loaded = dropping->loaded;
    const struct wm_profile *profile = loaded->profile;
    for (size_t i = 0; i < profile->location_count; i++) {
        struct wm_location *location = &loaded->locations[i];
        uint32_t left = location->line_count;
        while (left > 0) {
            const struct wm_line *line = &profile->lines[location->first_line + left - 1];
            if (dropping->drops[line->function])
                break;
            left--;
        }
        if (left == 0) {
            dropping->fates[i] = FATE_STAYS;
        } else if (left == location->line_count) {
            dropping->fates[i] = FATE_GOES;
        } else {
            dropping->fates[i] = FATE_CUTS_BELOW;
            location->first_line += left;
            location->line_count -= left;
        }
    }
}

/* From the root: once a frame stays, the first that does not ends the stack. A stack of nothing
 * but such frames is left whole. */
static void cut_stacks(const struct dropping *dropping)
{
    struct wm_loaded *loaded = dropping->loaded;
    for (size_t i = 0; i < loaded->sample_count; i++) {
        struct wm_loaded_sample *sample = &loaded->samples[i];
        bool stayed = false;
        for (uint32_t at = sample->location_count; at-- > 0;) {
            unsigned fate = dropping->fates[loaded->stack[sample->first_location + at]];
            stayed |= fate == FATE_STAYS;
            if (fate == FATE_STAYS || !stayed)
                continue;
            uint32_t cut = fate == FATE_GOES ? at + 1 : at;
            sample->first_location += cut;
            sample->location_count -= cut;
            break;
        }
    }
}

int wm_loaded_drop_frames(struct wm_loaded *loaded, struct wm_error *err)
{
    const struct wm_profile *profile = loaded->profile;
    const char *drop = wm_profile_text(profile, profile->drop_frames);
    const char *keep = wm_profile_text(profile, profile->keep_frames);
    struct dropping dropping = {.loaded = loaded};
    if (drop[0] == '\0')
        return 0;
    int rc = compile(drop, &dropping.drop, &dropping.has_drop, err);
    if (rc == 0 && keep[0] != '\0')
        rc = compile(keep, &dropping.keep, &dropping.has_keep, err);
    if (rc < 0)
        goto out;
    dropping.drops = calloc(profile->function_count + 1, sizeof(dropping.drops[0]));
    dropping.fates = calloc(profile->location_count + 1, sizeof(dropping.fates[0]));
    rc = dropping.drops == NULL || dropping.fates == NULL ? -ENOMEM : judge_functions(&dropping);
    if (rc < 0) {
        wm_fail(err, rc, "no memory for the profile's drop_frames");
        goto out;
    }
    judge_locations(&dropping);
    cut_stacks(&dropping);
out:
    free(dropping.drops);
    free(dropping.fates);
    if (dropping.has_drop)
        regfree(&dropping.drop);
    if (dropping.has_keep)
        regfree(&dropping.keep);
    return rc;
}

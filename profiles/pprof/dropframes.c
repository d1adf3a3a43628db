/* dropframes.c - cuts the frames that a profile names in drop_frames, such as the profiler's own.
 */
#include "profiles/pprof/droprule.h"
#include "profiles/pprof/merge.h"
#include "profiles/pprof/sample_stack.h"

#include <errno.h>
#include <stdlib.h>

enum frame_fate { FATE_STAYS, FATE_CUTS_BELOW, FATE_GOES };

struct dropping {
    struct wm_profile *profile;
    struct wm_drop_rule *rule;
    bool *drops;          /* per function */
    unsigned char *fates; /* per location, enum frame_fate */
};

static int judge_functions(struct dropping *dropping);
static void judge_locations(struct dropping *dropping);
static void cut_stacks(const struct dropping *dropping);

int wm_profile_drop_frames(struct wm_profile *profile)
{
    const char *drop = wm_profile_text(profile, profile->drop_frames);
    const char *keep = wm_profile_text(profile, profile->keep_frames);
    struct dropping dropping = {.profile = profile};
    if (drop[0] == '\0')
        return 0;
    int rc = wm_drop_rule_new(drop, keep, &dropping.rule);
    if (rc < 0 || dropping.rule == NULL)
        return rc;
    dropping.drops = calloc(profile->function_count + 1, sizeof(dropping.drops[0]));
    dropping.fates = calloc(profile->location_count + 1, sizeof(dropping.fates[0]));
    rc = dropping.drops == NULL || dropping.fates == NULL ? -ENOMEM : judge_functions(&dropping);
    if (rc < 0)
        goto out;
    judge_locations(&dropping);
    cut_stacks(&dropping);
out:
    wm_drop_rule_free(dropping.rule);
    free(dropping.drops);
    free(dropping.fates);
    return rc;
}

static int judge_functions(struct dropping *dropping)
{
    const struct wm_profile *profile = dropping->profile;
    for (size_t i = 0; i < profile->function_count; i++) {
        const char *name = wm_profile_text(profile, profile->functions[i].name);
        int rc = wm_drop_rule_drops(dropping->rule, name);
        if (rc < 0)
            return rc;
        dropping->drops[i] = rc > 0;
    }
    return 0;
}

/* The outermost dropping line goes, and all that is inlined below it. */
static void judge_locations(struct dropping *dropping)
{
    const struct wm_profile *profile = dropping->profile;
    for (size_t i = 0; i < profile->location_count; i++) {
        struct wm_location *location = &profile->locations[i];
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
    const struct wm_profile *profile = dropping->profile;
    for (size_t i = 0; i < profile->sample_count; i++) {
        struct wm_profile_sample *sample = &profile->samples[i];
        const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
        bool stayed = false;
        for (uint32_t at = sample->location_count; at-- > 0;) {
            unsigned fate = dropping->fates[wm_sample_frame(stack, at)];
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

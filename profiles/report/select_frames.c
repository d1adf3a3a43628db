/* select_frames.c - focus, ignore, hide, show, show_from, prune_from.
 *
 * An expression speaks of a line by the name or the file of its function, of a location by any of
 * its lines or by its mapping's file. */
#include "profiles/report/select.h"

#include "profiles/pprof/droprule.h"
#include "profiles/pprof/sample_stack.h"

#include <errno.h>
#include <stdlib.h>

enum { FOCUSED = 1, IGNORED = 2, HIDDEN = 4, SHOWN_FROM = 8, PRUNED_FROM = 16 };

/* By enum wm_frame_filter: the option, and what pprof calls it in warnings (NULL: it warns not). */
static const struct {
    const char *option, *name;
} names[WM_FRAME_FILTERS] = {
    {"-focus",      "Focus"   },
    {"-ignore",     "Ignore"  },
    {"-hide",       "Hide"    },
    {"-show",       "Show"    },
    {"-show_from",  "ShowFrom"},
    {"-prune_from", NULL      },
};

static bool is_given(const struct wm_frame_filters *filters, enum wm_frame_filter filter)
{
    return filters->verdicts[filter].regex != NULL;
}

static struct wm_line *lines_of(const struct wm_frame_filters *filters,
                                const struct wm_location *location)
{
    return filters->report->profile->lines + location->first_line;
}

/* ---- What an expression speaks of ---- */

static bool finds_line(struct wm_frame_filters *filters, enum wm_frame_filter filter,
                       const struct wm_line *line)
{
    const struct wm_function *function = &filters->report->profile->functions[line->function];
    struct wm_verdicts *verdicts = &filters->verdicts[filter];
    return wm_verdicts_find(verdicts, function->name) || wm_verdicts_find(verdicts, function->file);
}

static bool finds_mapping(struct wm_frame_filters *filters, enum wm_frame_filter filter,
                          const struct wm_location *location)
{
    const struct wm_profile *profile = filters->report->profile;
    return location->mapping != 0 &&
           wm_verdicts_find(&filters->verdicts[filter],
                            profile->mappings[location->mapping - 1].file);
}

static bool finds_location(struct wm_frame_filters *filters, enum wm_frame_filter filter,
                           const struct wm_location *location)
{
    const struct wm_line *lines = lines_of(filters, location);
    for (uint32_t i = 0; i < location->line_count; i++)
        if (finds_line(filters, filter, &lines[i]))
            return true;
    return finds_mapping(filters, filter, location);
}

/* Lines of which the expression says `wanted` stay. */
static void keep_lines(struct wm_frame_filters *filters, enum wm_frame_filter filter, bool wanted,
                       struct wm_location *location)
{
    struct wm_line *lines = lines_of(filters, location);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < location->line_count; i++)
        if (finds_line(filters, filter, &lines[i]) == wanted)
            lines[kept++] = lines[i];
    location->line_count = kept;
}

/* ---- Each filter on a location, in the order of the filters ---- */

/* What is neither focused nor ignored only keeps others company. */
static unsigned focus(struct wm_frame_filters *filters, struct wm_location *location)
{
    if (is_given(filters, WM_IGNORE) && finds_location(filters, WM_IGNORE, location)) {
        filters->matched[WM_IGNORE] = true;
        return IGNORED;
    }
    if (is_given(filters, WM_FOCUS) && !finds_location(filters, WM_FOCUS, location))
        return 0;
    filters->matched[WM_FOCUS] = true;
    return FOCUSED;
}

static unsigned hide(struct wm_frame_filters *filters, struct wm_location *location)
{
    if (!is_given(filters, WM_HIDE) || !finds_location(filters, WM_HIDE, location))
        return 0;
    filters->matched[WM_HIDE] = true;
    if (finds_mapping(filters, WM_HIDE, location))
        location->line_count = 0;
    keep_lines(filters, WM_HIDE, false, location);
    return location->line_count == 0 ? HIDDEN : 0;
}

static unsigned show(struct wm_frame_filters *filters, struct wm_location *location)
{
    if (!is_given(filters, WM_SHOW))
        return 0;
    if (!finds_mapping(filters, WM_SHOW, location))
        keep_lines(filters, WM_SHOW, true, location);
    if (location->line_count == 0)
        return HIDDEN;
    filters->matched[WM_SHOW] = true;
    return 0;
}

/* Up to the outermost line that matches; all of them if the mapping does. */
static unsigned show_from(struct wm_frame_filters *filters, struct wm_location *location)
{
    const struct wm_line *lines = lines_of(filters, location);
    if (!is_given(filters, WM_SHOW_FROM))
        return 0;
    uint32_t count = location->line_count;
    if (!finds_mapping(filters, WM_SHOW_FROM, location)) {
        while (count > 0 && !finds_line(filters, WM_SHOW_FROM, &lines[count - 1]))
            count--;
        if (count == 0)
            return 0;
        location->line_count = count;
    }
    filters->matched[WM_SHOW_FROM] = true;
    return SHOWN_FROM;
}

/* Names count without their parameters. */
static bool prunes(struct wm_frame_filters *filters, const struct wm_line *line,
                   struct wm_text *plain)
{
    const struct wm_profile *profile = filters->report->profile;
    struct wm_verdicts *verdicts = &filters->verdicts[WM_PRUNE_FROM];
    uint32_t name = profile->functions[line->function].name;
    if (name == 0)
        return false;
    if (!wm_verdicts_known(verdicts, name))
        wm_drop_rule_plain_name(wm_profile_text(profile, name), plain);
    return wm_verdicts_find_instead(verdicts, name, plain->data);
}

static unsigned prune_from(struct wm_frame_filters *filters, struct wm_location *location,
                           struct wm_text *plain)
{
    const struct wm_line *lines = lines_of(filters, location);
    if (!is_given(filters, WM_PRUNE_FROM))
        return 0;
    for (uint32_t i = 0; i < location->line_count; i++) {
        if (!prunes(filters, &lines[i], plain))
            continue;
        location->first_line += i;
        location->line_count -= i;
        return PRUNED_FROM;
    }
    return 0;
}

static int judge_locations(struct wm_frame_filters *filters)
{
    struct wm_profile *profile = filters->report->profile;
    struct wm_text plain;
    wm_text_init(&plain);
    filters->marks = calloc(profile->location_count + 1, 1);
    if (filters->marks == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < profile->location_count; i++) {
        struct wm_location *location = &profile->locations[i];
        unsigned marks = focus(filters, location);
        marks |= hide(filters, location);
        marks |= show(filters, location);
        marks |= show_from(filters, location);
        marks |= prune_from(filters, location, &plain);
        filters->marks[i] = (unsigned char)marks;
        filters->hides = filters->hides || (marks & HIDDEN) != 0;
    }
    bool failed = plain.failed;
    wm_text_done(&plain);
    return failed ? -ENOMEM : 0;
}

int wm_frame_filters_init(struct wm_frame_filters *filters, struct wm_report *report,
                          struct wm_error *err)
{
    const struct wm_report_options *options = report->options;
    const char *const patterns[WM_FRAME_FILTERS] = {options->focus,     options->ignore,
                                                    options->hide,      options->show,
                                                    options->show_from, options->prune_from};
    *filters = (struct wm_frame_filters){.report = report};
    for (size_t i = 0; i < WM_FRAME_FILTERS; i++) {
        int rc = wm_verdicts_init(&filters->verdicts[i], report->profile, names[i].option,
                                  patterns[i], err);
        if (rc < 0)
            return rc;
        filters->any = filters->any || is_given(filters, (enum wm_frame_filter)i);
    }
    if (!filters->any)
        return 0;
    int rc = judge_locations(filters);
    return rc < 0 ? wm_fail(err, rc, "no memory for the filters") : 0;
}

void wm_frame_filters_done(struct wm_frame_filters *filters)
{
    for (size_t i = 0; i < WM_FRAME_FILTERS; i++)
        wm_verdicts_done(&filters->verdicts[i], names[i].option, filters->report->notes);
    free(filters->marks);
}

void wm_frame_filters_warn(const struct wm_frame_filters *filters)
{
    for (size_t i = 0; i < WM_FRAME_FILTERS; i++)
        if (names[i].name != NULL)
            wm_select_warn(filters->report, names[i].name,
                           is_given(filters, (enum wm_frame_filter)i), filters->matched[i]);
}

/* ---- Each filter on a sample ---- */

/* A frame that is ignored is worse than any number of focused ones. */
static bool is_focused(const struct wm_frame_filters *filters, struct wm_sample_stack stack,
                       uint32_t count)
{
    unsigned marks = 0;
    for (uint32_t i = 0; i < count; i++)
        marks |= filters->marks[wm_sample_frame(stack, i)];
    return (marks & (FOCUSED | IGNORED)) == FOCUSED;
}

static void remove_hidden(const struct wm_frame_filters *filters, struct wm_sample_stack stack,
                          struct wm_profile_sample *sample)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < sample->location_count; i++) {
        const uint32_t location = wm_sample_frame(stack, i);
        if ((filters->marks[location] & HIDDEN) == 0)
            wm_sample_set_frame(stack, kept++, location);
    }
    sample->location_count = kept;
}

static void cut_above(const struct wm_frame_filters *filters, struct wm_sample_stack stack,
                      struct wm_profile_sample *sample)
{
    uint32_t count = sample->location_count;
    while (count > 0 && (filters->marks[wm_sample_frame(stack, count - 1)] & SHOWN_FROM) == 0)
        count--;
    sample->location_count = count;
}

bool wm_frame_filters_keep(const struct wm_frame_filters *filters, struct wm_profile_sample *sample)
{
    const struct wm_sample_stack stack = wm_sample_stack(filters->report->profile, sample);
    if (!filters->any)
        return sample->location_count > 0;
    if (!is_focused(filters, stack, sample->location_count))
        return false;
    if (filters->hides)
        remove_hidden(filters, stack, sample);
    if (is_given(filters, WM_SHOW_FROM))
        cut_above(filters, stack, sample);
    return sample->location_count > 0;
}

void wm_frame_filters_prune(const struct wm_frame_filters *filters,
                            struct wm_profile_sample *sample)
{
    const struct wm_sample_stack stack = wm_sample_stack(filters->report->profile, sample);
    if (!is_given(filters, WM_PRUNE_FROM))
        return;
    for (uint32_t i = 0; i < sample->location_count; i++) {
        if ((filters->marks[wm_sample_frame(stack, i)] & PRUNED_FROM) == 0)
            continue;
        sample->first_location += i;
        sample->location_count -= i;
        return;
    }
}

/* bench_inside.c - what a function costs inside of an entry point, from samples.
 *
 * A sample counts when the function is anywhere on its stack, inlined or not: that is what a call
 * takes with all that it calls. */
#include "harness/cli/bench_inside.h"

#include "harness/cli/print.h"
#include "harness/core/units.h"
#include "profiles/pprof/sample_stack.h"
#include "profiles/runs/benchfile.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { VALUE_SAMPLES, VALUE_CPU }; /* as profiles/gather writes them */

/* One entry point. */
struct inside {
    const char *entry;
    uint64_t requests;
    double samples, cpu_ns;  /* all of it */
    double inside_ns, share; /* with the function on the stack */
};

/* Which functions count: those of a name, in files of one name where that was said as well. */
struct wanted {
    const char *shown; /* "walk.c:leg", or the same as `function` */
    const char *function;
};

static bool is_in_file(const struct wanted *wanted, const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *base = slash != NULL ? slash + 1 : file;
    size_t length = (size_t)(wanted->function - wanted->shown);
    /* "" before the colon: a global one, of whatever file */
    return length <= 1 ||
           (strlen(base) == length - 1 && strncmp(base, wanted->shown, length - 1) == 0);
}

static bool is_named(const struct wm_profile *profile, uint32_t at, const struct wanted *wanted)
{
    const struct wm_function *known = &profile->functions[at];
    return (strcmp(wm_profile_text(profile, known->name), wanted->function) == 0 ||
            strcmp(wm_profile_text(profile, known->system_name), wanted->function) == 0) &&
           is_in_file(wanted, wm_profile_text(profile, known->file));
}

static bool holds(const struct wm_profile *profile, const struct wm_profile_sample *sample,
                  const struct wanted *wanted)
{
    const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
    for (uint32_t i = 0; i < sample->location_count; i++) {
        const struct wm_location *location = &profile->locations[wm_sample_frame(stack, i)];
        for (uint32_t line = 0; line < location->line_count; line++)
            if (is_named(profile, profile->lines[location->first_line + line].function, wanted))
                return true;
    }
    return false;
}

static const char *label_of(const struct wm_profile *profile,
                            const struct wm_profile_sample *sample, const char *key)
{
    for (uint32_t i = 0; i < sample->label_count; i++) {
        const struct wm_label *label = &profile->labels[sample->first_label + i];
        if (strcmp(wm_profile_text(profile, label->key), key) == 0)
            return wm_profile_text(profile, label->string);
    }
    return "";
}

static void sum_up(const struct wm_run *run, const struct wanted *wanted, struct inside *inside)
{
    const struct wm_profile *profile = run->profile;
    for (size_t i = 0; i < run->paths->count; i++)
        if (strcmp(run->paths->rows[i].entry, inside->entry) == 0)
            inside->requests += run->paths->rows[i].requests;
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        const int64_t *values = &profile->values[sample->first_value];
        if (strcmp(label_of(profile, sample, "entry"), inside->entry) != 0)
            continue;
        inside->samples += (double)values[VALUE_SAMPLES];
        inside->cpu_ns += (double)values[VALUE_CPU];
        if (holds(profile, sample, wanted))
            inside->inside_ns += (double)values[VALUE_CPU];
    }
    if (inside->cpu_ns > 0)
        inside->share = inside->inside_ns / inside->cpu_ns;
}

static void tell(const struct inside *inside, const char *function, struct wm_bench_lines *lines)
{
    char each[WM_UNIT_BYTES], around[WM_UNIT_BYTES], count[WM_UNIT_BYTES];
    double low, high;
    double request_ns = inside->cpu_ns / (double)inside->requests;
    struct wm_text name, line;
    wm_interval_wilson(inside->share, inside->samples, &low, &high);
    double half = fmax(high - inside->share, inside->share - low);
    wm_text_init(&name);
    wm_text_init(&line);
    wm_text_addf(&name, "%s/%s", inside->entry, function);
    struct wm_bench_measure measure = {inside->share * request_ns, "ns/request"};
    const struct wm_bench_result result = {.name = name.data,
                                           .iterations = inside->requests,
                                           .measures = &measure,
                                           .measure_count = 1};
    wm_bench_add_result(&line, &result);
    wm_bench_lines_add(lines, line.data);
    wm_print_note("%s: from %s samples, not from its calls: %.1f %% ± %.1f of the CPU, "
                  "%s ± %s for each request",
                  name.data, wm_units_count((uint64_t)inside->samples, count), 100 * inside->share,
                  100 * half, wm_units_duration(measure.value, each),
                  wm_units_duration(half * request_ns, around));
    wm_text_done(&name);
    wm_text_done(&line);
}

int wm_bench_inside_tell(const struct wm_run *run, const char *shown, const char *function,
                         struct wm_bench_lines *lines)
{
    const struct wanted wanted = {shown, function};
    int told = 0;
    for (size_t i = 0; i < run->paths->count; i++) {
        struct inside inside = {.entry = run->paths->rows[i].entry};
        bool first = inside.entry[0] != '\0';
        for (size_t before = 0; before < i; before++)
            first = first && strcmp(run->paths->rows[before].entry, inside.entry) != 0;
        if (!first)
            continue;
        sum_up(run, &wanted, &inside);
        if (inside.share <= 0 || inside.requests == 0)
            continue;
        tell(&inside, shown, lines);
        told++;
    }
    return lines->all.failed ? -ENOMEM : told;
}

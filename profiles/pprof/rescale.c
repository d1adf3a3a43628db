/* rescale.c - values times a ratio, rounded, as pprof does it before it adds profiles. */
#include "profiles/pprof/rescale.h"

#include "profiles/pprof/scale.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int find_units(struct wm_profile **profiles, size_t count, const char **units,
                      struct wm_error *err);
static int find_unit(struct wm_profile **profiles, size_t count, size_t type, const char **ret_unit,
                     struct wm_error *err);
static int check_types(const struct wm_profile *left, const struct wm_profile *right,
                       struct wm_error *err);
static int change_units(struct wm_profile *profile, const char *const *units, double *ratios);
static void multiply(struct wm_profile *profile, const double *ratios);
static const struct wm_value_type *type_of(const struct wm_profile *profile, size_t type);
static const char *unit_of(const struct wm_profile *profile, size_t type);
static int no_memory(struct wm_error *err);

int wm_profiles_to_one_unit(struct wm_profile **profiles, size_t count, struct wm_error *err)
{
    size_t types = profiles[0]->sample_type_count;
    int rc = 0;
    if (count < 2)
        return 0;
    for (size_t i = 1; rc == 0 && i < count; i++)
        rc = check_types(profiles[0], profiles[i], err);
    if (rc < 0)
        return rc;
    const char **units = calloc(types + 1, sizeof(*units)); /* the last is the period's */
    double *ratios = calloc(types + 1, sizeof(*ratios));
    if (units == NULL || ratios == NULL) {
        rc = no_memory(err);
        goto out;
    }
    rc = find_units(profiles, count, units, err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = change_units(profiles[i], units, ratios);
        if (rc < 0)
            no_memory(err);
        else
            multiply(profiles[i], ratios);
    }
out:
    free(units);
    free(ratios);
    return rc;
}

int wm_profile_scale_to(struct wm_profile *profile, const struct wm_profile *base,
                        struct wm_error *err)
{
    size_t types = profile->sample_type_count;
    int rc = check_types(profile, base, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i <= types; i++)
        if (strcmp(unit_of(profile, i), unit_of(base, i)) != 0)
            return wm_fail(err, -EINVAL,
                           "profiles in different units ('%.60s', '%.60s') cannot be normalized",
                           unit_of(profile, i), unit_of(base, i));
    double *ratios = calloc(types + 1, sizeof(*ratios));
    if (ratios == NULL)
        return no_memory(err);
    for (size_t type = 0; type < types; type++) {
        int64_t wanted = 0, is = 0;
        for (size_t i = 0; i < base->sample_count; i++)
            wanted = wm_add_wrapping(wanted, base->values[base->samples[i].first_value + type]);
        for (size_t i = 0; i < profile->sample_count; i++)
            is = wm_add_wrapping(is, profile->values[profile->samples[i].first_value + type]);
        ratios[type] = is == 0 ? 0 : (double)wanted / (double)is;
    }
    multiply(profile, ratios);
    free(ratios);
    return 0;
}

int wm_profile_negate(struct wm_profile *profile)
{
    double *ratios = calloc(profile->sample_type_count + 1, sizeof(*ratios));
    if (ratios == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < profile->sample_type_count; i++)
        ratios[i] = -1;
    multiply(profile, ratios);
    free(ratios);
    return 0;
}

static int find_units(struct wm_profile **profiles, size_t count, const char **units,
                      struct wm_error *err)
{
    int rc = 0;
    for (size_t type = 0; rc == 0 && type <= profiles[0]->sample_type_count; type++)
        rc = find_unit(profiles, count, type, &units[type], err);
    return rc;
}

/* The finest, so that no value is lost; of equal ones the first. */
static int find_unit(struct wm_profile **profiles, size_t count, size_t type, const char **ret_unit,
                     struct wm_error *err)
{
    const char *finest = unit_of(profiles[0], type);
    for (size_t i = 1; i < count; i++) {
        const char *unit = unit_of(profiles[i], type), *ignored;
        if (!wm_units_agree(finest, unit))
            return wm_fail(err, -EINVAL,
                           "the profiles do not fit together: '%.60s' is counted in '%.60s' and in "
                           "'%.60s'",
                           wm_profile_text(profiles[0], type_of(profiles[0], type)->type), finest,
                           unit);
        if (wm_scale(1, unit, finest, &ignored) < 1)
            finest = unit;
    }
    *ret_unit = finest;
    return 0;
}

/* Names have to be the same; units are not looked at. */
static int check_types(const struct wm_profile *left, const struct wm_profile *right,
                       struct wm_error *err)
{
    if (left->sample_type_count != right->sample_type_count)
        return wm_fail(err, -EINVAL,
                       "the profiles do not fit together: they have %zu and %zu sample types",
                       left->sample_type_count, right->sample_type_count);
    for (size_t i = 0; i <= left->sample_type_count; i++) {
        const char *name = wm_profile_text(left, type_of(left, i)->type);
        const char *other = wm_profile_text(right, type_of(right, i)->type);
        if (strcmp(name, other) != 0)
            return wm_fail(err, -EINVAL,
                           "the profiles do not fit together: %s '%.60s' in one, '%.60s' in "
                           "another",
                           i < left->sample_type_count ? "sample type" : "a period of", name,
                           other);
    }
    return 0;
}

static int change_units(struct wm_profile *profile, const char *const *units, double *ratios)
{
    const char *ignored;
    size_t types = profile->sample_type_count;
    double period = wm_scale(profile->period, unit_of(profile, types), units[types], &ignored);
    profile->period = wm_truncate(period);
    for (size_t i = 0; i <= types; i++) {
        ratios[i] = wm_scale(1, unit_of(profile, i), units[i], &ignored);
        int64_t unit = wm_profile_string(profile, units[i]);
        if (unit < 0)
            return (int)unit;
        struct wm_value_type *type = i < types ? &profile->sample_types[i] : &profile->period_type;
        type->unit = (uint32_t)unit;
    }
    return 0;
}

/* A sample goes when all its values that change become 0, whatever the others are: so the
 * reference does. */
static void multiply(struct wm_profile *profile, const double *ratios)
{
    bool changes = false;
    for (size_t i = 0; i < profile->sample_type_count; i++)
        changes |= ratios[i] != 1;
    if (!changes)
        return;
    size_t kept = 0;
    for (size_t i = 0; i < profile->sample_count; i++) {
        bool keeps = false;
        int64_t *values = profile->values + profile->samples[i].first_value;
        for (size_t type = 0; type < profile->sample_type_count; type++) {
            if (ratios[type] == 1)
                continue;
            values[type] = wm_truncate(round((double)values[type] * ratios[type]));
            keeps |= values[type] != 0;
        }
        if (keeps)
            profile->samples[kept++] = profile->samples[i];
    }
    profile->sample_count = kept;
}

/* The sample type, or behind the last the period's. */
static const struct wm_value_type *type_of(const struct wm_profile *profile, size_t type)
{
    return type < profile->sample_type_count ? &profile->sample_types[type] : &profile->period_type;
}

static const char *unit_of(const struct wm_profile *profile, size_t type)
{
    return wm_profile_text(profile, type_of(profile, type)->unit);
}

static int no_memory(struct wm_error *err)
{
    return wm_fail(err, -ENOMEM, "no memory to bring the profiles together");
}

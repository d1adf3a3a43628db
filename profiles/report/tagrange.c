/* tagrange.c - bounds with units. The first bound's unit is the one of comparison. */
#include "profiles/report/tagrange.h"

#include "profiles/pprof/scale.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* "-12kb". */
struct bound {
    const char *text;
    int64_t number;
    bool fits;
    char *unit; /* owned */
};

/* Takes the number at *at; false: there is none, and nothing is taken. -ENOMEM by a NULL unit. */
static bool take_bound(const char **at, struct bound *bound)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const char *digits = *at + (**at == '+' || **at == '-');
    size_t digit_count = strspn(digits, "0123456789");
    size_t letter_count = strspn(digits + digit_count, letters);
    if (digit_count == 0)
        return false;
    errno = 0;
    *bound = (struct bound){.text = *at, .number = strtoll(*at, NULL, 10)};
    bound->fits = errno == 0;
    bound->unit = strndup(digits + digit_count, letter_count);
    *at = digits + digit_count + letter_count;
    return true;
}

/* The bounds of the text; false: it is no range. */
static bool split(const char *text, struct bound *least, struct bound *most, bool *ret_between)
{
    const char *at = text;
    bool has_least = take_bound(&at, least);
    *ret_between = *at == ':';
    at += *ret_between ? 1 : 0;
    bool has_most = *ret_between && take_bound(&at, most);
    return *at == '\0' && (has_least || has_most);
}

/* Both in the unit of the first; false: the second cannot be told in it. */
static bool scale(struct wm_tag_range *range, const struct bound *least, const struct bound *most)
{
    const struct bound *first = least->unit != NULL ? least : most;
    const char *unit, *other;
    double number = wm_scale(first->number, first->unit, first->unit, &unit);
    range->least = range->most = number;
    range->has_least = first == least;
    range->has_most = most->unit != NULL;
    range->unit = strdup(unit);
    if (range->unit == NULL || first == most || most->unit == NULL)
        return true;
    range->most = wm_scale(most->number, most->unit, unit, &other);
    return strcmp(unit, other) == 0;
}

int wm_tag_range_init(struct wm_tag_range *range, const char *option, const char *text,
                      struct wm_error *err)
{
    struct bound least = {.fits = true}, most = {.fits = true};
    bool between = false;
    int rc = 0;
    *range = (struct wm_tag_range){.unit = NULL};
    if (!split(text, &least, &most, &between))
        goto out;
    rc = -ENOMEM;
    if ((least.text != NULL && least.unit == NULL) || (most.text != NULL && most.unit == NULL))
        goto out;
    rc = -EINVAL;
    if (!least.fits || !most.fits)
        goto out;
    rc = scale(range, &least, &most) ? 1 : 0;
    if (rc == 1 && range->unit == NULL)
        rc = -ENOMEM;
    if (!between)
        range->has_most = true;
out:
    free(least.unit);
    free(most.unit);
    if (rc <= 0)
        wm_tag_range_done(range);
    if (rc < 0)
        wm_fail_at(err, rc, option,
                   rc == -EINVAL ? "'%.200s' has a number beyond 64 bits"
                                 : "no memory for the range '%.200s'",
                   text);
    return rc;
}

void wm_tag_range_done(struct wm_tag_range *range)
{
    free(range->unit);
    range->unit = NULL;
}

bool wm_tag_range_holds(const struct wm_tag_range *range, int64_t number, const char *unit)
{
    const char *told;
    double value = wm_scale(number, unit, range->unit, &told);
    return strcmp(told, range->unit) == 0 && (!range->has_least || value >= range->least) &&
           (!range->has_most || value <= range->most);
}

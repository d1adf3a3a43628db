/* scale.c - whole numbers and units as pprof counts with them. */
#include "profiles/pprof/scale.h"

#include <string.h>
#include <strings.h>

enum { ALIAS_MAX = 4, UNIT_MAX = 9 };

struct unit {
    const char *name;
    const char *aliases[ALIAS_MAX];
    double factor;
};

struct family {
    size_t fallback; /* for values below 1 of every unit, and for units of other families */
    struct unit units[UNIT_MAX];
};

static const struct family families[] = {
    {0,
     {{"B", {"b", "byte"}, 1},
      {"kB", {"kb", "kbyte", "kilobyte"}, 0x1p10},
      {"MB", {"mb", "mbyte", "megabyte"}, 0x1p20},
      {"GB", {"gb", "gbyte", "gigabyte"}, 0x1p30},
      {"TB", {"tb", "tbyte", "terabyte"}, 0x1p40},
      {"PB", {"pb", "pbyte", "petabyte"}, 0x1p50}}},
    {3,
     {{"ns", {"ns", "nanosecond"}, 1},
      {"us", {"us", "microsecond"}, 1e3},
      {"ms", {"ms", "millisecond"}, 1e6},
      {"s", {"s", "sec", "second"}, 1e9},
      {"hrs", {"hr", "hour"}, 3600e9}}            },
    {3,
     {{"n*GCU", {"nanogcu"}, 1e-9},
      {"u*GCU", {"microgcu"}, 1e-6},
      {"m*GCU", {"milligcu"}, 1e-3},
      {"GCU", {"gcu"}, 1},
      {"k*GCU", {"kilogcu"}, 1e3},
      {"M*GCU", {"megagcu"}, 1e6},
      {"G*GCU", {"gigagcu"}, 1e9},
      {"T*GCU", {"teragcu"}, 1e12},
      {"P*GCU", {"petagcu"}, 1e15}}               },
};

int64_t wm_truncate(double value)
{
    return value >= -0x1p63 && value < 0x1p63 ? (int64_t)value : INT64_MIN;
}

/* The unit of this name: case does not matter, nor one final "s" of a longer name. */
static const struct unit *find_unit(const struct family *family, const char *name)
{
    size_t length = strlen(name);
    if (length > 2 && (name[length - 1] == 's' || name[length - 1] == 'S'))
        length--;
    for (size_t i = 0; i < UNIT_MAX && family->units[i].name != NULL; i++)
        for (size_t a = 0; a < ALIAS_MAX && family->units[i].aliases[a] != NULL; a++) {
            const char *alias = family->units[i].aliases[a];
            /* the first letter tells nearly all, and views ask for every value */
            if (alias[0] == (name[0] | 0x20) && strlen(alias) == length &&
                strncasecmp(alias, name, length) == 0)
                return &family->units[i];
        }
    return NULL;
}

static const struct unit *largest_unit(const struct family *family, double base_value)
{
    const struct unit *best = NULL;
    for (size_t i = 0; i < UNIT_MAX && family->units[i].name != NULL; i++)
        if (base_value / family->units[i].factor >= 1.0)
            best = &family->units[i];
    return best;
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static double scale_known(const struct family *family, const struct unit *from, int64_t value,
                          const char *to, const char **ret_unit)
{
    const struct unit *fallback = &family->units[family->fallback];
    const struct unit *unit;
    double base_value = (double)value * from->factor;
    if (strcmp(to, "minimum") == 0 || strcmp(to, "auto") == 0)
        unit = largest_unit(family, base_value);
    else
        unit = find_unit(family, to);
    unit = unit == NULL ? fallback : unit;
    *ret_unit = unit->name;
    return base_value / unit->factor;
}

double wm_scale(int64_t value, const char *from, const char *to, const char **ret_unit)
{
    static const char *const unnamed[] = {"count", "sample", "unit", "minimum", "auto"};
    if (value < 0 && value != INT64_MIN)
        return -wm_scale(-value, from, to, ret_unit);
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        const struct unit *unit = find_unit(&families[i], from);
        if (unit != NULL)
            return scale_known(&families[i], unit, value, to, ret_unit);
    }
    *ret_unit = is_one_of(to, unnamed, sizeof(unnamed) / sizeof(unnamed[0])) ? "" : to;
    return (double)value;
}

struct wm_scaling wm_scaling_find(const char *from, const char *to)
{
    struct wm_scaling scaling = {.from = from, .to = to};
    if (strcmp(to, "minimum") == 0 || strcmp(to, "auto") == 0)
        return scaling;
    scaling.times = scaling.by = 1;
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        const struct unit *own = find_unit(&families[i], from);
        const struct unit *wanted = own != NULL ? find_unit(&families[i], to) : NULL;
        if (own == NULL)
            continue;
        scaling.times = own->factor;
        scaling.by =
            wanted != NULL ? wanted->factor : families[i].units[families[i].fallback].factor;
        break;
    }
    return scaling;
}

double wm_scaling_apply(const struct wm_scaling *scaling, int64_t value)
{
    const char *unit;
    if (scaling->by == 0)
        return wm_scale(value, scaling->from, scaling->to, &unit);
    const bool turns = value < 0 && value != INT64_MIN;
    const double scaled = (double)(turns ? -value : value) * scaling->times / scaling->by;
    return turns ? -scaled : scaled;
}

bool wm_unit_at(const char *from, size_t i, const char **ret_unit, double *ret_factor)
{
    for (size_t at = 0; at < sizeof(families) / sizeof(families[0]); at++) {
        const struct unit *units = families[at].units, *own = find_unit(&families[at], from);
        if (own == NULL)
            continue;
        if (i >= UNIT_MAX || units[i].name == NULL)
            return false;
        *ret_unit = units[i].name;
        *ret_factor = units[i].factor / own->factor;
        return true;
    }
    return false;
}

bool wm_units_agree(const char *left, const char *right)
{
    if (strcmp(left, right) == 0)
        return true;
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        if (find_unit(&families[i], left) != NULL && find_unit(&families[i], right) != NULL)
            return true;
    return false;
}

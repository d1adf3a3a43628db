/* report.c - the order of stages, and what the options come to for a view. */
#include "profiles/report/report.h"

#include "profiles/report/files.h"
#include "profiles/report/label_units.h"
#include "profiles/report/measure.h"

#include "harness/core/intern.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX_UNLESS_TOLD = 80, FILTER_BYTES_MAX = 80, DRAIN_BYTES = 1 << 18 };
static const double NODE_FRACTION = 0.005, FINE_FRACTION = 0.0005;

/* What several flags come to. */
enum {
    ALL_SUMS = WM_VIEW_SUMS | WM_VIEW_UNLIMITED,
    PEEKS = WM_VIEW_SUMS | WM_VIEW_TAKES_EXPRESSION | WM_VIEW_NEVER_TRIMS,
    LISTS = PEEKS | WM_VIEW_BY_LINES | WM_VIEW_TELLS_OBJECTS,
    DRAWS = WM_VIEW_SUMS | WM_VIEW_PICTURES | WM_VIEW_CALL_TREES,
    TELLS_ALL = WM_VIEW_NEVER_TRIMS | WM_VIEW_BY_ADDRESSES,
    EXPORTS = WM_VIEW_SUMS | TELLS_ALL | WM_VIEW_WHOLE_NUMBERS | WM_VIEW_TELLS_OBJECTS |
              WM_VIEW_CALL_TREES,
    FLAMES = ALL_SUMS | WM_VIEW_FINE,
    COPIES = TELLS_ALL | WM_VIEW_KEEPS_FILES,
};

const struct wm_report_view wm_report_views[] = {
    {"top",        ALL_SUMS,              wm_print_top,        wm_print_top_by },
    {"tree",       WM_VIEW_SUMS,          wm_print_tree,       wm_print_tree_by},
    {"peek",       PEEKS,                 wm_print_peek,       wm_print_peek_by},
    {"list",       LISTS,                 wm_print_list,       NULL            },
    {"weblist",    LISTS,                 wm_print_weblist,    NULL            },
    {"dot",        DRAWS,                 wm_print_dot,        NULL            },
    {"callgrind",  EXPORTS,               wm_print_callgrind,  NULL            },
    {"traces",     WM_VIEW_KEEPS_FOLDERS, wm_print_traces,     NULL            },
    {"tags",       WM_VIEW_SUMS,          wm_print_tags,       NULL            },
    {"raw",        COPIES,                wm_print_raw,        NULL            },
    {"proto",      COPIES,                wm_print_proto,      NULL            },
    {"topproto",   ALL_SUMS,              wm_print_topproto,   NULL            },
    {"comments",   WM_VIEW_SUMS,          wm_print_comments,   NULL            },
    {"folded",     ALL_SUMS,              wm_print_folded,     NULL            },
    {"flamegraph", FLAMES,                wm_print_flamegraph, NULL            },
    {NULL,         0,                     NULL,                NULL            },
};

void wm_report_options_init(struct wm_report_options *options)
{
    *options = (struct wm_report_options){
        .view = "top",
        .granularity = WM_BY_FUNCTIONS,
        .trim = true,
        .node_fraction = NAN,
        .edge_fraction = 0.001,
        .divide_by = 1,
        .node_count = -1,
    };
}

bool wm_report_has(const struct wm_report *report, enum wm_report_view_flags flag)
{
    return (report->view->flags & (unsigned)flag) != 0;
}

/* Columns tell how sure their sums are, by what each sample is worth. */
bool wm_report_is_of_sums(const struct wm_report_options *options)
{
    for (const struct wm_report_view *view = wm_report_views; view->name != NULL; view++)
        if (strcmp(view->name, options->view) == 0)
            return (view->flags & WM_VIEW_SUMS) != 0 && options->by == NULL;
    return false;
}

/* ---- What the options come to ---- */

static bool trims(const struct wm_report *report)
{
    return report->options->trim && !wm_report_has(report, WM_VIEW_NEVER_TRIMS);
}

enum wm_granularity wm_report_granularity(const struct wm_report *report)
{
    if (wm_report_has(report, WM_VIEW_BY_ADDRESSES))
        return WM_BY_ADDRESSES;
    return wm_report_has(report, WM_VIEW_BY_LINES) ? WM_BY_LINES : report->options->granularity;
}

bool wm_report_shows_inlines(const struct wm_report *report)
{
    return wm_report_has(report, WM_VIEW_BY_ADDRESSES) || !report->options->noinlines;
}

int64_t wm_report_node_count(const struct wm_report *report)
{
    int64_t count = report->options->node_count;
    if (!trims(report))
        return 0;
    if (count == -1)
        count = wm_report_has(report, WM_VIEW_UNLIMITED) ? 0 : NODES_MAX_UNLESS_TOLD;
    return count;
}

double wm_report_node_fraction(const struct wm_report *report)
{
    double fraction = report->options->node_fraction;
    if (isnan(fraction))
        fraction = wm_report_has(report, WM_VIEW_FINE) ? FINE_FRACTION : NODE_FRACTION;
    return trims(report) ? fraction : 0;
}

double wm_report_edge_fraction(const struct wm_report *report)
{
    return trims(report) ? report->options->edge_fraction : 0;
}

const char *wm_report_wanted_unit(const struct wm_report *report)
{
    return report->options->unit != NULL ? report->options->unit : "minimum";
}

int64_t wm_report_divide(const struct wm_report *report, int64_t value)
{
    double ratio = 1 / report->options->divide_by;
    return ratio > 0 && ratio != 1 ? wm_truncate((double)value * ratio) : value;
}

const char *wm_report_measure(const struct wm_report *report, int64_t value, const char *unit,
                              char *text)
{
    return wm_measure(wm_report_divide(report, value), report->unit, unit, text);
}

int wm_report_drain(const struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    if (report->options->drain == NULL || text->length < DRAIN_BYTES)
        return 0;
    return report->options->drain(report->options->drain_user, text, err);
}

int wm_report_drain_part(const struct wm_report *report, struct wm_text *text, struct wm_text *part,
                         struct wm_error *err)
{
    const struct wm_report_options *options = report->options;
    int rc = 0;
    text->failed |= part->failed;
    if (options->drain == NULL || text->failed) {
        wm_text_add_bytes(text, part->data, part->length);
        wm_text_clear(part);
        return 0;
    }
    if (text->length > 0)
        rc = options->drain(options->drain_user, text, err);
    return rc == 0 ? options->drain(options->drain_user, part, err) : rc;
}

/* ---- The sample type ---- */

static const char *type_name(const struct wm_profile *profile, size_t type)
{
    return wm_profile_text(profile, profile->sample_types[type].type);
}

/* The profile's default if it has such a type, otherwise the last. */
static size_t default_type(const struct wm_profile *profile)
{
    for (size_t i = 0; profile->default_sample_type != 0 && i < profile->sample_type_count; i++)
        if (profile->sample_types[i].type == profile->default_sample_type)
            return i;
    return profile->sample_type_count - 1;
}

static bool is_number(const char *text)
{
    const char *digits = text + (*text == '+' || *text == '-');
    return *digits != '\0' && digits[strspn(digits, "0123456789")] == '\0';
}

/* "inuse_space" finds "space" too, as heap profiles of old have it. */
static int find_type(const struct wm_profile *profile, const char *index, size_t *ret_type,
                     struct wm_error *err)
{
    struct wm_text names;
    const char *without = strncmp(index, "inuse_", 6) == 0 ? index + 6 : index;
    bool number = is_number(index);
    long long wanted = number ? strtoll(index, NULL, 10) : -1;
    wm_text_init(&names);
    for (size_t i = 0; i < profile->sample_type_count; i++) {
        const char *name = type_name(profile, i);
        bool same = strcmp(name, index) == 0 || strcmp(name, without) == 0;
        if (number ? wanted == (long long)i : same) {
            *ret_type = i;
            wm_text_done(&names);
            return 0;
        }
        wm_text_addf(&names, "%s%zu ", i > 0 ? ", " : "", i);
        wm_text_add_safe(&names, name, strlen(name), 40);
    }
    int rc = wm_fail_at(err, -EINVAL, "-sample_index",
                        "the profile has no sample type '%.60s'; it has %.300s", index, names.data);
    wm_text_done(&names);
    return rc;
}

static int choose_type(struct wm_report *report, struct wm_error *err)
{
    const struct wm_profile *profile = report->profile;
    const char *index = report->options->sample_index;
    if (profile->sample_type_count == 0)
        return wm_fail(err, -EINVAL, "the profile has no sample type, so there is nothing to show");
    report->value_type = default_type(profile);
    if (index != NULL) {
        int rc = find_type(profile, index, &report->value_type, err);
        if (rc < 0)
            return rc;
    }
    const struct wm_value_type *type = &profile->sample_types[report->value_type];
    report->has_divisor = report->options->mean;
    report->unit = wm_profile_text(profile, type->unit);
    wm_text_addf(&report->names, "%s%s", report->has_divisor ? "mean_" : "",
                 wm_profile_text(profile, type->type));
    report->type = report->names.data;
    return 0;
}

/* ---- The stages ---- */

static int fail_by(const struct wm_report *report, struct wm_error *err)
{
    struct wm_text views;
    wm_text_init(&views);
    for (const struct wm_report_view *view = wm_report_views; view->name != NULL; view++)
        if (view->print_by != NULL)
            wm_text_addf(&views, " -%s", view->name);
    int rc = wm_fail_at(err, -EINVAL, "-by", "-%s has no columns; those that have:%s",
                        report->view->name, views.data);
    wm_text_done(&views);
    return rc;
}

static int find_view(struct wm_report *report, struct wm_error *err)
{
    const struct wm_report_options *options = report->options;
    for (report->view = wm_report_views; report->view->name != NULL; report->view++) {
        if (strcmp(report->view->name, options->view) != 0)
            continue;
        if (wm_report_has(report, WM_VIEW_TAKES_EXPRESSION) && options->expression == NULL)
            return wm_fail(err, -EINVAL, "-%s needs a regular expression", options->view);
        if (options->by != NULL && report->view->print_by == NULL)
            return fail_by(report, err);
        return 0;
    }
    return wm_fail(err, -EINVAL, "there is no view '%.60s'", options->view);
}

/* As the banner shows them; a long one is cut, as the reference cuts it: by bytes. */
static void describe_filters(struct wm_report *report)
{
    const struct wm_report_options *options = report->options;
    const struct {
        const char *name, *value;
    } filters[] = {
        {"focus",     options->focus    },
        {"ignore",    options->ignore   },
        {"hide",      options->hide     },
        {"show",      options->show     },
        {"show_from", options->show_from},
        {"tagfocus",  options->tagfocus },
        {"tagignore", options->tagignore},
        {"tagshow",   options->tagshow  },
        {"taghide",   options->taghide  },
        {"path",      options->path     },
    };
    struct wm_text *text = &report->filters;
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        if (filters[i].value == NULL)
            continue;
        size_t name_length = strlen(filters[i].name) + 1, length = strlen(filters[i].value);
        bool cut = name_length + length > FILTER_BYTES_MAX;
        wm_text_addf(text, "%s   %s=", text->length == 0 ? "Active filters:\n" : "",
                     filters[i].name);
        wm_text_add_bytes(text, filters[i].value, cut ? FILTER_BYTES_MAX - name_length : length);
        wm_text_add(text, cut ? "…\n" : "\n");
    }
}

/* Of the samples of a diff base alone, if there are any: what percentages compare with. */
static int64_t sum_total(const struct wm_report *report)
{
    const struct wm_profile *profile = report->profile;
    int64_t sums[2] = {0, 0}, divisors[2] = {0, 0}; /* all samples, those of the base */
    for (size_t i = 0; i < profile->sample_count; i++) {
        int64_t magnitude = wm_magnitude(wm_report_value(report, i));
        int64_t divisor = report->has_divisor ? wm_report_divisor(report, i) : 0;
        for (size_t kind = 0; kind <= (profile->samples[i].from_base ? 1 : 0); kind++) {
            sums[kind] = wm_add_wrapping(sums[kind], magnitude);
            divisors[kind] = wm_add_wrapping(divisors[kind], divisor);
        }
    }
    size_t kind = sums[1] > 0;
    return wm_divide(sums[kind], divisors[kind]);
}

/* Without inlined lines a location is the function that was called there. */
static void drop_inlines(struct wm_report *report)
{
    if (wm_report_shows_inlines(report))
        return;
    for (size_t i = 0; i < report->profile->location_count; i++) {
        struct wm_location *location = &report->profile->locations[i];
        if (location->line_count < 2)
            continue;
        location->first_line += location->line_count - 1;
        location->line_count = 1;
    }
}

static int run_stages(struct wm_report *report, struct wm_error *err)
{
    bool relative = report->options->relative_percentages;
    int rc = wm_report_tag_frames(report, err);
    if (rc == 0 && relative)
        rc = wm_report_select(report, err);
    if (rc < 0)
        return rc;
    report->total = sum_total(report);
    if (!relative)
        rc = wm_report_select(report, err);
    if (rc < 0)
        return rc;
    drop_inlines(report);
    return wm_report_clean_files(report, err);
}

/* Any bytes may be in a profile's strings, but to views they are C strings. */
static void note_cut_strings(const struct wm_report *report)
{
    const struct wm_intern *strings = report->profile->strings;
    size_t cut = 0;
    for (uint32_t i = 0; i < wm_intern_count(strings); i++) {
        size_t length;
        const char *string = wm_intern_get(strings, i, &length);
        cut += memchr(string, '\0', length) != NULL;
    }
    if (cut > 0 && report->view->print != wm_print_proto)
        wm_text_addf(report->notes,
                     "strings with NUL bytes, which are shown up to these only: %zu\n", cut);
}

static int prepare(struct wm_report *report, struct wm_error *err)
{
    int rc = find_view(report, err);
    if (rc == 0)
        rc = choose_type(report, err);
    if (rc < 0)
        return rc;
    if (report->options->divide_by == 0)
        return wm_fail_at(err, -EINVAL, "-divide_by", "nothing can be divided by 0");
    describe_filters(report);
    note_cut_strings(report);
    return wm_label_units_new(report, &report->label_units, err);
}

int wm_report_apply(struct wm_profile *profile, const struct wm_report_options *options,
                    const struct wm_report_work *work, struct wm_text *notes, struct wm_error *err)
{
    struct wm_report report = {.profile = profile, .options = options, .notes = notes};
    wm_text_init(&report.names);
    wm_text_init(&report.filters);
    int rc = prepare(&report, err);
    if (rc == 0)
        rc = run_stages(&report, err);
    if (rc == 0)
        rc = work->fn(&report, work->user, err);
    if (rc == 0 && (report.names.failed || report.filters.failed))
        rc = wm_fail(err, -ENOMEM, "no memory for the view");
    wm_label_units_free(report.label_units);
    wm_text_done(&report.names);
    wm_text_done(&report.filters);
    return rc;
}

static int print_view(struct wm_report *report, void *user, struct wm_error *err)
{
    bool columns = report->options->by != NULL;
    return (columns ? report->view->print_by : report->view->print)(report, user, err);
}

int wm_report_print(struct wm_profile *profile, const struct wm_report_options *options,
                    struct wm_text *text, struct wm_text *notes, struct wm_error *err)
{
    const struct wm_report_work work = {print_view, text};
    int rc = wm_report_apply(profile, options, &work, notes, err);
    if (rc == 0 && text->failed)
        rc = wm_fail(err, -ENOMEM, "no memory for the view");
    if (rc < 0)
        wm_text_clear(text);
    return rc;
}

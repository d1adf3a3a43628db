/* banner.c - the lines above pprof's tables. */
#include "profiles/report/banner.h"

#include "profiles/report/files.h"
#include "profiles/report/measure.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

static const int64_t NS_PER_SECOND = 1000000000;

/* The smallest value that the report shows decides, unless the largest is in another unit and
 * more than 100 times larger: then two decimals may be lost. */
static const char *choose_unit(const struct wm_graph *graph)
{
    const struct wm_report *report = graph->report;
    const char *smallest_unit, *largest_unit;
    int64_t smallest = 0, largest = report->total;
    for (size_t i = 0; i < graph->order_count; i++) {
        const struct wm_node *node = &graph->nodes[graph->order[i]];
        int64_t value = wm_magnitude(wm_node_self(node));
        if (value == 0)
            value = wm_magnitude(wm_node_total(node));
        if (value > 0 && (smallest == 0 || value < smallest))
            smallest = value;
    }
    smallest = wm_report_divide(report, smallest != 0 ? smallest : largest);
    largest = wm_report_divide(report, largest);
    int64_t hundredfold = (int64_t)((uint64_t)smallest * 100);
    wm_scale(smallest, report->unit, "minimum", &smallest_unit);
    wm_scale(largest, report->unit, "minimum", &largest_unit);
    if (strcmp(smallest_unit, largest_unit) != 0 && hundredfold < largest &&
        !wm_report_has(report, WM_VIEW_WHOLE_NUMBERS))
        wm_scale(hundredfold, report->unit, "minimum", &smallest_unit);
    return smallest_unit[0] != '\0' ? smallest_unit : report->unit;
}

const char *wm_banner_unit(const struct wm_graph *graph)
{
    const char *wanted = wm_report_wanted_unit(graph->report);
    bool chosen = strcmp(wanted, "minimum") == 0 && graph->order_count > 0;
    return chosen ? choose_unit(graph) : wanted;
}

/* Ends an entry of the banner, which may have several lines: text of a profile can have such. */
static void end_entry(struct wm_text *text, size_t *first_end)
{
    if (*first_end == SIZE_MAX)
        *first_end = text->length;
    wm_text_add(text, "\n");
}

static void add_time(struct wm_text *text, int64_t time_ns, size_t *first_end)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = time_ns / NS_PER_SECOND - (time_ns % NS_PER_SECOND < 0);
    struct tm local;
    if (time_ns == 0 || localtime_r(&seconds, &local) == NULL)
        return;
    wm_text_addf(text, "Time: %s %d, %d at %d:%02d%s (%s)", months[local.tm_mon], local.tm_mday,
                 local.tm_year + 1900, (local.tm_hour + 11) % 12 + 1, local.tm_min,
                 local.tm_hour < 12 ? "am" : "pm", local.tm_zone);
    end_entry(text, first_end);
}

static void add_duration(struct wm_text *text, const struct wm_report *report, const char *unit,
                         size_t *first_end)
{
    int64_t duration_ns = report->profile->duration_ns;
    char duration[WM_MEASURE_BYTES], total[WM_MEASURE_BYTES], percent[WM_PERCENT_BYTES];
    const char *to;
    if (duration_ns == 0)
        return;
    wm_text_addf(text, "Duration: %s, Total samples = %s ",
                 wm_measure(duration_ns, "nanoseconds", "auto", duration),
                 wm_report_measure(report, report->total, unit, total));
    double total_ns = wm_scale(report->total, report->unit, "nanoseconds", &to);
    if (strcmp(to, "ns") == 0 && total_ns != 0)
        wm_text_addf(text, "(%s)", wm_percent(wm_truncate(total_ns), duration_ns, percent));
    end_entry(text, first_end);
}

static void add_comments(struct wm_text *text, const struct wm_profile *profile, size_t *first_end)
{
    for (size_t i = 0; i < profile->comment_count; i++) {
        const char *comment = wm_profile_text(profile, profile->comments[i]);
        if (comment[0] == '#')
            continue;
        wm_text_add(text, comment);
        end_entry(text, first_end);
    }
}

static void add_mapping(struct wm_text *text, const struct wm_profile *profile, size_t *first_end)
{
    const struct wm_mapping *first = &profile->mappings[0];
    if (first->file != 0) {
        wm_text_add(text, "File: ");
        wm_file_add_base(text, wm_profile_text(profile, first->file));
        end_entry(text, first_end);
    }
    if (first->build_id != 0) {
        wm_text_addf(text, "Build ID: %s", wm_profile_text(profile, first->build_id));
        end_entry(text, first_end);
    }
}

static void add_profile(struct wm_text *text, const struct wm_report *report, const char *unit,
                        size_t *first_end)
{
    const struct wm_profile *profile = report->profile;
    if (profile->mapping_count > 0)
        add_mapping(text, profile, first_end);
    add_comments(text, profile, first_end);
    if (report->type[0] != '\0') {
        wm_text_addf(text, "Type: %s", report->type);
        end_entry(text, first_end);
    }
    add_time(text, profile->time_ns, first_end);
    add_duration(text, report, unit, first_end);
}

void wm_banner_add_profile(struct wm_text *text, const struct wm_report *report, const char *unit)
{
    size_t first_end = SIZE_MAX;
    add_profile(text, report, unit, &first_end);
}

static const char *measure_cut(const struct wm_report *report, double fraction, const char *unit,
                               char *text)
{
    int64_t cut = wm_magnitude(wm_truncate((double)report->total * fraction));
    return wm_report_measure(report, cut, unit, text);
}

static void add_dropped(struct wm_text *text, size_t count, const char *what, const char *weight,
                        const char *cut)
{
    if (count > 0)
        wm_text_addf(text, "Dropped %zu %s%s (%s <= %s)\n", count, what, count > 1 ? "s" : "",
                     weight, cut);
}

/* How much of the total the shown nodes make, and what was left out. */
static void add_shown(struct wm_text *text, const struct wm_graph *graph, const char *unit,
                      bool whole, size_t *first_end)
{
    const struct wm_report *report = graph->report;
    char sum[WM_MEASURE_BYTES], total[WM_MEASURE_BYTES], percent[WM_PERCENT_BYTES];
    int64_t self = 0;
    for (size_t i = 0; i < graph->order_count; i++)
        self = wm_add_wrapping(self, wm_node_self(&graph->nodes[graph->order[i]]));
    const char *share = wm_percent(self, report->total, percent);
    wm_text_addf(text, "Showing nodes accounting for %s, %s of %s total",
                 wm_report_measure(report, self, unit, sum), share + strspn(share, " "),
                 wm_report_measure(report, report->total, unit, total));
    end_entry(text, first_end);
    if (report->total == 0)
        return;
    add_dropped(text, graph->dropped_nodes, "node", "cum",
                measure_cut(report, wm_report_node_fraction(report), unit, sum));
    if (whole)
        add_dropped(text, graph->dropped_edges, "edge", "freq",
                    measure_cut(report, wm_report_edge_fraction(report), unit, sum));
    if (graph->order_count > 0 && graph->order_count < graph->whole_count)
        wm_text_addf(text, "Showing top %zu nodes out of %zu\n", graph->order_count,
                     graph->whole_count);
}

size_t wm_banner_add(struct wm_text *text, const struct wm_graph *graph, const char *unit,
                     bool whole)
{
    const struct wm_report *report = graph->report;
    size_t first_end = SIZE_MAX;
    if (whole || !report->options->compact_labels)
        add_profile(text, report, unit, &first_end);
    if (first_end == SIZE_MAX && report->filters.length > 0) /* their first is a line of its own */
        first_end = text->length + strcspn(report->filters.data, "\n");
    wm_text_add_bytes(text, report->filters.data, report->filters.length);
    add_shown(text, graph, unit, whole, &first_end);
    if (whole)
        wm_text_add(text, "\nSee https://git.io/JfYMW for how to read the graph\n");
    return first_end < text->length ? first_end : text->length; /* without memory it is shorter */
}

/* banner.c - the lines above pprof's tables. */
#include "profiles/views/banner.h"

#include "profiles/views/measure.h"

#include <string.h>
#include <time.h>

static const int64_t NS_PER_SECOND = 1000000000;

static const char *sample_unit(const struct wm_graph *graph)
{
    const struct wm_profile *profile = graph->loaded->profile;
    return wm_profile_text(profile, profile->sample_types[graph->loaded->value_type].unit);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* The smallest value that the report shows decides, unless the largest is in another unit and
 * more than 100 times larger: then two decimals may be lost. */
const char *wm_banner_unit(const struct wm_graph *graph)
{
    const char *from = sample_unit(graph), *smallest_unit, *largest_unit;
    int64_t smallest = 0;
    if (graph->order_count == 0)
        return "minimum";
    for (size_t i = 0; i < graph->order_count; i++) {
        const struct wm_node *node = &graph->nodes[graph->order[i]];
        int64_t value = wm_magnitude(node->self != 0 ? node->self : node->total);
        if (value > 0 && (smallest == 0 || value < smallest))
            smallest = value;
    }
    if (smallest == 0)
        smallest = graph->total;
    int64_t hundredfold = (int64_t)((uint64_t)smallest * 100);
    wm_scale(smallest, from, "minimum", &smallest_unit);
    wm_scale(graph->total, from, "minimum", &largest_unit);
    if (strcmp(smallest_unit, largest_unit) != 0 && hundredfold < graph->total)
        wm_scale(hundredfold, from, "minimum", &smallest_unit);
    return smallest_unit[0] != '\0' ? smallest_unit : from;
}

static void add_time(struct wm_text *text, int64_t time_ns)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = time_ns / NS_PER_SECOND - (time_ns % NS_PER_SECOND < 0);
    struct tm local;
    if (time_ns == 0 || localtime_r(&seconds, &local) == NULL)
        return;
    wm_text_addf(text, "Time: %s %d, %d at %d:%02d%s (%s)\n", months[local.tm_mon], local.tm_mday,
                 local.tm_year + 1900, (local.tm_hour + 11) % 12 + 1, local.tm_min,
                 local.tm_hour < 12 ? "am" : "pm", local.tm_zone);
}

static void add_duration(struct wm_text *text, const struct wm_graph *graph, const char *unit)
{
    int64_t duration_ns = graph->loaded->profile->duration_ns;
    const char *from = sample_unit(graph), *to;
    char duration[WM_MEASURE_BYTES], total[WM_MEASURE_BYTES], percent[WM_PERCENT_BYTES];
    if (duration_ns == 0)
        return;
    wm_text_addf(text, "Duration: %s, Total samples = %s ",
                 wm_measure(duration_ns, "nanoseconds", "auto", duration),
                 wm_measure(graph->total, from, unit, total));
    double total_ns = wm_scale(graph->total, from, "nanoseconds", &to);
    if (strcmp(to, "ns") == 0 && graph->total != 0)
        wm_text_addf(text, "(%s)", wm_percent(wm_truncate(total_ns), duration_ns, percent));
    wm_text_add(text, "\n");
}

static void add_comments(struct wm_text *text, const struct wm_profile *profile)
{
    for (size_t i = 0; i < profile->comment_count; i++) {
        const char *comment = wm_profile_text(profile, profile->comments[i]);
        bool repeated = false;
        for (size_t other = 0; other < i; other++)
            repeated |= profile->comments[other] == profile->comments[i];
        if (comment[0] != '#' && !repeated)
            wm_text_addf(text, "%s\n", comment);
    }
}

static void add_named(struct wm_text *text, const char *name, const char *value)
{
    if (value[0] != '\0')
        wm_text_addf(text, "%s: %s\n", name, value);
}

/* How much of the total the shown nodes make, and what was left out. */
static void add_shown(struct wm_text *text, const struct wm_graph *graph, const char *unit,
                      double node_fraction)
{
    const char *from = sample_unit(graph);
    char sum[WM_MEASURE_BYTES], total[WM_MEASURE_BYTES], percent[WM_PERCENT_BYTES];
    int64_t self = 0;
    for (size_t i = 0; i < graph->order_count; i++)
        self = wm_add_wrapping(self, graph->nodes[graph->order[i]].self);
    const char *share = wm_percent(self, graph->total, percent);
    wm_text_addf(text, "Showing nodes accounting for %s, %s of %s total\n",
                 wm_measure(self, from, unit, sum), share + strspn(share, " "),
                 wm_measure(graph->total, from, unit, total));
    if (graph->total == 0 || graph->dropped_nodes == 0)
        return;
    int64_t cut = wm_magnitude(wm_truncate((double)graph->total * node_fraction));
    wm_text_addf(text, "Dropped %zu node%s (cum <= %s)\n", graph->dropped_nodes,
                 graph->dropped_nodes == 1 ? "" : "s", wm_measure(cut, from, unit, sum));
}

void wm_banner_add(struct wm_text *text, const struct wm_graph *graph, const char *unit,
                   double node_fraction)
{
    const struct wm_profile *profile = graph->loaded->profile;
    if (profile->mapping_count > 0) {
        add_named(text, "File", base_name(wm_profile_text(profile, profile->mappings[0].file)));
        add_named(text, "Build ID", wm_profile_text(profile, profile->mappings[0].build_id));
    }
    add_comments(text, profile);
    add_named(text, "Type",
              wm_profile_text(profile, profile->sample_types[graph->loaded->value_type].type));
    add_time(text, profile->time_ns);
    add_duration(text, graph, unit);
    add_shown(text, graph, unit, node_fraction);
}

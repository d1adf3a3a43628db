/* bench_lines.c - measurements as Go's benchmark lines, and what they say together. */
#include "harness/cli/bench_lines.h"

#include "harness/cli/machine.h"
#include "harness/cli/print.h"
#include "harness/core/units.h"
#include "harness/replay/bench.h"
#include "profiles/runs/benchfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void wm_bench_lines_init(struct wm_bench_lines *lines, const struct wm_region *region,
                         const char *function, const char *app)
{
    char cpu[WM_MACHINE_CPU_BYTES];
    const char *slash = strrchr(app, '/');
    *lines = (struct wm_bench_lines){.region = region, .function = function};
    wm_text_init(&lines->all);
    wm_machine_cpu(cpu);
    wm_bench_add_setting(&lines->all, "goos", "linux");
    wm_bench_add_setting(&lines->all, "goarch", "amd64");
    wm_bench_add_setting(&lines->all, "pkg", slash != NULL ? slash + 1 : app);
    if (cpu[0] != '\0')
        wm_bench_add_setting(&lines->all, "cpu", cpu);
}

void wm_bench_lines_done(struct wm_bench_lines *lines)
{
    wm_text_done(&lines->all);
}

uint32_t wm_bench_lines_rounds(const struct wm_region *region)
{
    /* pairs with the host's publishing */
    uint32_t count = atomic_load_explicit(&region->bench.round_count, memory_order_acquire);
    return count < WM_BENCH_ROUND_MAX ? count : WM_BENCH_ROUND_MAX;
}

bool wm_bench_lines_name(const struct wm_bench_lines *lines, const struct wm_bench_round *round,
                         struct wm_text *text)
{
    const struct wm_region *region = lines->region;
    bool sound = round->name < WM_NAME_BYTES && round->iterations > 0 && round->threads > 0 &&
                 round->metric_count <= WM_BENCH_METRIC_MAX &&
                 memchr(region->names + round->name, '\0', WM_NAME_BYTES - round->name) != NULL;
    if (!sound)
        return false;
    const char *name = region->names + round->name;
    wm_text_add_safe(text, name, strlen(name), 200);
    if (lines->function != NULL)
        wm_text_addf(text, "/%s", lines->function);
    if (round->threads > 1) /* as Go has it: none for a single one */
        wm_text_addf(text, "-%u", round->threads);
    return true;
}

/* ---- A line ---- */

enum { CPU_TIMED_NS = 1000 * 1000 }; /* in less, reading the CPU's clock would show */

static void add_measure(struct wm_bench_result *result, double value, const char *unit)
{
    for (size_t i = 0; i < result->measure_count; i++)
        if (strcmp(result->measures[i].unit, unit) == 0) {
            result->measures[i].value = value; /* the app's own word counts, as Go has it */
            return;
        }
    result->measures[result->measure_count++] = (struct wm_bench_measure){value, unit};
}

static void add_entry_measures(const struct wm_region *region, const struct wm_bench_round *round,
                               struct wm_bench_result *result)
{
    double count = (double)round->iterations;
    result->iterations = round->iterations;
    add_measure(result, wm_bench_ns(round), "ns/op");
    if (round->cpu_ns > 0 && round->timed_ns >= CPU_TIMED_NS)
        add_measure(result, wm_bench_cpu_ns(round), "cpu-ns/op");
    if (round->p99_ns > 0) {
        add_measure(result, (double)round->p50_ns, "p50-ns");
        add_measure(result, (double)round->p99_ns, "p99-ns");
    }
    if (round->errors > 0)
        add_measure(result, (double)round->errors / count, "errors/op");
    if (region->allocs_counted != 0) {
        add_measure(result, (double)round->alloc_bytes / count, "B/op");
        add_measure(result, (double)round->allocs / count, "allocs/op");
    }
    for (uint32_t i = 0; i < round->metric_count; i++)
        add_measure(result, round->metrics[i].value, round->metrics[i].unit);
}

static void add_call_measures(const struct wm_bench_round *round, struct wm_bench_result *result)
{
    result->iterations = round->calls;
    add_measure(result, wm_bench_call_ns(round), "ns/op");
    add_measure(result, (double)round->calls / (double)round->iterations, "calls/request");
    if (round->nested_calls > 0)
        add_measure(result, (double)round->nested_calls / (double)round->calls, "nested-calls/op");
}

static void add_line(struct wm_bench_lines *lines, const struct wm_bench_round *shared,
                     struct wm_text *text)
{
    struct wm_bench_round round = *shared; /* the app may write to what is shared */
    struct wm_bench_measure measures[WM_BENCH_METRIC_MAX + 8];
    struct wm_bench_result result = {.measures = measures};
    struct wm_text name;
    wm_text_init(&name);
    for (uint32_t i = 0; i < WM_BENCH_METRIC_MAX; i++)
        round.metrics[i].unit[WM_BENCH_UNIT_BYTES - 1] = '\0';
    bool called = lines->function == NULL || round.calls > 0;
    if (called && wm_bench_lines_name(lines, &round, &name)) {
        result.name = name.data;
        if (lines->function != NULL)
            add_call_measures(&round, &result);
        else
            add_entry_measures(lines->region, &round, &result);
        wm_bench_add_result(text, &result);
    }
    wm_text_done(&name);
}

void wm_bench_lines_add(struct wm_bench_lines *lines, const char *line)
{
    struct wm_text text;
    wm_text_init(&text);
    if (!lines->begun)
        wm_text_add(&text, lines->all.data);
    lines->begun = true;
    wm_text_add(&text, line);
    wm_text_add(&lines->all, line);
    if (lines->rc == 0)
        lines->rc = wm_print_result(&text, &lines->err);
    wm_text_done(&text);
}

void wm_bench_lines_turn(void *user)
{
    struct wm_bench_lines *lines = user;
    const struct wm_bench_board *board = &lines->region->bench;
    uint32_t count = wm_bench_lines_rounds(lines->region);
    while (lines->taken < count) {
        struct wm_text line;
        wm_text_init(&line);
        add_line(lines, &board->rounds[lines->taken++], &line);
        if (line.length > 0)
            wm_bench_lines_add(lines, line.data);
        wm_text_done(&line);
    }
    uint32_t wanted = atomic_load_explicit(&board->rounds_wanted, memory_order_relaxed);
    if (count < wanted)
        wm_print_progress("measured %u of %u", count, wanted);
}

/* ---- Together ---- */

static const double AWAY_SHARE = 0.05; /* more is worth a word */

static double value_of(const struct wm_bench_lines *lines, const struct wm_bench_round *round)
{
    return lines->function != NULL ? wm_bench_call_ns(round) : wm_bench_ns(round);
}

/* Three figures, below 1 ns too. */
static const char *show(double ns, char *text)
{
    if (ns >= 1)
        return wm_units_duration(ns, text);
    snprintf(text, WM_UNIT_BYTES, "%.2f ns", ns);
    return text;
}

/* How much of the time of these rounds was no CPU time; 0 where that is not known. */
static double away_share(const struct wm_bench_round *rounds, uint32_t count)
{
    double timed_ns = 0, cpu_ns = 0;
    for (uint32_t i = 0; i < count; i++) {
        timed_ns += (double)rounds[i].timed_ns * rounds[i].threads;
        cpu_ns += (double)rounds[i].cpu_ns;
    }
    return cpu_ns > 0 && timed_ns > cpu_ns ? 1 - cpu_ns / timed_ns : 0;
}

static void tell_spread(const char *name, const struct wm_bench_spread *spread,
                        const struct wm_bench_round *round, double away)
{
    char median[WM_UNIT_BYTES], low[WM_UNIT_BYTES], high[WM_UNIT_BYTES], overhead[WM_UNIT_BYTES];
    char floor_text[WM_UNIT_BYTES];
    struct wm_text text;
    wm_text_init(&text);
    wm_text_addf(&text, "%s: median %s, %s to %s", name, show(spread->median, median),
                 show(spread->low, low), show(spread->high, high));
    if (spread->outliers > 0)
        wm_text_addf(&text, " without %zu outlier%s of %zu", spread->outliers,
                     spread->outliers == 1 ? "" : "s", spread->count);
    wm_text_addf(&text, "; the loop's own %s was subtracted", show(round->overhead_ns, overhead));
    if (spread->median < 10 * round->floor_ns)
        wm_text_addf(&text, ", an empty call takes %s", show(round->floor_ns, floor_text));
    if (away > AWAY_SHARE)
        wm_text_addf(&text,
                     "; %.0f %% of the time was no CPU time (it waited, or other work had its "
                     "turn), see cpu-ns/op",
                     100 * away);
    wm_print_note("%s", text.data);
    wm_text_done(&text);
}

/* The rounds of one benchmark stand together. */
static uint32_t tell_benchmark(const struct wm_bench_lines *lines, uint32_t first, uint32_t count)
{
    const struct wm_bench_round *rounds = lines->region->bench.rounds;
    struct wm_bench_spread spread;
    struct wm_text name;
    uint32_t end = first;
    double *values = calloc(count - first, sizeof(*values));
    if (values == NULL)
        return count;
    for (; end < count && rounds[end].name == rounds[first].name &&
           rounds[end].threads == rounds[first].threads;
         end++)
        values[end - first] = value_of(lines, &rounds[end]);
    wm_bench_spread(values, end - first, &spread);
    free(values);
    wm_text_init(&name);
    if (spread.median > 0 && wm_bench_lines_name(lines, &rounds[first], &name))
        tell_spread(name.data, &spread, &rounds[first],
                    lines->function == NULL ? away_share(&rounds[first], end - first) : 0);
    wm_text_done(&name);
    return end;
}

void wm_bench_lines_tell(const struct wm_bench_lines *lines)
{
    uint32_t count = wm_bench_lines_rounds(lines->region);
    for (uint32_t first = 0; first < count;)
        first = tell_benchmark(lines, first, count);
}

/* bench_write.c - results of benchmarks written as text. */
#include "profiles/runs/benchfile.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>

void wm_bench_add_setting(struct wm_text *text, const char *key, const char *value)
{
    wm_text_addf(text, "%s: ", key);
    for (const char *at = value; *at != '\0'; at++)
        wm_text_add_bytes(text, *at == '\n' || *at == '\r' ? " " : at, 1);
    wm_text_add(text, "\n");
}

static void add_name(struct wm_text *text, const char *name)
{
    for (const char *at = name; *at != '\0'; at++)
        wm_text_add_bytes(text, isspace((unsigned char)*at) ? "_" : at, 1);
}

/* As testing.prettyPrint has it: four figures, so that 0.3 ns and 3 s both say enough. */
static void add_value(struct wm_text *text, double value)
{
    static const struct {
        double least;
        int decimals;
    } formats[] = {
        {999.95,   0},
        {99.995,   1},
        {9.9995,   2},
        {0.99995,  3},
        {0.099995, 4},
        {0,        5}
    };
    double size = fabs(value);
    if (size == floor(size) && size < 1e15) {
        wm_text_addf(text, "%.0f", value);
        return;
    }
    size_t i = 0;
    while (size < formats[i].least)
        i++;
    wm_text_addf(text, "%.*f", formats[i].decimals, value);
}

void wm_bench_add_result(struct wm_text *text, const struct wm_bench_result *result)
{
    bool known = false;
    for (size_t i = 0; i < result->measure_count; i++)
        known |= isfinite(result->measures[i].value);
    if (!known) /* a line without a value is no result */
        return;
    wm_text_add(text, "Benchmark");
    add_name(text, result->name);
    wm_text_addf(text, "\t%" PRIu64, result->iterations);
    for (size_t i = 0; i < result->measure_count; i++) {
        if (!isfinite(result->measures[i].value))
            continue;
        wm_text_add(text, "\t");
        add_value(text, result->measures[i].value);
        wm_text_addf(text, " %s", result->measures[i].unit);
    }
    wm_text_add(text, "\n");
}

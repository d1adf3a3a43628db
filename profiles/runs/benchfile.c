/* benchfile.c - results of benchmarks as text. */
#include "profiles/runs/benchfile.h"

#include "harness/core/arena.h"
#include "harness/core/file.h"
#include "harness/core/units.h"
#include "profiles/runs/table.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char PREFIX[] = "Benchmark";
enum { PREFIX_LENGTH = sizeof(PREFIX) - 1, FILE_BYTES_MAX = 1 << 28 };

/* ---- Writing ---- */

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
    wm_text_add(text, PREFIX);
    add_name(text, result->name);
    wm_text_addf(text, "\t%" PRIu64, result->iterations);
    for (size_t i = 0; i < result->measure_count; i++) {
        wm_text_add(text, "\t");
        add_value(text, result->measures[i].value);
        wm_text_addf(text, " %s", result->measures[i].unit);
    }
    wm_text_add(text, "\n");
}

/* ---- Reading ---- */

struct reading {
    struct wm_benchfile *file;
    const char *package;
    const char *place;
    size_t line;
    struct wm_error *err;
    struct wm_error first; /* why the first line that looks like a result is none */
};

/* The next word of [*at, end); NULL: none. */
static const char *next_word(const char **at, const char *end, size_t *ret_length)
{
    while (*at < end && isspace((unsigned char)**at))
        ++*at;
    const char *start = *at;
    while (*at < end && !isspace((unsigned char)**at))
        ++*at;
    *ret_length = (size_t)(*at - start);
    return *ret_length > 0 ? start : NULL;
}

static int take_number(const char *word, size_t length, double *ret_value)
{
    char text[64];
    if (length >= sizeof(text))
        return -EINVAL;
    memcpy(text, word, length);
    text[length] = '\0';
    bool negative = text[0] == '-';
    int rc = wm_units_parse_decimal(text + negative, ret_value);
    if (negative)
        *ret_value = -*ret_value;
    return rc;
}

static void fail_line(struct reading *reading, const char *what)
{
    char place[256];
    if (reading->first.text[0] != '\0')
        return;
    (void)snprintf(place, sizeof(place), "%.200s:%zu", reading->place, reading->line);
    (void)wm_fail_at(&reading->first, -EINVAL, place, "%s", what);
}

/* "BenchmarkX", "Benchmark_x" and "Benchmark" are results, "Benchmarking" is a word. */
static bool looks_like_result(const char *line, const char *end)
{
    return end - line >= PREFIX_LENGTH && memcmp(line, PREFIX, PREFIX_LENGTH) == 0 &&
           (end - line == PREFIX_LENGTH || !islower((unsigned char)line[PREFIX_LENGTH]));
}

static int take_measures(struct reading *reading, const char *at, const char *end,
                         struct wm_bench_result *result)
{
    struct wm_bench_measure measures[WM_BENCH_MEASURE_MAX];
    struct wm_arena *arena = reading->file->arena;
    size_t count = 0, length;
    const char *word;
    while (count < WM_BENCH_MEASURE_MAX && (word = next_word(&at, end, &length)) != NULL) {
        if (take_number(word, length, &measures[count].value) < 0) {
            fail_line(reading, "expected a number before each unit");
            return 0;
        }
        word = next_word(&at, end, &length);
        if (word == NULL) {
            fail_line(reading, "a unit is missing behind the last number");
            return 0;
        }
        measures[count].unit = wm_arena_copy(arena, word, length);
        if (measures[count++].unit == NULL)
            return -ENOMEM;
    }
    if (count == 0) {
        fail_line(reading, "expected a number and its unit behind the iterations");
        return 0;
    }
    result->measures = wm_arena_alloc(arena, count * sizeof(measures[0]));
    if (result->measures == NULL)
        return -ENOMEM;
    memcpy(result->measures, measures, count * sizeof(measures[0]));
    result->measure_count = count;
    return 1;
}

static int take_result(struct reading *reading, const char *line, const char *end)
{
    struct wm_benchfile *file = reading->file;
    struct wm_bench_result result = {.package = reading->package};
    size_t length, digits;
    const char *name = next_word(&line, end, &length);
    const char *count = next_word(&line, end, &digits);
    double iterations;
    if (count == NULL) /* go test -v prints the name first, on a line of its own */
        return 0;
    if (take_number(count, digits, &iterations) < 0 || !(iterations >= 1 && iterations < 0x1p63)) {
        fail_line(reading, "expected the number of iterations behind the name");
        return 0;
    }
    result.iterations = (uint64_t)iterations;
    result.name = wm_arena_copy(file->arena, name + PREFIX_LENGTH, length - PREFIX_LENGTH);
    int rc = result.name == NULL ? -ENOMEM : take_measures(reading, line, end, &result);
    if (rc <= 0)
        return rc;
    struct wm_bench_result *results =
        wm_table_grow(file->results, file->result_count, sizeof(results[0]));
    if (results == NULL)
        return -ENOMEM;
    file->results = results;
    file->results[file->result_count++] = result;
    return 0;
}

/* "key: value"; a key begins in lower case and has no blank and no upper case. */
static int take_setting(struct reading *reading, const char *line, const char *end)
{
    struct wm_benchfile *file = reading->file;
    const char *at = line;
    while (at < end && *at != ':' && !isspace((unsigned char)*at) && !isupper((unsigned char)*at))
        at++;
    if (at == line || at == end || *at != ':' || !islower((unsigned char)*line))
        return 0;
    const char *key = wm_arena_copy(file->arena, line, (size_t)(at - line));
    for (at++; at < end && isspace((unsigned char)*at);)
        at++;
    while (end > at && isspace((unsigned char)end[-1]))
        end--;
    const char *value = wm_arena_copy(file->arena, at, (size_t)(end - at));
    if (key == NULL || value == NULL)
        return -ENOMEM;
    if (strcmp(key, "pkg") == 0)
        reading->package = value;
    if (wm_benchfile_setting(file, key) != NULL)
        return 0;
    struct wm_bench_setting *settings =
        wm_table_grow(file->settings, file->setting_count, sizeof(settings[0]));
    if (settings == NULL)
        return -ENOMEM;
    file->settings = settings;
    file->settings[file->setting_count++] = (struct wm_bench_setting){key, value};
    return 0;
}

static int read_lines(struct reading *reading, const char *text, size_t length)
{
    const char *end = text + length;
    int rc = 0;
    for (const char *line = text; rc == 0 && line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        if (stop == NULL)
            stop = end;
        reading->line++;
        rc = looks_like_result(line, stop) ? take_result(reading, line, stop)
                                           : take_setting(reading, line, stop);
        line = stop < end ? stop + 1 : end;
    }
    if (rc < 0)
        return wm_fail_at(reading->err, rc, reading->place, "no memory for its results");
    if (reading->file->result_count > 0)
        return 0;
    if (reading->first.text[0] != '\0')
        return wm_fail_at(reading->err, -EINVAL, reading->first.place, "%s", reading->first.text);
    return wm_fail_at(
        reading->err, -EINVAL, reading->place,
        "has no benchmark results; expected lines such as \"BenchmarkName-2 1000 15.5 "
        "ns/op\"");
}

int wm_benchfile_parse(const char *text, size_t length, const char *place,
                       struct wm_benchfile **ret_file, struct wm_error *err)
{
    struct wm_benchfile *file = calloc(1, sizeof(*file));
    struct wm_arena *arena = calloc(1, sizeof(*arena));
    if (file == NULL || arena == NULL) {
        free(file);
        free(arena);
        return wm_fail_at(err, -ENOMEM, place, "no memory for its results");
    }
    wm_arena_init(arena);
    file->arena = arena;
    struct reading reading = {.file = file, .package = "", .place = place, .err = err};
    int rc = read_lines(&reading, text, length);
    if (rc < 0) {
        wm_benchfile_free(file);
        return rc;
    }
    *ret_file = file;
    return 0;
}

int wm_benchfile_read(const char *name, struct wm_benchfile **ret_file, struct wm_error *err)
{
    char *data = NULL;
    size_t length;
    int rc = wm_file_read(name, FILE_BYTES_MAX, &data, &length, err);
    if (rc == 0)
        rc = wm_benchfile_parse(data, length, name, ret_file, err);
    free(data);
    return rc;
}

void wm_benchfile_free(struct wm_benchfile *file)
{
    if (file == NULL)
        return;
    wm_arena_done(file->arena);
    free(file->arena);
    free(file->settings);
    free(file->results);
    free(file);
}

bool wm_benchfile_has_namesake(const struct wm_benchfile *file,
                               const struct wm_bench_result *result)
{
    for (size_t i = 0; i < file->result_count; i++)
        if (strcmp(file->results[i].name, result->name) == 0 &&
            strcmp(file->results[i].package, result->package) != 0)
            return true;
    return false;
}

const char *wm_bench_title(const struct wm_bench_result *result, bool with_package,
                           struct wm_arena *arena)
{
    struct wm_text text;
    if (!with_package)
        return result->name;
    wm_text_init(&text);
    wm_text_addf(&text, "%s (%s)", result->name, result->package);
    const char *title = text.failed ? NULL : wm_arena_copy(arena, text.data, text.length);
    wm_text_done(&text);
    return title;
}

const char *wm_benchfile_setting(const struct wm_benchfile *file, const char *key)
{
    for (size_t i = 0; i < file->setting_count; i++)
        if (strcmp(file->settings[i].key, key) == 0)
            return file->settings[i].value;
    return NULL;
}

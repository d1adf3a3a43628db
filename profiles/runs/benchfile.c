/* benchfile.c - results of benchmarks read from text. */
#include "profiles/runs/benchfile.h"

#include "harness/core/arena.h"
#include "harness/core/file.h"
#include "harness/core/intern.h"
#include "harness/core/units.h"
#include "profiles/runs/table.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char PREFIX[] = "Benchmark";
enum { PREFIX_LENGTH = sizeof(PREFIX) - 1, FILE_BYTES_MAX = 1 << 28 };

struct reading {
    struct wm_benchfile *file;
    const char *package;
    const char *place;
    size_t line;
    struct wm_error *err;
    struct wm_error first;  /* why the first line that looks like a result is none */
    struct wm_intern *keys; /* of the settings, in their order */
};

struct pair {
    double value;
    const char *unit; /* of `length` bytes in the line */
    size_t length;
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
    reading->file->unread_count++;
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

/* The next pair of a value and a unit: 1, 0 at the end, or -EINVAL with the line's fault told. */
static int next_pair(struct reading *reading, const char **at, const char *end,
                     struct pair *ret_pair)
{
    size_t length;
    const char *word = next_word(at, end, &length);
    if (word == NULL)
        return 0;
    const char *fault = NULL;
    if (take_number(word, length, &ret_pair->value) < 0)
        fault = "expected a number before each unit";
    ret_pair->unit = next_word(at, end, &ret_pair->length);
    if (fault == NULL && ret_pair->unit == NULL)
        fault = "a unit is missing behind the last number";
    if (fault == NULL)
        return 1;
    fail_line(reading, fault);
    return -EINVAL;
}

/* 1: the line is a result, 0: it is none, and why is told. -ENOMEM. */
static int take_measures(struct reading *reading, const char *at, const char *end,
                         struct wm_bench_result *result)
{
    struct wm_bench_measure measures[WM_BENCH_MEASURE_MAX];
    struct wm_arena *arena = reading->file->arena;
    struct pair pair;
    size_t count = 0, dropped = 0;
    int more;
    while ((more = next_pair(reading, &at, end, &pair)) > 0) {
        if (count == WM_BENCH_MEASURE_MAX) {
            dropped++;
            continue;
        }
        measures[count] =
            (struct wm_bench_measure){pair.value, wm_arena_copy(arena, pair.unit, pair.length)};
        if (measures[count++].unit == NULL)
            return -ENOMEM;
    }
    if (more < 0)
        return 0;
    if (count == 0) {
        fail_line(reading, "expected a number and its unit behind the iterations");
        return 0;
    }
    reading->file->dropped_count += dropped;
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
    int64_t number = wm_intern_string(reading->keys, key);
    if (number < 0)
        return -ENOMEM;
    if ((size_t)number < file->setting_count)
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
    return rc;
}

/* What was read, or why it is nothing. */
static int finish(struct reading *reading)
{
    struct wm_benchfile *file = reading->file;
    const struct wm_error *first = &reading->first;
    struct wm_text fault;
    if (file->result_count == 0 && file->unread_count > 0)
        return wm_fail_at(reading->err, -EINVAL, first->place, "%s", first->text);
    if (file->result_count == 0)
        return wm_fail_at(
            reading->err, -EINVAL, reading->place,
            "has no benchmark results; expected lines such as \"BenchmarkName-2 1000 15.5 "
            "ns/op\"");
    if (file->unread_count == 0)
        return 0;
    wm_text_init(&fault);
    wm_text_addf(&fault, "%s: %s", first->place, first->text);
    if (!fault.failed)
        file->first_unread = wm_arena_copy(file->arena, fault.data, fault.length);
    wm_text_done(&fault);
    return file->first_unread != NULL ? 0 : -ENOMEM;
}

int wm_benchfile_parse(const char *text, size_t length, const char *place,
                       struct wm_benchfile **ret_file, struct wm_error *err)
{
    struct wm_benchfile *file = calloc(1, sizeof(*file));
    struct wm_arena *arena = calloc(1, sizeof(*arena));
    struct reading reading = {.file = file, .package = "", .place = place, .err = err};
    int rc = file == NULL || arena == NULL ? -ENOMEM : wm_intern_new(&reading.keys);
    if (rc == 0) {
        wm_arena_init(arena);
        file->arena = arena;
        arena = NULL;
        rc = read_lines(&reading, text, length);
    }
    if (rc == 0)
        rc = finish(&reading);
    if (rc == -ENOMEM)
        wm_fail_at(err, rc, place, "no memory for its results");
    if (rc == 0)
        *ret_file = file;
    else
        wm_benchfile_free(file);
    free(arena);
    wm_intern_free(reading.keys);
    return rc;
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
    if (file->arena != NULL)
        wm_arena_done(file->arena);
    free(file->arena);
    free(file->settings);
    free(file->results);
    free(file);
}

const char *wm_benchfile_setting(const struct wm_benchfile *file, const char *key)
{
    for (size_t i = 0; i < file->setting_count; i++)
        if (strcmp(file->settings[i].key, key) == 0)
            return file->settings[i].value;
    return NULL;
}

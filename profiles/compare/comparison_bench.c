/* comparison_bench.c - lines of benchmarks to rows with their lots of values.
 *
 * Lines are put together by benchmark once, so that time and memory grow with the lines and not
 * with their square: generated benchmarks come in tens of thousands. */
#include "profiles/compare/comparison.h"

#include "profiles/runs/bench_names.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The lines of a file by benchmark. */
struct lines {
    const struct wm_benchfile *file;
    size_t *numbers;      /* of each line's benchmark */
    size_t *first, *last; /* line of each benchmark, + 1; 0: it has none */
    size_t *next;         /* line of the same benchmark, + 1 */
};

static void lines_done(struct lines *lines)
{
    free(lines->numbers);
    free(lines->first);
    free(lines->last);
    free(lines->next);
}

/* A file cannot name more benchmarks than both have lines. */
static int lines_read(struct lines *lines, const struct wm_benchfile *file, size_t name_max,
                      struct wm_bench_names *names)
{
    *lines = (struct lines){
        .file = file,
        .numbers = calloc(file->result_count + 1, sizeof(size_t)),
        .first = calloc(name_max + 1, sizeof(size_t)),
        .last = calloc(name_max + 1, sizeof(size_t)),
        .next = calloc(file->result_count + 1, sizeof(size_t)),
    };
    if (lines->numbers == NULL || lines->first == NULL || lines->last == NULL ||
        lines->next == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < file->result_count; i++) {
        int64_t number = wm_bench_names_add(names, &file->results[i]);
        if (number < 0)
            return -ENOMEM;
        size_t *last = &lines->last[number];
        lines->numbers[i] = (size_t)number;
        *(*last == 0 ? &lines->first[number] : &lines->next[*last - 1]) = i + 1;
        *last = i + 1;
    }
    return 0;
}

/* The first value of this unit of each line. */
static int collect(struct wm_comparison *comparison, const struct lines *lines, size_t number,
                   const char *unit, struct wm_lot *ret_lot)
{
    size_t line_count = 0, count = 0;
    for (size_t at = lines->first[number]; at > 0; at = lines->next[at - 1])
        line_count++;
    double *values = wm_arena_alloc(&comparison->arena, (line_count + 1) * sizeof(*values));
    if (values == NULL)
        return -ENOMEM;
    for (size_t at = lines->first[number]; at > 0; at = lines->next[at - 1]) {
        const struct wm_bench_result *result = &lines->file->results[at - 1];
        for (size_t m = 0; m < result->measure_count; m++) {
            if (strcmp(result->measures[m].unit, unit) != 0)
                continue;
            values[count++] = result->measures[m].value;
            break;
        }
    }
    *ret_lot = (struct wm_lot){values, count};
    return 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Whose own metrics these are says only their unit: so much for each operation is a cost, so much
 * in a second is none, and of anything else a check cannot tell which way is worse. */
static struct wm_compared row_of(const char *subject, const char *unit)
{
    return (struct wm_compared){
        .subject = subject,
        .fewest = (double)INFINITY,
        .unit = unit,
        .amount = ends_with(unit, "ns/op")    ? WM_AMOUNT_NS
                  : strcmp(unit, "B/op") == 0 ? WM_AMOUNT_BYTES
                                              : WM_AMOUNT_COUNT,
        .counted = strcmp(unit, "B/op") == 0 || strcmp(unit, "allocs/op") == 0,
        .judged = ends_with(unit, "/op") || ends_with(unit, "/s"),
        .more_is_better = ends_with(unit, "/s"),
    };
}

static int add_row(struct wm_comparison *comparison, struct wm_compared row)
{
    return wm_comparison_add_row(comparison, row) != NULL ? 0 : -ENOMEM;
}

/* The second side has the benchmark, but no longer tells this of it. */
static int miss_unit(struct wm_comparison *comparison, const char *subject, const char *unit)
{
    struct wm_text text;
    wm_text_init(&text);
    wm_text_addf(&text, "%s %s", subject, unit);
    const char *copy =
        text.failed ? NULL : wm_arena_copy(&comparison->arena, text.data, text.length);
    wm_text_done(&text);
    return copy == NULL
               ? -ENOMEM
               : wm_comparison_add_missing(comparison, WM_AFTER, (struct wm_missing){copy, true});
}

/* The rows of a benchmark that both sides have, by the units of its first line. */
static int add_units(struct wm_comparison *comparison, const struct lines *sides, size_t number,
                     const char *subject)
{
    const struct wm_bench_result *first =
        &sides[WM_BEFORE].file->results[sides[WM_BEFORE].first[number] - 1];
    for (size_t i = 0; i < first->measure_count; i++) {
        struct wm_compared row = row_of(subject, first->measures[i].unit);
        for (int side = 0; side < WM_COMPARED_SIDES; side++) {
            int rc = collect(comparison, &sides[side], number, row.unit, &row.lots[side]);
            if (rc < 0)
                return rc;
        }
        int rc = row.lots[WM_AFTER].count > 0 ? add_row(comparison, row)
                                              : miss_unit(comparison, subject, row.unit);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* The benchmarks of a side, by their first lines; what both have is added with the first side's. */
static int add_side(struct wm_comparison *comparison, const struct lines *sides, int side,
                    const struct wm_bench_names *names)
{
    const struct lines *lines = &sides[side], *other = &sides[1 - side];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < lines->file->result_count; i++) {
        size_t number = lines->numbers[i];
        if (lines->first[number] != i + 1)
            continue;
        const char *subject =
            wm_bench_names_title(names, &lines->file->results[i], &comparison->arena);
        if (subject == NULL)
            rc = -ENOMEM;
        else if (other->first[number] == 0)
            rc =
                wm_comparison_add_missing(comparison, 1 - side, (struct wm_missing){subject, true});
        else if (side == WM_BEFORE)
            rc = add_units(comparison, sides, number, subject);
    }
    return rc;
}

int wm_comparison_add_bench(struct wm_comparison *comparison,
                            const struct wm_comparison_input *input)
{
    const struct wm_benchfile *before = input->sets[WM_BEFORE]->bench,
                              *after = input->sets[WM_AFTER]->bench;
    struct lines sides[WM_COMPARED_SIDES] = {0};
    struct wm_bench_names *names = NULL;
    size_t name_max = before->result_count + after->result_count;
    int rc = wm_bench_names_new(&names);
    if (rc == 0)
        rc = lines_read(&sides[WM_BEFORE], before, name_max, names);
    if (rc == 0)
        rc = lines_read(&sides[WM_AFTER], after, name_max, names);
    for (int side = 0; rc == 0 && side < WM_COMPARED_SIDES; side++)
        rc = add_side(comparison, sides, side, names);
    lines_done(&sides[WM_BEFORE]);
    lines_done(&sides[WM_AFTER]);
    wm_bench_names_free(names);
    return rc;
}

/* one_tag.c - all that is known of a tag: what was run, where and how, what it cost, where it lies.
 */
#include "profiles/views/trend.h"

#include "harness/core/clock.h"
#include "harness/core/csv.h"
#include "profiles/views/columns.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { RESULTS_MAX = 100, LABEL_COLUMNS = 10 };

static void add_safe(struct wm_text *text, const char *string)
{
    wm_text_add_safe(text, string, strlen(string), 0);
}

static void add_label(struct wm_text *text, const char *label)
{
    wm_text_add(text, "  ");
    wm_text_add_padded(text, label, LABEL_COLUMNS);
    wm_text_add(text, " ");
}

static void add_headline(const struct wm_tag *tag, struct wm_text *text)
{
    char number[WM_UNIT_BYTES];
    const struct wm_run *facts = tag->facts;
    add_safe(text, tag->name);
    if (tag->run_count > 0) {
        wm_text_addf(text, "  %s run%s", wm_units_count(tag->run_count, number),
                     tag->run_count == 1 ? "" : "s");
        wm_text_addf(text, ", %s requests", wm_units_count(facts->requests, number));
        wm_text_addf(text, " in %s (", wm_units_duration(facts->seconds * 1e9, number));
        add_safe(text, facts->load);
        wm_text_add(text, ")");
    }
    if (tag->bench_count > 0)
        wm_text_addf(text, "  %s result%s of benchmarks", wm_units_count(tag->bench_count, number),
                     tag->bench_count == 1 ? "" : "s");
    wm_text_add(text, "\n");
    if (facts->errors > 0)
        wm_text_addf(text, "  %s errors\n", wm_units_count(facts->errors, number));
    if (facts->mismatches > 0)
        wm_text_addf(text, "  %s requests did not take the expected path\n",
                     wm_units_count(facts->mismatches, number));
    if (tag->crashed_count > 0)
        wm_text_addf(text,
                     "  the app crashed in %" PRIu64 " of its runs, which are not in the costs\n",
                     tag->crashed_count);
    if (tag->mixed)
        wm_text_add(text,
                    "  its runs are not all of one build, work and load: the costs mix them\n");
}

static const char *known(const char *value)
{
    return value[0] != '\0' ? value : "not known";
}

static void add_identity(const struct wm_tag *tag, struct wm_text *text)
{
    char filed[32];
    const struct wm_run *facts = tag->facts;
    const struct wm_run_setting *list = facts->identity;
    size_t count = facts->identity_count;
    const char *dirty = wm_run_setting(list, count, WM_RUN_DIRTY);
    wm_clock_format_utc(tag->filed_ns, filed);
    add_label(text, "filed");
    wm_text_addf(text, "%s\n", filed);
    const char *server = wm_run_setting(facts->settings, facts->setting_count, "server");
    add_label(text, server[0] != '\0' ? "server" : "app");
    add_safe(text, server[0] != '\0'
                       ? server
                       : known(wm_run_setting(facts->settings, facts->setting_count, "app")));
    wm_text_add(text, "\n");
    add_label(text, "build id");
    add_safe(text, known(wm_run_setting(list, count, WM_RUN_BUILD_ID)));
    wm_text_add(text, "\n");
    add_label(text, "commit");
    add_safe(text, known(wm_run_setting(list, count, WM_RUN_COMMIT)));
    if (dirty[0] != '\0')
        wm_text_add(text, strcmp(dirty, "true") == 0 ? ", tracked files were changed" : ", clean");
    wm_text_add(text, "\n");
    add_label(text, "work hash");
    add_safe(text, known(wm_run_setting(list, count, WM_RUN_WORK_HASH)));
    wm_text_add(text, "\n");
}

static void add_settings(const struct wm_run *facts, struct wm_text *text)
{
    add_label(text, "machine");
    for (size_t i = 0; i < facts->machine_count; i++) {
        const char *key = facts->machine[i].key;
        bool plain = strcmp(key, "cpu") == 0 || strcmp(key, "kernel") == 0;
        wm_text_addf(text, "%s%s%s", i > 0 ? ", " : "", plain ? "" : key, plain ? "" : " ");
        add_safe(text, facts->machine[i].value);
    }
    wm_text_add(text, "\n");
    size_t shown = 0;
    add_label(text, "settings");
    for (size_t i = 0; i < facts->setting_count; i++) {
        const char *key = facts->settings[i].key;
        if (strcmp(key, "app") == 0 || strcmp(key, "server") == 0 || strcmp(key, "tag") == 0)
            continue;
        wm_text_add(text, shown++ > 0 ? " " : "");
        wm_text_add(text, key[1] == '\0' ? "-" : "--");
        add_safe(text, key);
        wm_text_add(text, " ");
        add_safe(text, facts->settings[i].value);
    }
    wm_text_add(text, "\n");
}

static int add_results(const struct wm_tag *tag, struct wm_text *text)
{
    static const struct wm_grid_column columns[] = {
        {"",         false, false, 0 },
        {"",         false, false, 20},
        {"requests", true,  false, 0 },
        {"measured", true,  false, 0 },
        {"cost",     true,  false, 0 },
    };
    char number[WM_UNIT_BYTES], cell[WM_TREND_CELL_BYTES];
    struct wm_grid *grid = NULL;
    if (tag->result_count == 0)
        return 0;
    int rc = wm_grid_new(columns, sizeof(columns) / sizeof(columns[0]), &grid);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < tag->result_count && i < RESULTS_MAX; i++) {
        const struct wm_tag_result *result = &tag->results[i];
        wm_grid_add(grid, wm_tag_kind_name(result->kind));
        wm_grid_add(grid, result->name);
        wm_grid_add(grid, wm_units_count(result->requests, number));
        snprintf(number, sizeof(number), "%" PRIu64 "x", result->count);
        wm_grid_add(grid, number);
        wm_grid_add(grid, wm_trend_cost(result, cell));
    }
    wm_text_add(text, "\n");
    rc = wm_grid_print(grid, 2, text);
    wm_grid_free(grid);
    if (tag->result_count > RESULTS_MAX)
        wm_text_addf(text, "  … and %zu more in " WM_TAG_JSON "\n",
                     tag->result_count - RESULTS_MAX);
    return rc;
}

static void add_notes(const struct wm_tag_files *files, struct wm_text *text)
{
    const struct wm_run *run = files->latest;
    if (run == NULL || run->note_count == 0)
        return;
    wm_text_addf(text, "\n  notes of run %" PRIu32 ":\n", files->numbers[files->count - 1]);
    for (size_t i = 0; i < run->note_count; i++) {
        wm_text_add(text, "  ");
        add_safe(text, run->notes[i]);
        wm_text_add(text, "\n");
    }
}

/* A word of a command to copy, with nothing in it that a terminal obeys. */
static void add_word(struct wm_text *text, const char *string)
{
    struct wm_text safe;
    wm_text_init(&safe);
    add_safe(&safe, string);
    wm_text_add_shell(text, safe.data);
    text->failed |= safe.failed;
    wm_text_done(&safe);
}

/* Where the files are, and what can be done with them. */
static void add_next(const struct wm_tag *tag, const struct wm_tag_files *files,
                     struct wm_text *text)
{
    wm_text_add(text, "\n");
    add_label(text, "files");
    add_safe(text, tag->folder);
    for (size_t i = 0; i < files->count; i++)
        wm_text_addf(text, "%s%" PRIu32, i == 0 ? ": runs " : " ", files->numbers[i]);
    wm_text_addf(text, "%s\n", files->has_bench ? ", " WM_RUN_BENCH : "");
    if (files->count < tag->run_count)
        wm_text_addf(text, "  runs were removed since: the costs above are still of %" PRIu64 "\n",
                     tag->run_count);
    wm_text_add(text, "  next:\n");
    if (files->count > 0) {
        struct wm_text run;
        uint32_t number = files->numbers[files->count - 1];
        wm_text_init(&run);
        wm_text_addf(&run, "%s/%" PRIu32, tag->folder, number);
        wm_text_add(text, "    waymark paths ");
        add_word(text, run.data);
        wm_text_add(text, "\n    waymark report -top ");
        add_word(text, run.data);
        wm_text_add(text, "\n");
        wm_text_done(&run);
    }
    wm_text_add(text, "    waymark compare ");
    add_word(text, tag->name);
    wm_text_add(text, " OTHER\n    waymark log --trend ");
    add_word(text, tag->facts->entry[0] != '\0' ? tag->facts->entry : ".");
    wm_text_add(text, "\n");
}

static int add_text(const struct wm_tag *tag, const struct wm_tag_files *files,
                    struct wm_text *text)
{
    add_headline(tag, text);
    wm_text_add(text, "\n");
    add_identity(tag, text);
    add_settings(tag->facts, text);
    int rc = add_results(tag, text);
    add_notes(files, text);
    add_next(tag, files, text);
    return rc;
}

static void add_csv(const struct wm_tag *tag, struct wm_text *text)
{
    wm_text_add(text, "kind,name,requests,count,ns,low_ns,high_ns\n");
    for (size_t i = 0; i < tag->result_count; i++) {
        const struct wm_tag_result *result = &tag->results[i];
        wm_csv_add(text, wm_tag_kind_name(result->kind));
        wm_csv_add(text, result->name);
        wm_csv_add_u64(text, result->requests);
        wm_csv_add_u64(text, result->count);
        wm_trend_add_csv_ns(text, result, result->ns);
        wm_trend_add_csv_ns(text, result, result->low_ns);
        wm_trend_add_csv_ns(text, result, result->high_ns);
        wm_csv_end(text);
    }
}

int wm_view_tag(const struct wm_tag *tag, const struct wm_tag_files *files,
                enum wm_view_format format, struct wm_text *text, struct wm_error *err)
{
    int rc = 0;
    switch (format) {
    case WM_VIEW_TEXT:
        rc = add_text(tag, files, text);
        break;
    case WM_VIEW_CSV:
        add_csv(tag, text);
        break;
    case WM_VIEW_JSON:
        wm_tag_add_json(tag, text);
        break;
    }
    return rc < 0 || text->failed ? wm_fail(err, -ENOMEM, "no memory to print the tag") : 0;
}

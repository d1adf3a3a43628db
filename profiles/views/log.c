/* log.c - the list of tags: what was measured when, of which build. */
#include "profiles/views/trend.h"

#include "harness/core/clock.h"
#include "harness/core/csv.h"
#include "harness/core/json.h"
#include "profiles/views/columns.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { APP_BYTES = 256 };

/* What all requests of the tag cost, whatever their entry point; or its only benchmark. */
static struct wm_tag_result overall(const struct wm_tag *tag)
{
    struct wm_tag_result all = {.kind = WM_TAG_ENTRY, .name = ""};
    size_t benchmarks = 0;
    const struct wm_tag_result *bench = NULL;
    for (size_t i = 0; i < tag->result_count; i++) {
        const struct wm_tag_result *result = &tag->results[i];
        double requests = (double)result->requests;
        if (result->kind == WM_TAG_BENCHMARK) {
            bench = result;
            benchmarks++;
        }
        if (result->kind != WM_TAG_ENTRY)
            continue;
        all.known = all.known || result->known;
        all.requests += result->requests;
        all.ns += result->ns * requests;
        all.low_ns += result->low_ns * requests;
        all.high_ns += result->high_ns * requests;
    }
    if (all.requests == 0)
        return benchmarks == 1 ? *bench : all;
    all.ns /= (double)all.requests;
    all.low_ns /= (double)all.requests;
    all.high_ns /= (double)all.requests;
    return all;
}

static const char *setting(const struct wm_tag *tag, const char *key)
{
    return wm_run_setting(tag->facts->settings, tag->facts->setting_count, key);
}

static const char *identity(const struct wm_tag *tag, const char *key)
{
    return wm_run_setting(tag->facts->identity, tag->facts->identity_count, key);
}

/* The file's name of the app, or of a server's program, into `name`. */
static const char *app_of(const struct wm_tag *tag, char name[APP_BYTES])
{
    const char *app = setting(tag, "app");
    const char *command = app[0] != '\0' ? app : setting(tag, "server");
    size_t length = app[0] != '\0' ? strlen(app) : strcspn(command, " \t\n");
    const char *slash = memrchr(command, '/', length);
    size_t start = slash != NULL ? (size_t)(slash - command) + 1 : 0;
    snprintf(name, APP_BYTES, "%.*s", (int)(length - start), command + start);
    return name;
}

static void add_count(struct wm_grid *grid, uint64_t count)
{
    char number[WM_UNIT_BYTES];
    wm_grid_add(grid, count > 0 ? wm_units_count(count, number) : "–");
}

static void add_row(struct wm_grid *grid, const struct wm_tag *tag, bool benchmarks)
{
    char filed[32], commit[WM_TREND_COMMIT_BYTES], cell[WM_TREND_CELL_BYTES], app[APP_BYTES];
    struct wm_tag_result all = overall(tag);
    wm_clock_format_utc(tag->filed_ns, filed);
    filed[strlen("2026-11-26T11:31")] = '\0'; /* to the minute */
    *strchr(filed, 'T') = ' ';
    wm_grid_add(grid, tag->name);
    wm_grid_add(grid, filed);
    wm_grid_add(grid, wm_trend_commit(tag, commit));
    wm_grid_add(grid, app_of(tag, app));
    add_count(grid, tag->run_count);
    add_count(grid, tag->facts->requests);
    if (benchmarks)
        add_count(grid, tag->bench_count);
    wm_grid_add(grid, wm_trend_cost(&all, cell));
}

static void add_faults(const struct wm_record *record, struct wm_text *text)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct wm_tag *tag = record->tags[i];
        if (tag->crashed_count == 0 && !tag->mixed)
            continue;
        wm_text_add(text, "note: ");
        wm_text_add_safe(text, tag->name, strlen(tag->name), 60);
        if (tag->crashed_count > 0)
            wm_text_addf(text, ": the app crashed in %" PRIu64 " of its runs", tag->crashed_count);
        if (tag->mixed)
            wm_text_add(text, ": its runs are not all of one build, work and load");
        wm_text_add(text, "\n");
    }
    if (record->unreadable > 0)
        wm_text_addf(text, "note: %zu tag%s could not be read (%s)\n", record->unreadable,
                     record->unreadable == 1 ? "" : "s", record->first_fault);
}

static int add_text(const struct wm_record *record, struct wm_text *text)
{
    static const struct wm_grid_column all[] = {
        {"tag",         false, false, 12},
        {"filed (UTC)", false, false, 0 },
        {"commit",      false, false, 0 },
        {"app",         false, false, 10},
        {"runs",        true,  false, 0 },
        {"requests",    true,  false, 0 },
        {"benchmarks",  true,  false, 0 },
        {"cost",        true,  false, 0 },
    };
    enum { BENCHMARKS = 6, COUNT = sizeof(all) / sizeof(all[0]) };
    struct wm_grid_column used[COUNT];
    struct wm_grid *grid = NULL;
    bool benchmarks = false, runs = false;
    size_t count = 0;
    for (size_t i = 0; i < record->count; i++) {
        benchmarks = benchmarks || record->tags[i]->bench_count > 0;
        runs = runs || record->tags[i]->run_count > 0;
    }
    for (size_t i = 0; i < COUNT; i++)
        if (i != BENCHMARKS || benchmarks)
            used[count++] = all[i];
    used[count - 1].title = !benchmarks ? "CPU/request" : (runs ? "cost" : "time/op");
    if (record->count == 0) {
        wm_text_addf(text, "no tags in %s: waymark run --tag NAME files a run there\n",
                     wm_record_home());
        add_faults(record, text);
        return 0;
    }
    int rc = wm_grid_new(used, count, &grid);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < record->count; i++)
        add_row(grid, record->tags[i], benchmarks);
    rc = wm_grid_print(grid, 0, text);
    wm_grid_free(grid);
    add_faults(record, text);
    return rc;
}

static void add_csv(const struct wm_record *record, struct wm_text *text)
{
    wm_text_add(text, "tag,filed,filed_ns,commit,dirty,app,build_id,work_hash,runs,requests,"
                      "benchmarks,ns,low_ns,high_ns\n");
    for (size_t i = 0; i < record->count; i++) {
        const struct wm_tag *tag = record->tags[i];
        struct wm_tag_result all = overall(tag);
        char filed[32];
        wm_clock_format_utc(tag->filed_ns, filed);
        wm_csv_add(text, tag->name);
        wm_csv_add(text, filed);
        wm_csv_add_u64(text, tag->filed_ns);
        wm_csv_add(text, identity(tag, WM_RUN_COMMIT));
        wm_csv_add(text, identity(tag, WM_RUN_DIRTY));
        wm_csv_add(text, setting(tag, "app"));
        wm_csv_add(text, identity(tag, WM_RUN_BUILD_ID));
        wm_csv_add(text, identity(tag, WM_RUN_WORK_HASH));
        wm_csv_add_u64(text, tag->run_count);
        wm_csv_add_u64(text, tag->facts->requests);
        wm_csv_add_u64(text, tag->bench_count);
        wm_trend_add_csv_ns(text, &all, all.ns);
        wm_trend_add_csv_ns(text, &all, all.low_ns);
        wm_trend_add_csv_ns(text, &all, all.high_ns);
        wm_csv_end(text);
    }
}

static void add_json(const struct wm_record *record, struct wm_text *text)
{
    static const char *const keys[] = {WM_RUN_COMMIT, WM_RUN_DIRTY, WM_RUN_BUILD_ID,
                                       WM_RUN_WORK_HASH};
    struct wm_json_writer json;
    wm_json_start(&json, text);
    wm_json_open(&json, NULL, '[');
    for (size_t i = 0; i < record->count; i++) {
        const struct wm_tag *tag = record->tags[i];
        struct wm_tag_result all = overall(tag);
        wm_json_open(&json, NULL, '{');
        wm_json_string(&json, "tag", tag->name);
        wm_json_u64(&json, "filed_ns", tag->filed_ns);
        wm_json_string(&json, "app", setting(tag, "app"));
        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
            wm_json_string(&json, keys[k], identity(tag, keys[k]));
        wm_json_u64(&json, "runs", tag->run_count);
        wm_json_u64(&json, "requests", tag->facts->requests);
        wm_json_u64(&json, "benchmarks", tag->bench_count);
        if (all.known) {
            wm_json_double(&json, "ns", all.ns);
            wm_json_double(&json, "low_ns", all.low_ns);
            wm_json_double(&json, "high_ns", all.high_ns);
        }
        wm_json_close(&json, '}');
    }
    wm_json_close(&json, ']');
}

int wm_view_log(const struct wm_record *record, enum wm_view_format format, struct wm_text *text,
                struct wm_error *err)
{
    int rc = 0;
    switch (format) {
    case WM_VIEW_TEXT:
        rc = add_text(record, text);
        break;
    case WM_VIEW_CSV:
        add_csv(record, text);
        break;
    case WM_VIEW_JSON:
        add_json(record, text);
        break;
    }
    return rc < 0 || text->failed ? wm_fail(err, -ENOMEM, "no memory to print the record") : 0;
}

/* tag_json.c - a tag as tag.json: written and read. */
#include "profiles/runs/tag.h"

#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/file.h"
#include "harness/core/json.h"
#include "profiles/runs/files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, FILE_BYTES_MAX = 1 << 24 };

static const char *const kind_names[WM_TAG_KINDS] = {"entry", "path", "benchmark"};

const char *wm_tag_kind_name(enum wm_tag_kind kind)
{
    return kind_names[kind];
}

static void add_result(struct wm_json_writer *json, const struct wm_tag_result *result)
{
    char id[20];
    wm_json_open(json, NULL, '{');
    wm_json_string(json, "kind", kind_names[result->kind]);
    wm_json_string(json, "name", result->name);
    if (result->kind == WM_TAG_PATH) {
        snprintf(id, sizeof(id), "%016" PRIx64, result->path_id);
        wm_json_string(json, "path_id", id);
    }
    wm_json_u64(json, result->kind == WM_TAG_BENCHMARK ? "iterations" : "requests",
                result->requests);
    wm_json_u64(json, "count", result->count);
    if (result->known) {
        wm_json_double(json, "ns", result->ns);
        wm_json_double(json, "low_ns", result->low_ns);
        wm_json_double(json, "high_ns", result->high_ns);
    }
    wm_json_close(json, '}');
}

void wm_tag_add_json(const struct wm_tag *tag, struct wm_text *text)
{
    const struct wm_run *facts = tag->facts;
    struct wm_json_writer json;
    char filed[32];
    wm_clock_format_utc(tag->filed_ns, filed);
    wm_json_start(&json, text);
    wm_json_open(&json, NULL, '{');
    wm_json_u64(&json, "version", VERSION);
    wm_json_string(&json, "tag", tag->name);
    wm_json_string(&json, "filed", filed);
    wm_json_u64(&json, "filed_ns", tag->filed_ns);
    wm_json_u64(&json, "runs", tag->run_count);
    wm_json_u64(&json, "crashed", tag->crashed_count);
    wm_json_u64(&json, "benchmarks", tag->bench_count);
    wm_json_bool(&json, "mixed", tag->mixed);
    wm_json_string(&json, "started", facts->started);
    wm_json_string(&json, "entry", facts->entry);
    wm_json_string(&json, "load", facts->load);
    wm_json_double(&json, "seconds", facts->seconds);
    wm_json_u64(&json, "requests", facts->requests);
    wm_json_u64(&json, "errors", facts->errors);
    wm_json_u64(&json, "mismatches", facts->mismatches);
    wm_run_settings_write(&json, "identity", facts->identity, facts->identity_count);
    wm_run_settings_write(&json, "machine", facts->machine, facts->machine_count);
    wm_run_settings_write(&json, "settings", facts->settings, facts->setting_count);
    wm_json_open(&json, "results", '[');
    for (size_t i = 0; i < tag->result_count; i++)
        add_result(&json, &tag->results[i]);
    wm_json_close(&json, ']');
    wm_json_close(&json, '}');
}

int wm_tag_json_write(const struct wm_tag *tag, const char *file, struct wm_error *err)
{
    struct wm_text text;
    wm_text_init(&text);
    wm_tag_add_json(tag, &text);
    int rc = text.failed ? wm_fail_at(err, -ENOMEM, file, "no memory to write it")
                         : wm_file_write(file, text.data, text.length, err);
    wm_text_done(&text);
    return rc;
}

/* ---- Reading: what is missing is 0 or "", as an older version would have left it ---- */

static uint64_t take_u64(const struct wm_json *json, const char *key)
{
    return wm_json_as_u64(wm_json_get(json, key), 0);
}

static int take_string(struct wm_run *run, const struct wm_json *json, const char *key,
                       const char **ret_string)
{
    const char *string = wm_json_as_string(wm_json_get(json, key), "");
    *ret_string = wm_arena_copy(run->arena, string, strlen(string));
    return *ret_string != NULL ? 0 : -ENOMEM;
}

static int find_kind(const char *name, enum wm_tag_kind *ret_kind)
{
    for (int kind = 0; kind < WM_TAG_KINDS; kind++) {
        if (strcmp(kind_names[kind], name) != 0)
            continue;
        *ret_kind = (enum wm_tag_kind)kind;
        return 0;
    }
    return -EINVAL;
}

static int read_result(struct wm_tag *tag, const struct wm_json *json)
{
    struct wm_tag_result *result = &tag->results[tag->result_count];
    if (find_kind(wm_json_as_string(wm_json_get(json, "kind"), ""), &result->kind) < 0)
        return 0; /* of a later version */
    bool bench = result->kind == WM_TAG_BENCHMARK;
    result->path_id = strtoull(wm_json_as_string(wm_json_get(json, "path_id"), "0"), NULL, 16);
    result->requests = take_u64(json, bench ? "iterations" : "requests");
    result->count = take_u64(json, "count");
    const struct wm_json *ns = wm_json_get(json, "ns");
    result->known = ns != NULL && wm_json_kind(ns) == WM_JSON_NUMBER;
    result->ns = wm_json_as_double(ns, 0);
    result->low_ns = wm_json_as_double(wm_json_get(json, "low_ns"), result->ns);
    result->high_ns = wm_json_as_double(wm_json_get(json, "high_ns"), result->ns);
    tag->result_count++;
    return take_string(tag->facts, json, "name", &result->name);
}

static int read_facts(struct wm_run *facts, const struct wm_json *json)
{
    facts->seconds = wm_json_as_double(wm_json_get(json, "seconds"), 0);
    facts->requests = take_u64(json, "requests");
    facts->errors = take_u64(json, "errors");
    facts->mismatches = take_u64(json, "mismatches");
    int rc = take_string(facts, json, "started", &facts->started);
    if (rc == 0)
        rc = take_string(facts, json, "entry", &facts->entry);
    if (rc == 0)
        rc = take_string(facts, json, "load", &facts->load);
    if (rc == 0)
        rc = wm_run_settings_read(facts, wm_json_get(json, "identity"), &facts->identity,
                                  &facts->identity_count);
    if (rc == 0)
        rc = wm_run_settings_read(facts, wm_json_get(json, "machine"), &facts->machine,
                                  &facts->machine_count);
    if (rc == 0)
        rc = wm_run_settings_read(facts, wm_json_get(json, "settings"), &facts->settings,
                                  &facts->setting_count);
    return rc;
}

static int read_tag(struct wm_tag *tag, const struct wm_json *json)
{
    const struct wm_json *results = wm_json_get(json, "results");
    size_t count = wm_json_count(results);
    tag->filed_ns = take_u64(json, "filed_ns");
    tag->run_count = take_u64(json, "runs");
    tag->crashed_count = take_u64(json, "crashed");
    tag->bench_count = take_u64(json, "benchmarks");
    tag->mixed = wm_json_as_bool(wm_json_get(json, "mixed"), false);
    int rc = read_facts(tag->facts, json);
    tag->results = wm_arena_alloc(tag->facts->arena, (count + 1) * sizeof(tag->results[0]));
    if (tag->results == NULL)
        return -ENOMEM;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = read_result(tag, wm_json_at(results, i));
    return rc;
}

int wm_tag_json_read(struct wm_tag *tag, const char *file, struct wm_error *err)
{
    struct wm_json *json = NULL;
    int rc = wm_json_read(file, FILE_BYTES_MAX, &json, err);
    if (rc == 0 && take_u64(json, "version") == 0)
        rc = wm_fail_at(err, -EINVAL, file, "no \"version\": waymark did not write this");
    else if (rc == 0 && read_tag(tag, json) < 0)
        rc = wm_fail_at(err, -ENOMEM, file, "no memory to read it");
    wm_json_free(json);
    return rc;
}

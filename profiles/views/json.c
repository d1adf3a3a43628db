/* json.c - the path table and tree for programs. What was not measured has no key. */
#include "profiles/views/json.h"

#include "harness/core/json.h"
#include "profiles/views/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void add_latency(struct wm_json_writer *json, const struct wm_path_row *row)
{
    wm_json_u64(json, "latency_p50_ns", row->p50_ns);
    wm_json_u64(json, "latency_p90_ns", row->p90_ns);
    wm_json_u64(json, "latency_p99_ns", row->p99_ns);
    wm_json_u64(json, "latency_p999_ns", row->p999_ns);
    wm_json_u64(json, "latency_max_ns", row->max_ns);
}

static void add_id(struct wm_json_writer *json, uint64_t id)
{
    char text[20];
    snprintf(text, sizeof(text), "%016" PRIx64, id);
    wm_json_string(json, "path_id", text);
}

static void add_path(struct wm_json_writer *json, const struct wm_path_row *row)
{
    bool is_path = !wm_path_is_closing(row);
    wm_json_open(json, NULL, '{');
    if (is_path)
        add_id(json, row->id);
    wm_json_string(json, "path", row->name);
    if (is_path) {
        wm_json_string(json, "entry", row->entry);
        wm_json_string(json, "outcome", row->outcome);
        wm_json_u64(json, "requests", row->requests);
        wm_json_u64(json, "errors", row->errors);
    }
    wm_json_u64(json, "samples", row->samples);
    wm_json_u64(json, "cpu_ns", row->cpu_ns);
    if (wm_path_in_shares(row)) {
        wm_json_double(json, "cpu_share", row->cpu_share);
        wm_json_double(json, "cpu_share_low", row->cpu_share_low);
        wm_json_double(json, "cpu_share_high", row->cpu_share_high);
    }
    if (is_path && row->requests > 0 && row->samples > 0)
        wm_json_u64(json, "cpu_ns_per_request", (row->cpu_ns + row->requests / 2) / row->requests);
    if (row->has_latency)
        add_latency(json, row);
    if (row->has_allocs) {
        wm_json_u64(json, "allocs", row->allocs);
        wm_json_u64(json, "alloc_bytes", row->alloc_bytes);
    }
    if (is_path) {
        wm_json_open(json, "nodes", '[');
        for (size_t i = 0; i < row->node_count; i++)
            wm_json_string(json, NULL, row->nodes[i]);
        wm_json_close(json, ']');
    }
    wm_json_close(json, '}');
}

static void add_mismatch(struct wm_json_writer *json, const struct wm_mismatch *row)
{
    wm_json_open(json, NULL, '{');
    wm_json_string(json, "expected", row->expected);
    wm_json_u64(json, "line", row->line);
    wm_json_string(json, "taken", row->taken);
    add_id(json, row->path_id);
    wm_json_u64(json, "requests", row->requests);
    wm_json_u64(json, "example_index", row->example_index);
    wm_json_string(json, "example", row->example);
    wm_json_close(json, '}');
}

static void add_segment(struct wm_json_writer *json, const struct wm_segment_row *row)
{
    wm_json_open(json, NULL, '{');
    wm_json_string(json, "segment", row->segment);
    wm_json_string(json, "file", row->file);
    wm_json_u64(json, "line", row->line);
    if (!row->from_stacks) {
        wm_json_u64(json, "requests", row->requests);
        wm_json_u64(json, "visits", row->visits);
    }
    wm_json_u64(json, "samples", row->samples);
    wm_json_u64(json, "cpu_ns", row->cpu_ns);
    wm_json_u64(json, "self_cpu_ns", row->self_cpu_ns);
    wm_json_close(json, '}');
}

static void add_coverage(struct wm_json_writer *json, const struct wm_run *run)
{
    wm_json_open(json, "coverage", '{');
    wm_json_u64(json, "sites", run->sites);
    wm_json_u64(json, "sites_reached", run->sites_reached);
    if (run->sites > 0)
        wm_json_double(json, "share", run->coverage);
    wm_json_open(json, "never_reached", '[');
    for (size_t i = 0; i < run->segments->count; i++) {
        const struct wm_segment_row *row = &run->segments->rows[i];
        if (row->from_stacks || !wm_tree_is_unreached(row))
            continue;
        wm_json_open(json, NULL, '{');
        wm_json_string(json, "segment", row->segment);
        wm_json_string(json, "file", row->file);
        wm_json_u64(json, "line", row->line);
        wm_json_close(json, '}');
    }
    wm_json_close(json, ']');
    wm_json_close(json, '}');
}

void wm_view_add_json(const struct wm_run *run, const char *title, struct wm_text *text)
{
    struct wm_json_writer json;
    wm_json_start(&json, text);
    wm_json_open(&json, NULL, '{');
    wm_json_string(&json, "run", title);
    wm_json_open(&json, "paths", '[');
    for (size_t i = 0; i < run->paths->count; i++)
        add_path(&json, &run->paths->rows[i]);
    wm_json_close(&json, ']');
    wm_json_open(&json, "mismatches", '[');
    for (size_t i = 0; i < run->mismatch_row_count; i++)
        add_mismatch(&json, &run->mismatch_rows[i]);
    wm_json_close(&json, ']');
    wm_json_open(&json, "segments", '[');
    for (size_t i = 0; i < run->segments->count; i++)
        add_segment(&json, &run->segments->rows[i]);
    wm_json_close(&json, ']');
    add_coverage(&json, run);
    if (wm_run_of_server(run)) {
        wm_json_open(&json, "server", '{');
        wm_json_string(&json, "target", run->target);
        wm_run_served_write(&json, run);
        wm_json_close(&json, '}');
    }
    wm_json_open(&json, "notes", '[');
    for (size_t i = 0; i < run->note_count; i++)
        wm_json_string(&json, NULL, run->notes[i]);
    wm_json_close(&json, ']');
    wm_json_close(&json, '}');
}

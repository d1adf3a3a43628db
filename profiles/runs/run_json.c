/* run_json.c - run.json: what architecture.md promises first, then all else that a run knows. */
#include "profiles/runs/files.h"

#include "harness/core/arena.h"
#include "harness/core/file.h"
#include "harness/core/json.h"

#include <errno.h>
#include <string.h>

enum { VERSION = 1, FILE_BYTES_MAX = 1 << 24 };

/* The plain numbers: one table for writing and reading. */
struct number {
    const char *key;
    size_t offset;
};

#define NUMBER(name)                                                                               \
    {                                                                                              \
#name, offsetof(struct wm_run, name)                                                       \
    }

static const struct number totals[] = {
    NUMBER(requests),    NUMBER(errors),  NUMBER(mismatches),      NUMBER(cpu_ns),
    NUMBER(app_cpu_ns),  NUMBER(samples), NUMBER(samples_dropped), NUMBER(samples_truncated),
    NUMBER(late_p99_ns),
};

static const struct number details[] = {
    NUMBER(unfinished),     NUMBER(unsent), NUMBER(reply_bytes),   NUMBER(sample_cost_ns),
    NUMBER(handler_p50_ns), NUMBER(sites),  NUMBER(sites_reached),
};

/* Only of a server. */
static const struct number served[] = {
    NUMBER(processes),         NUMBER(queue_max),  NUMBER(queue_p99),
    NUMBER(queue_wait_max_ns), NUMBER(reconnects), NUMBER(background_cpu_ns),
};

enum { SERVED_COUNT = sizeof(served) / sizeof(served[0]) };
enum { TOTAL_COUNT = sizeof(totals) / sizeof(totals[0]) };
enum { DETAIL_COUNT = sizeof(details) / sizeof(details[0]) };

static const struct number_list {
    const struct number *numbers;
    size_t count;
    bool required;
} number_lists[] = {
    {totals,  TOTAL_COUNT,  true },
    {details, DETAIL_COUNT, false},
    {served,  SERVED_COUNT, false},
};

static void write_numbers(struct wm_json_writer *json, const struct wm_run *run,
                          const struct number *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value;
        memcpy(&value, (const char *)run + numbers[i].offset, sizeof(value));
        wm_json_u64(json, numbers[i].key, value);
    }
}

void wm_run_settings_write(struct wm_json_writer *json, const char *key,
                           const struct wm_run_setting *settings, size_t count)
{
    wm_json_open(json, key, '{');
    for (size_t i = 0; i < count; i++)
        wm_json_string(json, settings[i].key, settings[i].value);
    wm_json_close(json, '}');
}

void wm_run_served_write(struct wm_json_writer *json, const struct wm_run *run)
{
    wm_json_string(json, "protocol", run->protocol);
    write_numbers(json, run, served, SERVED_COUNT);
    wm_json_double(json, "harness_busy", run->harness_busy);
    wm_json_open(json, "failures", '[');
    for (size_t i = 0; i < run->failure_count; i++) {
        wm_json_open(json, NULL, '{');
        wm_json_string(json, "reason", run->failures[i].reason);
        wm_json_u64(json, "requests", run->failures[i].requests);
        wm_json_close(json, '}');
    }
    wm_json_close(json, ']');
}

static void write_run(struct wm_text *text, const struct wm_run *run)
{
    struct wm_json_writer json;
    wm_json_start(&json, text);
    wm_json_open(&json, NULL, '{');
    wm_json_u64(&json, "version", VERSION);
    wm_json_string(&json, "started", run->started);
    wm_json_double(&json, "seconds", run->seconds);
    write_numbers(&json, run, totals, TOTAL_COUNT);
    wm_json_double(&json, "coverage", run->coverage);
    wm_json_open(&json, "notes", '[');
    for (size_t i = 0; i < run->note_count; i++)
        wm_json_string(&json, NULL, run->notes[i]);
    wm_json_close(&json, ']');
    wm_json_string(&json, "entry", run->entry);
    wm_json_string(&json, "load", run->load);
    wm_json_bool(&json, "open_loop", run->open_loop);
    wm_json_bool(&json, "crashed", run->crashed);
    wm_json_string(&json, "sampler", run->sampler);
    wm_json_double(&json, "hz", run->hz);
    wm_json_double(&json, "sampling_share", run->sampling_share);
    write_numbers(&json, run, details, DETAIL_COUNT);
    wm_json_string(&json, "target", run->target);
    if (wm_run_of_server(run))
        wm_run_served_write(&json, run);
    wm_run_settings_write(&json, "settings", run->settings, run->setting_count);
    wm_run_settings_write(&json, "machine", run->machine, run->machine_count);
    wm_run_settings_write(&json, "identity", run->identity, run->identity_count);
    wm_json_close(&json, '}');
}

int wm_run_json_write(const struct wm_run *run, const char *file, struct wm_error *err)
{
    struct wm_text text;
    wm_text_init(&text);
    write_run(&text, run);
    int rc = text.failed ? wm_fail_at(err, -ENOMEM, file, "no memory to write it")
                         : wm_file_write(file, text.data, text.length, err);
    wm_text_done(&text);
    return rc;
}

/* A copy of a string member, `otherwise` if it is not there; NULL: no memory. */
static const char *copy_string(struct wm_run *run, const struct wm_json *json,
                               const char *otherwise)
{
    const char *string = wm_json_as_string(json, otherwise);
    return wm_arena_copy(run->arena, string, strlen(string));
}

static int read_numbers(struct wm_run *run, const struct wm_json *json,
                        const struct number_list *list, const char *file, struct wm_error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct number *number = &list->numbers[i];
        const struct wm_json *member = wm_json_get(json, number->key);
        uint64_t value = wm_json_as_u64(member, 0);
        bool fits = member == NULL ? !list->required : value == wm_json_as_u64(member, 1);
        if (!fits)
            return wm_fail_at(err, -EINVAL, file, "\"%s\" must be a whole number", number->key);
        memcpy((char *)run + number->offset, &value, sizeof(value));
    }
    return 0;
}

static int read_double(const struct wm_json *json, const char *key, double *ret_value,
                       const char *file, struct wm_error *err)
{
    const struct wm_json *member = wm_json_get(json, key);
    if (member == NULL)
        return 0;
    if (wm_json_kind(member) != WM_JSON_NUMBER)
        return wm_fail_at(err, -EINVAL, file, "\"%s\" must be a number", key);
    *ret_value = wm_json_as_double(member, 0);
    return 0;
}

static int read_strings(struct wm_run *run, const struct wm_json *json)
{
    run->started = copy_string(run, wm_json_get(json, "started"), "");
    run->entry = copy_string(run, wm_json_get(json, "entry"), "");
    run->load = copy_string(run, wm_json_get(json, "load"), "");
    run->sampler = copy_string(run, wm_json_get(json, "sampler"), "none");
    run->target = copy_string(run, wm_json_get(json, "target"), WM_RUN_HOST);
    run->protocol = copy_string(run, wm_json_get(json, "protocol"), "");
    if (run->started == NULL || run->entry == NULL || run->load == NULL || run->sampler == NULL ||
        run->target == NULL || run->protocol == NULL)
        return -ENOMEM;
    const struct wm_json *notes = wm_json_get(json, "notes");
    size_t count = wm_json_count(notes);
    run->notes = wm_arena_alloc(run->arena, (count + 1) * sizeof(run->notes[0]));
    for (size_t i = 0; run->notes != NULL && i < count; i++) {
        run->notes[i] = copy_string(run, wm_json_at(notes, i), "");
        if (run->notes[i] == NULL)
            return -ENOMEM;
    }
    run->note_count = count;
    return run->notes == NULL ? -ENOMEM : 0;
}

int wm_run_settings_read(struct wm_run *run, const struct wm_json *json,
                         struct wm_run_setting **ret_settings, size_t *ret_count)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < wm_json_count(json); i++) {
        const struct wm_json *member = wm_json_at(json, i);
        const char *key = wm_json_key(member);
        if (key != NULL && wm_json_kind(member) == WM_JSON_STRING)
            rc = wm_run_add_setting(run, ret_settings, ret_count, key,
                                    wm_json_as_string(member, ""));
    }
    return rc;
}

static int read_failures(struct wm_run *run, const struct wm_json *json)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < wm_json_count(json); i++) {
        const struct wm_json *failure = wm_json_at(json, i);
        rc = wm_run_add_failure(run, wm_json_as_string(wm_json_get(failure, "reason"), ""),
                                wm_json_as_u64(wm_json_get(failure, "requests"), 0));
    }
    return rc;
}

static int read_lists(struct wm_run *run, const struct wm_json *json)
{
    int rc = wm_run_settings_read(run, wm_json_get(json, "settings"), &run->settings,
                                  &run->setting_count);
    if (rc == 0)
        rc = wm_run_settings_read(run, wm_json_get(json, "machine"), &run->machine,
                                  &run->machine_count);
    if (rc == 0)
        rc = wm_run_settings_read(run, wm_json_get(json, "identity"), &run->identity,
                                  &run->identity_count);
    if (rc == 0)
        rc = read_failures(run, wm_json_get(json, "failures"));
    return rc;
}

static int read_run(struct wm_run *run, const struct wm_json *json, const char *file,
                    struct wm_error *err)
{
    if (wm_json_as_u64(wm_json_get(json, "version"), 0) == 0)
        return wm_fail_at(err, -EINVAL, file, "no \"version\": waymark did not write this");
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof(number_lists) / sizeof(number_lists[0]); i++)
        rc = read_numbers(run, json, &number_lists[i], file, err);
    if (rc == 0)
        rc = read_double(json, "seconds", &run->seconds, file, err);
    if (rc == 0)
        rc = read_double(json, "coverage", &run->coverage, file, err);
    if (rc == 0)
        rc = read_double(json, "hz", &run->hz, file, err);
    if (rc == 0)
        rc = read_double(json, "sampling_share", &run->sampling_share, file, err);
    if (rc == 0)
        rc = read_double(json, "harness_busy", &run->harness_busy, file, err);
    if (rc < 0)
        return rc;
    run->open_loop = wm_json_as_bool(wm_json_get(json, "open_loop"), false);
    run->crashed = wm_json_as_bool(wm_json_get(json, "crashed"), false);
    rc = read_strings(run, json);
    if (rc == 0)
        rc = read_lists(run, json);
    return rc < 0 ? wm_fail_at(err, rc, file, "no memory to read it") : 0;
}

int wm_run_json_read(struct wm_run *run, const char *file, struct wm_error *err)
{
    struct wm_json *json = NULL;
    int rc = wm_json_read(file, FILE_BYTES_MAX, &json, err);
    if (rc == 0)
        rc = read_run(run, json, file, err);
    wm_json_free(json);
    return rc;
}

/* crash_report.c - a crash as crash.json and as a block of text. */
#include "harness/cli/crash.h"

#include "harness/cli/request.h"
#include "harness/core/file.h"
#include "harness/core/json.h"
#include "harness/core/units.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES_SHOWN = 6 };

static bool has_address(int number)
{
    return number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL;
}

static void name_signal(int number, char *name, size_t bytes)
{
    const char *known = sigabbrev_np(number);
    if (known != NULL)
        snprintf(name, bytes, "SIG%s", known);
    else
        snprintf(name, bytes, "signal %d", number);
}

/* The index that the user knows: of the warm-up's own count, in a warm-up. */
static uint64_t shown_index(const struct wm_crash_request *request)
{
    return request->index & ~WM_WORK_WARMUP_INDEX;
}

static void write_request(struct wm_json_writer *json, const struct wm_crash_request *request)
{
    wm_json_open(json, NULL, '{');
    wm_json_u64(json, "index", shown_index(request));
    wm_json_bool(json, "warmup", request->warmup);
    wm_json_bool(json, "running", request->running);
    wm_json_string(json, "entry", request->entry);
    wm_json_open(json, "fields", '{');
    for (size_t i = 0; i < request->field_count; i++)
        wm_json_string(json, request->fields[i].name, request->fields[i].value);
    wm_json_close(json, '}');
    wm_json_string(json, "active_path", request->active_path);
    wm_json_close(json, '}');
}

static void write_report(const struct wm_crash_report *report, struct wm_text *text)
{
    char name[32];
    char address[32];
    struct wm_json_writer json;
    wm_json_start(&json, text);
    wm_json_open(&json, NULL, '{');
    if (report->signal != 0) {
        name_signal(report->signal, name, sizeof(name));
        wm_json_u64(&json, "signal", (uint64_t)report->signal);
        wm_json_string(&json, "signal_name", name);
    } else {
        wm_json_u64(&json, "exit_code", (uint64_t)report->exit_code);
    }
    if (report->tid != 0 && has_address(report->signal)) {
        snprintf(address, sizeof(address), "0x%" PRIx64, report->address);
        wm_json_string(&json, "address", address);
    }
    if (report->tid != 0)
        wm_json_u64(&json, "thread", report->tid);
    wm_json_open(&json, "stack", '[');
    for (size_t i = 0; i < report->stack_count; i++)
        wm_json_string(&json, NULL, report->stack[i]);
    wm_json_close(&json, ']');
    wm_json_open(&json, "in_flight", '[');
    for (size_t i = 0; i < report->request_count; i++)
        write_request(&json, &report->requests[i]);
    wm_json_close(&json, ']');
    wm_json_close(&json, '}');
}

int wm_crash_save(const struct wm_crash_report *report, const char *folder, struct wm_error *err)
{
    struct wm_text text;
    wm_text_init(&text);
    write_report(report, &text);
    char *name = wm_file_join_dup(folder, "crash.json");
    int rc = name == NULL || text.failed ? wm_fail_at(err, -ENOMEM, folder, "no memory")
                                         : wm_file_write(name, text.data, text.length, err);
    free(name);
    wm_text_done(&text);
    return rc;
}

void wm_crash_headline(const struct wm_crash_report *report, struct wm_text *text)
{
    char name[32];
    const char *who = report->server ? "the server" : "the app";
    if (report->signal == 0) {
        wm_text_addf(text, "%s ended with exit code %d", who, report->exit_code);
        return;
    }
    const char *what = sigdescr_np(report->signal);
    name_signal(report->signal, name, sizeof(name));
    wm_text_addf(text, "%s died by %s", who, name);
    if (what != NULL)
        wm_text_addf(text, " (%s)", what);
    if (report->tid == 0 && (report->signal == SIGTRAP || report->signal == SIGPROF))
        wm_text_add(text, ", the sampling signal: it has reset waymark's handler (--hz 0 runs it "
                          "without sampling)");
    if (report->tid != 0 && has_address(report->signal))
        wm_text_addf(text, " at address 0x%" PRIx64, report->address);
}

static void describe_request(const struct wm_crash_request *request, bool server,
                             struct wm_text *text)
{
    char count[WM_UNIT_BYTES];
    wm_text_addf(text, "  %s %s%s: %s ",
                 request->running ? "running: request" : "in flight: request",
                 wm_units_count(shown_index(request), count),
                 request->warmup ? " of the warm-up" : "", request->entry);
    wm_request_describe(request->fields, request->field_count, text);
    wm_text_add(text, "\n");
    if (!server)
        wm_text_addf(text, "  active path: %s\n",
                     request->active_path[0] != '\0' ? request->active_path : "(no segment open)");
}

void wm_crash_describe(const struct wm_crash_report *report, const char *folder,
                       struct wm_text *text)
{
    char count[WM_UNIT_BYTES];
    wm_text_add(text, "waymark: ");
    wm_crash_headline(report, text);
    wm_text_add(text, "\n");
    if (report->request_count > 0)
        describe_request(&report->requests[0], report->server, text);
    else
        wm_text_add(text, "  no request was in flight\n");
    for (size_t i = 0; i < report->stack_count && i < FRAMES_SHOWN; i++)
        wm_text_addf(text, "  %s %s\n", i == 0 ? "in" : "by", report->stack[i]);
    if (report->stack_count > FRAMES_SHOWN)
        wm_text_addf(text, "  by %zu more callers\n", report->stack_count - FRAMES_SHOWN);
    if (report->request_count > 1)
        wm_text_addf(text, "  %s more in flight\n",
                     wm_units_count(report->request_count - 1, count));
    wm_text_addf(text, "  all that is known: %s/crash.json", folder);
}

/* cmd_record.c - `waymark record`: a proxy that writes what passes through it as a trace. */
#include "harness/cli/commands.h"
#include "harness/cli/print.h"
#include "harness/cli/recorder.h"
#include "harness/core/units.h"

#include <errno.h>

struct values {
    const char *listen;
    const char *to;
    const char *protocol;
    const char *output;
    uint64_t duration_ns;
};

/* clang-format off */
static const struct wm_option table[] = {
    {"Options", NULL, NULL, NULL, 0},
    {"--listen", "HOST:PORT", "where clients connect to; port 0 is a free one", wm_option_string,
     offsetof(struct values, listen)},
    {"--to", "HOST:PORT", "the server that they mean", wm_option_string,
     offsetof(struct values, to)},
    {"--protocol", "NAME", "what they speak, of the list below", wm_option_string,
     offsetof(struct values, protocol)},
    {"-o", "FILE.wmt", "the trace to write", wm_option_string, offsetof(struct values, output)},
    {"--duration", "T", "end by itself after that time (Ctrl-C always ends it)",
     wm_option_duration, offsetof(struct values, duration_ns)},
};
/* clang-format on */

static void add_more(struct wm_text *text)
{
    wm_text_add(text, "\nProtocols:\n");
    for (size_t i = 0; i < wm_protocol_count(); i++) {
        const struct wm_protocol *protocol = wm_protocol_at(i);
        wm_text_add(text, "  ");
        wm_text_add_padded(text, protocol->name, 29);
        wm_text_addf(text, " %s\n", protocol->help);
    }
    wm_text_add(text,
                "\nBytes pass both ways as they are. A request's fields are what `waymark run` "
                "sends again,\nwith `session` (the number of its connection), `status` or "
                "`outcome`, and `latency_ns`.\n");
}

/* What cannot do without a value, and how it is asked for. */
static int check(const struct values *values, struct wm_error *err)
{
    const struct {
        const char *value, *option, *request;
    } needed[] = {
        {values->listen,   "--listen",   "say where to listen: --listen 127.0.0.1:7000"},
        {values->to,       "--to",       "say where the server is: --to 127.0.0.1:6379"},
        {values->protocol, "--protocol", "say what is spoken there: --protocol http"   },
        {values->output,   "-o",         "say which trace to write: -o FILE.wmt"       },
    };
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (needed[i].value == NULL)
            return wm_fail_at(err, -EINVAL, needed[i].option, "%s", needed[i].request);
    if (wm_protocol_find(values->protocol) != NULL)
        return 0;
    const char *names[8] = {NULL};
    for (size_t i = 0; i < wm_protocol_count() && i < 8; i++)
        names[i] = wm_protocol_at(i)->name;
    const char *nearest = wm_nearest(values->protocol, names, 8, sizeof(names[0]));
    return wm_fail_at(err, -EINVAL, "--protocol", "there is no protocol %s; did you mean %s?",
                      values->protocol, nearest != NULL ? nearest : names[0]);
}

static void add_count(struct wm_text *text, uint64_t number, const char *one, const char *many)
{
    char count[WM_UNIT_BYTES];
    if (number > 0)
        wm_text_addf(text, ", %s %s", wm_units_count(number, count), number == 1 ? one : many);
}

static void describe(const struct wm_recording *recording, const char *output, struct wm_text *text)
{
    char count[WM_UNIT_BYTES], connections[WM_UNIT_BYTES], span[WM_UNIT_BYTES];
    char sent[WM_UNIT_BYTES], answered[WM_UNIT_BYTES];
    wm_text_addf(text, "%s  %s request%s in %s over %s connection%s, %s sent, %s answered", output,
                 wm_units_count(recording->requests, count), recording->requests == 1 ? "" : "s",
                 wm_units_duration((double)recording->span_ns, span),
                 wm_units_count(recording->connections, connections),
                 recording->connections == 1 ? "" : "s",
                 wm_units_bytes((double)recording->sent_bytes, sent),
                 wm_units_bytes((double)recording->answered_bytes, answered));
    add_count(text, recording->unanswered, "without its answer", "without their answer");
    add_count(text, recording->not_understood, "connection not understood to its end",
              "connections not understood to their end");
    if (recording->not_understood > 0)
        wm_text_addf(text, " (first: %s)", recording->fault);
    add_count(text, recording->refused, "connection that the server refused",
              "connections that the server refused");
    add_count(text, recording->turned_away, "connection turned away", "connections turned away");
    add_count(text, recording->dropped_fields, "header left out", "headers left out");
    add_count(text, recording->lost, "request lost", "requests lost");
    wm_text_add(text, "\n");
}

static int record_and_tell(const struct values *values, struct wm_error *err)
{
    struct wm_recorder_settings settings = {.listen = values->listen,
                                            .to = values->to,
                                            .protocol = wm_protocol_find(values->protocol),
                                            .output = values->output,
                                            .duration_ns = values->duration_ns};
    struct wm_recording recording = {0};
    struct wm_text text;
    int rc = wm_recorder_run(&settings, &recording, err);
    if (rc < 0)
        return rc;
    wm_text_init(&text);
    describe(&recording, values->output, &text);
    rc = wm_print_result(&text, err);
    wm_text_done(&text);
    if (rc == 0 && recording.stopped) {
        *err = recording.stop;
        rc = -EIO;
    }
    return rc;
}

static int run_record(int argc, char **argv)
{
    struct wm_options options;
    struct wm_error err = {0};
    struct values values = {0};
    if (wm_command_parse(&wm_command_record, argc, argv, 0, &options, &values) < 0)
        return WM_EXIT_USAGE;
    if (check(&values, &err) < 0 || record_and_tell(&values, &err) < 0)
        return wm_print_error(&err);
    return WM_EXIT_DONE;
}

const struct wm_command wm_command_record = {
    .name = "record",
    .synopsis = "--listen HOST:PORT --to HOST:PORT --protocol NAME -o FILE.wmt [options]",
    .help = "a capturing proxy",
    .options = table,
    .option_count = sizeof(table) / sizeof(table[0]),
    .more = add_more,
    .run = run_record,
};

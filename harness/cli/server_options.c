/* server_options.c - what `waymark run` is told of a server: parsers, what goes together, defaults.
 */
#include "harness/cli/server_options.h"

#include "drivers/protocols/protocol.h"
#include "harness/core/clock.h"
#include "harness/core/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DEFAULT_CONNECTIONS = 64 };
#define DEFAULT_TIMEOUT_NS (30 * WM_NS_PER_SECOND)
#define DEFAULT_READY_NS (10 * WM_NS_PER_SECOND)

/* ---- Words ---- */

static void list_protocols(struct wm_text *text)
{
    for (size_t i = 0; i < wm_protocol_count(); i++)
        wm_text_addf(text, "%s%s",
                     i == 0                        ? ""
                     : i + 1 < wm_protocol_count() ? ", "
                                                   : " or ",
                     wm_protocol_at(i)->name);
}

static int fail_protocol(struct wm_error *err, const char *text)
{
    struct wm_text names;
    wm_text_init(&names);
    list_protocols(&names);
    int rc = wm_fail(err, -EINVAL, "%s%s", text, names.data);
    wm_text_done(&names);
    return rc;
}

int wm_option_protocol(const char *value, void *field, struct wm_error *err)
{
    *(const char **)field = value;
    if (wm_protocol_find(value) != NULL || strcmp(value, WM_PROTOCOL_NULL) == 0)
        return 0;
    return fail_protocol(err, "what the server speaks is ");
}

static int parse_number(const char *value, uint64_t most, void *field, struct wm_error *err)
{
    uint64_t count;
    if (wm_units_parse_count(value, &count) < 0 || count == 0 || count > most)
        return wm_fail(err, -EINVAL, "'%.60s' is not a whole number from 1 to %" PRIu64, value,
                       most);
    *(uint64_t *)field = count;
    return 0;
}

int wm_option_port(const char *value, void *field, struct wm_error *err)
{
    return parse_number(value, UINT16_MAX, field, err);
}

int wm_option_connections(const char *value, void *field, struct wm_error *err)
{
    return parse_number(value, WM_CONTEXT_MAX, field, err);
}

/* ---- What goes together ---- */

static const struct wm_option_conflict conflicts[] = {
    {"--app",         "--server",  false, "say one of --app, --server and --connect: which is run?"},
    {"--app",         "--connect", false, "say one of --app, --server and --connect: which is run?"},
    {"--server",      "--connect", false,
     "--server starts one, --connect goes to one that runs: not both"                              },
    {"--port",        "--server",  true,  "it is the port of the server that --server starts"      },
    {"--interleave",  "--server",  false,
     "two servers by turns: not yet. Run each with --repeat, then waymark compare"                 },
    {"--interleave",  "--connect", false, "it takes turns with another app"                        },
    {"--entry",       "--server",  false, "a server has no entry points"                           },
    {"--entry",       "--connect", false, "a server has no entry points"                           },
    {"--connections", "--app",     false, "an app is called, not connected to"                     },
    {"--protocol",    "--app",     false, "an app is called, not connected to"                     },
    {"--timeout",     "--app",     false, "an app is called, not connected to"                     },
    {"--ready",       "--app",     false, "an app is called, not connected to"                     },
    {"--hz",          "--connect", false,
     "nothing can be sampled in a server that waymark does not start; --server starts one"         },
    {"--segments",    "--connect", false,
     "nothing can be sampled in a server that waymark does not start; --server starts one"         },
};

bool wm_run_values_serve(const struct wm_run_values *values)
{
    return values->server != NULL || values->connect != NULL;
}

int wm_server_values_check(const struct wm_options *options, struct wm_run_values *values,
                           struct wm_error *err)
{
    int rc = wm_options_check(options, conflicts, sizeof(conflicts) / sizeof(conflicts[0]), err);
    if (rc < 0 || values->app != NULL)
        return rc;
    if (!wm_run_values_serve(values))
        return wm_fail_at(err, -EINVAL, "--app",
                          "say what to run: --app FILE.so, or a server: --server 'CMD … {port}', "
                          "or --connect HOST:PORT");
    if (values->protocol == NULL) {
        snprintf(err->place, sizeof(err->place), "--protocol");
        return fail_protocol(err, "say what the server speaks: ");
    }
    uint32_t law = wm_run_values_law(options, values);
    if (law == WM_LAW_CLOSED && values->connections > 0)
        return wm_fail_at(err, -EINVAL, "--connections",
                          "in a closed loop --concurrency is the number of connections");
    if (values->trace != NULL && values->threads > 1)
        return wm_fail_at(err, -EINVAL, "--threads",
                          "a trace to a server is sent by one thread: its clients' requests keep "
                          "their order");
    if (values->connections == 0)
        values->connections = law == WM_LAW_CLOSED ? values->concurrency : DEFAULT_CONNECTIONS;
    if (values->connections < values->threads)
        values->connections = values->threads;
    if (values->timeout_ns == 0)
        values->timeout_ns = DEFAULT_TIMEOUT_NS;
    if (values->ready_ns == 0)
        values->ready_ns = DEFAULT_READY_NS;
    if (values->connect != NULL)
        values->hz = 0;
    return 0;
}

/* ---- Help ---- */

void wm_server_options_help(struct wm_text *text)
{
    wm_text_add(
        text, "\nA server's command is split into words as a shell does, and nothing else of a "
              "shell's: sh -c '…'\nfor more. {port} stands for a free port, {dir} for a folder of "
              "its own, removed after the run, to\nwhich the *.conf beside the mix or trace are "
              "copied with these words filled in, {files} for the\nfolder of the mix or trace.\n"
              "\nFor a server the column entry is not needed. A request is called by its column "
              "label, else by\nwhat the protocol says of it. Columns by protocol:\n");
    for (size_t i = 0; i < wm_protocol_count(); i++) {
        const struct wm_protocol *protocol = wm_protocol_at(i);
        wm_text_addf(text, "  %s: %s\n", protocol->name, protocol->help);
        for (const char *line = protocol->columns; *line != '\0';) {
            size_t length = strcspn(line, "\n");
            wm_text_addf(text, "    %.*s\n", (int)length, line);
            line += length + (line[length] == '\n');
        }
    }
}

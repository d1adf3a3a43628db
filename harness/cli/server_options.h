/* server_options.h - what `waymark run` is told of a server: parsers, what goes together, defaults.
 */
#ifndef WM_CLI_SERVER_OPTIONS_H
#define WM_CLI_SERVER_OPTIONS_H

#include "harness/cli/options.h"
#include "harness/cli/run_options.h"
#include "harness/core/error.h"

/* The protocol that needs no server's word: completes each request at once. */
#define WM_PROTOCOL_NULL "null"

int wm_option_protocol(const char *value, void *field, struct wm_error *err);    /* const char * */
int wm_option_port(const char *value, void *field, struct wm_error *err);        /* uint64_t */
int wm_option_connections(const char *value, void *field, struct wm_error *err); /* uint64_t */

/* Exactly one of --app, --server and --connect; refuses what the one that is given cannot have, and
 * fills the defaults that depend on it. -EINVAL. */
WM_MUST_USE int wm_server_values_check(const struct wm_options *options,
                                       struct wm_run_values *values, struct wm_error *err);
/* Whether requests go to a server. */
bool wm_run_values_serve(const struct wm_run_values *values);
/* Adds "http, resp, memcache" and the columns of each to a help text. */
void wm_server_options_help(struct wm_text *text);

#endif

/* report_options.h - pprof's command line, by one table: what `waymark report` was asked for. */
#ifndef WM_CLI_REPORT_OPTIONS_H
#define WM_CLI_REPORT_OPTIONS_H

#include "harness/cli/options.h"
#include "profiles/report/report.h"

#include <stdbool.h>
#include <stdint.h>

struct wm_report_values {
    struct wm_report_options options; /* strings borrowed from argv */
    const char *base, *diff_base, *symbolize, *output, *build_id, *comment;
    const char *picture; /* what dot's text is drawn as: "svg", "png" ...; NULL: nothing is drawn */
    bool binary;         /* the result is no text */
    double unpacked_gib; /* most that a source may unpack to */
    char **sources;      /* in argv */
    size_t source_count;

    /* As given; wm_report_values_read makes the above of them. */
    struct {
        bool paths, top, text, tree, traces, tags, raw, comments, dot, callgrind, proto, topproto;
        bool folded;
        bool svg, png, gif, pdf, ps;
        const char *peek, *list, *weblist, *flamegraph;
    } views;
    struct {
        bool functions, filefunctions, files, lines, addresses;
    } granularities;
    struct {
        bool flat, cum;
    } orders;
    struct {
        bool total_delay, mean_delay, contentions, inuse_space, inuse_objects, alloc_space;
        bool alloc_objects;
    } indices;
    bool by_path;
    bool unused;
    int64_t unused_number;
    const char *unused_text;
};

/* Reads `argv` (without the program and the verb) as pprof does: up to the first word that is no
 * option; one dash or two; "-name=value" or "-name value", and "-name" or "-name=false" for what is
 * on or off. `notes` gets a line for what is passed over. -EINVAL with the option as the place. */
WM_MUST_USE int wm_report_values_read(int argc, char **argv, struct wm_report_values *ret_values,
                                      struct wm_text *notes, struct wm_error *err);

/* report_table.c; the fields are of struct wm_report_values. */
enum { WM_REPORT_OPTION_COUNT = 99 };
extern const struct wm_option wm_report_table[WM_REPORT_OPTION_COUNT];

#endif

/* report_table.c - pprof's options, by its own names. */
#include "harness/cli/report_options.h"

#include "harness/cli/report_table.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* ---- Values, as pprof's own parser takes them ---- */

static int parse_bool(const char *value, void *field, struct wm_error *err)
{
    static const char *const words[2][6] = {
        {"false", "0", "f", "F", "FALSE", "False"},
        {"true",  "1", "t", "T", "TRUE",  "True" }
    };
    if (value == NULL) {
        *(bool *)field = true;
        return 0;
    }
    for (int on = 0; on < 2; on++) {
        for (size_t i = 0; i < sizeof(words[0]) / sizeof(words[0][0]); i++) {
            if (strcmp(words[on][i], value) != 0)
                continue;
            *(bool *)field = on == 1;
            return 0;
        }
    }
    return wm_fail(err, -EINVAL, "'%.60s' is not true or false", value);
}

/* An empty text is as good as none. */
static int parse_text(const char *value, void *field, struct wm_error *err)
{
    (void)err;
    *(const char **)field = value[0] != '\0' ? value : NULL;
    return 0;
}

static int parse_unit(const char *value, void *field, struct wm_error *err)
{
    (void)err;
    *(const char **)field = value;
    return 0;
}

static int parse_integer(const char *value, void *field, struct wm_error *err)
{
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 0);
    if (value[0] == '\0' || strchr(" \t\n\v\f\r", value[0]) != NULL || *end != '\0' || errno != 0)
        return wm_fail(err, -EINVAL, "'%.60s' is not a whole number", value);
    *(int64_t *)field = number;
    return 0;
}

static int parse_number(const char *value, void *field, struct wm_error *err)
{
    char *end;
    double number = strtod(value, &end);
    if (value[0] == '\0' || strchr(" \t\n\v\f\r", value[0]) != NULL || *end != '\0')
        return wm_fail(err, -EINVAL, "'%.60s' is not a number", value);
    *(double *)field = number;
    return 0;
}

static int parse_gib(const char *value, void *field, struct wm_error *err)
{
    double gib = 0;
    int rc = parse_number(value, &gib, err);
    if (rc == 0 && !(gib > 0 && gib <= 1024))
        rc = wm_fail(err, -EINVAL, "'%.60s' is not a number of GiB above 0", value);
    if (rc == 0)
        *(double *)field = gib;
    return rc;
}

/* ---- What needs a browser, a viewer or the network ---- */

static int refuse(const char *value, struct wm_error *err, const char *instead)
{
    bool on = false;
    int rc = parse_bool(value, &on, err);
    return rc < 0 || !on ? rc : wm_fail(err, -EINVAL, "%s", instead);
}

static int refuse_web(const char *value, void *field, struct wm_error *err)
{
    (void)field;
    return refuse(value, err,
                  "waymark starts no browser and no viewer; write the graph with -svg "
                  "-output=FILE.svg (or -pdf, -png) and open that");
}

static int refuse_http(const char *value, void *field, struct wm_error *err)
{
    (void)value;
    (void)field;
    return wm_fail(err, -EINVAL,
                   "waymark serves no pages; write what you want to see with -svg "
                   "-output=FILE.svg, -weblist=RE -output=FILE.html or -list=RE");
}

static int refuse_kcachegrind(const char *value, void *field, struct wm_error *err)
{
    (void)field;
    return refuse(value, err,
                  "waymark starts no viewer; write -callgrind -output=FILE and open it with "
                  "kcachegrind FILE");
}

static int refuse_disasm(const char *value, void *field, struct wm_error *err)
{
    (void)field;
    if (value[0] == '\0')
        return 0;
    return wm_fail(err, -EINVAL,
                   "waymark prints no instructions; -list=RE shows the source lines, -top "
                   "-addresses what each instruction cost, objdump -d what it is");
}

#define SECTION(title)                                                                             \
    {                                                                                              \
        title, NULL, NULL, NULL, 0                                                                 \
    }
#define VALUE(name, argument, parse, field, help)                                                  \
    {                                                                                              \
        name, argument, help, parse, offsetof(struct wm_report_values, field)                      \
    }
#define SWITCH(name, field, help) VALUE(name, NULL, parse_bool, field, help)
#define TEXT(name, argument, field, help) VALUE(name, argument, parse_text, field, help)
#define REFUSED(name, argument, parse, help)                                                       \
    {                                                                                              \
        name, argument, help, parse, 0                                                             \
    }

const struct wm_option wm_report_table[WM_REPORT_OPTION_COUNT] = {
    SECTION(WM_REPORT_VIEWS),
    SWITCH("-top", views.top, "functions (or lines, files ...) by their own cost"),
    SWITCH("-text", views.text, "the same"),
    SWITCH("-tree", views.tree, "the same with callers and callees"),
    TEXT("-peek", "RE", views.peek, "callers and callees of the functions that match"),
    TEXT("-list", "RE", views.list, "the source of the functions that match, a cost on each line"),
    TEXT("-weblist", "RE", views.weblist, "the same as a page of HTML"),
    SWITCH("-traces", views.traces, "every sample: labels, value, frames"),
    SWITCH("-tags", views.tags, "labels, and what each value cost"),
    SWITCH("-raw", views.raw, "all that the profile holds"),
    SWITCH("-comments", views.comments, "the profile's comments"),
    SWITCH("-paths", views.paths, "the path table and tree of a run, as `waymark paths`"),
    SWITCH("-dot", views.dot, "the call graph for graphviz"),
    SWITCH("-svg", views.svg, "the call graph, drawn by graphviz's dot"),
    SWITCH("-png", views.png, "the same as PNG"),
    SWITCH("-gif", views.gif, "the same as GIF"),
    SWITCH("-pdf", views.pdf, "the same as PDF"),
    SWITCH("-ps", views.ps, "the same as PostScript"),
    TEXT("-flamegraph", "FILE.svg", views.flamegraph,
         "stacks as a picture for browsers, a tab per path"),
    SWITCH("-folded", views.folded,
           "\"a;b;c 123\" per stack, for other tools; \";\" in names is \":\""),
    SWITCH("-callgrind", views.callgrind, "for callgrind_annotate and kcachegrind"),
    SWITCH("-proto", views.proto, "the profile itself, as the filters leave it"),
    SWITCH("-topproto", views.topproto, "-top as a profile"),
    SECTION(WM_REPORT_GRANULARITIES),
    SWITCH("-functions", granularities.functions, "function"),
    SWITCH("-filefunctions", granularities.filefunctions, "function and file"),
    SWITCH("-files", granularities.files, "file"),
    SWITCH("-lines", granularities.lines, "source line"),
    SWITCH("-addresses", granularities.addresses, "address"),
    SECTION(WM_REPORT_ORDERS),
    SWITCH("-flat", orders.flat, "by own cost"),
    SWITCH("-cum", orders.cum, "by own cost and that of all that was called"),
    SECTION("Which samples and frames (regular expressions as RE2 has them)"),
    TEXT("-focus", "RE", options.focus, "samples with a frame that matches"),
    TEXT("-ignore", "RE", options.ignore, "no samples with a frame that matches"),
    TEXT("-hide", "RE", options.hide, "no frames that match"),
    TEXT("-show", "RE", options.show, "only frames that match"),
    TEXT("-show_from", "RE", options.show_from, "nothing above the outermost frame that matches"),
    TEXT("-prune_from", "RE", options.prune_from, "nothing below the innermost frame that matches"),
    SWITCH("-noinlines", options.noinlines, "inlined functions count for their caller"),
    SECTION("Labels"),
    TEXT("-path", "RE", options.path, "samples of the paths that match, by name or id"),
    TEXT("-tagfocus", "[KEY=]RE|RANGE", options.tagfocus,
         "samples with such a label; 1kb:4kb is a range"),
    TEXT("-tagignore", "[KEY=]RE|RANGE", options.tagignore, "no samples with such a label"),
    TEXT("-tagshow", "RE", options.tagshow, "only labels whose key matches"),
    TEXT("-taghide", "RE", options.taghide, "no labels whose key matches"),
    TEXT("-tagroot", "KEY,...", options.tagroot, "labels become the outermost frames"),
    TEXT("-tagleaf", "KEY,...", options.tagleaf, "labels become the innermost frames"),
    SECTION("Side by side (-top, -tree, -peek; -lines, -files ...): costs of one request, as wide "
            "as the\n"
            "terminal; elsewhere 160 columns, or $COLUMNS"),
    SWITCH("-by_path", by_path,
           "a pair of columns for each execution path; with -base what changed"),
    TEXT("-by", "LABEL", options.by,
         "the same by another label; tabs of -flamegraph, roots of -folded"),
    SWITCH("-fold_background", options.fold_background,
           "beside -by: a server's (background) is in the columns, by their requests"),
    SECTION("What is counted"),
    TEXT("-sample_index", "TYPE", options.sample_index, "the sample type, by name or number"),
    SWITCH("-mean", options.mean, "values divided by the first type's"),
    SWITCH("-relative_percentages", options.relative_percentages,
           "percentages of what the filters leave"),
    VALUE("-unit", "UNIT", parse_unit, options.unit,
          "the unit of values (minimum: by the smallest)"),
    VALUE("-divide_by", "N", parse_number, options.divide_by, "values divided by N"),
    SWITCH("-inuse_space", indices.inuse_space, "-sample_index=inuse_space"),
    SWITCH("-inuse_objects", indices.inuse_objects, "-sample_index=inuse_objects"),
    SWITCH("-alloc_space", indices.alloc_space, "-sample_index=alloc_space"),
    SWITCH("-alloc_objects", indices.alloc_objects, "-sample_index=alloc_objects"),
    SWITCH("-contentions", indices.contentions, "-sample_index=contentions"),
    SWITCH("-total_delay", indices.total_delay, "-sample_index=delay"),
    SWITCH("-mean_delay", indices.mean_delay, "-sample_index=delay -mean"),
    SECTION("How much is shown"),
    VALUE("-nodecount", "N", parse_integer, options.node_count,
          "at most N rows, nodes or frames (-1: the view's own)"),
    VALUE("-nodefraction", "F", parse_number, options.node_fraction,
          "no nodes below this part of the total (0.005; flames 0.0005)"),
    VALUE("-edgefraction", "F", parse_number, options.edge_fraction,
          "no edges below this part of the total (0.001)"),
    SWITCH("-trim", options.trim, "these limits hold; -trim=false shows all"),
    SWITCH("-drop_negative", options.drop_negative, "no nodes that are negative in a comparison"),
    SWITCH("-call_tree", options.call_tree, "a node for each way to a function (-dot, -callgrind)"),
    SWITCH("-compact_labels", options.compact_labels, "without the lines about the profile"),
    SECTION("Comparison"),
    TEXT("-base", "RUN|PROFILE", base, "what is subtracted"),
    TEXT("-diff_base", "RUN|PROFILE", diff_base, "the same, and percentages are of it"),
    SWITCH("-normalize", options.normalize, "scaled to the base's total first"),
    SECTION("Files"),
    TEXT("-output", "FILE", output, "written there instead of to standard output"),
    TEXT("-source_path", "DIR:...", options.source_path,
         "where source files are looked for (here)"),
    TEXT("-trim_path", "DIR:...", options.trim_path, "what is cut from the front of file names"),
    TEXT("-symbolize", "HOW", symbolize,
         "names of addresses without any: none, local, fastlocal; see below"),
    TEXT("-buildid", "ID", build_id, "the build id of the first binary"),
    TEXT("-add_comment", "TEXT", comment, "one more comment in the profile"),
    VALUE("-unpacked_max", "GIB", parse_gib, unpacked_gib,
          "the most that a source may unpack to (4)"),
    SECTION("Taken and of no effect, since profiles are files and nothing is disassembled"),
    VALUE("-seconds", "N", parse_integer, unused_number, "of a profile that is fetched"),
    VALUE("-timeout", "N", parse_integer, unused_number, "of fetching it"),
    TEXT("-tools", "DIR", unused_text, "where objdump lies"),
    SWITCH("-intel_syntax", unused, "of instructions"),
    SECTION("Refused, with what to use instead"),
    REFUSED("-web", NULL, refuse_web, "-svg -output=FILE.svg"),
    REFUSED("-gv", NULL, refuse_web, "-ps -output=FILE.ps"),
    REFUSED("-eog", NULL, refuse_web, "-svg -output=FILE.svg"),
    REFUSED("-evince", NULL, refuse_web, "-pdf -output=FILE.pdf"),
    REFUSED("-kcachegrind", NULL, refuse_kcachegrind, "-callgrind -output=FILE"),
    REFUSED("-http", "HOST:PORT", refuse_http, "-svg, -list, -weblist"),
    REFUSED("-no_browser", NULL, refuse_web, "none is ever started"),
    REFUSED("-disasm", "RE", refuse_disasm, "-list, -top -addresses"),
};

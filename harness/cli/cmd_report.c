/* cmd_report.c - `waymark report`: the pprof views of a run or of any profile. */
#include "harness/cli/cmd_paths.h"
#include "harness/cli/commands.h"
#include "harness/cli/delivery.h"
#include "harness/cli/picture.h"
#include "harness/cli/print.h"
#include "harness/cli/report_options.h"
#include "harness/cli/report_runs.h"
#include "harness/cli/report_sources.h"
#include "harness/core/file.h"
#include "harness/core/pages.h"
#include "profiles/pprof/merge.h"
#include "profiles/report/symbolizing.h"
#include "profiles/runs/run.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const double GIB = 0x1p30;

struct report {
    struct wm_report_values values;
    const char *program; /* a binary named before the profiles: the first mapping's */
    struct wm_merge_input *inputs;
    size_t input_count;
    struct wm_report_runs runs; /* of the sources that are folders */
    struct wm_text notes, result;
    struct wm_delivery delivery;
};

/* ---- Sources ---- */

/* "waymark report ./shop profile.pb.gz": what pprof's users type. */
static bool is_program(const char *name)
{
    char magic[SELFMAG];
    FILE *file = fopen(name, "rb");
    if (file == NULL)
        return false;
    bool elf = fread(magic, 1, SELFMAG, file) == SELFMAG && memcmp(magic, ELFMAG, SELFMAG) == 0;
    fclose(file);
    return elf;
}

static bool is_build_id(const char *word)
{
    return word[strspn(word, "0123456789abcdefABCDEF")] == '\0';
}

static void take_program(struct report *report)
{
    struct wm_report_values *values = &report->values;
    if (values->source_count < 2)
        return;
    if (is_program(values->sources[0]))
        report->program = values->sources[0];
    else if (values->build_id == NULL && is_build_id(values->sources[0]))
        values->build_id = values->sources[0];
    else
        return;
    values->sources++;
    values->source_count--;
}

/* The profile of a run folder, or the file itself; free() it. */
static char *profile_name_dup(const char *source)
{
    return wm_report_is_folder(source) ? wm_file_join_dup(source, "profile.pb.gz") : strdup(source);
}

static bool is_url(const char *source)
{
    return strncmp(source, "http://", 7) == 0 || strncmp(source, "https://", 8) == 0;
}

/* What the command line says of the main binary holds for each source. */
static int rename_program(const struct report *report, struct wm_profile *profile)
{
    const char *build_id = report->values.build_id;
    if (report->program == NULL && build_id == NULL)
        return 0;
    if (profile->mapping_count == 0) {
        int64_t added = wm_profile_add_mapping(profile, &(struct wm_mapping){0});
        if (added < 0)
            return (int)added;
        for (size_t i = 0; i < profile->location_count; i++)
            profile->locations[i].mapping = 1;
    }
    int64_t file = report->program != NULL ? wm_profile_string(profile, report->program) : 0;
    int64_t id = build_id != NULL ? wm_profile_string(profile, build_id) : 0;
    if (file < 0 || id < 0)
        return -ENOMEM;
    if (file > 0)
        profile->mappings[0].file = (uint32_t)file;
    if (id > 0)
        profile->mappings[0].build_id = (uint32_t)id;
    wm_profile_forget(profile);
    return 0;
}

static int read_source(struct report *report, const char *source, enum wm_merge_role role,
                       struct wm_error *err)
{
    struct wm_merge_input *input = &report->inputs[report->input_count];
    uint64_t limit = (uint64_t)(report->values.unpacked_gib * GIB);
    if (is_url(source))
        return wm_fail_at(err, -EINVAL, source,
                          "profiles are read from files; fetch it with curl -o FILE URL");
    char *name = profile_name_dup(source);
    if (name == NULL)
        return wm_fail(err, -ENOMEM, "no memory for a file name");
    bool missing = wm_report_is_folder(source) && !wm_file_exists(name) && !wm_run_is(source);
    int rc = missing ? wm_run_fail_missing(source, err)
                     : wm_profile_read(name, limit, &input->profile, err);
    free(name);
    if (rc < 0)
        return rc;
    const struct wm_report_options *options = &report->values.options;
    input->role = role;
    rc = rename_program(report, input->profile);
    if (rc < 0)
        wm_fail(err, rc, "no memory for the profile");
    else
        rc = wm_report_runs_read(&report->runs, source,
                                 role == WM_MERGE_SOURCE ? WM_REQUESTS_NEW : WM_REQUESTS_BASE,
                                 options->by != NULL || options->path != NULL, err);
    if (rc < 0) { /* a source counts as a whole: its profile with its requests */
        wm_profile_free(input->profile);
        input->profile = NULL;
        return rc;
    }
    report->input_count++;
    return 0;
}

/* What cannot be read is told and left out, unless nothing is left. */
static int read_sources(struct report *report, const struct wm_report_sources *sources,
                        enum wm_merge_role role, struct wm_error *err)
{
    size_t before = report->input_count, count = sources->count;
    for (size_t i = 0; i < count; i++) {
        int rc = read_source(report, sources->names[i], role, err);
        if (rc < 0 && (count == 1 || rc == -ENOMEM))
            return rc;
        if (rc < 0)
            wm_print_error(err);
    }
    if (report->input_count == before)
        return wm_fail_at(err, -EINVAL, "", "none of the %zu profiles can be read", count);
    if (report->input_count - before < count)
        wm_print_note("%zu of %zu profiles were read", report->input_count - before, count);
    return 0;
}

static void show_download(void *user, uint64_t received_bytes)
{
    (void)user;
    wm_print_progress("asking the servers of $DEBUGINFOD_URLS ... %.1f MB",
                      (double)received_bytes / 1e6);
}

static int symbolize(struct report *report, struct wm_profile *profile)
{
    struct wm_symbolizing how = wm_symbolizing_read(report->values.symbolize, &report->notes);
    how.progress = show_download;
    int rc = wm_symbolizing_apply(&how, profile, &report->notes);
    wm_print_progress_done();
    return rc;
}

static int apply_runs(struct report *report, struct wm_error *err)
{
    struct wm_profile **profiles = calloc(report->input_count + 1, sizeof(profiles[0]));
    if (profiles == NULL)
        return wm_fail(err, -ENOMEM, "no memory for the profiles");
    for (size_t i = 0; i < report->input_count; i++)
        profiles[i] = report->inputs[i].profile;
    int rc = wm_report_runs_apply(&report->runs, profiles, &report->values.options, err);
    free(profiles);
    return rc;
}

/* A picture's colours compare requests where these are known, and so two sides, not a difference.
 */
static void keep_sides(struct report *report)
{
    if (report->values.views.flamegraph == NULL || report->values.options.requests == NULL)
        return;
    for (size_t i = 0; i < report->input_count; i++)
        if (report->inputs[i].role == WM_MERGE_BASE)
            report->inputs[i].role = WM_MERGE_DIFF_BASE;
}

static int read_all(struct report *report, struct wm_profile **ret_profile, struct wm_error *err)
{
    struct wm_report_values *values = &report->values;
    /* columns compare two sides, which a plain base would leave as one difference */
    bool diff = values->diff_base != NULL || values->options.by != NULL;
    const char *named = values->diff_base != NULL ? values->diff_base : values->base;
    char *base = (char *)(uintptr_t)named;
    struct wm_report_sources sources = {.names = NULL}, bases = {.names = NULL};
    int rc = wm_report_sources_find(values->sources, values->source_count, &sources, err);
    if (rc == 0)
        rc = wm_report_sources_find(&base, base != NULL ? 1 : 0, &bases, err);
    report->inputs = calloc(sources.count + bases.count + 1, sizeof(report->inputs[0]));
    if (rc == 0 && report->inputs == NULL)
        rc = wm_fail(err, -ENOMEM, "no memory for the profiles");
    if (rc == 0)
        rc = read_sources(report, &sources, WM_MERGE_SOURCE, err);
    if (rc == 0 && base != NULL)
        rc = read_sources(report, &bases, diff ? WM_MERGE_DIFF_BASE : WM_MERGE_BASE, err);
    if (rc == 0)
        rc = apply_runs(report, err);
    wm_report_sources_done(&sources);
    wm_report_sources_done(&bases);
    if (rc < 0)
        return rc;
    keep_sides(report);
    const unsigned flags = (values->options.normalize ? WM_MERGE_NORMALIZE : 0) |
                           (wm_report_is_of_sums(&values->options) ? WM_MERGE_FOR_SUMS : 0);
    rc = wm_profile_merge(report->inputs, report->input_count, flags, ret_profile, err);
    if (rc < 0)
        return rc;
    if (symbolize(report, *ret_profile) < 0)
        return wm_fail(err, -ENOMEM, "no memory for the names of functions");
    if (wm_profile_drop_frames(*ret_profile) < 0)
        return wm_fail(err, -ENOMEM, "no memory for the profile's drop_frames");
    if (values->comment == NULL)
        return 0;
    rc = wm_profile_add_comment(*ret_profile, values->comment);
    return rc < 0 ? wm_fail(err, rc, "no memory for the comment") : 0;
}

/* ---- The result ---- */

static void print_notes(const struct wm_text *notes)
{
    for (const char *line = notes->data; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        wm_print_note("%.*s", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

static int draw(struct report *report, struct wm_error *err)
{
    struct wm_text picture;
    wm_text_init(&picture);
    int rc = wm_picture_draw(&report->result, report->values.picture, &picture, err);
    struct wm_text graph = report->result;
    report->result = picture;
    wm_text_done(&graph);
    return rc;
}

static int drain(void *user, struct wm_text *text, struct wm_error *err)
{
    return wm_delivery_send(user, text, err);
}

static int deliver(struct report *report, struct wm_error *err)
{
    int rc = wm_delivery_send(&report->delivery, &report->result, err);
    if (rc == 0)
        rc = wm_delivery_commit(&report->delivery, err);
    if (rc == 0 && report->delivery.name != NULL)
        wm_print_note("written to %s", report->delivery.name);
    return rc;
}

static int make_report(struct report *report, struct wm_error *err)
{
    struct wm_profile *profile = NULL;
    if (report->values.binary && report->values.output == NULL && isatty(STDOUT_FILENO) != 0)
        return wm_fail(err, -EINVAL,
                       "this view is no text for a terminal; name a file with -output=FILE");
    report->delivery.name = report->values.output;
    if (report->values.picture == NULL) {
        report->values.options.drain = drain;
        report->values.options.drain_user = &report->delivery;
    }
    take_program(report);
    int rc = read_all(report, &profile, err);
    if (rc == 0)
        rc =
            wm_report_print(profile, &report->values.options, &report->result, &report->notes, err);
    wm_profile_free(profile);
    print_notes(&report->notes);
    if (rc == 0 && report->values.picture != NULL)
        rc = draw(report, err);
    return rc < 0 ? rc : deliver(report, err);
}

/* How wide our own tables may be: as $COLUMNS says, else a terminal's lines. A file or a pipe has no
 * end of them, but who pages through it wants a row's name beside its figures. */
static size_t find_width(const struct wm_report_values *values)
{
    enum { UNLESS_TOLD = 160 };
    struct winsize size;
    const char *told = getenv("COLUMNS");
    unsigned long columns = told != NULL ? strtoul(told, NULL, 10) : 0;
    if (columns > 0)
        return columns;
    if (values->output == NULL && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return UNLESS_TOLD;
}

static int make(struct report *report, struct wm_error *err)
{
    struct wm_report_values *values = &report->values;
    if (!values->views.paths)
        return make_report(report, err);
    if (values->source_count > 1)
        return wm_fail_at(err, -EINVAL, "-paths", "shows one run at a time");
    return wm_cmd_paths_print(values->sources[0], WM_VIEW_TEXT, err);
}

static int run_report(int argc, char **argv)
{
    struct report report = {.program = NULL};
    struct wm_error err = {0};
    wm_text_init(&report.notes);
    wm_text_init(&report.result);
    wm_pages_prepare_heap();
    int rc = wm_report_values_read(argc, argv, &report.values, &report.notes, &err);
    report.values.options.width = find_width(&report.values);
    if (rc == 0)
        rc = make(&report, &err);
    for (size_t i = 0; i < report.input_count; i++)
        wm_profile_free(report.inputs[i].profile);
    free(report.inputs);
    wm_text_done(&report.notes);
    wm_text_done(&report.result);
    wm_delivery_done(&report.delivery);
    wm_report_runs_done(&report.runs);
    return rc < 0 ? wm_print_error(&err) : WM_EXIT_DONE;
}

static void add_examples(struct wm_text *text)
{
    wm_text_add(text, "\nOptions are go tool pprof's, with one dash or two, and come before the "
                      "profiles. Several profiles\nare merged. A run folder stands for its "
                      "profile.pb.gz, a set or a tag for all of its runs. Examples:\n"
                      "  waymark report -top -cum RUN\n"
                      "  waymark report -peek='^parse' -lines RUN\n"
                      "  waymark report -top -tagfocus=path=orders RUN\n"
                      "  waymark report -top -diff_base RUN1 RUN2\n"
                      "  waymark report -flamegraph=run.svg RUN\n");
    wm_text_add(
        text, "\nAddresses without names get them from the binaries that they came from: found by "
              "the mapping's\nname, in $PPROF_BINARY_PATH, below /usr/lib/debug and, if "
              "$DEBUGINFOD_URLS is set, on those servers.\nOnly a binary with the mapping's build "
              "id is used. -symbolize is one or more of these, joined by ':'\n"
              "  local               this, which is the default\n"
              "  fastlocal           by symbol tables alone, without files, lines and servers\n"
              "  none                no names, and none demangled\n"
              "  force               also what has names\n"
              "  demangle=templates  C++ names with template arguments\n"
              "  demangle=full       and with parameters\n"
              "  demangle=none       the linker's names\n");
}

const struct wm_command wm_command_report = {
    .name = "report",
    .synopsis = "[options] RUN|PROFILE ...",
    .operand = "the RUN folder or PROFILE",
    .help = "the views of go tool pprof, of a run or any profile",
    .options = wm_report_table,
    .option_count = WM_REPORT_OPTION_COUNT,
    .more = add_examples,
    .run = run_report,
};

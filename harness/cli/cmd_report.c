/* cmd_report.c - `waymark report`: the pprof views of a run or of any profile. */
#include "harness/cli/commands.h"
#include "harness/cli/print.h"
#include "harness/core/file.h"
#include "profiles/pprof/profile.h"
#include "profiles/views/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Unpacked bytes; far above any real profile, far below what a hostile one unpacks to. */
#define PROFILE_BYTES_MAX (UINT64_C(1) << 30)

struct values {
    bool top;
};

static const struct wm_option table[] = {
    {"Views", NULL,                                                 NULL,           NULL,                   0   },
    { "-top",   NULL, "functions by their own cost (this one unless told)", wm_option_flag,
     offsetof(struct values,                                                                                top)},
    { "-text",   NULL,                                           "the same", wm_option_flag, offsetof(struct values, top)},
};

/* Views that go tool pprof has: whoever asks for one is told where it is. */
static const char *const pprof_views[] = {"tree", "peek", "list", "traces", "tags",     "raw",
                                          "dot",  "svg",  "web",  "proto",  "callgrind"};

static int check_views(int argc, char **argv)
{
    struct wm_error err = {0};
    for (int i = 0; i < argc && argv[i][0] == '-'; i++) {
        const char *word = argv[i] + strspn(argv[i], "-");
        size_t length = strcspn(word, "=");
        for (size_t view = 0; view < sizeof(pprof_views) / sizeof(pprof_views[0]); view++) {
            const char *name = pprof_views[view];
            if (strlen(name) != length || memcmp(name, word, length) != 0)
                continue;
            wm_fail_at(&err, -EINVAL, argv[i],
                       "not there yet; use: go tool pprof -%s FILE, on a run's profile.pb.gz",
                       word);
            wm_print_error(&err);
            return -EINVAL;
        }
    }
    return 0;
}

/* The profile of a run folder, or the file itself; free() it. */
static char *profile_name_dup(const char *source)
{
    struct stat found;
    if (stat(source, &found) == 0 && S_ISDIR(found.st_mode))
        return wm_file_join_dup(source, "profile.pb.gz");
    return strdup(source);
}

static int print_top(const char *source, struct wm_error *err)
{
    struct wm_profile *profile = NULL;
    struct wm_text text;
    wm_text_init(&text);
    char *name = profile_name_dup(source);
    int rc = name == NULL ? wm_fail(err, -ENOMEM, "no memory") : 0;
    if (rc == 0)
        rc = wm_profile_read(name, PROFILE_BYTES_MAX, &profile, err);
    if (rc == 0)
        rc = wm_view_top(profile, &text, err);
    if (rc == 0)
        rc = wm_print_result(&text, err);
    wm_profile_free(profile);
    wm_text_done(&text);
    free(name);
    return rc;
}

static int run_report(int argc, char **argv)
{
    struct wm_options options;
    struct wm_error err = {0};
    struct values values = {0};
    if (check_views(argc, argv) < 0 ||
        wm_command_parse(&wm_command_report, argc, argv, 1, &options, &values) < 0)
        return WM_EXIT_USAGE;
    if (print_top(options.operands[0], &err) < 0)
        return wm_print_error(&err);
    return WM_EXIT_DONE;
}

const struct wm_command wm_command_report = {
    .name = "report",
    .synopsis = "[-top] RUN|PROFILE",
    .operand = "the RUN folder or PROFILE",
    .help = "the pprof views, natively; so far -top",
    .options = table,
    .option_count = sizeof(table) / sizeof(table[0]),
    .run = run_report,
};

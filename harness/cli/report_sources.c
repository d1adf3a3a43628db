/* report_sources.c - sets and tags to their runs. */
#include "harness/cli/report_sources.h"

#include "harness/cli/report_runs.h"
#include "harness/core/file.h"
#include "profiles/runs/numbered.h"
#include "profiles/runs/record.h"
#include "profiles/runs/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Takes `name`; NULL: no memory. */
static int add(struct wm_report_sources *sources, char *name)
{
    char **names = reallocarray(sources->names, sources->count + 1, sizeof(names[0]));
    if (names != NULL)
        sources->names = names;
    if (names == NULL || name == NULL) {
        free(name);
        return -ENOMEM;
    }
    sources->names[sources->count++] = name;
    return 0;
}

/* The folder itself where it holds no numbered runs. */
static int add_runs(struct wm_report_sources *sources, const char *folder, struct wm_error *err)
{
    uint32_t *numbers = NULL;
    size_t count = 0;
    int rc = wm_numbered_list(folder, &numbers, &count, err);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = add(sources, wm_numbered_dup(folder, numbers[i]));
    free(numbers);
    if (rc == 0 && count == 0)
        rc = add(sources, strdup(folder));
    return rc;
}

static int add_word(struct wm_report_sources *sources, const char *word, struct wm_error *err)
{
    if (wm_file_exists(word))
        return wm_report_is_folder(word) && !wm_run_is(word) ? add_runs(sources, word, err)
                                                             : add(sources, strdup(word));
    char *tag = wm_record_check_name(word, NULL) == 0 ? wm_record_folder_dup(word) : NULL;
    bool is_tag = tag != NULL && wm_file_exists(tag);
    int rc = is_tag ? add_runs(sources, tag, err) : add(sources, strdup(word));
    free(tag);
    return rc;
}

int wm_report_sources_find(char *const *words, size_t count, struct wm_report_sources *ret_sources,
                           struct wm_error *err)
{
    int rc = 0;
    *ret_sources = (struct wm_report_sources){.names = NULL};
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = add_word(ret_sources, words[i], err);
    if (rc == -ENOMEM)
        wm_fail(err, rc, "no memory for the names of profiles");
    if (rc < 0)
        wm_report_sources_done(ret_sources);
    return rc;
}

void wm_report_sources_done(struct wm_report_sources *sources)
{
    for (size_t i = 0; i < sources->count; i++)
        free(sources->names[i]);
    free(sources->names);
    *sources = (struct wm_report_sources){.names = NULL};
}

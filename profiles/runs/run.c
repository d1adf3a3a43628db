/* run.c - a run in memory. */
#include "profiles/runs/run.h"

#include "harness/core/arena.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int wm_run_new(struct wm_run **ret_run)
{
    struct wm_run *run = calloc(1, sizeof(*run));
    if (run == NULL)
        return -ENOMEM;
    run->arena = calloc(1, sizeof(*run->arena));
    if (run->arena == NULL)
        goto fail;
    wm_arena_init(run->arena);
    run->started = run->entry = run->load = "";
    run->sampler = "none";
    run->target = WM_RUN_HOST;
    run->protocol = "";
    run->coverage = 1;
    if (wm_paths_new(&run->paths) < 0 || wm_segments_new(&run->segments) < 0)
        goto fail;
    *ret_run = run;
    return 0;
fail:
    wm_run_free(run);
    return -ENOMEM;
}

void wm_run_free(struct wm_run *run)
{
    if (run == NULL)
        return;
    wm_paths_free(run->paths);
    wm_segments_free(run->segments);
    wm_profile_free(run->profile);
    if (run->arena != NULL)
        wm_arena_done(run->arena);
    free(run->arena);
    free(run);
}

const char *wm_run_setting(const struct wm_run_setting *settings, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(settings[i].key, key) == 0)
            return settings[i].value;
    return "";
}

int wm_run_add_setting(struct wm_run *run, struct wm_run_setting **list, size_t *count,
                       const char *key, const char *value)
{
    bool full = (*count & (*count - 1)) == 0; /* room is for powers of two */
    struct wm_run_setting *entries = *list;
    const char *key_copy = wm_arena_copy(run->arena, key, strlen(key));
    const char *value_copy = wm_arena_copy(run->arena, value, strlen(value));
    if (full)
        entries = wm_arena_alloc(run->arena, (2 * *count + 1) * sizeof(entries[0]));
    if (entries == NULL || key_copy == NULL || value_copy == NULL)
        return -ENOMEM;
    if (full && *count > 0)
        memcpy(entries, *list, *count * sizeof(entries[0]));
    entries[*count] = (struct wm_run_setting){key_copy, value_copy};
    *list = entries;
    ++*count;
    return 0;
}

bool wm_run_of_server(const struct wm_run *run)
{
    return strcmp(run->target, WM_RUN_HOST) != 0;
}

int wm_run_add_failure(struct wm_run *run, const char *reason, uint64_t requests)
{
    size_t count = run->failure_count;
    bool full = (count & (count - 1)) == 0; /* room is for powers of two */
    struct wm_run_failure *failures = run->failures;
    const char *copy = wm_arena_copy(run->arena, reason, strlen(reason));
    if (full)
        failures = wm_arena_alloc(run->arena, (2 * count + 1) * sizeof(failures[0]));
    if (failures == NULL || copy == NULL)
        return -ENOMEM;
    if (full && count > 0)
        memcpy(failures, run->failures, count * sizeof(failures[0]));
    failures[count] = (struct wm_run_failure){copy, requests};
    run->failures = failures;
    run->failure_count = count + 1;
    return 0;
}

void wm_run_note(struct wm_run *run, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0)
        return;
    /* The arena owns the array, so it is copied to grow: notes are few. */
    const char **notes = wm_arena_alloc(run->arena, (run->note_count + 1) * sizeof(notes[0]));
    const char *note = wm_arena_copy(run->arena, text, (size_t)length);
    free(text);
    if (notes == NULL || note == NULL)
        return;
    if (run->note_count > 0)
        memcpy(notes, run->notes, run->note_count * sizeof(notes[0]));
    notes[run->note_count] = note;
    run->notes = notes;
    run->note_count++;
}

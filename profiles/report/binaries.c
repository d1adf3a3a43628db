/* binaries.c - the files that a profile's mappings were mapped from. */
#include "profiles/report/binaries.h"

#include "harness/core/arena.h"
#include "harness/core/intern.h"
#include "profiles/report/binary_search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct wm_binaries {
    struct wm_binary_places places; /* owns the server */
    struct wm_arena arena;
    struct wm_intern *keys; /* file, NUL, build id: to `found` */
    struct wm_binary **found;
    size_t capacity;
};

static int add(struct wm_binaries *binaries, const struct wm_text *key,
               struct wm_binary **ret_binary);
static int choose_folders(struct wm_binaries *binaries);

int wm_binaries_new(const struct wm_symbolizing *how, struct wm_binaries **ret_binaries)
{
    struct wm_binaries *binaries = calloc(1, sizeof(*binaries));
    if (binaries == NULL)
        return -ENOMEM;
    wm_arena_init(&binaries->arena);
    binaries->places.arena = &binaries->arena;
    binaries->places.options.tables_only = how->fast;
    int rc = wm_intern_new(&binaries->keys);
    if (rc == 0 && !how->fast)
        rc = wm_debug_server_new(how->progress, how->user, &binaries->places.options.server);
    if (rc == 0)
        rc = choose_folders(binaries);
    if (rc < 0)
        wm_binaries_free(binaries);
    else
        *ret_binaries = binaries;
    return rc;
}

static int choose_folders(struct wm_binaries *binaries)
{
    const char *folders = getenv("PPROF_BINARY_PATH");
    const char *home = getenv("HOME");
    struct wm_text text;
    wm_text_init(&text);
    if (folders != NULL && folders[0] != '\0')
        wm_text_add(&text, folders);
    else
        wm_text_addf(&text, "%s/pprof/binaries", home != NULL ? home : "");
    binaries->places.folders = wm_arena_copy(&binaries->arena, text.data, text.length);
    bool failed = text.failed || binaries->places.folders == NULL;
    wm_text_done(&text);
    return failed ? -ENOMEM : 0;
}

void wm_binaries_free(struct wm_binaries *binaries)
{
    if (binaries == NULL)
        return;
    for (size_t i = 0; binaries->keys != NULL && i < wm_intern_count(binaries->keys); i++)
        wm_debuginfo_close(binaries->found[i]->info);
    wm_debug_server_free(binaries->places.options.server);
    wm_intern_free(binaries->keys);
    wm_arena_done(&binaries->arena);
    free(binaries->found);
    free(binaries);
}

const char *wm_binaries_problem(const struct wm_binaries *binaries)
{
    return wm_debug_server_problem(binaries->places.options.server);
}

int wm_binaries_find(struct wm_binaries *binaries, const char *file, const char *build_id,
                     struct wm_binary **ret_binary)
{
    struct wm_text key;
    wm_text_init(&key);
    wm_text_add_bytes(&key, file, strlen(file) + 1);
    wm_text_add(&key, build_id);
    int64_t known = key.failed ? -ENOMEM : wm_intern_find(binaries->keys, key.data, key.length);
    int rc = key.failed ? -ENOMEM : 0;
    if (known >= 0)
        *ret_binary = binaries->found[known];
    else if (rc == 0)
        rc = add(binaries, &key, ret_binary);
    if (rc == 0 && known < 0)
        rc = wm_binary_search(&binaries->places, file, build_id, *ret_binary);
    wm_text_done(&key);
    return rc;
}

/* An empty entry. */
static int add(struct wm_binaries *binaries, const struct wm_text *key,
               struct wm_binary **ret_binary)
{
    size_t count = wm_intern_count(binaries->keys);
    if (count == binaries->capacity) {
        size_t capacity = count > 0 ? 2 * count : 16;
        struct wm_binary **found = reallocarray(binaries->found, capacity, sizeof(found[0]));
        if (found == NULL)
            return -ENOMEM;
        binaries->found = found;
        binaries->capacity = capacity;
    }
    struct wm_binary *binary = wm_arena_alloc(&binaries->arena, sizeof(*binary));
    if (binary == NULL)
        return -ENOMEM;
    binaries->found[count] = *ret_binary = binary;
    int64_t number = wm_intern_bytes(binaries->keys, key->data, key->length);
    return number < 0 ? (int)number : 0;
}

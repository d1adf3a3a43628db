/* tag.c - a tag in memory, and whether two runs may stand under one. */
#include "profiles/runs/tag.h"

#include "harness/core/arena.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int wm_tag_new(const char *name, const char *folder, struct wm_tag **ret_tag)
{
    struct wm_tag *tag = calloc(1, sizeof(*tag));
    if (tag == NULL)
        return -ENOMEM;
    if (wm_run_new(&tag->facts) < 0)
        goto fail;
    tag->name = wm_arena_copy(tag->facts->arena, name, strlen(name));
    tag->folder = wm_arena_copy(tag->facts->arena, folder, strlen(folder));
    if (tag->name == NULL || tag->folder == NULL)
        goto fail;
    *ret_tag = tag;
    return 0;
fail:
    wm_tag_free(tag);
    return -ENOMEM;
}

void wm_tag_free(struct wm_tag *tag)
{
    if (tag != NULL)
        wm_run_free(tag->facts);
    free(tag);
}

/* ---- Sameness ---- */

static bool differ(const char *what, const char *is, const char *was,
                   struct wm_tag_difference *ret_difference)
{
    if (strcmp(is, was) == 0)
        return false;
    *ret_difference = (struct wm_tag_difference){what, is[0] != '\0' ? is : "none",
                                                 was[0] != '\0' ? was : "none"};
    return true;
}

bool wm_tag_same(const struct wm_run *run, const struct wm_run *other,
                 struct wm_tag_difference *ret_difference)
{
    static const struct {
        const char *key, *what;
    } identity[] =
        {
            {WM_RUN_BUILD_ID,  "the build id"        },
            {WM_RUN_WORK_HASH, "the hash of the work"},
    },
      settings[] = {{"concurrency", "--concurrency"},
                    {"rate", "--rate"},
                    {"arrivals", "--arrivals"},
                    {"speed", "--speed"},
                    {"requests", "--requests"},
                    {"duration", "--duration"},
                    {"warmup", "--warmup"},
                    {"threads", "--threads"},
                    {"seed", "--seed"},
                    {"entry", "--entry"},
                    {"hz", "--hz"}},
      machine[] = {
          {"cpu", "the machine's CPU"},
          {"cores", "the machine's number of CPUs"},
      };
#define DIFFERS(list, table, list_count)                                                           \
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)                                  \
        if (differ(table[i].what, wm_run_setting(run->list, run->list_count, table[i].key),        \
                   wm_run_setting(other->list, other->list_count, table[i].key), ret_difference))  \
            return false;
    DIFFERS(identity, identity, identity_count)
    DIFFERS(settings, settings, setting_count)
    DIFFERS(machine, machine, machine_count)
#undef DIFFERS
    return true;
}

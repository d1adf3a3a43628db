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

/* Which of a run's lists a key stands in. */
enum list { IDENTITY, SETTINGS, MACHINE };

static const char *value_of(const struct wm_run *run, enum list list, const char *key)
{
    switch (list) {
    case IDENTITY:
        return wm_run_setting(run->identity, run->identity_count, key);
    case SETTINGS:
        return wm_run_setting(run->settings, run->setting_count, key);
    case MACHINE:
        return wm_run_setting(run->machine, run->machine_count, key);
    }
    return "";
}

/* What two runs must have in common; `strict`: only to stand under one tag, as a cost per request
 * compares without it. */
static const struct fact {
    enum list list;
    bool strict;
    const char *key, *what;
} facts[] = {
    {IDENTITY, true,  WM_RUN_BUILD_ID,  "the build id"                },
    {IDENTITY, false, WM_RUN_WORK_HASH, "the hash of the work"        },
    {SETTINGS, false, "entry",          "--entry"                     },
    {SETTINGS, true,  "server",         "--server"                    },
    {SETTINGS, true,  "connect",        "--connect"                   },
    {SETTINGS, false, "protocol",       "--protocol"                  },
    {SETTINGS, false, "label-by",       "--label-by"                  },
    {SETTINGS, false, "concurrency",    "--concurrency"               },
    {SETTINGS, false, "connections",    "--connections"               },
    {SETTINGS, false, "rate",           "--rate"                      },
    {SETTINGS, false, "arrivals",       "--arrivals"                  },
    {SETTINGS, false, "speed",          "--speed"                     },
    {SETTINGS, false, "threads",        "--threads"                   },
    {SETTINGS, true,  "requests",       "--requests"                  },
    {SETTINGS, true,  "duration",       "--duration"                  },
    {SETTINGS, true,  "warmup",         "--warmup"                    },
    {SETTINGS, true,  "seed",           "--seed"                      },
    {SETTINGS, false, "hz",             "--hz"                        }, /* CPU has its own cost in it */
    {SETTINGS, false, "field",          "--field"                     },
    {SETTINGS, true,  "benchtime",      "--benchtime"                 },
    {SETTINGS, true,  "cpu",            "--cpu"                       },
    {MACHINE,  false, "cpu",            "the machine's CPU"           },
    {MACHINE,  false, "cores",          "the machine's number of CPUs"},
};

static bool agree(const struct wm_run *run, const struct wm_run *other, bool strict,
                  struct wm_tag_difference *ret_difference)
{
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        const struct fact *fact = &facts[i];
        if ((strict || !fact->strict) &&
            differ(fact->what, value_of(run, fact->list, fact->key),
                   value_of(other, fact->list, fact->key), ret_difference))
            return false;
    }
    return true;
}

bool wm_tag_comparable(const struct wm_run *run, const struct wm_run *other,
                       struct wm_tag_difference *ret_difference)
{
    return agree(run, other, false, ret_difference);
}

bool wm_tag_same(const struct wm_run *run, const struct wm_run *other,
                 struct wm_tag_difference *ret_difference)
{
    return agree(run, other, true, ret_difference);
}

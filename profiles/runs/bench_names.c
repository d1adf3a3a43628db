/* bench_names.c - benchmarks told apart. */
#include "profiles/runs/bench_names.h"

#include "harness/core/intern.h"
#include "profiles/runs/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of all benchmarks of one name. */
struct namesakes {
    int64_t first; /* one of them */
    bool differ;   /* there is one of another package */
};

struct wm_bench_names {
    struct wm_intern *benchmarks, *names;
    struct namesakes *namesakes; /* by the number of the name */
    size_t count;
};

int wm_bench_names_new(struct wm_bench_names **ret_names)
{
    struct wm_bench_names *names = calloc(1, sizeof(*names));
    int rc = names == NULL ? -ENOMEM : wm_intern_new(&names->benchmarks);
    if (rc == 0)
        rc = wm_intern_new(&names->names);
    if (rc < 0)
        wm_bench_names_free(names);
    else
        *ret_names = names;
    return rc;
}

void wm_bench_names_free(struct wm_bench_names *names)
{
    if (names == NULL)
        return;
    wm_intern_free(names->benchmarks);
    wm_intern_free(names->names);
    free(names->namesakes);
    free(names);
}

/* Name, NUL, package: neither has a NUL in it. */
static int64_t number_of(struct wm_intern *benchmarks, const struct wm_bench_result *result)
{
    struct wm_text key;
    wm_text_init(&key);
    wm_text_add_bytes(&key, result->name, strlen(result->name) + 1);
    wm_text_add(&key, result->package);
    int64_t number = key.failed ? -ENOMEM : wm_intern_bytes(benchmarks, key.data, key.length);
    wm_text_done(&key);
    return number;
}

int64_t wm_bench_names_add(struct wm_bench_names *names, const struct wm_bench_result *result)
{
    int64_t number = number_of(names->benchmarks, result);
    int64_t name = wm_intern_string(names->names, result->name);
    if (number < 0 || name < 0)
        return -ENOMEM;
    if ((size_t)name < names->count) {
        names->namesakes[name].differ |= names->namesakes[name].first != number;
        return number;
    }
    struct namesakes *more = wm_table_grow(names->namesakes, names->count, sizeof(more[0]));
    if (more == NULL)
        return -ENOMEM;
    names->namesakes = more;
    more[names->count++] = (struct namesakes){.first = number};
    return number;
}

const char *wm_bench_names_title(const struct wm_bench_names *names,
                                 const struct wm_bench_result *result, struct wm_arena *arena)
{
    int64_t name = wm_intern_find(names->names, result->name, strlen(result->name));
    struct wm_text text;
    if (name < 0 || !names->namesakes[name].differ)
        return result->name;
    wm_text_init(&text);
    wm_text_addf(&text, "%s (%s)", result->name, result->package);
    const char *title = text.failed ? NULL : wm_arena_copy(arena, text.data, text.length);
    wm_text_done(&text);
    return title;
}

/* lookup.c - content to index, over the table of equal bytes that core has. */
#include "profiles/pprof/lookup.h"

#include "harness/core/intern.h"

#include <errno.h>
#include <stdlib.h>

void wm_lookup_done(struct wm_lookup *lookup)
{
    wm_intern_free(lookup->keys);
    free(lookup->indices);
    *lookup = (struct wm_lookup){0};
}

int64_t wm_lookup_find(const struct wm_lookup *lookup, const struct wm_text *key)
{
    if (key->failed)
        return -ENOMEM;
    if (lookup->keys == NULL)
        return -ENOENT;
    int64_t number = wm_intern_find(lookup->keys, key->data, key->length);
    return number < 0 ? number : (int64_t)lookup->indices[number];
}

int wm_lookup_note(struct wm_lookup *lookup, const struct wm_text *key, uint64_t id)
{
    if (key->failed || (lookup->keys == NULL && wm_intern_new(&lookup->keys) < 0))
        return -ENOMEM;
    size_t count = wm_intern_count(lookup->keys);
    if (count == lookup->capacity) {
        size_t grown = lookup->capacity < 16 ? 16 : lookup->capacity * 2;
        uint32_t *indices = reallocarray(lookup->indices, grown, sizeof(*indices));
        if (indices == NULL)
            return -ENOMEM;
        lookup->indices = indices;
        lookup->capacity = grown;
    }
    int64_t number = wm_intern_bytes(lookup->keys, key->data, key->length);
    if (number < 0)
        return (int)number;
    if ((size_t)number == count)
        lookup->indices[count] = (uint32_t)lookup->noted;
    if (id > lookup->last_id)
        lookup->last_id = id;
    lookup->noted++;
    return 0;
}

int wm_lookup_next_id(const struct wm_lookup *lookup, uint64_t *ret_id)
{
    if (lookup->last_id == UINT64_MAX)
        return -EOVERFLOW;
    *ret_id = lookup->last_id + 1;
    return 0;
}

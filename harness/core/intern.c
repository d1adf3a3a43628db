/* intern.c - equal bytes to one number: an arena of bytes under an open-addressed table.
 *
 * The table holds 32 bits of the hash beside each number, so that a probe that misses touches
 * one cache line and growing never rehashes any bytes. */
#include "harness/core/intern.h"

#include "harness/core/arena.h"
#include "harness/core/hash.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOT_COUNT = 64, FIRST_ENTRY_COUNT = 32 };

struct slot {
    uint32_t hash;
    uint32_t id_plus_1; /* 0: free */
};

struct entry {
    const void *bytes;
    size_t length;
};

struct wm_intern {
    struct wm_arena arena;
    struct slot *slots;
    size_t slot_count; /* a power of two, at most three quarters taken */
    struct entry *entries;
    size_t entry_count;
    size_t entry_capacity;
};

/* The slot of these bytes, or the free slot where they belong. */
static struct slot *find_slot(const struct wm_intern *intern, uint32_t hash, const void *bytes,
                              size_t length)
{
    size_t mask = intern->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct slot *slot = &intern->slots[i];
        if (slot->id_plus_1 == 0)
            return slot;
        if (slot->hash != hash)
            continue;
        const struct entry *entry = &intern->entries[slot->id_plus_1 - 1];
        if (entry->length == length && (length == 0 || memcmp(entry->bytes, bytes, length) == 0))
            return slot;
    }
}

static int grow_slots(struct wm_intern *intern, size_t count)
{
    struct slot *slots = calloc(count, sizeof(*slots));
    if (slots == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < intern->slot_count; i++) {
        struct slot slot = intern->slots[i];
        if (slot.id_plus_1 == 0)
            continue;
        size_t at = slot.hash & (count - 1);
        while (slots[at].id_plus_1 != 0)
            at = (at + 1) & (count - 1);
        slots[at] = slot;
    }
    free(intern->slots);
    intern->slots = slots;
    intern->slot_count = count;
    return 0;
}

static int grow_entries(struct wm_intern *intern, size_t capacity)
{
    struct entry *entries = realloc(intern->entries, capacity * sizeof(*entries));
    if (entries == NULL)
        return -ENOMEM;
    intern->entries = entries;
    intern->entry_capacity = capacity;
    return 0;
}

int wm_intern_new(struct wm_intern **ret_intern)
{
    struct wm_intern *intern = calloc(1, sizeof(*intern));
    if (intern == NULL)
        return -ENOMEM;
    wm_arena_init(&intern->arena);
    intern->slot_count = FIRST_SLOT_COUNT;
    intern->slots = calloc(FIRST_SLOT_COUNT, sizeof(*intern->slots));
    intern->entry_capacity = FIRST_ENTRY_COUNT;
    intern->entries = calloc(FIRST_ENTRY_COUNT, sizeof(*intern->entries));
    if (intern->slots == NULL || intern->entries == NULL) {
        wm_intern_free(intern);
        return -ENOMEM;
    }
    *ret_intern = intern;
    return 0;
}

void wm_intern_free(struct wm_intern *intern)
{
    if (intern == NULL)
        return;
    wm_arena_done(&intern->arena);
    free(intern->slots);
    free(intern->entries);
    free(intern);
}

int wm_intern_expect(struct wm_intern *intern, size_t count)
{
    size_t slots = intern->slot_count;
    while (slots / 4 * 3 < count)
        slots *= 2;
    int rc = slots > intern->slot_count ? grow_slots(intern, slots) : 0;
    if (rc == 0 && count > intern->entry_capacity)
        rc = grow_entries(intern, count);
    return rc;
}

int64_t wm_intern_bytes(struct wm_intern *intern, const void *bytes, size_t length)
{
    uint32_t hash = (uint32_t)wm_hash_bytes(0, bytes, length);
    struct slot *slot = find_slot(intern, hash, bytes, length);
    if (slot->id_plus_1 != 0)
        return (int64_t)slot->id_plus_1 - 1;
    if (intern->entry_count >= UINT32_MAX - 1)
        return -ENOMEM;
    if ((intern->entry_count + 1) * 4 > intern->slot_count * 3) {
        int rc = grow_slots(intern, intern->slot_count * 2);
        if (rc < 0)
            return rc;
        slot = find_slot(intern, hash, bytes, length);
    }
    if (intern->entry_count == intern->entry_capacity) {
        int rc = grow_entries(intern, intern->entry_capacity * 2);
        if (rc < 0)
            return rc;
    }
    char *copy = wm_arena_copy(&intern->arena, bytes, length);
    if (copy == NULL)
        return -ENOMEM;
    intern->entries[intern->entry_count] = (struct entry){copy, length};
    *slot = (struct slot){hash, (uint32_t)intern->entry_count + 1};
    return (int64_t)intern->entry_count++;
}

int64_t wm_intern_string(struct wm_intern *intern, const char *string)
{
    return wm_intern_bytes(intern, string, strlen(string));
}

int64_t wm_intern_find(const struct wm_intern *intern, const void *bytes, size_t length)
{
    const struct slot *slot =
        find_slot(intern, (uint32_t)wm_hash_bytes(0, bytes, length), bytes, length);
    return slot->id_plus_1 != 0 ? (int64_t)slot->id_plus_1 - 1 : -ENOENT;
}

size_t wm_intern_count(const struct wm_intern *intern)
{
    return intern->entry_count;
}

const void *wm_intern_get(const struct wm_intern *intern, uint32_t id, size_t *ret_length)
{
    const struct entry *entry = &intern->entries[id];
    if (ret_length != NULL)
        *ret_length = entry->length;
    return entry->bytes;
}

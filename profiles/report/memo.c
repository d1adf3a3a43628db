/* memo.c - short texts by a number: the last one of each slot. */
#include "profiles/report/memo.h"

#include <string.h>

static size_t slot_of(uint64_t number)
{
    return number * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (WM_MEMO_ENTRIES - 1);
}

bool wm_memo_add(const struct wm_memo *memo, uint64_t number, struct wm_text *text)
{
    const struct wm_memo_entry *entry = &memo->entries[slot_of(number)];
    if (entry->length == 0 || entry->number != number)
        return false;
    wm_text_add_bytes(text, entry->text, entry->length);
    return true;
}

void wm_memo_keep(struct wm_memo *memo, uint64_t number, const struct wm_text *text, size_t start)
{
    struct wm_memo_entry *entry = &memo->entries[slot_of(number)];
    if (text->failed || text->length - start > sizeof(entry->text))
        return;
    entry->number = number;
    entry->length = (uint32_t)(text->length - start);
    memcpy(entry->text, text->data + start, entry->length);
}

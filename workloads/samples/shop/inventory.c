/* inventory.c - what is on the shelves: a hash table of item codes, open addressing. */
#include "inventory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    IN_STOCK = 1000,
    ITEMS = 1010,
    SLOTS = 2048, /* a power of two, about half full */
};

static struct item items[ITEMS];
static const struct item *slots[SLOTS];

static void write_code(char code[16], uint32_t sku)
{
    snprintf(code, 16, "SKU-%05" PRIu32, sku);
}

/* FNV-1a over the code. */
static uint32_t slot_of(const char *code)
{
    uint32_t hash = 2166136261;
    for (; *code != '\0'; code++)
        hash = (hash ^ (uint8_t)*code) * 16777619;
    return (hash ^ hash >> 15) % SLOTS;
}

void inventory_start(void)
{
    static const char *const sizes[] = {"small", "handy", "sturdy", "large"};
    static const char *const things[] = {"kettle", "lamp", "basket", "clock", "blanket"};
    for (uint32_t i = 0; i < ITEMS; i++) {
        struct item *item = &items[i];
        item->sku = i + 1;
        item->stock = item->sku <= IN_STOCK ? 100 + item->sku * 37 % 900 : 0;
        item->price_cents = 500 + item->sku * 7919 % 4500;
        write_code(item->code, item->sku);
        snprintf(item->name, sizeof(item->name), "%s %s", sizes[i % 4], things[i % 5]);
        uint32_t slot = slot_of(item->code);
        while (slots[slot] != NULL)
            slot = (slot + 1) % SLOTS;
        slots[slot] = item;
    }
}

const struct item *inventory_find(uint32_t sku)
{
    char code[16];
    write_code(code, sku);
    uint32_t slot = slot_of(code);
    for (; slots[slot] != NULL; slot = (slot + 1) % SLOTS) {
        if (strcmp(slots[slot]->code, code) == 0)
            return slots[slot];
    }
    return NULL;
}

/* inventory.h - what is on the shelves: a hash table that is only read once it is filled.
 *
 * Items 1 to 1000 are in stock, at least 100 of each, and 1001 to 1010 are sold out. An order takes
 * nothing off the shelf: whether it goes through depends on the order alone, so that the same
 * requests take the same paths in every run, on any number of threads. */
#ifndef SHOP_INVENTORY_H
#define SHOP_INVENTORY_H

#include <stdint.h>

struct item {
    char code[16]; /* what the shelf says, "SKU-00017" */
    char name[32];
    uint32_t sku;
    uint32_t stock;
    uint32_t price_cents; /* 500 to 4999 */
};

/* Fills the shelves. Before any thread looks something up. */
void inventory_start(void);

/* The item, NULL when the shop never had it. */
const struct item *inventory_find(uint32_t sku);

#endif

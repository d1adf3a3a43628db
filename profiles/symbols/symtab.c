/* symtab.c - functions by symbol table. dwfl_module_addrinfo looks through all symbols each time;
 * here they are sorted once. */
#include "profiles/symbols/symtab.h"

#include "harness/core/arena.h"
#include "profiles/symbols/names.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How far back a symbol that spans the address is looked for, where short ones lie inside it. */
enum { LOOK_BACK = 16 };

struct symbol {
    uint64_t start;
    uint64_t end; /* where the table gives no size: the next symbol, or the end of the section */
    const char *linkage;
    const char *name; /* NULL until it is asked for */
    bool sizeless;
    int rank; /* of names for one address, the lower is shown */
};

struct wm_symtab {
    struct symbol *symbols;
    size_t count;
    struct wm_arena arena; /* names */
};

static bool take(Dwfl_Module *module, int i, struct symbol *ret_symbol);
static uint64_t section_end(Elf *elf, GElf_Word section, GElf_Addr bias);
static void settle(struct wm_symtab *symtab);
static int compare_symbols(const void *left, const void *right);

int wm_symtab_new(Dwfl_Module *module, struct wm_symtab **ret_symtab)
{
    int count = dwfl_module_getsymtab(module);
    struct wm_symtab *symtab = calloc(1, sizeof(*symtab));
    if (symtab == NULL)
        return -ENOMEM;
    wm_arena_init(&symtab->arena);
    if (count > 0) {
        symtab->symbols = calloc((size_t)count, sizeof(*symtab->symbols));
        if (symtab->symbols == NULL) {
            free(symtab);
            return -ENOMEM;
        }
    }
    for (int i = 0; i < count; i++) {
        if (take(module, i, &symtab->symbols[symtab->count]))
            symtab->count++;
    }
    settle(symtab);
    *ret_symtab = symtab;
    return 0;
}

void wm_symtab_free(struct wm_symtab *symtab)
{
    if (symtab == NULL)
        return;
    wm_arena_done(&symtab->arena);
    free(symtab->symbols);
    free(symtab);
}

const char *wm_symtab_find(struct wm_symtab *symtab, uint64_t address, const char **ret_linkage)
{
    size_t low = 0, high = symtab->count; /* the first that starts behind the address */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (symtab->symbols[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t back = 0; back < LOOK_BACK && back < low; back++) {
        struct symbol *symbol = &symtab->symbols[low - 1 - back];
        if (address >= symbol->end)
            continue;
        if (symbol->name == NULL)
            symbol->name = wm_symbol_name(&symtab->arena, symbol->linkage);
        *ret_linkage = symbol->linkage;
        return symbol->name;
    }
    return NULL;
}

static bool take(Dwfl_Module *module, int i, struct symbol *ret_symbol)
{
    GElf_Sym symbol;
    GElf_Addr address;
    GElf_Word section;
    Elf *elf = NULL;
    GElf_Addr bias = 0;
    const char *name = dwfl_module_getsym_info(module, i, &symbol, &address, &section, &elf, &bias);
    if (name == NULL || name[0] == '\0' || section == SHN_UNDEF || section == SHN_ABS)
        return false;
    int type = GELF_ST_TYPE(symbol.st_info), binding = GELF_ST_BIND(symbol.st_info);
    /* hand-written assembly often has no type; local ones of those are mere labels */
    bool is_code =
        type == STT_FUNC || type == STT_GNU_IFUNC || (type == STT_NOTYPE && binding != STB_LOCAL);
    if (!is_code)
        return false;
    *ret_symbol =
        (struct symbol){.start = address, .end = address + symbol.st_size, .linkage = name};
    if (ret_symbol->end <= address) {
        ret_symbol->end = section_end(elf, section, bias);
        ret_symbol->sizeless = true;
    }
    /* the public name first, then the one that hides least behind underscores */
    ret_symbol->rank = binding == STB_GLOBAL ? 0 : binding == STB_WEAK ? 100 : 200;
    ret_symbol->rank += type == STT_NOTYPE ? 1000 : 0;
    ret_symbol->rank += (int)strspn(name, "_") < 99 ? (int)strspn(name, "_") : 99;
    return true;
}

/* "_init" must not give its name to the linkage table behind its section. */
static uint64_t section_end(Elf *elf, GElf_Word section, GElf_Addr bias)
{
    GElf_Shdr header;
    Elf_Scn *found = elf != NULL ? elf_getscn(elf, section) : NULL;
    if (found == NULL || gelf_getshdr(found, &header) == NULL)
        return UINT64_MAX;
    return header.sh_addr + header.sh_size + bias;
}

/* `other` is a name for the same address, and may know where it ends. */
static void lend_size(struct symbol *symbol, const struct symbol *other)
{
    if (other->sizeless || (!symbol->sizeless && other->end <= symbol->end))
        return;
    symbol->end = other->end;
    symbol->sizeless = false;
}

/* One symbol per address, each with an end. */
static void settle(struct wm_symtab *symtab)
{
    size_t kept = 0;
    if (symtab->count > 0)
        qsort(symtab->symbols, symtab->count, sizeof(*symtab->symbols), compare_symbols);
    for (size_t i = 0; i < symtab->count; i++) {
        if (kept > 0 && symtab->symbols[kept - 1].start == symtab->symbols[i].start)
            lend_size(&symtab->symbols[kept - 1], &symtab->symbols[i]);
        else
            symtab->symbols[kept++] = symtab->symbols[i];
    }
    symtab->count = kept;
    for (size_t i = 0; i + 1 < kept; i++) {
        struct symbol *symbol = &symtab->symbols[i];
        if (symbol->sizeless && symbol->end > symbol[1].start)
            symbol->end = symbol[1].start;
    }
}

static int compare_symbols(const void *left, const void *right)
{
    const struct symbol *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return strcmp(a->linkage, b->linkage);
}

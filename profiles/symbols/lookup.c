/* lookup.c - the address of a function by its name. */
#include "profiles/symbols/lookup.h"

#include "harness/core/arena.h"
#include "profiles/symbols/names.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

static const char HOOK[] = "__cyg_profile_func_enter";

/* A function of a table. */
struct symbol {
    const char *file; /* the source that a static one is in; "" of a global one */
    const char *linkage;
    uint64_t address;
};

/* The better comes later. */
enum match { MATCH_NONE, MATCH_READABLE, MATCH_EXACT };

struct search {
    const char *name;
    struct wm_arena arena; /* readable names */
    enum match match;
    struct symbol found, other; /* of the best match; the other at another address */
    bool several;
    struct wm_symbol_place place;
};

static enum match compare(struct search *search, const char *linkage, const char *name)
{
    if (strcmp(linkage, name) == 0)
        return MATCH_EXACT;
    if (strstr(linkage, ".cold") != NULL) /* what a compiler put aside: no function */
        return MATCH_NONE;
    return strcmp(wm_symbol_name(&search->arena, linkage), name) == 0 ? MATCH_READABLE : MATCH_NONE;
}

/* "leg" of "walk.c:leg"; NULL unless that is the file before it. */
static const char *past_file(const char *name, const char *file)
{
    size_t length = strlen(file);
    bool before = strncmp(name, file, length) == 0 && name[length] == ':';
    return before && name[length + 1] != ':' ? name + length + 1 : NULL;
}

/* All tables are looked through before two functions are told to be one too many: a better match
 * may come last. */
static void take_function(struct search *search, const struct symbol *symbol)
{
    const char *name = search->name;
    enum match match = compare(search, symbol->linkage, name);
    if (match == MATCH_NONE && (name = past_file(name, symbol->file)) != NULL)
        match = compare(search, symbol->linkage, name);
    if (match == MATCH_NONE || match < search->match)
        return;
    if (match > search->match) {
        search->match = match;
        search->found = *symbol;
        search->several = false;
        search->place.address = symbol->address;
        search->place.function = name;
    } else if (symbol->address != search->found.address && !search->several) {
        search->several = true;
        search->other = *symbol;
    }
}

/* In a table the static functions of a file follow its name, and the global ones come last. */
static void take_table(struct search *search, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = header->sh_entsize > 0 ? header->sh_size / header->sh_entsize : 0;
    const char *file = "";
    for (size_t i = 0; data != NULL && i < count; i++) {
        GElf_Sym symbol;
        if (gelf_getsym(data, (int)i, &symbol) == NULL)
            continue;
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (name == NULL)
            continue;
        bool is_local = GELF_ST_BIND(symbol.st_info) == STB_LOCAL;
        if (GELF_ST_TYPE(symbol.st_info) == STT_FILE)
            file = name;
        else if (symbol.st_shndx == SHN_UNDEF)
            search->place.hooks |= strcmp(name, HOOK) == 0;
        else if (GELF_ST_TYPE(symbol.st_info) == STT_FUNC && name[0] != '\0')
            take_function(search, &(struct symbol){is_local ? file : "", name, symbol.st_value});
    }
}

static int refuse_several(const struct search *search, struct wm_error *err)
{
    const struct symbol *one = &search->found, *other = &search->other;
    if (strcmp(one->linkage, other->linkage) != 0)
        return wm_fail_at(err, -EINVAL, search->name,
                          "several functions have this name; choose one: %.200s, %.200s",
                          one->linkage, other->linkage);
    if (strcmp(one->file, other->file) != 0)
        return wm_fail_at(err, -EINVAL, search->name,
                          "several functions have this name; choose one by its file: %.80s:%.120s, "
                          "%.80s:%.120s",
                          one->file, one->linkage, other->file, other->linkage);
    return wm_fail_at(err, -EINVAL, search->name,
                      "several functions have this name, in files that are called %.80s: to time "
                      "one of them, give it another",
                      one->file);
}

static int search_file(struct search *search, Elf *elf, struct wm_error *err)
{
    Elf_Scn *section = NULL;
    while ((section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) != NULL &&
            (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM))
            take_table(search, elf, section, &header);
    }
    return search->several ? refuse_several(search, err) : 0;
}

int wm_symbol_lookup(const char *file, const char *name, struct wm_symbol_place *ret_place,
                     struct wm_error *err)
{
    struct search search = {.name = name, .place = {.function = name}};
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return wm_fail_errno(err, -errno, file, "open");
    (void)elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    wm_arena_init(&search.arena);
    int rc = elf != NULL && elf_kind(elf) == ELF_K_ELF
                 ? search_file(&search, elf, err)
                 : wm_fail_at(err, -EINVAL, file, "is no ELF file");
    wm_arena_done(&search.arena);
    (void)elf_end(elf);
    close(fd);
    if (rc == 0)
        *ret_place = search.place;
    return rc;
}

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

struct search {
    const char *name;
    struct wm_arena arena; /* readable names */
    struct wm_symbol_place place;
    char first[200]; /* the linker's name of the function found */
    struct wm_error *err;
};

static int take_function(struct search *search, const char *linkage, uint64_t address)
{
    bool exact = strcmp(linkage, search->name) == 0;
    if (!exact && strstr(linkage, ".cold") != NULL) /* what a compiler put aside: no function */
        return 0;
    if (!exact && strcmp(wm_symbol_name(&search->arena, linkage), search->name) != 0)
        return 0;
    bool other = search->place.address != 0 && search->place.address != address;
    if (other && !exact && strcmp(search->first, search->name) != 0)
        return wm_fail_at(search->err, -EINVAL, search->name,
                          "several functions have this name; choose one: %.200s, %.200s",
                          search->first, linkage);
    if (other && !exact)
        return 0;
    search->place.address = address;
    (void)strncpy(search->first, linkage, sizeof(search->first) - 1);
    return 0;
}

static int take_table(struct search *search, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = header->sh_entsize > 0 ? header->sh_size / header->sh_entsize : 0;
    int rc = 0;
    for (size_t i = 0; rc == 0 && data != NULL && i < count; i++) {
        GElf_Sym symbol;
        if (gelf_getsym(data, (int)i, &symbol) == NULL)
            continue;
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (name == NULL || name[0] == '\0')
            continue;
        if (symbol.st_shndx == SHN_UNDEF)
            search->place.hooks |= strcmp(name, HOOK) == 0;
        else if (GELF_ST_TYPE(symbol.st_info) == STT_FUNC)
            rc = take_function(search, name, symbol.st_value);
    }
    return rc;
}

static int search_file(struct search *search, Elf *elf)
{
    int rc = 0;
    Elf_Scn *section = NULL;
    while (rc == 0 && (section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) != NULL &&
            (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM))
            rc = take_table(search, elf, section, &header);
    }
    return rc;
}

int wm_symbol_lookup(const char *file, const char *name, struct wm_symbol_place *ret_place,
                     struct wm_error *err)
{
    struct search search = {.name = name, .err = err};
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return wm_fail_errno(err, -errno, file, "open");
    (void)elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    wm_arena_init(&search.arena);
    int rc = elf != NULL && elf_kind(elf) == ELF_K_ELF
                 ? search_file(&search, elf)
                 : wm_fail_at(err, -EINVAL, file, "is no ELF file");
    wm_arena_done(&search.arena);
    (void)elf_end(elf);
    close(fd);
    if (rc == 0)
        *ret_place = search.place;
    return rc;
}

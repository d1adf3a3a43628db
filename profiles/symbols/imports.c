/* imports.c - what a binary wants to find in others, by libelf: its dynamic symbols. */
#include "profiles/symbols/imports.h"

#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

static bool imports(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, const char *wanted)
{
    Elf_Data *data = elf_getdata(section, NULL);
    GElf_Sym symbol;
    for (int i = 0; data != NULL && gelf_getsym(data, i, &symbol) != NULL; i++) {
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (symbol.st_shndx == SHN_UNDEF && name != NULL && strcmp(name, wanted) == 0)
            return true;
    }
    return false;
}

bool wm_symbol_is_imported(const char *name, const char *symbol)
{
    bool found = false;
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not block us */
    if (fd < 0)
        return false;
    (void)elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    Elf_Scn *section = NULL;
    while (!found && elf != NULL && (section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;
        found = gelf_getshdr(section, &header) != NULL && header.sh_type == SHT_DYNSYM &&
                imports(elf, section, &header, symbol);
    }
    elf_end(elf);
    close(fd);
    return found;
}

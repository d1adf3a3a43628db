/* debuginfo.c - one binary by libdwfl, with the file's own addresses.
 *
 * Each binary is a Dwfl of its own with bias 0: then one that is mapped twice, or whose ranges
 * overlap with another's over time, needs no care here. */
#include "profiles/symbols/debuginfo.h"

#include "profiles/symbols/scopes.h"
#include "profiles/symbols/search.h"
#include "profiles/symbols/symtab.h"

#include <elfutils/libdwelf.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct wm_debuginfo {
    Dwfl *dwfl;
    Dwfl_Module *module;
    struct wm_debuginfo_options options;
    struct wm_image image;
    Dwarf *split_off; /* that a server sent; owned */
    int split_off_fd; /* of it; -1: none */
    bool loaded;      /* the two below are tried */
    struct wm_scopes *scopes;
    uint64_t scopes_bias; /* of DWARF's addresses against the file's */
    struct wm_symtab *symtab;
};

static bool is_mangled(const char *linkage);
static size_t name_by_table(struct wm_symtab *symtab, uint64_t address,
                            struct wm_symbol_frame *frames, size_t count);
static int open_file(const char *path, struct wm_error *err);
static int open_vdso(struct wm_error *err);
static int report(struct wm_debuginfo *info, const char *path, int *fd, struct wm_error *err);
static int check_build_id(const struct wm_debuginfo *info, const char *path,
                          const uint8_t *build_id, size_t build_id_bytes, struct wm_error *err);
static void load(struct wm_debuginfo *info);
static void load_split_off(struct wm_debuginfo *info, Dwarf *dwarf);
static void read_image(struct wm_debuginfo *info, Elf *elf);
static size_t find_text(const struct wm_image *image, Elf *elf);

int wm_debuginfo_open(const char *path, const uint8_t *build_id, size_t build_id_bytes,
                      const struct wm_debuginfo_options *options, struct wm_debuginfo **ret_info,
                      struct wm_error *err)
{
    bool vdso = strcmp(path, "[vdso]") == 0;
    struct wm_debuginfo *info = NULL;
    int fd = vdso ? open_vdso(err) : open_file(path, err);
    int rc = fd < 0 ? fd : 0;
    if (rc < 0)
        goto out;
    info = calloc(1, sizeof(*info));
    if (info == NULL) {
        rc = wm_fail(err, -ENOMEM, "no memory for the symbols of %s", path);
        goto out;
    }
    info->split_off_fd = -1;
    info->options = options != NULL ? *options : (struct wm_debuginfo_options){.server = NULL};
    rc = report(info, path, &fd, err);
    /* without a build id nothing says that the vdso of that process was ours */
    if (rc == 0 && (build_id_bytes > 0 || vdso))
        rc = check_build_id(info, path, build_id, build_id_bytes, err);
    if (rc < 0)
        goto out;
    *ret_info = info;
    info = NULL;
out:
    wm_debuginfo_close(info);
    if (fd >= 0)
        close(fd);
    return rc;
}

void wm_debuginfo_close(struct wm_debuginfo *info)
{
    if (info == NULL)
        return;
    wm_scopes_free(info->scopes);
    wm_symtab_free(info->symtab);
    dwfl_end(info->dwfl);
    dwarf_end(info->split_off);
    if (info->split_off_fd >= 0)
        close(info->split_off_fd);
    free(info);
}

const struct wm_image *wm_debuginfo_image(const struct wm_debuginfo *info)
{
    return &info->image;
}

bool wm_debuginfo_symbol(const struct wm_debuginfo *info, const char *name, uint64_t *ret_address)
{
    int count = dwfl_module_getsymtab(info->module);
    for (int i = 1; i < count; i++) {
        GElf_Sym symbol;
        GElf_Addr address;
        const char *found =
            dwfl_module_getsym_info(info->module, i, &symbol, &address, NULL, NULL, NULL);
        if (found == NULL || strcmp(found, name) != 0 || symbol.st_shndx == SHN_UNDEF)
            continue;
        *ret_address = address;
        return true;
    }
    return false;
}

size_t wm_debuginfo_find(struct wm_debuginfo *info, uint64_t address,
                         struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX])
{
    load(info);
    size_t count = 0;
    if (info->scopes != NULL)
        count = wm_scopes_find(info->scopes, address - info->scopes_bias, frames);
    if (info->symtab != NULL && (count == 0 || !is_mangled(frames[count - 1].linkage)))
        count = name_by_table(info->symtab, address, frames, count);
    return count;
}

static bool is_mangled(const char *linkage)
{
    return strncmp(linkage, "_Z", 2) == 0 || strncmp(linkage, "_R", 2) == 0;
}

/* The function around all frames, where DWARF does not name it; or does so without what is around
 * it, as it does for lambdas and members of local classes: "operator()". */
static size_t name_by_table(struct wm_symtab *symtab, uint64_t address,
                            struct wm_symbol_frame *frames, size_t count)
{
    const char *linkage;
    const char *name = wm_symtab_find(symtab, address, &linkage);
    bool named = count > 0 && frames[count - 1].function[0] != '\0';
    if (name == NULL || (named && !is_mangled(linkage)))
        return count;
    if (count == 0)
        frames[count++] = (struct wm_symbol_frame){"", "", "", 0, 0};
    frames[count - 1].function = name;
    frames[count - 1].linkage = linkage;
    return count;
}

static int open_file(const char *path, struct wm_error *err)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not block us */
    if (fd < 0 && errno == ENOENT)
        return wm_fail(err, -ENOENT, "%s is gone: its functions have no names", path);
    if (fd < 0) {
        int rc = -errno;
        return wm_fail(err, rc, "%s cannot be opened (%s): its functions have no names", path,
                       strerror(-rc));
    }
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        return wm_fail(err, -EINVAL, "%s is not a regular file: its functions have no names", path);
    }
    return fd;
}

/* The kernel maps a whole ELF image into each process; libelf wants a file. */
static int open_vdso(struct wm_error *err)
{
    const char *image = (const char *)getauxval(AT_SYSINFO_EHDR);
    if (image == NULL)
        return wm_fail(err, -ENOENT, "this process has no vdso");
    Elf64_Ehdr header;
    memcpy(&header, image, sizeof(header));
    size_t bytes = header.e_shoff + (size_t)header.e_shnum * header.e_shentsize;
    int fd = memfd_create("vdso", MFD_CLOEXEC);
    if (fd < 0)
        return wm_fail(err, -errno, "the vdso cannot be copied");
    if (write(fd, image, bytes) != (ssize_t)bytes) {
        close(fd);
        return wm_fail(err, -EIO, "the vdso cannot be copied");
    }
    return fd;
}

/* *fd is taken, and -1, on success. */
static int report(struct wm_debuginfo *info, const char *path, int *fd, struct wm_error *err)
{
    info->dwfl = dwfl_begin(&wm_search_callbacks);
    if (info->dwfl == NULL)
        return wm_fail(err, -ENOMEM, "no memory for the symbols of %s", path);
    dwfl_report_begin(info->dwfl);
    info->module = dwfl_report_elf(info->dwfl, path, path, *fd, 0, true);
    if (info->module == NULL)
        return wm_fail(err, -EINVAL,
                       "%s cannot be read as a program or library (%s): its "
                       "functions have no names",
                       path, dwfl_errmsg(-1));
    *fd = -1;
    void **server = NULL;
    (void)dwfl_module_info(info->module, &server, NULL, NULL, NULL, NULL, NULL, NULL);
    if (server != NULL)
        *server = info->options.server;
    dwfl_report_end(info->dwfl, NULL, NULL);
    GElf_Addr bias;
    Elf *elf = dwfl_module_getelf(info->module, &bias);
    if (elf != NULL)
        read_image(info, elf);
    return 0;
}

static void read_image(struct wm_debuginfo *info, Elf *elf)
{
    struct wm_image *image = &info->image;
    GElf_Ehdr header;
    GElf_Phdr program;
    size_t count = 0;
    image->fixed = gelf_getehdr(elf, &header) != NULL && header.e_type == ET_EXEC;
    if (elf_getphdrnum(elf, &count) != 0)
        return;
    for (size_t i = 0; i < count && image->segment_count < WM_SEGMENT_MAX; i++) {
        if (gelf_getphdr(elf, (int)i, &program) == NULL || program.p_type != PT_LOAD)
            continue;
        image->segments[image->segment_count++] = (struct wm_segment){
            .offset = program.p_offset,
            .address = program.p_vaddr,
            .file_bytes = program.p_filesz,
            .memory_bytes = program.p_memsz,
            .code = (program.p_flags & PF_X) != 0,
        };
    }
    image->text = find_text(image, elf);
}

static size_t find_text(const struct wm_image *image, Elf *elf)
{
    Elf_Scn *section = NULL;
    GElf_Shdr header;
    size_t names, i = 0;
    if (elf_getshdrstrndx(elf, &names) != 0)
        return image->segment_count;
    while ((section = elf_nextscn(elf, section)) != NULL) {
        const char *name =
            gelf_getshdr(section, &header) != NULL ? elf_strptr(elf, names, header.sh_name) : NULL;
        if (name != NULL && strcmp(name, ".text") == 0)
            break;
    }
    if (section == NULL)
        return image->segment_count;
    while (i < image->segment_count &&
           (!image->segments[i].code ||
            header.sh_addr - image->segments[i].address >= image->segments[i].memory_bytes))
        i++;
    return i;
}

static int check_build_id(const struct wm_debuginfo *info, const char *path,
                          const uint8_t *build_id, size_t build_id_bytes, struct wm_error *err)
{
    const unsigned char *found = NULL;
    GElf_Addr at;
    int found_bytes = dwfl_module_build_id(info->module, &found, &at);
    if (found_bytes > 0 && (size_t)found_bytes == build_id_bytes &&
        memcmp(found, build_id, build_id_bytes) == 0)
        return 0;
    return wm_fail(err, -ESTALE,
                   "%s is not the file that ran (its build id differs): its "
                   "functions have no names",
                   path);
}

/* What cannot be loaded stays NULL: names are then missing, nothing else. */
static void load(struct wm_debuginfo *info)
{
    if (info->loaded)
        return;
    info->loaded = true;
    Dwarf_Addr bias = 0;
    Dwarf *dwarf = info->options.tables_only ? NULL : dwfl_module_getdwarf(info->module, &bias);
    info->scopes_bias = bias;
    if (dwarf != NULL)
        load_split_off(info, dwarf);
    if (dwarf != NULL && wm_scopes_new(dwarf, &info->scopes) < 0)
        info->scopes = NULL;
    if (wm_symtab_new(info->module, &info->symtab) < 0)
        info->symtab = NULL;
}

/* What dwz moved to a file that several debug files share. libdw looks for it on this machine. */
static void load_split_off(struct wm_debuginfo *info, Dwarf *dwarf)
{
    const char *link;
    const void *build_id;
    ssize_t bytes = dwelf_dwarf_gnu_debugaltlink(dwarf, &link, &build_id);
    char *name = NULL;
    if (bytes <= 0 || info->options.server == NULL || dwarf_getalt(dwarf) != NULL)
        return;
    info->split_off_fd = wm_debug_server_find(info->options.server, WM_DEBUG_SERVER_DEBUG, build_id,
                                              (size_t)bytes, &name);
    free(name);
    if (info->split_off_fd >= 0)
        info->split_off = dwarf_begin(info->split_off_fd, DWARF_C_READ);
    if (info->split_off != NULL)
        dwarf_setalt(dwarf, info->split_off);
}

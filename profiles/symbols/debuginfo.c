/* debuginfo.c - one binary by libdwfl, with the file's own addresses.
 *
 * Each binary is a Dwfl of its own with bias 0: then one that is mapped twice, or whose ranges
 * overlap with another's over time, needs no care here. */
#include "profiles/symbols/debuginfo.h"

#include "profiles/symbols/scopes.h"
#include "profiles/symbols/symtab.h"

#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

struct wm_debuginfo {
    Dwfl *dwfl;
    Dwfl_Module *module;
    bool loaded; /* the two below are tried */
    struct wm_scopes *scopes;
    uint64_t scopes_bias; /* of DWARF's addresses against the file's */
    struct wm_symtab *symtab;
};

static int open_file(const char *path, struct wm_error *err);
static int open_vdso(struct wm_error *err);
static int report(struct wm_debuginfo *info, const char *path, int *fd, struct wm_error *err);
static int check_build_id(const struct wm_debuginfo *info, const char *path,
                          const uint8_t *build_id, size_t build_id_bytes, struct wm_error *err);
static void load(struct wm_debuginfo *info);
static int no_elf(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                  char **file_name, Elf **elf);
static int find_debug_file(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                           const char *file_name, const char *link, GElf_Word crc,
                           char **ret_file_name);
static int open_debug_link(const char *path, GElf_Word crc);

int wm_debuginfo_open(const char *path, const uint8_t *build_id, size_t build_id_bytes,
                      struct wm_debuginfo **ret_info, struct wm_error *err)
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
    free(info);
}

size_t wm_debuginfo_find(struct wm_debuginfo *info, uint64_t address,
                         struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX])
{
    load(info);
    size_t count = 0;
    if (info->scopes != NULL)
        count = wm_scopes_find(info->scopes, address - info->scopes_bias, frames);
    if (count > 0 && frames[count - 1].function[0] != '\0')
        return count;
    const char *linkage;
    const char *name =
        info->symtab != NULL ? wm_symtab_find(info->symtab, address, &linkage) : NULL;
    if (name == NULL)
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
    static const Dwfl_Callbacks callbacks = {
        .find_elf = no_elf,
        .find_debuginfo = find_debug_file,
        .section_address = dwfl_offline_section_address,
    };
    info->dwfl = dwfl_begin(&callbacks);
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
    dwfl_report_end(info->dwfl, NULL, NULL);
    return 0;
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
    Dwarf *dwarf = dwfl_module_getdwarf(info->module, &bias);
    info->scopes_bias = bias;
    if (dwarf != NULL && wm_scopes_new(dwarf, &info->scopes) < 0)
        info->scopes = NULL;
    if (wm_symtab_new(info->module, &info->symtab) < 0)
        info->symtab = NULL;
}

/* The file is always given. libdwfl's own callback may ask a server. */
static int no_elf(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                  char **file_name, Elf **elf)
{
    (void)module, (void)userdata, (void)name, (void)base, (void)file_name, (void)elf;
    return -1;
}

/* By build id, else by the name that the file links to, in the places that gdb looks too.
 * dwfl_standard_find_debuginfo would do the same and then ask the servers of DEBUGINFOD_URLS,
 * for minutes. Also called for what dwz split off a debug file: `link` names it, `crc` is 0.
 * NOLINTNEXTLINE(readability-function-size): libdwfl says what its parameters are. */
static int find_debug_file(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                           const char *file_name, const char *link, GElf_Word crc,
                           char **ret_file_name)
{
    int fd = dwfl_build_id_find_debuginfo(module, userdata, name, base, file_name, link, crc,
                                          ret_file_name);
    if (fd >= 0 || link == NULL || file_name == NULL)
        return fd;
    static const char *const places[][2] = {
        {"",               ""       },
        {"",               ".debug/"},
        {"/usr/lib/debug", ""       }
    };
    const char *slash = strrchr(file_name, '/');
    int folder_length = slash != NULL ? (int)(slash - file_name) + 1 : 0;
    for (size_t i = 0; fd < 0 && i < sizeof(places) / sizeof(places[0]); i++) {
        char path[PATH_MAX];
        int length = snprintf(path, sizeof(path), "%s%.*s%s%s", places[i][0],
                              link[0] == '/' ? 0 : folder_length, file_name, places[i][1], link);
        if (length < 0 || (size_t)length >= sizeof(path) || strcmp(path, file_name) == 0)
            continue;
        fd = open_debug_link(path, crc);
        if (fd >= 0)
            *ret_file_name = strdup(path);
    }
    return fd;
}

/* A file's descriptor if it has this checksum (0: none is known), else -1. */
static int open_debug_link(const char *path, GElf_Word crc)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (fd < 0)
        return -1;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
        goto refuse;
    unsigned char piece[64 * 1024];
    uLong sum = crc32(0, NULL, 0);
    ssize_t bytes = 1;
    for (off_t at = 0; crc != 0 && bytes > 0; at += bytes) {
        bytes = pread(fd, piece, sizeof(piece), at);
        if (bytes < 0)
            goto refuse;
        sum = crc32(sum, piece, (uInt)bytes);
    }
    if (crc == 0 || sum == crc)
        return fd;
refuse:
    close(fd);
    return -1;
}

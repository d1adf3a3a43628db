/* search.c - the debug files of a binary, on this machine and on servers. */
#include "profiles/symbols/search.h"

#include "profiles/symbols/server.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static int no_elf(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                  char **file_name, Elf **elf);
static int find_debug_file(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                           const char *file_name, const char *link, GElf_Word crc,
                           char **ret_file_name);
static int ask_server(Dwfl_Module *module, struct wm_debug_server *server, char **ret_file_name);
static int find_linked(const char *file_name, const char *link, GElf_Word crc,
                       char **ret_file_name);
static int open_debug_link(const char *path, GElf_Word crc);

const Dwfl_Callbacks wm_search_callbacks = {
    .find_elf = no_elf,
    .find_debuginfo = find_debug_file,
    .section_address = dwfl_offline_section_address,
};

/* The file is always given. libdwfl's own callback may ask a server. */
static int no_elf(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                  char **file_name, Elf **elf)
{
    (void)module, (void)userdata, (void)name, (void)base, (void)file_name, (void)elf;
    return -1;
}

/* By build id, else by the name that the file links to, in the places that gdb looks too, else from
 * the servers. dwfl_standard_find_debuginfo would do the same, but ask the servers of
 * DEBUGINFOD_URLS whatever we want, for minutes. Also called for what dwz split off a debug file:
 * `link` names it, `crc` is 0.
 * NOLINTNEXTLINE(readability-function-size): libdwfl says what its parameters are. */
static int find_debug_file(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                           const char *file_name, const char *link, GElf_Word crc,
                           char **ret_file_name)
{
    int fd = dwfl_build_id_find_debuginfo(module, userdata, name, base, file_name, link, crc,
                                          ret_file_name);
    if (fd < 0 && link != NULL && file_name != NULL)
        fd = find_linked(file_name, link, crc, ret_file_name);
    bool split_off = link != NULL && crc == 0;
    return fd >= 0 || split_off ? fd : ask_server(module, *userdata, ret_file_name);
}

static int ask_server(Dwfl_Module *module, struct wm_debug_server *server, char **ret_file_name)
{
    const unsigned char *build_id = NULL;
    GElf_Addr at;
    int bytes = server != NULL ? dwfl_module_build_id(module, &build_id, &at) : 0;
    if (bytes <= 0)
        return -1;
    return wm_debug_server_find(server, WM_DEBUG_SERVER_DEBUG, build_id, (size_t)bytes,
                                ret_file_name);
}

/* The first of that name, with that checksum, in the places that gdb looks too. */
static int find_linked(const char *file_name, const char *link, GElf_Word crc, char **ret_file_name)
{
    static const char *const places[][2] = {
        {"",               ""       },
        {"",               ".debug/"},
        {"/usr/lib/debug", ""       }
    };
    const char *slash = strrchr(file_name, '/');
    int folder_length = slash != NULL ? (int)(slash - file_name) + 1 : 0;
    int fd = -1;
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

/* buildid.c - the build id of a file that nothing has loaded, by libdw. */
#include "profiles/symbols/buildid.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <libelf.h>
#include <unistd.h>

static void write_hex(const unsigned char *bytes, size_t count, char *hex)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        *hex++ = digits[bytes[i] >> 4];
        *hex++ = digits[bytes[i] & 15];
    }
    *hex = '\0';
}

bool wm_build_id_read(const char *name, char hex[WM_BUILD_ID_BYTES])
{
    const void *bytes = NULL;
    hex[0] = '\0';
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not block us */
    if (fd < 0)
        return false;
    (void)elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    ssize_t count = elf != NULL ? dwelf_elf_gnu_build_id(elf, &bytes) : 0;
    if (count > (WM_BUILD_ID_BYTES - 1) / 2)
        count = (WM_BUILD_ID_BYTES - 1) / 2;
    if (count > 0)
        write_hex(bytes, (size_t)count, hex);
    elf_end(elf);
    close(fd);
    return count > 0;
}

/* nameless.c - profiles of bare addresses, for symbols.sh.
 *
 *     nameless sample BINARY COUNT PROFILE [NAME [BUILDID]]
 *                                             COUNT addresses spread over the code of BINARY, as if
 *                                             it had been mapped; the file's own addresses are
 *                                             printed, one a line, in the profile's order.
 *                                             NAME and BUILDID are what the profile says of it
 *     nameless strip PROFILE PROFILE          the same profile without what it knows of addresses
 */
#include "profiles/pprof/profile.h"

#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { PAGE_BYTES = 4096, ID_BYTES_MAX = 64 };

/* Where the kernel may have put a program that can lie anywhere. */
static const uint64_t load_bias = UINT64_C(0x7f1200000000);

struct binary {
    const char *name;
    const char *image;
    size_t bytes;
    Elf64_Ehdr header;
    Elf64_Phdr code;
    char build_id[2 * ID_BYTES_MAX + 1];
};

static void die(const char *what, const char *name)
{
    fprintf(stderr, "nameless: %s: %s\n", name, what);
    exit(2);
}

static void check(int64_t rc, const char *name)
{
    if (rc < 0)
        die("no memory, or not written", name);
}

static void read_notes(struct binary *binary, const Elf64_Phdr *notes)
{
    for (uint64_t at = 0; at + sizeof(Elf64_Nhdr) <= notes->p_filesz;) {
        Elf64_Nhdr note;
        memcpy(&note, binary->image + notes->p_offset + at, sizeof(note));
        const char *name = binary->image + notes->p_offset + at + sizeof(note);
        uint64_t align = notes->p_align == 8 ? 7 : 3;
        uint64_t id_at = (sizeof(note) + note.n_namesz + align) & ~align;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(name, "GNU", 4) == 0)
            for (size_t i = 0; i < note.n_descsz && i < ID_BYTES_MAX; i++)
                sprintf(binary->build_id + 2 * i, "%02x",
                        (unsigned char)binary->image[notes->p_offset + at + id_at + i]);
        at += (id_at + note.n_descsz + align) & ~align;
    }
}

static struct binary open_binary(const char *name)
{
    struct binary binary = {.name = name};
    struct stat status;
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0)
        die("cannot be opened", name);
    binary.bytes = (size_t)status.st_size;
    binary.image = mmap(NULL, binary.bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    if (binary.image == MAP_FAILED || binary.bytes < sizeof(binary.header))
        die("cannot be read", name);
    memcpy(&binary.header, binary.image, sizeof(binary.header));
    for (size_t i = 0; i < binary.header.e_phnum; i++) {
        Elf64_Phdr program;
        memcpy(&program, binary.image + binary.header.e_phoff + i * sizeof(program),
               sizeof(program));
        if (program.p_type == PT_LOAD && (program.p_flags & PF_X) != 0)
            binary.code = program;
        if (program.p_type == PT_NOTE)
            read_notes(&binary, &program);
    }
    return binary;
}

static uint32_t string(struct wm_profile *profile, const char *text)
{
    int64_t number = wm_profile_string(profile, text);
    check(number, text);
    return (uint32_t)number;
}

/* As the loader maps it: whole pages. */
static void add_mapping(struct wm_profile *profile, const struct binary *binary, uint64_t bias)
{
    uint64_t page = ~(uint64_t)(PAGE_BYTES - 1);
    const Elf64_Phdr *code = &binary->code;
    struct wm_mapping mapping = {
        .start = bias + (code->p_vaddr & page),
        .limit = bias + ((code->p_vaddr + code->p_filesz + PAGE_BYTES - 1) & page),
        .offset = code->p_offset & page,
        .file = string(profile, binary->name),
        .build_id = string(profile, binary->build_id),
    };
    check(wm_profile_add_mapping(profile, &mapping), binary->name);
}

static void sample(struct binary binary, uint64_t count, const char *output)
{
    struct wm_profile *profile = NULL;
    uint64_t bias = binary.header.e_type == ET_EXEC ? 0 : load_bias;
    check(wm_profile_new(&profile), output);
    check(wm_profile_add_sample_type(profile, "samples", "count"), output);
    add_mapping(profile, &binary, bias);
    for (uint64_t i = 0; i < count; i++) {
        /* evenly, each somewhere in its part: a multiplier of Knuth's makes it look like chance */
        uint64_t part = binary.code.p_filesz / count;
        uint64_t address = binary.code.p_vaddr + i * part +
                           (part > 0 ? (i * UINT64_C(2654435761) >> 7) % part : 0);
        struct wm_location location = {.address = bias + address, .mapping = 1};
        int64_t index = wm_profile_add_location(profile, &location, NULL);
        check(index, output);
        uint32_t leaf = (uint32_t)index;
        int64_t value = 1;
        check(wm_profile_add_sample(profile, &leaf, 1, NULL, 0, &value), output);
        printf("0x%" PRIx64 "\n", address);
    }
    check(wm_profile_write(profile, output, NULL), output);
    wm_profile_free(profile);
}

static bool is_file(const struct wm_profile *profile, uint32_t mapping)
{
    return wm_profile_text(profile, profile->mappings[mapping].file)[0] != '[';
}

static void strip(const char *name, const char *output)
{
    struct wm_profile *profile = NULL;
    struct wm_error err = {0};
    if (wm_profile_read(name, 0, &profile, &err) < 0)
        die(err.text, name);
    for (size_t i = 0; i < profile->mapping_count; i++) {
        struct wm_mapping *mapping = &profile->mappings[i];
        if (!is_file(profile, (uint32_t)i))
            continue;
        mapping->has_functions = mapping->has_filenames = false;
        mapping->has_lines = mapping->has_inlines = false;
    }
    for (size_t i = 0; i < profile->location_count; i++)
        if (profile->locations[i].mapping != 0 &&
            is_file(profile, profile->locations[i].mapping - 1))
            check(wm_profile_set_lines(profile, i, NULL, 0), output);
    wm_profile_forget(profile);
    check(wm_profile_write(profile, output, NULL), output);
    wm_profile_free(profile);
}

int main(int argc, char **argv)
{
    if (argc >= 5 && argc <= 7 && strcmp(argv[1], "sample") == 0) {
        struct binary binary = open_binary(argv[2]);
        if (argc > 5)
            binary.name = argv[5];
        if (argc > 6)
            snprintf(binary.build_id, sizeof(binary.build_id), "%s", argv[6]);
        sample(binary, strtoull(argv[3], NULL, 10), argv[4]);
    } else if (argc == 4 && strcmp(argv[1], "strip") == 0)
        strip(argv[2], argv[3]);
    else
        die("sample BINARY COUNT PROFILE [NAME [BUILDID]] | strip PROFILE PROFILE", "usage");
    return 0;
}

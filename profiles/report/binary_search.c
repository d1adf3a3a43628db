/* binary_search.c - the places where the binary of a mapping may be, one after the other. */
#include "profiles/report/binary_search.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { BUILD_ID_MAX = 64 };

/* A file that is looked for. */
struct search {
    const struct wm_binary_places *places;
    struct wm_binary *binary;
    const char *file, *build_id; /* as the profile has them */
    uint8_t id[BUILD_ID_MAX];
    size_t id_bytes;
    struct wm_text name;   /* of a candidate */
    struct wm_error stale; /* of a file that was the wrong one */
    struct wm_error own;   /* of the mapping's own file */
};

static int search_folders(struct search *search);
static int search_folder(struct search *search, const char *folder, size_t length);
static int try_build_id_folder(struct search *search, const char *folder, size_t length);
static int try_debug_file(struct search *search, const char *folder, size_t length);
static int try_debug_machine(struct search *search);
static int try_server(struct search *search, enum wm_debug_server_file file);
static int try_path(struct search *search, const char *folder, size_t length, const char *first,
                    const char *second);
static void set_path(struct search *search, const char *folder, size_t length, const char *first,
                     const char *second);
static int try_name(struct search *search, const char *shown);
static int try_file(struct search *search, const char *name, const char *shown,
                    struct wm_error *ret_err);
static bool is_no_file(const char *file, const char *build_id);
static size_t read_build_id(const char *text, uint8_t id[BUILD_ID_MAX]);
static int explain(struct search *search);
static int by_name(const struct dirent **left, const struct dirent **right);
static const char *base_name(const char *file);

/* Each step returns 1 when it found the file, 0 when it did not. */
int wm_binary_search(const struct wm_binary_places *places, const char *file, const char *build_id,
                     struct wm_binary *binary)
{
    struct search search = {.places = places, .binary = binary, .file = file, .build_id = build_id};
    wm_text_init(&search.name);
    search.id_bytes = read_build_id(build_id, search.id);
    int rc = search_folders(&search);
    if (rc == 0 && !is_no_file(file, build_id)) {
        if (file[0] != '\0')
            rc = try_file(&search, file, file, &search.own);
        if (rc == 0)
            rc = try_debug_machine(&search);
        if (rc == 0)
            rc = try_server(&search, WM_DEBUG_SERVER_BINARY);
        if (rc == 0)
            rc = try_server(&search, WM_DEBUG_SERVER_DEBUG);
        if (rc == 0)
            rc = explain(&search);
    }
    wm_text_done(&search.name);
    return rc < 0 ? rc : 0;
}

static int search_folders(struct search *search)
{
    const char *folders = search->places->folders;
    int rc = 0;
    while (rc == 0) {
        size_t length = strcspn(folders, ":");
        rc = search_folder(search, folders, length);
        if (folders[length] == '\0')
            break;
        folders += length + 1;
    }
    return rc;
}

/* pprof's layouts, in its order; that of debug files is of its later versions. */
static int search_folder(struct search *search, const char *folder, size_t length)
{
    const char *file = search->file, *base = base_name(search->file), *id = search->build_id;
    int rc = 0;
    if (id[0] != '\0') {
        if (base[0] != '\0')
            rc = try_path(search, folder, length, id, base);
        if (rc == 0)
            rc = try_build_id_folder(search, folder, length);
        if (rc == 0)
            rc = try_path(search, folder, length, file, id);
        if (rc == 0)
            rc = try_debug_file(search, folder, length);
    }
    if (rc == 0 && base[0] != '\0')
        rc = try_path(search, folder, length, base, "");
    if (rc == 0 && base[0] != '\0')
        rc = try_path(search, folder, length, file, "");
    return rc;
}

/* Whatever lies in folder/BUILDID. */
static int try_build_id_folder(struct search *search, const char *folder, size_t length)
{
    struct dirent **entries = NULL;
    set_path(search, folder, length, search->build_id, "");
    int count = search->name.failed ? -1 : scandir(search->name.data, &entries, NULL, by_name);
    int rc = 0;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (rc == 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            rc = try_path(search, folder, length, search->build_id, name);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

/* folder/ab/cdef.debug */
static int try_debug_file(struct search *search, const char *folder, size_t length)
{
    if (strlen(search->build_id) < 3)
        return 0;
    char first[3] = {search->build_id[0], search->build_id[1], '\0'};
    set_path(search, folder, length, first, search->build_id + 2);
    wm_text_add(&search->name, ".debug");
    return try_name(search, NULL);
}

/* Debug files that came without the program, or whose program is gone or another one now. */
static int try_debug_machine(struct search *search)
{
    static const char folder[] = "/usr/lib/debug/.build-id";
    if (search->id_bytes == 0 || search->id_bytes > BUILD_ID_MAX)
        return 0;
    char first[3] = {search->build_id[0], search->build_id[1], '\0'};
    set_path(search, folder, strlen(folder), first, search->build_id + 2);
    wm_text_add(&search->name, ".debug");
    return try_name(search, search->file);
}

static int try_server(struct search *search, enum wm_debug_server_file file)
{
    struct wm_error err;
    char *name = NULL;
    int fd = wm_debug_server_find(search->places->options.server, file, search->id,
                                  search->id_bytes, &name);
    int rc = 0;
    if (fd >= 0 && name != NULL)
        rc = try_file(search, name, search->file, &err);
    if (fd >= 0)
        close(fd);
    free(name);
    return rc;
}

static int try_path(struct search *search, const char *folder, size_t length, const char *first,
                    const char *second)
{
    set_path(search, folder, length, first, second);
    return try_name(search, NULL);
}

/* folder/first/second, with one slash between them; either may be "". */
static void set_path(struct search *search, const char *folder, size_t length, const char *first,
                     const char *second)
{
    const char *const parts[] = {first, second};
    struct wm_text *name = &search->name;
    wm_text_clear(name);
    wm_text_add_bytes(name, folder, length);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const char *part = parts[i];
        if (part[0] == '\0')
            continue;
        if (name->length > 0) {
            part += strspn(part, "/");
            if (name->data[name->length - 1] != '/')
                wm_text_add(name, "/");
        }
        wm_text_add(name, part);
    }
}

/* The candidate in `name`; `shown` NULL: it is shown under that name. */
static int try_name(struct search *search, const char *shown)
{
    struct wm_error err;
    const char *name = search->name.data;
    if (search->name.failed)
        return -ENOMEM;
    return try_file(search, name, shown != NULL ? shown : name, &err);
}

/* `shown` is what the profile shall call it. */
static int try_file(struct search *search, const char *name, const char *shown,
                    struct wm_error *ret_err)
{
    struct wm_debuginfo *info = NULL;
    int rc = wm_debuginfo_open(name, search->id, search->id_bytes, &search->places->options, &info,
                               ret_err);
    if (rc == -ENOMEM)
        return rc;
    if (rc == -ESTALE && search->stale.text[0] == '\0')
        search->stale = *ret_err;
    if (rc < 0)
        return 0;
    search->binary->file = wm_arena_copy(search->places->arena, shown, strlen(shown));
    if (search->binary->file == NULL) {
        wm_debuginfo_close(info);
        return -ENOMEM;
    }
    search->binary->info = info;
    return 1;
}

/* Code that no file on a disk has: of the kernel, of just-in-time compilers, of devices. */
static bool is_no_file(const char *file, const char *build_id)
{
    static const char *const starts[] = {"//anon", "/dev/", "/memfd:", "/SYSV", "/anon_hugepage"};
    const char *base = base_name(file);
    if (base[0] == '[' || strncmp(base, "linux-vdso", strlen("linux-vdso")) == 0)
        return true;
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (strncmp(file, starts[i], strlen(starts[i])) == 0)
            return true;
    bool url = strncasecmp(file, "http://", 7) == 0 || strncasecmp(file, "https://", 8) == 0;
    return url && build_id[0] == '\0';
}

/* The bytes of the hex digits. What is no hex is no build id of an ELF file: more bytes than any,
 * so that none will fit. */
static size_t read_build_id(const char *text, uint8_t id[BUILD_ID_MAX])
{
    static const char digits[] = "0123456789abcdef";
    size_t length = strlen(text);
    if (length % 2 != 0 || length / 2 > BUILD_ID_MAX)
        return BUILD_ID_MAX + 1;
    for (size_t i = 0; i < length; i++) {
        const char *digit = strchr(digits, text[i]);
        if (digit == NULL)
            return BUILD_ID_MAX + 1;
        id[i / 2] = (uint8_t)(i % 2 == 0 ? (digit - digits) << 4 : id[i / 2] | (digit - digits));
    }
    return length / 2;
}

/* Says why there is none: a file that is not the one that ran says most. */
static int explain(struct search *search)
{
    const char *text = search->own.text;
    wm_text_clear(&search->name);
    if (search->stale.text[0] != '\0')
        text = search->stale.text;
    else if (search->file[0] == '\0' && search->build_id[0] == '\0')
        text = "the profile does not say which file some code came from: it has no names";
    else if (search->file[0] == '\0')
        text = NULL;
    wm_text_add(&search->name, text != NULL ? text : "no file with the build id ");
    if (text == NULL) {
        wm_text_add_safe(&search->name, search->build_id, strlen(search->build_id),
                         2 * BUILD_ID_MAX);
        wm_text_add(&search->name, " is here: its functions have no names");
    }
    search->binary->problem =
        search->name.failed
            ? NULL
            : wm_arena_copy(search->places->arena, search->name.data, search->name.length);
    return search->binary->problem != NULL ? 0 : -ENOMEM;
}

static int by_name(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

static const char *base_name(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash != NULL ? slash + 1 : file;
}

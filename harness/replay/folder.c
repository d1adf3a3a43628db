/* folder.c - a server's own folder, {dir}: made empty, given the configuration, removed. */
#include "harness/replay/folder.h"

#include "harness/core/file.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONF_BYTES_MAX ((size_t)16 << 20)

int wm_folder_make(char **ret_folder, struct wm_error *err)
{
    const char *parent = getenv("TMPDIR");
    if (parent == NULL || parent[0] == '\0')
        parent = "/tmp";
    char *absolute = realpath(parent, NULL);
    char *folder = absolute != NULL ? wm_file_join_dup(absolute, "waymark-server-XXXXXX") : NULL;
    free(absolute);
    if (folder == NULL || mkdtemp(folder) == NULL) {
        free(folder);
        return wm_fail_errno(err, -errno, parent, "make a folder for the server in");
    }
    /* A server that root starts may go on as somebody else, who has to get in. */
    if (geteuid() == 0)
        (void)chmod(folder, 0755);
    *ret_folder = folder;
    return 0;
}

static int copy_conf(const char *folder, const char *from, const char *name,
                     struct wm_placeholders *placeholders, struct wm_error *err)
{
    char *source = wm_file_join_dup(from, name);
    char *target = wm_file_join_dup(folder, name);
    char *data = NULL;
    size_t length = 0;
    struct wm_text text;
    wm_text_init(&text);
    int rc = source != NULL && target != NULL
                 ? wm_file_read(source, CONF_BYTES_MAX, &data, &length, err)
                 : wm_fail(err, -ENOMEM, "no memory");
    if (rc == 0) {
        wm_command_fill(data, placeholders, &text);
        rc = text.failed ? wm_fail(err, -ENOMEM, "no memory")
                         : wm_file_write(target, text.data, text.length, err);
    }
    wm_text_done(&text);
    free(data);
    free(target);
    free(source);
    return rc;
}

static int is_conf(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot != NULL && strcmp(dot, ".conf") == 0;
}

int wm_folder_configure(const char *folder, const char *from, struct wm_placeholders *placeholders,
                        struct wm_error *err)
{
    struct dirent **entries;
    int count = scandir(from, &entries, is_conf, alphasort);
    if (count < 0)
        return wm_fail_errno(err, -errno, from, "look for *.conf in");
    int rc = 0;
    for (int i = 0; i < count; i++) {
        if (rc == 0)
            rc = copy_conf(folder, from, entries[i]->d_name, placeholders, err);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

static int remove_one(const char *name, const struct stat *stat, int kind, struct FTW *where)
{
    (void)stat;
    (void)kind;
    (void)where;
    (void)remove(name); /* what cannot be removed must not keep the rest */
    return 0;
}

void wm_folder_remove(const char *folder)
{
    enum { OPEN_FOLDERS = 16 };
    if (folder != NULL)
        (void)nftw(folder, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

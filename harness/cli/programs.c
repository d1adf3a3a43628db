/* programs.c - where waymark's other parts are: the host, the agent; and the user's programs. */
#include "harness/cli/programs.h"

#include "harness/core/file.h"
#include "profiles/symbols/imports.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A part of waymark: the variable that tells where it is, and where it is looked for otherwise. */
struct part {
    const char *name;
    const char *variable;
    const char *places[2]; /* from this executable's folder */
    int access;
};

static const struct part host = {
    .name = "waymark-host",
    .variable = "WAYMARK_HOST",
    .places = {"waymark-host", "../libexec/waymark/waymark-host"},
    .access = X_OK,
};
static const struct part agent = {
    .name = "libwaymark.so",
    .variable = "WAYMARK_AGENT",
    .places = {"../lib/libwaymark.so", "../" WAYMARK_LIBDIR "/libwaymark.so"},
    .access = R_OK,
};

int wm_programs_resolve(const char *name, char *path, size_t bytes, struct wm_error *err)
{
    char resolved[PATH_MAX];
    struct stat found;
    if (realpath(name, resolved) == NULL)
        return wm_fail_errno(err, -errno, name, "open");
    if (stat(resolved, &found) < 0)
        return wm_fail_errno(err, -errno, name, "open");
    if (S_ISDIR(found.st_mode))
        return wm_fail_errno(err, -EISDIR, name, "open");
    if (access(resolved, R_OK) < 0)
        return wm_fail_errno(err, -errno, name, "open");
    if (strlen(resolved) >= bytes)
        return wm_fail_errno(err, -ENAMETOOLONG, name, "open");
    memcpy(path, resolved, strlen(resolved) + 1);
    return 0;
}

static bool join(char *path, const char *folder, const char *name)
{
    char *joined = wm_file_join_dup(folder, name);
    bool fits = joined != NULL && strlen(joined) < PATH_MAX;
    if (fits)
        memcpy(path, joined, strlen(joined) + 1);
    free(joined);
    return fits;
}

static int find(const struct part *part, char path[PATH_MAX], struct wm_error *err)
{
    const char *told = getenv(part->variable);
    char self[PATH_MAX], place[PATH_MAX];
    if (told != NULL && told[0] != '\0')
        return wm_programs_resolve(told, path, PATH_MAX, err);
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    for (size_t i = 0; i < sizeof(part->places) / sizeof(part->places[0]); i++)
        if (join(place, self, part->places[i]) && access(place, part->access) == 0)
            return wm_programs_resolve(place, path, PATH_MAX, err);
    return wm_fail_at(err, -ENOENT, part->name,
                      "is not at %s nor %s from waymark's folder; %s=FILE tells where it is",
                      part->places[0], part->places[1], part->variable);
}

int wm_programs_find_host(char path[PATH_MAX], struct wm_error *err)
{
    return find(&host, path, err);
}

/* A sanitizer wants to be in a program from its link on, which a server's was not. */
static const struct sanitizer {
    const char *name;
    const char *symbol; /* that everything built with it refers to */
} sanitizers[] = {
    {"address sanitizer",                   "__asan_init"  },
    {"hardware-assisted address sanitizer", "__hwasan_init"},
    {"memory sanitizer",                    "__msan_init"  },
    {"thread sanitizer",                    "__tsan_init"  },
};

static int refuse_sanitizers(const char *path, struct wm_error *err)
{
    for (size_t i = 0; i < sizeof(sanitizers) / sizeof(sanitizers[0]); i++) {
        if (wm_symbol_is_imported(path, sanitizers[i].symbol))
            return wm_fail_at(err, -EINVAL, path,
                              "is built with the %s, which crashes servers that are not: take a "
                              "build without it (%s=FILE tells where its library is)",
                              sanitizers[i].name, agent.variable);
    }
    return 0;
}

int wm_programs_find_agent(char path[PATH_MAX], struct wm_error *err)
{
    int rc = find(&agent, path, err);
    return rc < 0 ? rc : refuse_sanitizers(path, err);
}

void wm_programs_look_up(const char *word, char *path, size_t bytes)
{
    const char *at = getenv("PATH");
    char candidate[PATH_MAX];
    path[0] = '\0';
    if (strchr(word, '/') != NULL) {
        if (wm_programs_resolve(word, path, bytes, NULL) < 0)
            path[0] = '\0';
        return;
    }
    while (at != NULL) {
        size_t length = strcspn(at, ":");
        int written = snprintf(candidate, sizeof(candidate), "%.*s%s%s", (int)length, at,
                               length > 0 ? "/" : "", word);
        if (written > 0 && (size_t)written < sizeof(candidate) && access(candidate, X_OK) == 0 &&
            wm_programs_resolve(candidate, path, bytes, NULL) == 0)
            return;
        at = at[length] == ':' ? at + length + 1 : NULL;
    }
}

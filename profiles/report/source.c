/* source.c - found, read once, cut into lines. */
#include "profiles/report/source.h"

#include "harness/core/arena.h"
#include "harness/core/intern.h"
#include "profiles/report/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LINE_BYTES_MAX = 65535,    /* the reference reads no further than a longer one */
    FILE_BYTES_MAX = 256 << 20 /* no source is as long; what is longer would fill the memory */
};

static const int64_t NS_PER_SECOND = 1000000000;

struct source {
    struct wm_source source;
    char *content;
};

struct wm_sources {
    const char *trim_path;
    char *search_path;
    struct wm_intern *names;
    struct source **sources; /* by number of the name */
    size_t capacity;
    struct wm_arena arena; /* of the problems */
};

int wm_sources_new(const struct wm_report_options *options, struct wm_sources **ret_sources,
                   struct wm_error *err)
{
    struct wm_sources *sources = calloc(1, sizeof(*sources));
    const char *path = options->source_path;
    if (sources == NULL)
        return wm_fail(err, -ENOMEM, "no memory for source files");
    wm_arena_init(&sources->arena);
    sources->trim_path = options->trim_path;
    sources->search_path = path != NULL && path[0] != '\0' ? strdup(path) : getcwd(NULL, 0);
    int rc = wm_intern_new(&sources->names);
    if (sources->search_path == NULL || rc < 0) {
        wm_sources_free(sources);
        return wm_fail(err, -ENOMEM, "cannot say where source files are: no memory or no folder");
    }
    *ret_sources = sources;
    return 0;
}

static void free_source(struct source *source)
{
    if (source == NULL)
        return;
    free(source->source.lines);
    free(source->content);
    free(source);
}

void wm_sources_free(struct wm_sources *sources)
{
    if (sources == NULL)
        return;
    for (size_t i = 0; sources->names != NULL && i < wm_intern_count(sources->names); i++)
        if (i < sources->capacity)
            free_source(sources->sources[i]);
    free(sources->sources);
    wm_intern_free(sources->names);
    wm_arena_done(&sources->arena);
    free(sources->search_path);
    free(sources);
}

static int64_t changed_ns(const struct stat *found)
{
    return (int64_t)found->st_mtim.tv_sec * NS_PER_SECOND + found->st_mtim.tv_nsec;
}

int64_t wm_source_file_changed_ns(const char *file)
{
    struct stat found;
    return stat(file, &found) == 0 ? changed_ns(&found) : 0;
}

/* ---- Finding ---- */

/* A file name out of a foreign profile may be a pipe's or a device's: those must not be waited
 * for. */
static int open_file(const char *name)
{
    int file = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return file >= 0 ? file : -errno;
}

/* The folder that holds `folder`, which is changed to it; false: there is none. */
static bool go_up(struct wm_text *folder)
{
    size_t length = folder->length;
    while (length > 0 && folder->data[length - 1] != '/')
        length--;
    while (length > 1 && folder->data[length - 1] == '/')
        length--;
    if (length == folder->length && length > 0)
        return false;
    bool here = length == 0;
    if (here && strcmp(folder->data, ".") == 0)
        return false;
    if (here) {
        wm_text_clear(folder);
        wm_text_add(folder, ".");
    } else {
        folder->length = length;
        folder->data[length] = '\0';
    }
    return !folder->failed;
}

/* Opens `name` below the folder or any above it. */
static int search_upwards(struct wm_text *folder, const char *name)
{
    struct wm_text whole;
    int file;
    wm_text_init(&whole);
    do {
        wm_text_clear(&whole);
        wm_text_addf(&whole, "%s%s%s", folder->data, folder->length > 0 ? "/" : "", name);
        file = whole.failed ? -ENOMEM : open_file(whole.data);
    } while (file < 0 && file != -ENOMEM && go_up(folder));
    wm_text_done(&whole);
    return file;
}

static int search(const struct wm_sources *sources, const char *name)
{
    struct wm_text folder;
    int file = -ENOENT;
    wm_text_init(&folder);
    for (const char *at = sources->search_path; at != NULL && file < 0 && file != -ENOMEM;) {
        size_t length = strcspn(at, ":");
        wm_text_clear(&folder);
        wm_text_add_bytes(&folder, at, length);
        file = folder.failed ? -ENOMEM : search_upwards(&folder, name);
        at = at[length] == ':' ? at + length + 1 : NULL;
    }
    wm_text_done(&folder);
    return file;
}

/* ---- Reading ---- */

static int read_all(int file, size_t length, char *content, size_t *ret_length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t got = read(file, content + done, length - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    *ret_length = done;
    return 0;
}

static int cut_lines(struct source *source, size_t length)
{
    const char *at = source->content, *end = at + length;
    size_t count = 1;
    for (const char *next = at; (next = memchr(next, '\n', (size_t)(end - next))) != NULL; next++)
        count++;
    source->source.lines = calloc(count, sizeof(source->source.lines[0]));
    if (source->source.lines == NULL)
        return -ENOMEM;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t bytes = (size_t)((newline != NULL ? newline : end) - at);
        if (bytes > LINE_BYTES_MAX)
            return 0;
        size_t shown = bytes > 0 && at[bytes - 1] == '\r' ? bytes - 1 : bytes;
        source->source.lines[source->source.line_count++] = (struct wm_source_line){at, shown};
        at += bytes + (newline != NULL);
    }
    return 0;
}

/* Folders and the like have no lines, as for pprof. */
static int read_source(int file, struct source *source)
{
    struct stat found;
    size_t length = 0;
    if (fstat(file, &found) < 0)
        return -errno;
    source->source.changed_ns = changed_ns(&found);
    if (!S_ISREG(found.st_mode))
        return 0;
    if (found.st_size > FILE_BYTES_MAX)
        return -EFBIG;
    source->content = malloc((size_t)found.st_size + 1);
    if (source->content == NULL)
        return -ENOMEM;
    int rc = read_all(file, (size_t)found.st_size, source->content, &length);
    return rc < 0 ? rc : cut_lines(source, length);
}

static int tell_problem(struct wm_sources *sources, struct source *source, const char *name, int rc)
{
    struct wm_text text;
    wm_text_init(&text);
    if (name[0] != '/' && rc == -ENOENT) {
        wm_text_addf(&text, "could not find file %s on path %s", name, sources->search_path);
    } else {
        wm_text_addf(&text, "open %s: %s", name, strerrordesc_np(-rc));
        char *word = text.data + strlen("open ") + strlen(name) + strlen(": ");
        if (!text.failed && *word >= 'A' && *word <= 'Z')
            *word = (char)(*word - 'A' + 'a');
    }
    source->source.problem = wm_arena_copy(&sources->arena, text.data, text.length);
    rc = text.failed || source->source.problem == NULL ? -ENOMEM : 0;
    wm_text_done(&text);
    return rc;
}

static int load(struct wm_sources *sources, const char *name, struct source *source)
{
    const char *trimmed = wm_file_trimmed(name, sources->trim_path, sources->search_path);
    bool absolute = trimmed[0] == '/';
    int file = absolute ? open_file(trimmed) : search(sources, trimmed);
    int rc = file < 0 ? file : read_source(file, source);
    if (file >= 0)
        close(file);
    return rc < 0 && rc != -ENOMEM ? tell_problem(sources, source, trimmed, absolute ? rc : -ENOENT)
                                   : rc;
}

static int reserve(struct wm_sources *sources, size_t count)
{
    if (count <= sources->capacity)
        return 0;
    size_t capacity = 2 * count + 16;
    struct source **all = reallocarray(sources->sources, capacity, sizeof(struct source *));
    if (all == NULL)
        return -ENOMEM;
    memset(all + sources->capacity, 0, (capacity - sources->capacity) * sizeof(struct source *));
    sources->sources = all;
    sources->capacity = capacity;
    return 0;
}

const struct wm_source *wm_sources_read(struct wm_sources *sources, const char *name)
{
    int64_t number = wm_intern_string(sources->names, name);
    if (number < 0 || reserve(sources, (size_t)number + 1) < 0)
        return NULL;
    if (sources->sources[number] != NULL)
        return &sources->sources[number]->source;
    struct source *source = calloc(1, sizeof(*source));
    if (source == NULL || load(sources, name, source) < 0) {
        free_source(source);
        return NULL;
    }
    sources->sources[number] = source;
    return &source->source;
}

const struct wm_source *wm_sources_find(const struct wm_sources *sources, const char *name)
{
    int64_t number = wm_intern_find(sources->names, name, strlen(name));
    bool known = number >= 0 && (size_t)number < sources->capacity;
    return known && sources->sources[number] != NULL ? &sources->sources[number]->source : NULL;
}

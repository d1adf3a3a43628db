/* server.c - libdebuginfod, opened when it is needed. */
#include "profiles/symbols/server.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* libdebuginfod's door (debuginfod_begin(3) and its like): its version 1 keeps these for good. */
struct debuginfod_client;
typedef struct debuginfod_client *begin_function(void);
typedef void end_function(struct debuginfod_client *client);
typedef int find_function(struct debuginfod_client *client, const unsigned char *build_id,
                          int build_id_bytes, char **path);
typedef int watch_function(struct debuginfod_client *client, long received, long expected);
typedef void set_watch_function(struct debuginfod_client *client, watch_function *watch);

struct library {
    begin_function *begin;
    end_function *end;
    find_function *find_binary, *find_debug;
    set_watch_function *set_watch;
};

struct wm_debug_server {
    wm_debug_server_progress *progress;
    void *user;
    bool opened; /* it was tried */
    bool silent; /* for too long */
    void *handle;
    struct library library;
    struct debuginfod_client *client; /* NULL: nobody is asked (any more) */
    long received;                    /* as watch() was told last */
    time_t heard;                     /* when bytes came last */
    struct wm_error problem;
};

static void open_client(struct wm_debug_server *server);
static bool open_library(struct wm_debug_server *server);
static int watch(struct debuginfod_client *client, long received, long expected);
static time_t now_s(void);
static void give_up(struct wm_debug_server *server, int rc);

/* Whose download this thread waits for: the library's watch is told of no user. */
static _Thread_local struct wm_debug_server *asking;

int wm_debug_server_new(wm_debug_server_progress *progress, void *user,
                        struct wm_debug_server **ret_server)
{
    const char *urls = getenv("DEBUGINFOD_URLS");
    *ret_server = NULL;
    if (urls == NULL || urls[strspn(urls, " ")] == '\0')
        return 0;
    struct wm_debug_server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return -ENOMEM;
    server->progress = progress;
    server->user = user;
    *ret_server = server;
    return 0;
}

void wm_debug_server_free(struct wm_debug_server *server)
{
    if (server == NULL)
        return;
    if (server->client != NULL)
        server->library.end(server->client);
    /* The handle stays open: libcurl below it leaves threads and exit handlers behind. */
    free(server);
}

int wm_debug_server_find(struct wm_debug_server *server, enum wm_debug_server_file file,
                         const uint8_t *build_id, size_t build_id_bytes, char **ret_name)
{
    if (server == NULL || build_id_bytes == 0 || build_id_bytes > 64)
        return -ENOENT;
    open_client(server);
    if (server->client == NULL)
        return -ENOENT;
    find_function *find =
        file == WM_DEBUG_SERVER_DEBUG ? server->library.find_debug : server->library.find_binary;
    server->received = 0;
    server->heard = now_s();
    asking = server;
    int fd = find(server->client, build_id, (int)build_id_bytes, ret_name);
    if (fd >= 0)
        return fd;
    if (fd != -ENOENT || server->silent) /* a watch that ends it makes it -ENOENT */
        give_up(server, fd);
    return -ENOENT;
}

const char *wm_debug_server_problem(const struct wm_debug_server *server)
{
    return server != NULL && server->problem.text[0] != '\0' ? server->problem.text : NULL;
}

static void open_client(struct wm_debug_server *server)
{
    if (server->opened)
        return;
    server->opened = true;
    if (!open_library(server)) {
        (void)wm_fail(&server->problem, 0,
                      "no server of $DEBUGINFOD_URLS was asked: libdebuginfod.so.1 cannot be "
                      "opened (Debian's package libdebuginfod1)");
        return;
    }
    server->client = server->library.begin();
    if (server->client != NULL)
        server->library.set_watch(server->client, watch);
}

static bool open_library(struct wm_debug_server *server)
{
    const struct {
        const char *name;
        void *function;
    } functions[] = {
        {"debuginfod_begin",           &server->library.begin      },
        {"debuginfod_end",             &server->library.end        },
        {"debuginfod_find_executable", &server->library.find_binary},
        {"debuginfod_find_debuginfo",  &server->library.find_debug },
        {"debuginfod_set_progressfn",  &server->library.set_watch  },
    };
    server->handle = dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        void *found = server->handle != NULL ? dlsym(server->handle, functions[i].name) : NULL;
        if (found == NULL)
            return false;
        memcpy(functions[i].function, &found, sizeof(found)); /* ISO C has no cast for it */
    }
    return true;
}

/* Anything but 0 ends the download. Called about once a second while nobody answers, with a count
 * of these calls for `received`: only what grows faster are bytes. */
static int watch(struct debuginfod_client *client, long received, long expected)
{
    struct wm_debug_server *server = asking;
    (void)client;
    bool bytes = expected > 0 || received > server->received + 1;
    if (bytes && received != server->received)
        server->heard = now_s();
    server->received = received;
    if (server->progress != NULL)
        server->progress(server->user, bytes ? (uint64_t)received : 0);
    server->silent = now_s() - server->heard >= WM_DEBUG_SERVER_PATIENCE_S;
    return server->silent ? 1 : 0;
}

static time_t now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void give_up(struct wm_debug_server *server, int rc)
{
    if (server->silent)
        (void)wm_fail(&server->problem, 0,
                      "the servers of $DEBUGINFOD_URLS sent nothing for %d s and are not asked any "
                      "more; some functions have no names",
                      (int)WM_DEBUG_SERVER_PATIENCE_S);
    else
        (void)wm_fail(
            &server->problem, 0,
            "the servers of $DEBUGINFOD_URLS cannot be asked (%s); some functions have no "
            "names",
            strerror(-rc));
    server->library.end(server->client);
    server->client = NULL;
}

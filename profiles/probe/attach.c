/* attach.c - the library is loaded: whose process this is, and what it has to do there. */
#include "profiles/probe/crash.h"
#include "profiles/probe/life.h"
#include "profiles/probe/modules.h"
#include "profiles/probe/probe.h"
#include "profiles/probe/processes.h"
#include "profiles/probe/state.h"
#include "profiles/probe/threads.h"
#include "profiles/probe/unwind.h"
#include "profiles/wire/shared.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct wm_probe wm_probe = {.lock = PTHREAD_MUTEX_INITIALIZER};
__thread struct wm_tls wm_tls;

WM_EXPORT struct wm_region *wm_probe_region(void)
{
    return wm_probe.region;
}

WM_EXPORT void wm_probe_note(const char *format, ...)
{
    struct wm_region *region = wm_probe.region;
    if (region == NULL)
        return;
    struct wm_note note;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(note.text, sizeof(note.text), format, arguments);
    va_end(arguments);
    wm_region_lock(region);
    uint32_t count = atomic_load_explicit(&region->note_count, memory_order_relaxed);
    uint32_t at = 0; /* a server's processes have much the same to say */
    while (at < count && strcmp(region->notes[at].text, note.text) != 0)
        at++;
    if (at == count && count < WM_NOTE_MAX) {
        region->notes[at] = note;
        /* pairs with the harness's reading */
        atomic_store_explicit(&region->note_count, at + 1, memory_order_release);
    }
    wm_region_unlock(region);
}

/* `name`: the number of an open descriptor, which is closed, or a path. */
static struct wm_region *map_region(const char *name)
{
    char *end = NULL;
    long fd = name[0] == '/' ? open(name, O_RDWR | O_CLOEXEC) : strtol(name, &end, 10);
    if (fd < 0 || (end != NULL && (end == name || *end != '\0')))
        return NULL;
    struct wm_region *region = mmap(NULL, sizeof(struct wm_region), PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_NORESERVE, (int)fd, 0);
    (void)close((int)fd);
    if (region == MAP_FAILED)
        return NULL;
    if (region->magic != WM_REGION_MAGIC || region->version != WM_REGION_VERSION ||
        region->bytes != sizeof(struct wm_region)) {
        (void)munmap(region, sizeof(struct wm_region));
        return NULL;
    }
    (void)madvise(region, sizeof(struct wm_region), MADV_DONTDUMP);
    return region;
}

/* A forked child is not profiled: the region is its parent's. */
static void in_child_of_host(void)
{
    wm_probe.region = NULL;
    wm_probe.follow_threads = false;
    wm_context_current = NULL;
    wm_tls.own = NULL;
    wm_tls.spare = NULL;
    wm_probe.thread_count = 0;
    atomic_store(&wm_probe.sampling, WM_SAMPLING_OFF);
    pthread_mutex_init(&wm_probe.lock, NULL);
}

static void before_fork(void)
{
    if (wm_probe.region != NULL)
        atomic_fetch_add(&wm_probe.region->forks, 1);
}

/* Whether the app's malloc is ours, tried out. */
static bool are_allocs_counted(void)
{
    uint64_t allocs = wm_tls.allocs;
    void *(*volatile allocate)(size_t) = malloc;
    free(allocate(1));
    return wm_tls.allocs != allocs;
}

/* The thread sanitizer does not survive what runs on a thread before it knows it (the hook of
 * pthread_create) or after it forgot it (libunwind, which cleans up at a thread's very end). */
static bool is_thread_sanitized(void)
{
    return dlsym(RTLD_DEFAULT, "__tsan_init") != NULL;
}

static void open_unwinder(void)
{
    if (is_thread_sanitized())
        wm_probe_note("under the thread sanitizer stacks are one frame deep, and threads of the "
                      "app are sampled from the first request on that they are handed");
    else if (!wm_unwind_open())
        wm_probe_note("libunwind.so.8 could not be opened: stacks are one frame deep");
}

static void attach_to_host(void)
{
    wm_probe.pid_space = wm_life_pid_space();
    wm_modules_start(); /* its thread is not one of the app's: not followed yet */
    wm_probe.follow_threads = !is_thread_sanitized();
    wm_threads_start();
    wm_crash_watch();
    (void)pthread_atfork(before_fork, NULL, in_child_of_host);
}

/* A server starts no load of its own accord: it is sampled from here on. What it executes may be
 * the server proper, so that the region's name stays in its environment. */
static void attach_to_server(void)
{
    wm_probe.agent = true;
    wm_probe.watching = wm_probe.region->plan.target == WM_TARGET_WATCH;
    wm_tls.inside = true;
    wm_probe.follow_threads = !is_thread_sanitized();
    if (!wm_process_start()) {
        wm_probe.agent = wm_probe.follow_threads = false;
        wm_probe.region = NULL;
    }
    wm_tls.inside = false;
}

static void attach_as(const char *name)
{
    struct wm_region *region = map_region(name);
    if (region == NULL || region->plan.target == WM_TARGET_HOST)
        (void)unsetenv(WM_REGION_ENVIRONMENT); /* the app's children have no harness */
    if (region == NULL)
        return;
    wm_probe.region = region;
    region->allocs_counted = are_allocs_counted();
    if (region->allocs_counted == 0)
        wm_probe_note("allocations were not counted: another malloc comes before waymark's, a "
                      "preloaded one or a sanitizer's");
    open_unwinder();
    if (region->plan.target == WM_TARGET_HOST)
        attach_to_host();
    else
        attach_to_server();
}

/* The program finds errno as it begins: 0. */
__attribute__((constructor)) static void attach(void)
{
    const char *name = getenv(WM_REGION_ENVIRONMENT);
    int saved_errno = errno;
    if (name != NULL)
        attach_as(name);
    errno = saved_errno;
}

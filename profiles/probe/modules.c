/* modules.c - keeps the snapshot of binaries. */
#include "profiles/probe/modules.h"

#include "profiles/probe/binaries.h"
#include "profiles/probe/patience.h"
#include "profiles/probe/snapshot.h"
#include "profiles/probe/state.h"
#include "profiles/probe/unwind.h"

#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char unwinder[] = "libunwind.so.8";

extern int (*wm_unwind_backtrace)(void **, int);
extern uintptr_t wm_unwind_start, wm_unwind_end;

static pthread_mutex_t renew_lock = PTHREAD_MUTEX_INITIALIZER;

/* What one walk of the loader's list saw. Copied under the loader's lock, used after it. */
struct walk {
    struct seen {
        struct dl_phdr_info info;
        char name[PATH_MAX];
    } * seen;
    size_t count;
    size_t limit;
    struct link_map *tail;
};

static bool pin(const struct seen *seen);
static int walk_one(struct dl_phdr_info *info, size_t size, void *data);
static bool known(const struct dl_phdr_info *info);
static void publish(const struct seen *seen);
static void *keep(void *unused);

bool wm_unwind_open(void)
{
    void *library = dlopen(unwinder, RTLD_NOW | RTLD_LOCAL);
    if (library != NULL)
        *(void **)&wm_unwind_backtrace = dlsym(library, "unw_backtrace");
    struct dl_find_object found;
    if (wm_unwind_backtrace != NULL &&
        _dl_find_object(*(void **)&wm_unwind_backtrace, &found) == 0) {
        wm_unwind_start = (uintptr_t)found.dlfo_map_start;
        wm_unwind_end = (uintptr_t)found.dlfo_map_end;
    }
    return wm_unwind_backtrace != NULL;
}

void wm_unwind_give_up(void)
{
    wm_unwind_backtrace = NULL;
}

void wm_modules_start(void)
{
    wm_modules_renew();
    if (sem_init(&wm_snapshot.keeper, 0, 0) != 0 || wm_probe.agent)
        return; /* no thread of ours in a server: see wm_modules_refresh */
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    pthread_t keeper;
    if (pthread_create(&keeper, NULL, keep, NULL) == 0)
        pthread_detach(keeper);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void wm_modules_refresh(void)
{
    uint64_t allocs = wm_tls.allocs, bytes = wm_tls.alloc_bytes;
    atomic_store_explicit(&wm_snapshot.woken, 0, memory_order_relaxed);
    wm_modules_renew();
    wm_tls.allocs = allocs; /* what it took is not the server's */
    wm_tls.alloc_bytes = bytes;
}

bool wm_modules_hold(void)
{
    return wm_patience_lock(&renew_lock);
}

void wm_modules_release(void)
{
    pthread_mutex_unlock(&renew_lock);
}

void wm_modules_renew(void)
{
    static struct walk walk;
    static int (*iterate)(wm_phdr_fn *, void *); /* the loader's own */
    if (pthread_mutex_trylock(&renew_lock) != 0)
        return; /* whose holder may wait for the loader, and that for us */
    if (iterate == NULL)
        *(void **)&iterate = dlsym(RTLD_NEXT, "dl_iterate_phdr");
    if (walk.seen == NULL) {
        walk.limit = 64;
        walk.seen = calloc(walk.limit, sizeof(*walk.seen));
    }
    for (size_t grown = 0; iterate != NULL && walk.seen != NULL && grown != walk.limit;) {
        grown = walk.limit;
        walk.count = 0;
        walk.tail = NULL;
        iterate(walk_one, &walk);
        if (walk.count > walk.limit) { /* more than there was room for: once more, with room */
            free(walk.seen);
            walk.limit = walk.count * 2;
            walk.seen = calloc(walk.limit, sizeof(*walk.seen));
        }
    }
    /* The tail is published with the last entry: until then the snapshot counts as stale. */
    bool all_pinned = walk.seen != NULL;
    for (size_t i = 0; i < walk.count && walk.seen != NULL; i++) {
        const struct seen *seen = &walk.seen[i];
        if (known(&seen->info))
            continue;
        bool fixed = seen->name[0] == '\0' || strchr(seen->name, '/') == NULL; /* program, vdso */
        if (fixed || pin(seen))
            publish(seen);
        else
            all_pinned = false; /* closed again in the meantime: it must not be looked at */
    }
    if (all_pinned)
        atomic_store_explicit(&wm_snapshot.tail, walk.tail,
                              memory_order_release); /* pairs with wm_modules_stale */
    pthread_mutex_unlock(&renew_lock);
}

/* One more reference to the library, if it still lies where it was seen: it may have been closed,
 * and opened again elsewhere, since the loader's lock was given up. */
static bool pin(const struct seen *seen)
{
    void *handle = dlopen(seen->name, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == NULL)
        return false;
    if (((const struct link_map *)handle)->l_addr == seen->info.dlpi_addr)
        return true;
    dlclose(handle);
    return false;
}

static int walk_one(struct dl_phdr_info *info, size_t size, void *data)
{
    struct walk *walk = data;
    (void)size;
    if (walk->tail == NULL) { /* the loader's lock is held: its list stands still */
        for (struct link_map *map = _r_debug.r_map; map != NULL; map = map->l_next)
            walk->tail = map;
    }
    if (walk->count < walk->limit) {
        struct seen *seen = &walk->seen[walk->count];
        seen->info = *info;
        const char *name = info->dlpi_name != NULL ? info->dlpi_name : "";
        snprintf(seen->name, sizeof(seen->name), "%s", name);
    }
    walk->count++;
    return 0;
}

static bool known(const struct dl_phdr_info *info)
{
    uint32_t count = atomic_load_explicit(&wm_snapshot.count, memory_order_relaxed);
    for (uint32_t i = 0; i < count; i++) {
        const struct dl_phdr_info *other = &wm_snapshot.entries[i].info;
        if (other->dlpi_addr == info->dlpi_addr && other->dlpi_phnum == info->dlpi_phnum)
            return true;
    }
    return false;
}

static void publish(const struct seen *seen)
{
    uint32_t count = atomic_load_explicit(&wm_snapshot.count, memory_order_relaxed);
    if (count == WM_MODULE_MAX) {
        if (wm_probe.region != NULL)
            atomic_fetch_add(&wm_probe.region->modules_lost, 1);
        return;
    }
    size_t headers_bytes = seen->info.dlpi_phnum * sizeof(*seen->info.dlpi_phdr);
    ElfW(Phdr) *headers = malloc(headers_bytes);
    char *name = strdup(seen->name);
    if (headers == NULL || name == NULL) {
        free(headers);
        free(name);
        return;
    }
    memcpy(headers, seen->info.dlpi_phdr, headers_bytes); /* pinned: still mapped */
    struct dl_phdr_info *info = &wm_snapshot.entries[count].info;
    *info = seen->info;
    info->dlpi_phdr = headers;
    info->dlpi_name = name;
    atomic_store_explicit(&wm_snapshot.count, count + 1,
                          memory_order_release); /* pairs with wm_modules_iterate */
    wm_binary_tell(info, name);
}

static void *keep(void *unused)
{
    (void)unused;
    for (;;) {
        while (sem_wait(&wm_snapshot.keeper) != 0)
            ;
        atomic_store_explicit(&wm_snapshot.woken, 0, memory_order_relaxed);
        wm_modules_renew();
    }
    return NULL;
}

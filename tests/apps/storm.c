/* storm.c - an app that does at once what profilers trip over.
 *
 * Entry point Storm; field seconds (default 2). Six threads, two of each kind, as fast as they can
 * until the time is up: dlopen and dlclose of three libraries with work in them, dl_iterate_phdr,
 * and malloc, realloc and free. */
#include "spin.h"

#include <waymark/waymark.h>

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    THREADS = 6,
    BLOCKS = 256,
};

typedef int plug_fn(uint64_t steps);

static atomic_bool over;
static atomic_uint_fast64_t failures;

static void *storm_loader(void *unused)
{
    static const char *const names[] = {"libwm_plug1.so", "libwm_plug2.so", "libwm_plug3.so"};
    (void)unused;
    for (unsigned i = 0; !atomic_load(&over); i++) {
        plug_fn *work = NULL;
        void *library = dlopen(names[i % 3], RTLD_NOW | RTLD_LOCAL);
        void *symbol = library == NULL ? NULL : dlsym(library, "plug_work");
        memcpy(&work, &symbol, sizeof(work)); /* ISO C has no cast for it */
        if (work == NULL || work(2000) != (int)(i % 3) + 1)
            atomic_fetch_add(&failures, 1);
        if (library != NULL)
            dlclose(library);
    }
    return NULL;
}

static int count_headers(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size;
    *(size_t *)user += info->dlpi_phnum;
    return 0;
}

static void *storm_walker(void *unused)
{
    (void)unused;
    while (!atomic_load(&over)) {
        size_t headers = 0;
        dl_iterate_phdr(count_headers, &headers);
        if (headers == 0)
            atomic_fetch_add(&failures, 1);
    }
    return NULL;
}

static void *storm_heap(void *unused)
{
    (void)unused;
    unsigned char *blocks[BLOCKS] = {NULL};
    size_t sizes[BLOCKS] = {0};
    uint32_t dice = 12345;
    while (!atomic_load(&over)) {
        dice = dice * 1664525 + 1013904223;
        size_t i = dice >> 24;
        size_t size = (dice >> 8) % 4000 + 1;
        if (blocks[i] != NULL && blocks[i][sizes[i] - 1] != (unsigned char)i)
            atomic_fetch_add(&failures, 1);
        if (dice & 1) {
            free(blocks[i]);
            blocks[i] = NULL;
        }
        unsigned char *block = realloc(blocks[i], size);
        if (block == NULL)
            continue;
        block[size - 1] = (unsigned char)i;
        blocks[i] = block;
        sizes[i] = size;
    }
    for (size_t i = 0; i < BLOCKS; i++)
        free(blocks[i]);
    return NULL;
}

static int storm(const struct wm_request *request, struct wm_reply *reply)
{
    static void *(*const kinds[])(void *) = {storm_loader, storm_walker, storm_heap};
    (void)reply;
    WM_SEGMENT("Storm");
    pthread_t threads[THREADS];
    const char *seconds = wm_request_field(request, "seconds");
    struct timespec time = {seconds == NULL ? 2 : strtol(seconds, NULL, 10), 0};
    size_t started = 0;
    atomic_store(&over, false);
    while (started < THREADS &&
           pthread_create(&threads[started], NULL, kinds[started % 3], NULL) == 0)
        started++;
    /* A sampler's signals cut the sleep short. */
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &time) == EINTR)
        continue;
    atomic_store(&over, true);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    return started == THREADS && atomic_load(&failures) == 0 ? 0 : -1;
}
WM_ENTRY("Storm", storm);

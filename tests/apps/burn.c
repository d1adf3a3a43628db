/* burn.c - an app that knows what each of its paths costs.
 *
 * Entry point Burn. Fields: path (a, b, c or d), cpu_us (of each path's own part, default 200),
 * prepare_us (of the part before the branch, default 100), outcome (rare or common; path d).
 *
 *     Prepare    user code, before the path is known
 *     PathA      user code          PathB   the same, three times as long
 *     PathC      half of it in system calls
 *     PathD      user code; ends as `rare` or `common`
 *
 * What was really used is measured on the thread's CPU clock and added up per path and outcome.
 * path=truth and the end of the process write it to the file $BURN_TRUTH, as CSV with the columns
 * path,outcome,requests,cpu_ns,prepare_ns,system_ns. Warm-up requests are left out. */
#include "spin.h"

#include <waymark/waymark.h>

#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CHUNK_BYTES = 32768,
};

struct truth {
    const char *path;
    const char *outcome;
    atomic_uint_fast64_t requests;
    atomic_uint_fast64_t cpu_ns;     /* whole request */
    atomic_uint_fast64_t prepare_ns; /* of it, before the branch */
    atomic_uint_fast64_t system_ns;  /* of it, in path c's system calls */
};

static struct truth truths[] = {
    {"PathA", "",       0, 0, 0, 0},
    {"PathB", "",       0, 0, 0, 0},
    {"PathC", "",       0, 0, 0, 0},
    {"PathD", "common", 0, 0, 0, 0},
    {"PathD", "rare",   0, 0, 0, 0},
};

static uint64_t steps_per_ms;
static int zeros = -1;

static void burn_user(uint64_t us)
{
    spin_steps(us * steps_per_ms / 1000);
}

/* Until the thread's CPU clock says so: what a read costs depends on the machine and its load. */
static void burn_system_until(uint64_t cpu_ns)
{
    char chunk[CHUNK_BYTES];
    while (spin_cpu_ns() < cpu_ns) {
        if (read(zeros, chunk, sizeof(chunk)) < 0)
            return;
    }
}

static void prepare(uint64_t us)
{
    WM_SEGMENT("Prepare");
    burn_user(us);
}

static void path_a(uint64_t us)
{
    WM_SEGMENT("PathA");
    burn_user(us);
}

static void path_b(uint64_t us)
{
    WM_SEGMENT("PathB");
    burn_user(3 * us);
}

/* As much in system calls as all of the request took before them. */
static uint64_t path_c(uint64_t us, uint64_t began_ns)
{
    WM_SEGMENT("PathC");
    burn_user(us / 2);
    uint64_t start = spin_cpu_ns();
    burn_system_until(start + (start - began_ns));
    return spin_cpu_ns() - start;
}

static void path_d(uint64_t us, int rare)
{
    WM_SEGMENT("PathD");
    burn_user(us);
    if (rare)
        WM_OUTCOME("rare");
    else
        WM_OUTCOME("common");
}

static int write_truth(void)
{
    const char *name = getenv("BURN_TRUTH");
    FILE *file = name == NULL ? NULL : fopen(name, "we");
    if (file == NULL)
        return -1;
    fputs("path,outcome,requests,cpu_ns,prepare_ns,system_ns\n", file);
    for (size_t i = 0; i < sizeof(truths) / sizeof(truths[0]); i++) {
        struct truth *truth = &truths[i];
        fprintf(file, "%s,%s,%" PRIuFAST64 ",%" PRIuFAST64 ",%" PRIuFAST64 ",%" PRIuFAST64 "\n",
                truth->path, truth->outcome, atomic_load(&truth->requests),
                atomic_load(&truth->cpu_ns), atomic_load(&truth->prepare_ns),
                atomic_load(&truth->system_ns));
    }
    return fclose(file);
}

static uint64_t number(const struct wm_request *request, const char *name, uint64_t otherwise)
{
    const char *text = wm_request_field(request, name);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static int burn(const struct wm_request *request, struct wm_reply *reply)
{
    (void)reply;
    const char *path = wm_request_field(request, "path");
    const char *outcome = wm_request_field(request, "outcome");
    if (path != NULL && strcmp(path, "truth") == 0)
        return write_truth();
    uint64_t us = number(request, "cpu_us", 200);
    uint64_t system_ns = 0;
    int rare = outcome != NULL && strcmp(outcome, "rare") == 0;
    size_t which = path == NULL || path[0] < 'a' || path[0] > 'd' ? 0 : (size_t)(path[0] - 'a');

    WM_SEGMENT("Burn");
    uint64_t start = spin_cpu_ns();
    prepare(number(request, "prepare_us", 100));
    uint64_t prepared = spin_cpu_ns();
    switch (which) {
    case 0:
        path_a(us);
        break;
    case 1:
        path_b(us);
        break;
    case 2:
        system_ns = path_c(us, start);
        break;
    default:
        path_d(us, rare);
        which += (size_t)rare;
        break;
    }
    uint64_t ended = spin_cpu_ns();
    if (wm_request_index(request) >> 63 != 0)
        return 0; /* warm-up */
    atomic_fetch_add(&truths[which].requests, 1);
    atomic_fetch_add(&truths[which].cpu_ns, ended - start);
    atomic_fetch_add(&truths[which].prepare_ns, prepared - start);
    atomic_fetch_add(&truths[which].system_ns, system_ns);
    return 0;
}
WM_ENTRY("Burn", burn);

__attribute__((constructor)) static void calibrate(void)
{
    zeros = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    spin_calibrate(); /* the first one meets a slow clock and cold caches */
    steps_per_ms = spin_calibrate();
}

__attribute__((destructor)) static void leave_truth(void)
{
    (void)write_truth();
    close(zeros);
}

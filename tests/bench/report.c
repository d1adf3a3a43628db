/* report.c - `waymark report` beside `go tool pprof`: bench_report [SAMPLES:ROUNDS | VIEW]...
 *
 * Whole processes in turn, ours and theirs, on the same profiles and views: medians of wall time
 * and CPU, the highest peak of memory, and how many times more theirs are. Profiles come from
 * bench_bigprofile; 100:20, 100000:3 and 1000000:1 unless told, and all views. Their tool is
 * started itself, not by `go tool`, which would take its time too; where there is no Go, ours runs
 * alone. */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OPTIONS_MAX = 3, ROUNDS_MAX = 100, SIZES_MAX = 8, NAME_BYTES = 512 };

extern char **environ;

struct view {
    const char *name;
    const char *options[OPTIONS_MAX];
};

static const struct view views[] = {
    {"top",       {"-top"}                         },
    {"tree",      {"-tree", "-cum"}                },
    {"tags",      {"-tags"}                        },
    {"focus",     {"-top", "-focus=hash", "-lines"}},
    {"peek",      {"-peek=do_hash_.*7$"}           },
    {"traces",    {"-traces"}                      },
    {"raw",       {"-raw"}                         },
    {"dot",       {"-dot"}                         },
    {"callgrind", {"-callgrind"}                   },
    {"proto",     {"-proto"}                       },
    {"list",      {"-list=do_hash_.*7$"}           },
};
enum { VIEWS = sizeof(views) / sizeof(views[0]) };

struct size {
    unsigned long samples;
    size_t rounds;
};

struct bench {
    char folder[NAME_BYTES]; /* of this program */
    char waymark[NAME_BYTES + 16], pprof[NAME_BYTES], profile[64];
    struct size sizes[SIZES_MAX];
    size_t size_count;
    bool wanted[VIEWS];
};

struct cost {
    double wall_s, cpu_s, peak_mb;
};

/* Of one tool and view. */
struct costs {
    double wall_s[ROUNDS_MAX], cpu_s[ROUNDS_MAX], peak_mb;
    size_t count;
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

/* Runs it with its output thrown away; false if it failed. */
static bool run(char *const *arguments, struct cost *ret_cost)
{
    posix_spawn_file_actions_t actions;
    struct rusage usage;
    pid_t child;
    int status = 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    double start_s = now_s();
    int rc = posix_spawn(&child, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (rc != 0 || wait4(child, &status, 0, &usage) != child)
        return false;
    *ret_cost = (struct cost){
        .wall_s = now_s() - start_s,
        .cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime),
        .peak_mb = (double)usage.ru_maxrss / 1e3,
    };
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool run_view(const char *tool, const char *verb, const struct view *view,
                     const char *profile, struct costs *costs)
{
    const char *arguments[OPTIONS_MAX + 5] = {tool};
    struct cost cost;
    size_t count = 1;
    if (verb != NULL)
        arguments[count++] = verb;
    arguments[count++] = "-symbolize=none";
    for (size_t i = 0; i < OPTIONS_MAX && view->options[i] != NULL; i++)
        arguments[count++] = view->options[i];
    arguments[count++] = profile;
    if (!run((char *const *)(uintptr_t)arguments, &cost)) {
        fprintf(stderr, "bench_report: %s %s failed\n", tool, view->name);
        return false;
    }
    costs->wall_s[costs->count] = cost.wall_s;
    costs->cpu_s[costs->count++] = cost.cpu_s;
    costs->peak_mb = cost.peak_mb > costs->peak_mb ? cost.peak_mb : costs->peak_mb;
    return true;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof(values[0]), compare);
    return values[count / 2];
}

static struct cost summary(struct costs *costs)
{
    return (struct cost){
        .wall_s = median(costs->wall_s, costs->count),
        .cpu_s = median(costs->cpu_s, costs->count),
        .peak_mb = costs->peak_mb,
    };
}

static bool compare_view(const struct bench *bench, const struct view *view, size_t rounds)
{
    struct costs ours = {.count = 0}, theirs = {.count = 0};
    bool good = true;
    for (size_t i = 0; good && i < rounds; i++) {
        good = run_view(bench->waymark, "report", view, bench->profile, &ours);
        if (good && bench->pprof[0] != '\0')
            good = run_view(bench->pprof, NULL, view, bench->profile, &theirs);
    }
    if (!good)
        return false;
    struct cost our = summary(&ours);
    printf("  %-10s %8.4f %8.4f %7.1f", view->name, our.wall_s, our.cpu_s, our.peak_mb);
    if (theirs.count > 0) {
        struct cost their = summary(&theirs);
        printf("   %8.3f %8.3f %7.1f   %6.1fx %6.1fx %6.1fx", their.wall_s, their.cpu_s,
               their.peak_mb, their.wall_s / our.wall_s, their.cpu_s / our.cpu_s,
               their.peak_mb / our.peak_mb);
    }
    printf("\n");
    fflush(stdout);
    return true;
}

static bool compare_size(const struct bench *bench, struct size size)
{
    char program[NAME_BYTES + 32], samples[24];
    struct cost cost;
    bool good = true;
    snprintf(program, sizeof(program), "%s/bench_bigprofile", bench->folder);
    snprintf(samples, sizeof(samples), "%lu", size.samples);
    char *arguments[] = {program, (char *)(uintptr_t)bench->profile, samples, NULL};
    if (!run(arguments, &cost)) {
        fprintf(stderr, "bench_report: %s failed\n", program);
        return false;
    }
    printf("%lu samples, %zu rounds\n"
           "  %-10s %8s %8s %7s   %8s %8s %7s   %7s %7s %7s\n",
           size.samples, size.rounds, "view", "wall s", "CPU s", "peak MB", "pprof", "CPU s",
           "peak MB", "wall", "CPU", "peak");
    for (size_t i = 0; good && i < VIEWS; i++)
        if (bench->wanted[i])
            good = compare_view(bench, &views[i], size.rounds);
    return good;
}

/* Where their tool is; empty without Go. */
static void find_pprof(struct bench *bench)
{
    FILE *told = popen("go tool -n pprof 2>/dev/null", "r"); /* NOLINT(cert-env33-c) */
    if (told != NULL && fgets(bench->pprof, sizeof(bench->pprof), told) != NULL)
        bench->pprof[strcspn(bench->pprof, "\n")] = '\0';
    if (told != NULL)
        pclose(told);
}

static bool find_tools(struct bench *bench)
{
    ssize_t length = readlink("/proc/self/exe", bench->folder, sizeof(bench->folder) - 1);
    if (length < 0)
        return false;
    bench->folder[length] = '\0';
    *strrchr(bench->folder, '/') = '\0';
    snprintf(bench->waymark, sizeof(bench->waymark), "%s/../bin/waymark", bench->folder);
    find_pprof(bench);
    return true;
}

static bool read_argument(struct bench *bench, const char *argument)
{
    struct size size = {0, 1};
    bool found = false;
    for (size_t i = 0; i < VIEWS; i++)
        if (strcmp(views[i].name, argument) == 0)
            found = bench->wanted[i] = true;
    if (found)
        return true;
    int fields =
        sscanf(argument, "%lu:%zu", &size.samples, &size.rounds); /* NOLINT(cert-err34-c) */
    if (fields < 1 || size.rounds < 1 || size.rounds > ROUNDS_MAX || bench->size_count == SIZES_MAX)
        return false;
    bench->sizes[bench->size_count++] = size;
    return true;
}

static bool read_arguments(struct bench *bench, int argc, char **argv)
{
    static const struct size sizes[] = {
        {100,     20},
        {100000,  3 },
        {1000000, 1 }
    };
    bool any = false;
    for (int i = 1; i < argc; i++)
        if (!read_argument(bench, argv[i]))
            return false;
    for (size_t i = 0; i < VIEWS; i++)
        any |= bench->wanted[i];
    for (size_t i = 0; !any && i < VIEWS; i++)
        bench->wanted[i] = true;
    if (bench->size_count == 0) {
        memcpy(bench->sizes, sizes, sizeof(sizes));
        bench->size_count = sizeof(sizes) / sizeof(sizes[0]);
    }
    return true;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    char folder[] = "/tmp/waymark-bench-XXXXXX";
    bool good = true;
    if (!read_arguments(&bench, argc, argv)) {
        fprintf(stderr, "usage: bench_report [SAMPLES:ROUNDS | VIEW]...\n");
        return 2;
    }
    if (!find_tools(&bench) || mkdtemp(folder) == NULL) {
        perror("bench_report");
        return 1;
    }
    snprintf(bench.profile, sizeof(bench.profile), "%s/big.pb.gz", folder);
    for (size_t i = 0; good && i < bench.size_count; i++)
        good = compare_size(&bench, bench.sizes[i]);
    unlink(bench.profile);
    rmdir(folder);
    return good ? 0 : 1;
}

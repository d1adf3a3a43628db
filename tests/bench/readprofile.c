/* readprofile.c - what reading and merging a profile costs: bench_readprofile FILE [FILE...]
 *
 * All files become one, each in a step of its own; the peak is that of the whole process. */
#include "profiles/pprof/merge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double peak_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1e3;
}

static double mean_depth(const struct wm_profile *profile)
{
    double frames = 0;
    for (size_t i = 0; i < profile->sample_count; i++)
        frames += profile->samples[i].location_count;
    return frames / ((double)profile->sample_count + 1e-9);
}

int main(int argc, char **argv)
{
    struct wm_error err = {0};
    struct wm_profile *profile = NULL;
    size_t count = argc > 1 ? (size_t)argc - 1 : 0;
    struct wm_merge_input *inputs = calloc(count + 1, sizeof(*inputs));
    int rc = count == 0 || inputs == NULL ? -1 : 0;
    double start = now_s();
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = wm_profile_read(argv[i + 1], 0, &inputs[i].profile, &err);
    double read = now_s();
    printf("read   %6.3f s, peak %.0f MB\n", read - start, peak_mb());
    if (rc == 0)
        rc = wm_profile_merge(inputs, count, 0, &profile, &err);
    if (rc == 0) {
        printf("merged %6.3f s, peak %.0f MB\n", now_s() - read, peak_mb());
        printf("%zu samples, %zu locations, mean depth %.1f\n", profile->sample_count,
               profile->location_count, mean_depth(profile));
    } else {
        fprintf(stderr, "usage: bench_readprofile FILE... %s %s\n", err.place, err.text);
    }
    wm_profile_free(profile);
    free(inputs);
    return rc == 0 ? 0 : 1;
}

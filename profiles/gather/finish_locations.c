/* finish_locations.c - the run's binaries, the program that was profiled first. */
#include "profiles/gather/finish.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The file of the app itself among the modules, which bear resolved names; NULL: not there. */
static const char *find_app(const struct wm_finish *finish)
{
    const struct wm_modules *modules = finish->modules;
    const char *app = finish->region->plan.app;
    if (memchr(app, '\0', sizeof(finish->region->plan.app)) == NULL || *app == '\0')
        return NULL;
    char *resolved = realpath(app, NULL);
    const char *found = NULL;
    for (size_t i = 0; i < modules->count && found == NULL; i++)
        if (strcmp(modules->list[i].path, resolved != NULL ? resolved : app) == 0)
            found = modules->list[i].path;
    for (size_t i = 0; i < modules->count && found == NULL; i++)
        if (strcmp(wm_modules_base_name(modules->list[i].path), wm_modules_base_name(app)) == 0)
            found = modules->list[i].path;
    free(resolved);
    return found;
}

/* The image that used the most: a server may be started by a shell, or start itself again. */
static uint32_t busiest_image(const struct wm_finish *finish, uint64_t *cpu_ns)
{
    const struct wm_aggregate *aggregate = finish->aggregate;
    uint32_t best = 0;
    for (size_t i = 0; i < aggregate->cell_count; i++) {
        uint32_t node;
        size_t count;
        const uint64_t *frames =
            wm_aggregate_frames(aggregate, aggregate->cells[i].stack, &node, &count);
        uint64_t image = count > 0 ? frames[0] >> WM_IMAGE_SHIFT : 0;
        if (image >= WM_IMAGE_MAX)
            continue;
        cpu_ns[image] += aggregate->cells[i].weight.cpu_ns;
        if (cpu_ns[image] > cpu_ns[best])
            best = (uint32_t)image;
    }
    return best;
}

/* A process reports its own program before the libraries. */
static int find_program(const struct wm_finish *finish, const char **ret_program)
{
    const struct wm_modules *modules = finish->modules;
    uint64_t *cpu_ns = calloc(WM_IMAGE_MAX, sizeof(*cpu_ns));
    *ret_program = NULL;
    if (cpu_ns == NULL)
        return -ENOMEM;
    uint32_t image = busiest_image(finish, cpu_ns);
    for (size_t i = 0; i < modules->count && *ret_program == NULL; i++)
        if (modules->list[i].image == image)
            *ret_program = modules->list[i].path;
    free(cpu_ns);
    return 0;
}

int wm_finish_locations(struct wm_finish *finish)
{
    const char *main = NULL;
    int rc = 0;
    if (finish->is_server)
        rc = find_program(finish, &main);
    else
        main = find_app(finish);
    if (rc < 0)
        return rc;
    return wm_locations_init(&finish->locations, finish->run->profile, finish->modules, main);
}

/* target.c - the app's process: started with the shared region, watched, ended. */
#include "harness/replay/target.h"

#include "profiles/wire/shared.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

/* The region's descriptor in the app's process, as number and as text. */
enum { REGION_FD = 3 };
#define REGION_ASSIGNMENT WM_REGION_ENVIRONMENT "=3"

struct wm_target {
    uv_process_t process;
    struct wm_target_watcher watcher;
    bool running;
};

/* ---- The region ---- */

int wm_region_new(struct wm_region **ret_region, int *ret_fd, struct wm_error *err)
{
    int fd = memfd_create("waymark-region", MFD_CLOEXEC);
    if (fd < 0)
        return wm_fail_errno(err, -errno, "", "make the shared memory");
    int rc = 0;
    struct wm_region *region = MAP_FAILED;
    if (ftruncate(fd, (off_t)sizeof(*region)) < 0) {
        rc = wm_fail_errno(err, -errno, "", "size the shared memory");
        goto out;
    }
    region = mmap(NULL, sizeof(*region), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
    if (region == MAP_FAILED) {
        rc = wm_fail_errno(err, -errno, "", "map the shared memory");
        goto out;
    }
    wm_region_init(region);
    *ret_region = region;
    *ret_fd = fd;
    return 0;
out:
    close(fd);
    return rc;
}

void wm_region_free(struct wm_region *region, int fd)
{
    if (region != NULL)
        munmap(region, sizeof(*region));
    if (fd >= 0)
        close(fd);
}

/* ---- The process ---- */

/* Our environment and the region's descriptor; an array to be freed, its strings are borrowed. */
static char **environment_with_region(char *assignment)
{
    size_t count = 0;
    while (environ[count] != NULL)
        count++;
    char **copy = calloc(count + 2, sizeof(*copy));
    if (copy == NULL)
        return NULL;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        size_t length = sizeof(WM_REGION_ENVIRONMENT "=") - 1;
        if (strncmp(environ[i], WM_REGION_ENVIRONMENT "=", length) != 0)
            copy[kept++] = environ[i];
    }
    copy[kept] = assignment;
    return copy;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_exit_of_process(uv_process_t *process, int64_t exit_code, int signal)
{
    struct wm_target *target = process->data;
    struct wm_target_exit how = {.signal = signal, .exit_code = (int)exit_code};
    target->running = false;
    target->watcher.exited(target->watcher.user, &how);
}

int wm_target_start(struct uv_loop_s *loop, const char *program, int region_fd,
                    const struct wm_target_watcher *watcher, struct wm_target **ret_target,
                    struct wm_error *err)
{
    char assignment[] = REGION_ASSIGNMENT;
    char **environment = environment_with_region(assignment);
    char *name = strdup(program);
    struct wm_target *target = calloc(1, sizeof(*target));
    int rc = 0;
    if (environment == NULL || name == NULL || target == NULL) {
        rc = wm_fail(err, -ENOMEM, "out of memory for starting %s", program);
        goto out;
    }
    target->watcher = *watcher;
    target->process.data = target;
    char *arguments[] = {name, NULL};
    uv_stdio_container_t files[REGION_FD + 1] = {
        {.flags = UV_IGNORE       },
        { .flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO}, /* results are ours to print */
        { .flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
        [REGION_FD] = { .flags = UV_INHERIT_FD,     .data.fd = region_fd},
    };
    uv_process_options_t options = {
        .exit_cb = on_exit_of_process,
        .file = program,
        .args = arguments,
        .env = environment,
        .flags = UV_PROCESS_DETACHED, /* Ctrl-C at the terminal is the harness's alone */
        .stdio_count = REGION_FD + 1,
        .stdio = files,
    };
    rc = uv_spawn(loop, &target->process, &options);
    if (rc < 0) {
        wm_fail_errno(err, rc, program, "start the program");
        uv_close((uv_handle_t *)&target->process, on_closed);
        target = NULL; /* on_closed frees it */
        goto out;
    }
    target->running = true;
    *ret_target = target;
    target = NULL;
out:
    free(target);
    free(name);
    free(environment);
    return rc;
}

int wm_target_pid(const struct wm_target *target)
{
    return uv_process_get_pid(&target->process);
}

/* Its session is one process group, so children that the app made go as well. */
void wm_target_kill(struct wm_target *target)
{
    if (target->running)
        kill(-wm_target_pid(target), SIGKILL);
}

void wm_target_free(struct wm_target *target)
{
    if (target == NULL)
        return;
    wm_target_kill(target);
    bool running = target->running;
    pid_t pid = wm_target_pid(target);
    uv_close((uv_handle_t *)&target->process, on_closed);
    /* The closed handle does not reap any more; what was killed ends at once. */
    while (running && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

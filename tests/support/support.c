/* support.c - temporary folders, files, goldens. */
#include "tests/support/support.h"

#include "harness/core/file.h"

#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_FOLDERS_MAX = 16 };

#ifdef __SANITIZE_THREAD__
/* libuv closes descriptors by the bare system call, which the thread sanitizer does not see: the
 * next owner of the same number would be told as a race with the last one. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "called_from_lib:libuv.so\n";
}
#endif

char *wm_test_folder(void)
{
    const char *parent = getenv("TMPDIR");
    char *folder = NULL;
    if (parent == NULL || parent[0] == '\0')
        parent = "/tmp";
    if (asprintf(&folder, "%s/waymark-test-XXXXXX", parent) < 0 || mkdtemp(folder) == NULL)
        fail_msg("no temporary folder below %s", parent);
    return folder;
}

static int remove_one(const char *name, const struct stat *found, int kind, struct FTW *where)
{
    (void)found;
    (void)kind;
    (void)where;
    return remove(name);
}

void wm_test_folder_remove(char *folder)
{
    if (nftw(folder, remove_one, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS) != 0)
        fail_msg("%s was not removed", folder);
    free(folder);
}

static void write_whole(const char *name, const char *content)
{
    FILE *file = fopen(name, "wb");
    if (file == NULL)
        fail_msg("cannot write %s", name);
    fputs(content, file);
    assert_int_equal(fclose(file), 0);
}

char *wm_test_file(const char *folder, const char *name, const char *content)
{
    char *path = wm_file_join_dup(folder, name);
    assert_non_null(path);
    write_whole(path, content);
    return path;
}

char *wm_test_read(const char *name)
{
    struct wm_error err = {0};
    char *data = NULL;
    size_t length;
    if (wm_file_read(name, 0, &data, &length, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    return data;
}

char *wm_test_shared(const char *name)
{
    const char *shared = getenv("WM_SHARED");
    char *path = shared != NULL ? wm_file_join_dup(shared, name) : NULL;
    if (path == NULL || !wm_file_exists(path)) {
        free(path);
        path = NULL;
        printf("skipped: ../shared/%s is not there\n", name);
        skip();
    }
    return path;
}

void wm_test_golden(const char *name, const char *text)
{
    const char *folder = getenv("WM_GOLDEN");
    const char *update = getenv("WM_UPDATE_GOLDEN");
    if (folder == NULL)
        fail_msg("WM_GOLDEN is not set: run the tests by ctest");
    char *path = wm_file_join_dup(folder, name);
    assert_non_null(path);
    if (update != NULL && strcmp(update, "1") == 0)
        write_whole(path, text);
    char *expected = wm_test_read(path);
    assert_string_equal(text, expected);
    free(expected);
    free(path);
}

void wm_test_use_cpus(size_t most)
{
    static cpu_set_t all;
    cpu_set_t some;
    if (CPU_COUNT(&all) == 0)
        assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
    CPU_ZERO(&some);
    for (size_t cpu = 0; cpu < CPU_SETSIZE && (size_t)CPU_COUNT(&some) < most; cpu++)
        if (CPU_ISSET(cpu, &all))
            CPU_SET(cpu, &some);
    assert_int_equal(sched_setaffinity(0, sizeof(some), &some), 0);
}

void wm_test_needs_cpus(void)
{
    cpu_set_t all;
    wm_test_use_cpus(CPU_SETSIZE);
    assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
    if (CPU_COUNT(&all) == 1)
        skip();
}

/* test_file.c - whole files: nothing is left half-written, and a full disk is told. */
#include "harness/core/file.h"

#include "tests/support/support.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t count_files(const char *folder)
{
    size_t count = 0;
    DIR *open = opendir(folder);
    assert_non_null(open);
    for (struct dirent *entry = readdir(open); entry != NULL; entry = readdir(open))
        count += entry->d_name[0] != '.';
    closedir(open);
    return count;
}

static void the_target_appears_only_when_committed(void **state)
{
    (void)state;
    struct wm_error err = {0};
    struct wm_file *file = NULL;
    char *folder = wm_test_folder();
    char *name = wm_test_file(folder, "out", "old");
    assert_int_equal(wm_file_create(name, &file, &err), 0);
    fputs("new", wm_file_stream(file));
    char *before = wm_test_read(name);
    assert_string_equal(before, "old");
    assert_int_equal(wm_file_commit(file, &err), 0);
    char *after = wm_test_read(name);
    assert_string_equal(after, "new");
    assert_int_equal(count_files(folder), 1);
    free(before);
    free(after);
    free(name);
    wm_test_folder_remove(folder);
}

static void a_discarded_file_leaves_nothing(void **state)
{
    (void)state;
    struct wm_error err = {0};
    struct wm_file *file = NULL;
    char *folder = wm_test_folder();
    char *name = wm_file_join_dup(folder, "out");
    assert_int_equal(wm_file_create(name, &file, &err), 0);
    fputs("half", wm_file_stream(file));
    wm_file_discard(file);
    wm_file_discard(NULL);
    assert_int_equal(count_files(folder), 0);
    free(name);
    wm_test_folder_remove(folder);
}

static void the_old_file_s_mode_and_link_stay(void **state)
{
    (void)state;
    struct wm_error err = {0};
    struct stat found;
    char *folder = wm_test_folder();
    char *name = wm_test_file(folder, "real", "old");
    char *link = wm_file_join_dup(folder, "link");
    assert_int_equal(chmod(name, 0640), 0);
    assert_int_equal(symlink("real", link), 0);
    assert_int_equal(wm_file_write(link, "new", 3, &err), 0);
    assert_int_equal(lstat(link, &found), 0);
    assert_true(S_ISLNK(found.st_mode));
    assert_int_equal(stat(name, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0640);
    assert_int_equal(found.st_size, 3);
    free(link);
    free(name);
    wm_test_folder_remove(folder);
}

static void a_device_without_space_is_told(void **state)
{
    (void)state;
    struct wm_error err = {0};
    assert_int_equal(wm_file_write("/dev/full", "x", 1, &err), -ENOSPC);
    assert_string_equal(err.place, "/dev/full");
    assert_string_equal(err.text, "cannot write: No space left on device");
    assert_int_equal(wm_file_write("/dev/null", "x", 1, &err), 0);
}

static void running_out_of_space_leaves_the_old_file(void **state)
{
    (void)state;
    static char data[300000];
    struct wm_error err = {0};
    struct rlimit old;
    char *folder = wm_test_folder();
    char *name = wm_test_file(folder, "out", "old");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    struct rlimit small = {.rlim_cur = 100000, .rlim_max = old.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int rc = wm_file_write(name, data, sizeof(data), &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(rc, -EFBIG);
    assert_string_equal(err.place, name);
    char *after = wm_test_read(name);
    assert_string_equal(after, "old");
    assert_int_equal(count_files(folder), 1);
    free(after);
    free(name);
    wm_test_folder_remove(folder);
}

static void a_place_that_cannot_be_written_is_told_at_once(void **state)
{
    (void)state;
    struct wm_error err = {0};
    struct wm_file *file = NULL;
    char *folder = wm_test_folder();
    char *name = wm_file_join_dup(folder, "none/out");
    assert_int_equal(wm_file_create(name, &file, &err), -ENOENT);
    assert_string_equal(err.place, name);
    assert_int_equal(wm_file_create(folder, &file, &err), -EISDIR);
    free(name);
    wm_test_folder_remove(folder);
}

static void reading_takes_all_up_to_the_limit(void **state)
{
    (void)state;
    struct wm_error err = {0};
    char *data = NULL;
    size_t length = 0;
    char *folder = wm_test_folder();
    char *name = wm_test_file(folder, "in", "0123456789");
    assert_int_equal(wm_file_read(name, 10, &data, &length, &err), 0);
    assert_int_equal(length, 10);
    assert_string_equal(data, "0123456789");
    free(data);
    assert_int_equal(wm_file_read(name, 9, &data, &length, &err), -EFBIG);
    assert_non_null(strstr(err.text, "9 bytes"));
    assert_int_equal(wm_file_read(folder, 0, &data, &length, &err), -EISDIR);
    free(name);
    name = wm_test_file(folder, "empty", "");
    assert_int_equal(wm_file_read(name, 0, &data, &length, &err), 0);
    assert_int_equal(length, 0);
    assert_string_equal(data, "");
    free(data);
    free(name);
    name = wm_file_join_dup(folder, "missing");
    assert_int_equal(wm_file_read(name, 0, &data, &length, &err), -ENOENT);
    assert_string_equal(err.text, "cannot open: No such file or directory");
    free(name);
    wm_test_folder_remove(folder);
}

static void folders_are_made_with_their_parents(void **state)
{
    (void)state;
    struct wm_error err = {0};
    char *folder = wm_test_folder();
    char *deep = wm_file_join_dup(folder, "a/b//c/");
    char *below_file = wm_file_join_dup(folder, "file/x");
    free(wm_test_file(folder, "file", ""));
    assert_int_equal(wm_file_make_folder(deep, &err), 0);
    assert_int_equal(wm_file_make_folder(deep, &err), 0);
    assert_true(wm_file_exists(deep));
    assert_int_equal(wm_file_make_folder(below_file, &err), -ENOTDIR);
    assert_int_equal(wm_file_make_folder("", &err), -ENOENT);
    free(below_file);
    free(deep);
    wm_test_folder_remove(folder);
}

static void names_join_with_one_slash(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"a",  "b",  "a/b"},
        {"a/", "b",  "a/b"},
        {"a",  "/b", "/b" },
        {"",   "b",  "b"  },
        {"/",  "b",  "/b" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *joined = wm_file_join_dup(rows[i][0], rows[i][1]);
        assert_string_equal(joined, rows[i][2]);
        free(joined);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_target_appears_only_when_committed),
        cmocka_unit_test(a_discarded_file_leaves_nothing),
        cmocka_unit_test(the_old_file_s_mode_and_link_stay),
        cmocka_unit_test(a_device_without_space_is_told),
        cmocka_unit_test(running_out_of_space_leaves_the_old_file),
        cmocka_unit_test(a_place_that_cannot_be_written_is_told_at_once),
        cmocka_unit_test(reading_takes_all_up_to_the_limit),
        cmocka_unit_test(folders_are_made_with_their_parents),
        cmocka_unit_test(names_join_with_one_slash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

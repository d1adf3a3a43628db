/* test_numbered.c - runs by number: listed, claimed, replaced; what is not ours stays. */
#include "profiles/runs/numbered.h"

#include "tests/runs/filed.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void make(const char *folder, const char *name)
{
    char *path = wm_file_join_dup(folder, name);
    assert_int_equal(wm_file_make_folder(path, NULL), 0);
    free(path);
}

static void write_numbered(const char *folder, const char *name)
{
    char *path = wm_file_join_dup(folder, name);
    wm_test_write_run(path, 100, "beef");
    free(path);
}

static bool is_there(const char *folder, const char *name)
{
    char *path = wm_file_join_dup(folder, name);
    bool there = wm_file_exists(path);
    free(path);
    return there;
}

static void only_whole_runs_under_plain_numbers_are_listed(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    uint32_t *numbers = NULL;
    size_t count = 7;
    assert_int_equal(wm_numbered_list("/nonexistent", &numbers, &count, NULL), 0);
    assert_int_equal(count, 0);
    free(numbers);
    static const char *const runs[] = {"10", "2", "007", "1x", "a", "99999999999999999999", "0"};
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
        write_numbered(folder, runs[i]);
    make(folder, "3"); /* holds no run */
    free(wm_test_file(folder, "4", "a file"));
    assert_int_equal(wm_numbered_list(folder, &numbers, &count, NULL), 0);
    assert_int_equal(count, 2);
    assert_int_equal(numbers[0], 2);
    assert_int_equal(numbers[1], 10);
    free(numbers);
    wm_test_folder_remove(folder);
}

static void claims_do_not_meet(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    struct wm_claim a = {.fd = -1}, b = {.fd = -1}, c = {.fd = -1};
    write_numbered(folder, "2");
    make(folder, "3"); /* left by a process that was killed */
    assert_int_equal(wm_numbered_claim(folder, 1, false, &a, NULL), 0);
    assert_int_equal(wm_numbered_claim(folder, 1, false, &b, NULL), 0);
    assert_int_equal(a.number, 1);
    assert_int_equal(b.number, 3);
    assert_true(is_there(folder, "1"));
    wm_numbered_release(&a);
    assert_false(is_there(folder, "1"));
    wm_numbered_release(&a);
    assert_int_equal(wm_numbered_claim(folder, 2, true, &c, NULL), 0);
    assert_int_equal(c.number, 2);
    wm_numbered_release(&c);
    assert_true(is_there(folder, "2/run.json"));
    wm_test_write_run(b.folder, 100, "beef");
    wm_numbered_release(&b);
    assert_true(is_there(folder, "3/run.json"));
    wm_test_folder_remove(folder);
}

static void claims_end_somewhere(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    struct wm_claim claim = {.fd = -1};
    struct wm_error err = {0};
    assert_int_equal(wm_numbered_claim(folder, WM_NUMBERED_MAX, false, &claim, &err), 0);
    wm_test_write_run(claim.folder, 100, "beef");
    wm_numbered_release(&claim);
    assert_int_equal(wm_numbered_claim(folder, WM_NUMBERED_MAX, false, &claim, &err), -ENOSPC);
    wm_test_folder_remove(folder);
}

static void an_old_set_gives_way_but_for_the_new_run(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    struct wm_old_runs old = {0};
    struct wm_error err = {0};
    static const char *const runs[] = {"1", "2", "a/1", "b/1", "b/2"};
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
        write_numbered(folder, runs[i]);
    char *kept = wm_file_join_dup(folder, "1");
    char *notes = wm_file_join_dup(folder, "b/2");
    free(wm_test_file(notes, "notes", "mine"));
    assert_int_equal(wm_old_runs_find(folder, &old, &err), 0);
    assert_int_equal(old.count, 5);
    assert_int_equal(wm_old_runs_remove(&old, folder, kept, &err), 0);
    assert_true(is_there(folder, "1/run.json"));
    assert_false(is_there(folder, "2") || is_there(folder, "a") || is_there(folder, "b/1"));
    assert_true(is_there(folder, "b/2/notes"));
    assert_false(is_there(folder, "b/2/run.json"));
    free(kept);
    free(notes);
    wm_test_folder_remove(folder);
}

static void anything_else_in_the_folder_is_a_refusal(void **state)
{
    (void)state;
    static const char *const others[] = {"thesis.txt", "a/thesis.txt", "a/a/1", "run.json"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        char *folder = wm_test_folder();
        struct wm_old_runs old = {0};
        struct wm_error err = {0};
        write_numbered(folder, "1");
        make(folder, "a/a");
        char *nested = wm_file_join_dup(folder, "a/a");
        if (i != 2)
            assert_int_equal(rmdir(nested), 0);
        if (i != 2)
            free(wm_test_file(folder, others[i], "mine"));
        assert_int_equal(wm_old_runs_find(folder, &old, &err), -EEXIST);
        assert_int_equal(old.count, 0);
        assert_non_null(strstr(err.text, "something else"));
        free(nested);
        wm_test_folder_remove(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_whole_runs_under_plain_numbers_are_listed),
        cmocka_unit_test(claims_do_not_meet),
        cmocka_unit_test(claims_end_somewhere),
        cmocka_unit_test(an_old_set_gives_way_but_for_the_new_run),
        cmocka_unit_test(anything_else_in_the_folder_is_a_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

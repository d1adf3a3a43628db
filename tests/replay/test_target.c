/* test_target.c - the region, and a process that is started with it. */
#include "harness/replay/target.h"
#include "tests/support/support.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

struct house {
    char *folder;
    struct wm_region *region;
    int fd;
    uv_loop_t loop;
    unsigned exits;
    struct wm_target_exit exit;
};

static int open_house(void **state)
{
    struct house *house = calloc(1, sizeof(*house));
    assert_non_null(house);
    struct wm_error err;
    house->folder = wm_test_folder();
    *state = house;
    if (wm_region_new(&house->region, &house->fd, &err) < 0)
        return -1;
    return uv_loop_init(&house->loop);
}

static int close_house(void **state)
{
    struct house *house = *state;
    uv_run(&house->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&house->loop), 0);
    wm_region_free(house->region, house->fd);
    wm_test_folder_remove(house->folder);
    free(house);
    return 0;
}

static void on_exit_seen(void *user, const struct wm_target_exit *how)
{
    struct house *house = user;
    house->exits++;
    house->exit = *how;
}

static struct wm_target *start(struct house *house, const char *script)
{
    char *program = wm_test_file(house->folder, "program", script);
    assert_int_equal(chmod(program, 0755), 0);
    struct wm_target *target = NULL;
    struct wm_error err = {0};
    const struct wm_target_watcher watcher = {on_exit_seen, house};
    if (wm_target_start(&house->loop, program, house->fd, &watcher, &target, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    free(program);
    return target;
}

static void wait_for_exit(struct house *house)
{
    while (house->exits == 0)
        uv_run(&house->loop, UV_RUN_ONCE);
}

static void test_a_new_region_is_empty_and_says_what_it_is(void **state)
{
    struct house *house = *state;
    struct stat stat;
    assert_int_equal(house->region->magic, WM_REGION_MAGIC);
    assert_int_equal(house->region->version, WM_REGION_VERSION);
    assert_true(house->region->bytes == sizeof(struct wm_region));
    assert_int_equal(house->region->stage, WM_STAGE_STARTING);
    assert_int_equal(house->region->node_count, WM_NODE_ROOT + 1);
    assert_int_equal(house->region->path_count, 1);
    assert_int_equal(house->region->outcome_count, 2);
    assert_int_equal(fstat(house->fd, &stat), 0);
    assert_true((uint64_t)stat.st_size == sizeof(struct wm_region));
    assert_true(stat.st_blocks * 512 < 1 << 20); /* sparse */
}

static void test_the_process_finds_the_region_where_its_environment_says(void **state)
{
    struct house *house = *state;
    struct wm_target *target = start(house, "#!/bin/sh\n"
                                            "[ \"$WAYMARK_REGION\" = 3 ] || exit 1\n"
                                            "[ -n \"$PATH\" ] || exit 2\n"
                                            "printf WAYM >&3\n");
    wait_for_exit(house);
    assert_int_equal(house->exit.signal, 0);
    assert_int_equal(house->exit.exit_code, 0);
    assert_memory_equal(house->region, "WAYM", 4);
    wm_target_free(target);
}

static void test_a_region_of_our_own_environment_is_replaced(void **state)
{
    struct house *house = *state;
    assert_int_equal(setenv(WM_REGION_ENVIRONMENT, "77", 1), 0);
    struct wm_target *target = start(house, "#!/bin/sh\nexit $WAYMARK_REGION\n");
    unsetenv(WM_REGION_ENVIRONMENT);
    wait_for_exit(house);
    assert_int_equal(house->exit.exit_code, 3);
    wm_target_free(target);
}

static void test_the_process_has_no_input_and_its_output_is_our_standard_error(void **state)
{
    struct house *house = *state;
    struct wm_target *target = start(house, "#!/bin/sh\n"
                                            "read line && exit 1\n"
                                            "[ /dev/fd/1 -ef /dev/fd/2 ] || exit 2\n"
                                            "exit 9\n");
    wait_for_exit(house);
    assert_int_equal(house->exit.exit_code, 9);
    assert_int_equal(house->exits, 1);
    wm_target_free(target);
}

static void test_a_killed_process_is_told_by_its_signal(void **state)
{
    struct house *house = *state;
    struct wm_target *target = start(house, "#!/bin/sh\nexec tail -f /dev/null\n");
    pid_t pid = wm_target_pid(target);
    assert_int_equal(getsid(pid), pid); /* Ctrl-C does not reach it */
    wm_target_kill(target);
    wait_for_exit(house);
    assert_int_equal(house->exit.signal, SIGKILL);
    wm_target_kill(target); /* does nothing now */
    wm_target_free(target);
    assert_int_equal(house->exits, 1);
}

static void test_freeing_ends_a_process_that_still_runs(void **state)
{
    struct house *house = *state;
    struct wm_target *target = start(house, "#!/bin/sh\nexec tail -f /dev/null\n");
    pid_t pid = wm_target_pid(target);
    wm_target_free(target);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
    uv_run(&house->loop, UV_RUN_DEFAULT);
    assert_int_equal(house->exits, 0);
}

static void test_a_program_that_is_not_there_is_an_error_with_its_name(void **state)
{
    struct house *house = *state;
    struct wm_target *target = NULL;
    struct wm_error err = {0};
    const struct wm_target_watcher watcher = {on_exit_seen, house};
    int rc =
        wm_target_start(&house->loop, "/nowhere/waymark-host", house->fd, &watcher, &target, &err);
    assert_int_equal(rc, -ENOENT);
    assert_null(target);
    assert_string_equal(err.place, "/nowhere/waymark-host");
    wm_target_free(target);
}

#define HOUSE(test) cmocka_unit_test_setup_teardown(test, open_house, close_house)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOUSE(test_a_new_region_is_empty_and_says_what_it_is),
        HOUSE(test_the_process_finds_the_region_where_its_environment_says),
        HOUSE(test_a_region_of_our_own_environment_is_replaced),
        HOUSE(test_the_process_has_no_input_and_its_output_is_our_standard_error),
        HOUSE(test_a_killed_process_is_told_by_its_signal),
        HOUSE(test_freeing_ends_a_process_that_still_runs),
        HOUSE(test_a_program_that_is_not_there_is_an_error_with_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_server.c - real servers started, awaited, measured, ended: nothing of them stays. */
#include "harness/replay/server.h"

#include "harness/core/clock.h"
#include "tests/support/support.h"

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

struct house {
    char *folder; /* also $TMPDIR while a test runs */
    struct wm_region *region;
    int fd;
    uv_loop_t loop;
    unsigned exits;
    struct wm_target_exit exit;
    struct wm_server *server;
};

static int open_house(void **state)
{
    struct house *house = calloc(1, sizeof(*house));
    struct wm_error err;
    assert_non_null(house);
    house->folder = wm_test_folder();
    assert_int_equal(setenv("TMPDIR", house->folder, 1), 0);
    *state = house;
    if (wm_region_new(&house->region, &house->fd, &err) < 0)
        return -1;
    return uv_loop_init(&house->loop);
}

/* Whatever a test did: no process and no folder is left. */
static int close_house(void **state)
{
    struct house *house = *state;
    wm_server_free(house->server);
    uv_run(&house->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&house->loop), 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    DIR *folder = opendir(house->folder);
    struct dirent *entry;
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL)
        assert_null(strstr(entry->d_name, "waymark-server-"));
    closedir(folder);
    unsetenv("TMPDIR");
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

static int try_start(struct house *house, struct wm_server_settings settings, struct wm_error *err)
{
    settings.region_fd = house->fd;
    settings.watcher = (struct wm_target_watcher){on_exit_seen, house};
    return wm_server_start(&house->loop, &settings, &house->server, err);
}

static void start_settings(struct house *house, struct wm_server_settings settings)
{
    struct wm_error err = {0};
    if (try_start(house, settings, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
}

static void start(struct house *house, const char *command)
{
    start_settings(house, (struct wm_server_settings){.command = command});
}

/* Turns the loop until `ready` says so, for 20 s at most. */
static void turn_until(struct house *house, bool (*ready)(struct house *house))
{
    uint64_t until_ns = wm_clock_now_ns() + 20 * WM_NS_PER_SECOND;
    while (!ready(house)) {
        if (wm_clock_now_ns() > until_ns)
            fail_msg("nothing came of it within 20 s; last words: %s",
                     wm_server_last_words(house->server));
        uv_run(&house->loop, UV_RUN_NOWAIT);
        usleep(2000);
    }
}

static bool accepts(struct house *house)
{
    struct sockaddr_storage address;
    socklen_t bytes;
    wm_server_address(house->server, &address, &bytes);
    return wm_server_accepts(&address, bytes);
}

static bool has_ended(struct house *house)
{
    return house->exits > 0;
}

static bool has_spoken(struct house *house)
{
    return wm_server_last_words(house->server)[0] != '\0';
}

static void end_by(struct house *house, int number)
{
    wm_server_end(house->server, number, 10000);
    turn_until(house, has_ended);
    assert_int_equal(house->exits, 1);
    assert_false(accepts(house));
}

/* ---- Servers as they are ---- */

static void test_redis_is_started_and_ended(void **state)
{
    struct house *house = *state;
    start(house, "redis-server --port {port} --save '' --dir {dir}");
    turn_until(house, accepts);
    assert_int_equal(getsid(wm_server_pid(house->server)), wm_server_pid(house->server));
    assert_int_equal(house->exits, 0);
    end_by(house, SIGTERM);
    assert_int_equal(house->exit.signal, 0);
    assert_int_equal(house->exit.exit_code, 0);
    assert_non_null(strstr(wm_server_last_words(house->server), "bye bye"));
}

static void test_memcached_is_started_and_ended(void **state)
{
    struct house *house = *state;
    start(house, "memcached -u root -l 127.0.0.1 -p {port}");
    turn_until(house, accepts);
    end_by(house, SIGTERM);
}

static const char nginx_conf[] = "daemon DAEMON;\n"
                                 "worker_processes 2;\n"
                                 "pid {dir}/nginx.pid;\n"
                                 "error_log stderr;\n"
                                 "events {}\n"
                                 "http { access_log off; server { listen 127.0.0.1:{port};\n"
                                 "root {files}; } }\n";

static void start_nginx(struct house *house, const char *daemon)
{
    char conf[sizeof(nginx_conf)];
    char *files = wm_test_file(house->folder, "notes.txt", "not copied");
    memcpy(conf, nginx_conf, sizeof(conf));
    memcpy(strstr(conf, "DAEMON"), daemon, 6);
    free(files);
    free(wm_test_file(house->folder, "nginx.conf", conf));
    start_settings(house, (struct wm_server_settings){
                              .command = "nginx -p {dir} -c {dir}/nginx.conf",
                              .files = house->folder,
                          });
    turn_until(house, accepts);
}

static void test_nginx_runs_with_its_configuration_filled_in(void **state)
{
    struct house *house = *state;
    start_nginx(house, "off   ");
    assert_int_equal(house->exits, 0);
    end_by(house, SIGTERM);
    assert_int_equal(house->exit.exit_code, 0);
}

/* The command is through, the server is not. */
static void start_daemon(struct house *house)
{
    start_nginx(house, "on    ");
    for (int i = 0; i < 100; i++) {
        uv_run(&house->loop, UV_RUN_NOWAIT);
        usleep(2000);
    }
    assert_int_equal(house->exits, 0);
}

static void test_a_daemon_is_adopted_and_ended(void **state)
{
    struct house *house = *state;
    start_daemon(house);
    end_by(house, SIGTERM);
}

static void test_a_daemon_that_is_killed_has_died_by_it(void **state)
{
    struct house *house = *state;
    char name[512];
    char *pid;
    start_daemon(house);
    /* {dir} is all that is new in $TMPDIR */
    snprintf(name, sizeof(name), "cat %s/waymark-server-*/nginx.pid >%s/pid", house->folder,
             house->folder);
    assert_int_equal(system(name), 0);
    snprintf(name, sizeof(name), "%s/pid", house->folder);
    pid = wm_test_read(name);
    assert_int_equal(kill((pid_t)strtol(pid, NULL, 10), SIGKILL), 0);
    free(pid);
    turn_until(house, has_ended);
    assert_int_equal(house->exit.signal, SIGKILL);
    assert_false(accepts(house)); /* its workers are gone as well */
}

static void test_a_shell_and_what_it_started_end_together(void **state)
{
    struct house *house = *state;
    start(house, "sh -c 'redis-server --port {port} --save \"\" & wait; exit 3'");
    turn_until(house, accepts);
    end_by(house, SIGTERM);
}

/* ---- Ends ---- */

static void test_a_command_that_ends_at_once_is_told_with_its_last_words(void **state)
{
    struct house *house = *state;
    start(house, "sh -c 'echo starting on {port}; echo no good >&2; exit 7'");
    turn_until(house, has_ended);
    assert_int_equal(house->exit.exit_code, 7);
    assert_non_null(strstr(wm_server_last_words(house->server), "\nno good"));
    assert_memory_equal(wm_server_last_words(house->server), "starting on ", 12);
}

static void test_a_worker_that_is_killed_at_a_good_end_changes_nothing(void **state)
{
    struct house *house = *state;
    start(house, "sh -c 'sleep 1000 & kill -TERM $!; exit 0; : {port}'");
    turn_until(house, has_ended);
    assert_int_equal(house->exit.signal, 0);
    assert_int_equal(house->exit.exit_code, 0);
}

/* What a server left behind is the server from then on. */
static void test_what_is_left_behind_and_dies_later_has_died(void **state)
{
    struct house *house = *state;
    start(house, "sh -c '(sleep 0.5; kill -TERM $$; kill -TERM 0; : {port}) & exit 0'");
    turn_until(house, has_ended);
    assert_int_equal(house->exit.signal, SIGTERM);
}

static void test_a_server_that_ignores_sigterm_is_killed(void **state)
{
    struct house *house = *state;
    start(house, "sh -c 'trap \"\" TERM; echo {port}; while :; do sleep 100; done'");
    turn_until(house, has_spoken);
    uint64_t from_ns = wm_clock_now_ns();
    wm_server_end(house->server, SIGTERM, 300);
    turn_until(house, has_ended);
    assert_int_equal(house->exit.signal, SIGKILL);
    assert_true(wm_clock_now_ns() - from_ns >= 300 * UINT64_C(1000000));
}

static void test_freeing_ends_all_that_still_runs(void **state)
{
    struct house *house = *state;
    start(house, "sh -c '(sleep 1000 &) ; setsid sleep 1000 & echo {port}; sleep 1000'");
    turn_until(house, has_spoken);
    /* close_house looks for what is left */
}

static void test_a_program_that_is_not_there_is_an_error_with_its_name(void **state)
{
    struct house *house = *state;
    struct wm_error err = {0};
    int rc =
        try_start(house, (struct wm_server_settings){.command = "no-such-server {port}"}, &err);
    assert_int_equal(rc, -ENOENT);
    assert_string_equal(err.place, "no-such-server");
    assert_string_equal(err.text, "cannot start the server: No such file or directory");
}

static void test_a_command_without_a_port_is_refused(void **state)
{
    struct house *house = *state;
    struct wm_error err = {0};
    int rc = try_start(house, (struct wm_server_settings){.command = "redis-server"}, &err);
    assert_int_equal(rc, -EINVAL);
    assert_non_null(strstr(err.text, "{port}"));
    rc = try_start(house, (struct wm_server_settings){.command = "echo 'a"}, &err);
    assert_int_equal(rc, -EINVAL);
    start_settings(house, (struct wm_server_settings){.command = "true", .port = 4711});
    turn_until(house, has_ended);
}

/* ---- What it sees ---- */

static void test_the_agent_comes_before_the_users_own_preload(void **state)
{
    struct house *house = *state;
    char expected[600];
    assert_int_equal(setenv("LD_PRELOAD", "/theirs.so", 1), 0);
    start_settings(house, (struct wm_server_settings){
                              .command = "/bin/sh -c 'set -- {port}; echo; echo $LD_PRELOAD;"
                                         "printf WAYM >$WAYMARK_REGION; echo $WAYMARK_REGION'",
                              .agent = "/ours.so"});
    unsetenv("LD_PRELOAD");
    turn_until(house, has_ended);
    snprintf(expected, sizeof(expected), "/ours.so:/theirs.so\n/proc/%d/fd/%d", (int)getpid(),
             house->fd);
    assert_non_null(strstr(wm_server_last_words(house->server), expected));
    assert_memory_equal(house->region, "WAYM", 4);
}

static void test_no_descriptor_and_no_ignored_signal_of_ours_is_passed_on(void **state)
{
    struct house *house = *state;
    signal(SIGPIPE, SIG_IGN);
    start(house, "sh -c 'ls -l /proc/self/fd; grep SigIgn /proc/self/status; : {port}'");
    turn_until(house, has_ended);
    signal(SIGPIPE, SIG_DFL);
    const char *words = wm_server_last_words(house->server);
    assert_non_null(strstr(words, "/dev/null"));
    assert_null(strstr(words, "memfd"));
    assert_null(strstr(words, "anon_inode")); /* the loop's */
    assert_non_null(strstr(words, "SigIgn: 0000000000000000"));
}

static void test_configuration_is_copied_and_the_rest_is_not(void **state)
{
    struct house *house = *state;
    free(wm_test_file(house->folder, "a.conf", "at {port} in {dir} of {files}\n"));
    free(wm_test_file(house->folder, "b.txt", "b"));
    start_settings(house, (struct wm_server_settings){.command = "sh -c 'cat {dir}/*; pwd'",
                                                      .files = house->folder,
                                                      .port = 4711});
    turn_until(house, has_ended);
    const char *words = wm_server_last_words(house->server);
    assert_memory_equal(words, "at 4711 in /", 12);
    assert_non_null(strstr(words, house->folder));
    assert_null(strstr(words, "\nb"));
}

/* A listener whose queue is full lets attempts go unanswered, as a firewall does. */
static void test_looking_for_a_server_that_does_not_answer_takes_no_time(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_storage where = {0};
    socklen_t bytes = sizeof(address);
    struct wm_knock knocks[8] = {{.under_way = false}};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &bytes), 0);
    memcpy(&where, &address, sizeof(address));
    unsigned accepted = 0;
    uint64_t from_ns = wm_clock_now_ns();
    for (int i = 0; i < 80; i++)
        accepted += wm_knock_look(&knocks[i % 8], &where, bytes);
    assert_true(wm_clock_now_ns() - from_ns < 500 * UINT64_C(1000000));
    unsigned under_way = 0;
    for (int i = 0; i < 8; i++) {
        under_way += knocks[i].under_way;
        wm_knock_end(&knocks[i]);
    }
    assert_true(accepted > 0);
    assert_true(under_way > 0);
    close(listener);
}

/* ---- What it used ---- */

static double cpu_of_children(void)
{
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

/* Of a shell that works, forks workers that it waits for, and leaves one behind. */
static void test_cpu_of_the_whole_family_is_what_getrusage_says(void **state)
{
    struct house *house = *state;
    double before_ns = cpu_of_children();
    start(house, "sh -c 'burn() { i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; };"
                 "(burn) ; (burn) & burn; (burn; sleep 0.2) & : {port}'");
    uint64_t last_ns = 0;
    while (house->exits == 0) {
        uint64_t cpu_ns = wm_server_cpu_ns(house->server);
        assert_true(cpu_ns + 20 * UINT64_C(1000000) >= last_ns);
        last_ns = cpu_ns;
        uv_run(&house->loop, UV_RUN_NOWAIT);
        usleep(2000);
    }
    double used_ns = cpu_of_children() - before_ns;
    assert_true(used_ns > 100e6);
    print_message("%.0f ms of CPU, %.0f ms at the last look\n", used_ns / 1e6,
                  (double)last_ns / 1e6);
    assert_true((double)wm_server_cpu_ns(house->server) > used_ns * 0.999);
    assert_true((double)wm_server_cpu_ns(house->server) < used_ns * 1.001);
    /* while it lived: ticks of those that were waited for are what is rough in it */
    assert_true((double)last_ns > used_ns * 0.8 && (double)last_ns < used_ns * 1.05);
}

#define HOUSE(test) cmocka_unit_test_setup_teardown(test, open_house, close_house)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOUSE(test_redis_is_started_and_ended),
        HOUSE(test_memcached_is_started_and_ended),
        HOUSE(test_nginx_runs_with_its_configuration_filled_in),
        HOUSE(test_a_daemon_is_adopted_and_ended),
        HOUSE(test_a_daemon_that_is_killed_has_died_by_it),
        HOUSE(test_a_shell_and_what_it_started_end_together),
        HOUSE(test_a_command_that_ends_at_once_is_told_with_its_last_words),
        HOUSE(test_a_worker_that_is_killed_at_a_good_end_changes_nothing),
        HOUSE(test_what_is_left_behind_and_dies_later_has_died),
        HOUSE(test_a_server_that_ignores_sigterm_is_killed),
        HOUSE(test_freeing_ends_all_that_still_runs),
        HOUSE(test_a_program_that_is_not_there_is_an_error_with_its_name),
        HOUSE(test_a_command_without_a_port_is_refused),
        HOUSE(test_the_agent_comes_before_the_users_own_preload),
        HOUSE(test_no_descriptor_and_no_ignored_signal_of_ours_is_passed_on),
        HOUSE(test_configuration_is_copied_and_the_rest_is_not),
        cmocka_unit_test(test_looking_for_a_server_that_does_not_answer_takes_no_time),
        HOUSE(test_cpu_of_the_whole_family_is_what_getrusage_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

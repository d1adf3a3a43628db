/* Where an agent could do harm, or lose count: execs while sampled, forks while others unwind,
 * processes that are killed, that are too many, that have no agent, that may not use perf. */
#include "tests/hooks/rig.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HZ = 997, FAST_HZ = 10000 };

static const char *in_build(const char *name)
{
    static char paths[4][4096];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/tests/%s", getenv("WM_BUILD"), name);
    return path;
}

/* Runs it to its end. */
static struct rig *run(uint32_t hz, int wanted_code, const char *const *command)
{
    struct rig *rig = rig_new(WM_TARGET_SERVER, hz);
    rig_start(rig, command, 0, true);
    assert_int_equal(rig_wait(rig), wanted_code);
    return rig;
}

static uint32_t claimed(const struct rig *rig)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < WM_THREAD_MAX; i++)
        count += atomic_load(&rig->region->threads[i].tid) != 0;
    return count;
}

static void test_calls_have_the_kernels_results(void **state)
{
    (void)state;
    const char *const command[] = {in_build("apps/faithful"), NULL};
    rig_free(run(FAST_HZ, 0, command));
    struct rig *rig = rig_new(WM_TARGET_WATCH, FAST_HZ);
    rig_start(rig, command, 0, true);
    assert_int_equal(rig_wait(rig), 0);
    rig_free(rig);
}

/* An event that fires while its process becomes another program would kill that. */
static void test_programs_survive_being_executed(void **state)
{
    (void)state;
    const char *const command[] = {
        "sh", "-c", "i=0; while [ $i -lt 100 ]; do env true || exit 9; i=$((i+1)); done", NULL};
    struct rig *rig = run(FAST_HZ, 0, command);
    assert_int_equal(claimed(rig), 0);
    assert_true(atomic_load(&rig->region->process_count) > 200);
    rig_check_accounts(rig, 5);
    rig_free(rig);
}

static void test_programs_survive_the_system_call(void **state)
{
    (void)state;
    const char *const command[] = {in_build("apps/rawexec"), "100", NULL};
    struct rig *rig = run(FAST_HZ, 0, command);
    assert_int_equal(claimed(rig), 0);
    rig_free(rig);
}

/* A server that starts a program for each request: there are never many at a time. */
static void test_programs_use_the_places_of_those_that_ended(void **state)
{
    (void)state;
    if (rig_is_sanitized()) /* each takes its time to start */
        skip();
    const char *const command[] = {
        "sh", "-c", "i=0; while [ $i -lt 300 ]; do env true || exit 9; i=$((i+1)); done", NULL};
    struct rig *rig = run(FAST_HZ, 0, command);
    assert_int_equal(atomic_load(&rig->region->process_count), WM_PROCESS_MAX);
    assert_int_equal(atomic_load(&rig->region->processes_more) + WM_PROCESS_MAX, 2 * 300 + 1);
    assert_int_equal(atomic_load(&rig->region->processes_lost), 0);
    assert_int_equal(rig->region->image_count, 2 * 300 + 1);
    assert_int_equal(claimed(rig), 0);
    rig_check_accounts(rig, 5);
    rig_free(rig);
}

/* Most of them end before there is a sample: then nobody asks for their binaries. */
static void test_binaries_of_unsampled_programs_make_room(void **state)
{
    (void)state;
    if (rig_is_sanitized())
        skip();
    const char *const command[] = {
        "sh", "-c", "i=0; while [ $i -lt 200 ]; do env true || exit 9; i=$((i+1)); done", NULL};
    struct rig *rig = run(99, 0, command);
    assert_int_equal(atomic_load(&rig->region->module_count), WM_MODULE_MAX);
    assert_int_equal(atomic_load(&rig->region->modules_lost), 0);
    rig_free(rig);
}

/* All places are this process's, who lives. */
static struct rig *rig_without_places(void)
{
    struct rig *rig = rig_new(WM_TARGET_SERVER, HZ);
    for (uint32_t i = 0; i < WM_PROCESS_MAX; i++) {
        rig->region->processes[i].pid_space = rig_pid_space();
        atomic_store(&rig->region->processes[i].pid, getpid());
    }
    rig->region->image_count = 1;
    atomic_store(&rig->region->process_count, WM_PROCESS_MAX);
    return rig;
}

static void test_programs_beyond_the_table_run_unseen(void **state)
{
    (void)state;
    const char *const command[] = {"sh", "-c", "env env env true && env true", NULL};
    struct rig *rig = rig_without_places();
    rig_start(rig, command, 0, true);
    assert_int_equal(rig_wait(rig), 0);
    assert_int_equal(atomic_load(&rig->region->processes_lost), 7);
    assert_int_equal(rig->samples, 0);
    assert_int_equal(claimed(rig), 0);
    rig_free(rig);
}

/* Where a container's processes have numbers of their own, those of others outside are nobody's,
 * or somebody else's. */
static void test_who_cannot_be_asked_for_keeps_the_place(void **state)
{
    (void)state;
    const char *const command[] = {"unshare", "-pf", "sh", "-c", "env env true", NULL};
    if (system("unshare -pf true 2>/dev/null") != 0)
        skip();
    struct rig *rig = rig_without_places();
    rig_start(rig, command, 0, true);
    assert_int_equal(rig_wait(rig), 0);
    assert_int_equal(atomic_load(&rig->region->processes_more), 0);
    assert_int_equal(atomic_load(&rig->region->processes_lost), 5);
    rig_free(rig);
}

/* The first in a container has the number 1, as that of another has: not the same, executed. */
static void test_equal_numbers_of_others_are_not_ended(void **state)
{
    (void)state;
    const char *const command[] = {"unshare", "-pf", "sh", "-c", "env true", NULL};
    if (system("unshare -pf true 2>/dev/null") != 0)
        skip();
    struct rig *rig = rig_new(WM_TARGET_SERVER, HZ);
    rig->region->image_count = 1;
    rig->region->processes[0].pid_space = 1; /* a namespace that there is not */
    atomic_store(&rig->region->processes[0].pid, 1);
    atomic_store(&rig->region->process_count, 1);
    rig_start(rig, command, 0, true);
    assert_int_equal(rig_wait(rig), 0);
    assert_int_equal(atomic_load(&rig->region->processes[0].ended), 0);
    assert_true(atomic_load(&rig->region->process_count) > 3);
    rig_free(rig);
}

static void test_forks_while_others_are_sampled(void **state)
{
    (void)state;
    if (rig_is_sanitized()) /* its allocator is not made for this */
        skip();
    const char *const command[] = {in_build("apps/forker"), "60", NULL};
    struct rig *rig = run(FAST_HZ, 0, command);
    assert_int_equal(atomic_load(&rig->region->threads_unsampled), 0);
    assert_int_equal(claimed(rig), 20); /* a third was killed */
    rig_free(rig);
}

/* The handler of a signal that interrupted fork() finds the agent's lock held by its own thread. */
static void test_ends_in_the_midst_of_a_fork(void **state)
{
    (void)state;
    const char *const command[] = {in_build("apps/quitter"), NULL};
    for (int i = 0; i < 5; i++) {
        struct rig *rig = run(FAST_HZ, 0, command);
        assert_int_equal(atomic_load(&rig->region->processes[0].ended), 1);
        rig_free(rig);
    }
}

/* Whoever waits for the loader must not be waited for by what the loader runs. */
static void test_constructors_poll_and_fork(void **state)
{
    (void)state;
    const char *const command[] = {in_build("apps/opener"),
                                   in_build("apps/lib/libwm_constructor.so"), NULL};
    for (int i = 0; i < 5; i++)
        rig_free(run(FAST_HZ, 0, command));
}

/* A server's handler that never returns must not leave a sample half taken. */
static void test_handlers_that_leap_leave_no_sample(void **state)
{
    (void)state;
    const char *const command[] = {in_build("apps/leaper"), NULL};
    rig_free(run(FAST_HZ, 0, command));
}

/* The handler cannot know how small a stack is that the server made itself. */
static void test_small_stacks_are_not_overrun(void **state)
{
    (void)state;
    if (rig_is_sanitized()) /* its code needs more of them */
        skip();
    const char *const command[] = {in_build("apps/coroutine"), NULL};
    struct rig *rig = run(FAST_HZ, 0, command);
    print_message("%llu of %llu samples cut\n", (unsigned long long)rig->truncated,
                  (unsigned long long)rig->samples);
    assert_true(rig->samples > 500 && rig->truncated < rig->samples / 20);
    rig_free(rig);
}

/* Slots of threads and processes that were killed are used again. */
static void test_the_killed_leave_their_places(void **state)
{
    (void)state;
    const char *const command[] = {
        "bash", "-c", "{ for i in {1..600}; do ( kill -9 $BASHPID ); done; } 2>/dev/null; true",
        NULL};
    struct rig *rig = run(HZ, 0, command);
    assert_int_equal(atomic_load(&rig->region->threads_unsampled), 0);
    assert_int_equal(atomic_load(&rig->region->processes_lost), 0);
    assert_int_equal(atomic_load(&rig->region->process_count), WM_PROCESS_MAX);
    rig_free(rig);
}

static void serve_some(struct rig *rig, const char *program, bool labelled)
{
    struct rig_connection connection = rig_connect(rig);
    for (int i = 0; i < 1000; i++)
        (void)rig_request(rig, &connection, program, "slow\n", 5, 5);
    rig_disconnect(rig, &connection);
    assert_int_equal(rig_end(rig), 0);
    double us = (double)rig->path_ns[rig_path(rig, program)] / 1e3 / 1000;
    print_message("%s: %.1f us\n", program, us);
    assert_true(labelled ? us > 20 && us < 120 : rig->samples == 0);
}

static void test_a_static_program_has_no_agent(void **state)
{
    (void)state;
    char port[8];
    struct rig *rig = rig_new(WM_TARGET_SERVER, HZ);
    snprintf(port, sizeof(port), "%u", rig_free_port());
    const char *const command[] = {in_build("apps/static_server"), port, "epoll", NULL};
    rig_start(rig, command, (uint16_t)strtoul(port, NULL, 10), true);
    serve_some(rig, "static", false);
    assert_int_equal(atomic_load(&rig->region->process_count), 0);
    rig_free(rig);
}

/* On a watched connection: the work after the half of the answer is the request's. */
static void check_mistaken(struct rig *rig, struct rig_connection *connection, const char *path)
{
    enum { REQUESTS = 100, REPLY_BYTES = 40, WORK_US = 500 };
    char request[64], label[32];
    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n\r\n", path);
    snprintf(label, sizeof(label), "GET %s", path);
    for (int i = 0; i < REQUESTS; i++)
        (void)rig_request(rig, connection, "unused", request, strlen(request), REPLY_BYTES);
    rig_drain(rig);
    uint32_t at = rig_path(rig, label);
    double us = (double)rig->path_ns[at] / 1e3 / REQUESTS;
    print_message("%s: %.1f us\n", label, us);
    assert_int_equal(atomic_load(&rig->region->board.seen[at]), REQUESTS);
    assert_true(us > 0.7 * WORK_US);
}

static void test_what_may_be_mistaken(void **state)
{
    (void)state;
    char port[8];
    struct rig *rig = rig_new(WM_TARGET_WATCH, HZ);
    rig->region->plan.label_by = WM_LABEL_BY_HTTP;
    snprintf(port, sizeof(port), "%u", rig_free_port());
    const char *const command[] = {in_build("apps/mistaken"), port, NULL};
    rig_start(rig, command, (uint16_t)strtoul(port, NULL, 10), true);
    struct rig_connection connection = rig_connect(rig);
    check_mistaken(rig, &connection, "/vfork");
    check_mistaken(rig, &connection, "/none");
    check_mistaken(rig, &connection, "/pair");
    rig_disconnect(rig, &connection);
    assert_int_equal(rig_end(rig), 0);
    assert_int_equal(atomic_load(&rig->region->board.seen[rig_path(rig, "GET /inner")]), 0);
    rig_free(rig);
}

static void test_without_perf_there_are_timers(void **state)
{
    (void)state;
    char port[8];
    if (rig_is_sanitized())
        skip();
    struct rig *rig = rig_new(WM_TARGET_SERVER, HZ);
    snprintf(port, sizeof(port), "%u", rig_free_port());
    const char *const command[] = {
        in_build("noperf"), in_build("apps/echo"), port, "threads", "signals", NULL};
    rig_start(rig, command, (uint16_t)strtoul(port, NULL, 10), true);
    serve_some(rig, "noperf", true);
    assert_int_equal(rig->region->sampler, WM_SAMPLER_TIMER);
    assert_int_equal(atomic_load(&rig->region->threads_eventless), 0);
    rig_check_accounts(rig, 3);
    rig_free(rig);
}

static void test_unsampled_servers_are_labelled_and_accounted(void **state)
{
    (void)state;
    char port[8];
    struct rig *rig = rig_new(WM_TARGET_SERVER, 0);
    snprintf(port, sizeof(port), "%u", rig_free_port());
    const char *const command[] = {in_build("apps/echo"), port, "threads", NULL};
    rig_start(rig, command, (uint16_t)strtoul(port, NULL, 10), true);
    serve_some(rig, "unsampled", false);
    assert_int_equal(rig->region->sampler, WM_SAMPLER_NONE);
    assert_true(atomic_load(&rig->region->processes[0].labelled) >= 1000);
    rig_check_accounts(rig, 3);
    rig_free(rig);
}

/* It takes 30 ms, more than many a server does in all. */
static void test_calibrating_is_not_the_programs_work(void **state)
{
    (void)state;
    if (rig_is_sanitized())
        skip();
    const char *const command[] = {"true", NULL};
    struct rig *rig = run(HZ, 0, command);
    print_message("true: %.1f ms\n", (double)rig_lost_ns(rig) / 1e6);
    assert_true(rig_lost_ns(rig) < 15 * 1000 * 1000);
    rig_check_accounts(rig, 5);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls_have_the_kernels_results),
        cmocka_unit_test(test_programs_survive_being_executed),
        cmocka_unit_test(test_programs_survive_the_system_call),
        cmocka_unit_test(test_programs_use_the_places_of_those_that_ended),
        cmocka_unit_test(test_binaries_of_unsampled_programs_make_room),
        cmocka_unit_test(test_programs_beyond_the_table_run_unseen),
        cmocka_unit_test(test_who_cannot_be_asked_for_keeps_the_place),
        cmocka_unit_test(test_equal_numbers_of_others_are_not_ended),
        cmocka_unit_test(test_forks_while_others_are_sampled),
        cmocka_unit_test(test_ends_in_the_midst_of_a_fork),
        cmocka_unit_test(test_constructors_poll_and_fork),
        cmocka_unit_test(test_handlers_that_leap_leave_no_sample),
        cmocka_unit_test(test_small_stacks_are_not_overrun),
        cmocka_unit_test(test_the_killed_leave_their_places),
        cmocka_unit_test(test_a_static_program_has_no_agent),
        cmocka_unit_test(test_what_may_be_mistaken),
        cmocka_unit_test(test_calibrating_is_not_the_programs_work),
        cmocka_unit_test(test_without_perf_there_are_timers),
        cmocka_unit_test(test_unsampled_servers_are_labelled_and_accounted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

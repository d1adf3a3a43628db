/* test_apps.c - the test apps do what their first comments say, inside a region, unsampled. */
#include "tests/support/support.h"

#include "tests/probe/attached.h"

#include <dlfcn.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct wm_region *region;
static sem_t ended;
static struct wm_probe_end last_end;
static int last_status;

static void load(const char *name)
{
    char file[512];
    snprintf(file, sizeof(file), APPS "%s", name);
    if (dlopen(file, RTLD_NOW | RTLD_LOCAL) == NULL)
        fail_msg("%s", dlerror());
}

static const struct wm_entry *find_entry(const char *name)
{
    const struct wm_entry *entry = wm_probe_entries();
    while (entry != NULL && strcmp(entry->name, name) != 0)
        entry = entry->next;
    return entry;
}

static uint32_t entry_number(const char *name)
{
    uint32_t i = 0;
    while (strcmp(region->names + region->entries[i], name) != 0)
        i++;
    return i;
}

static void on_done(const struct wm_request *request, int status, const struct wm_probe_end *end)
{
    (void)request;
    last_end = *end;
    last_status = status;
    sem_post(&ended);
}

/* Sends a request with up to three fields, "name", "value", ..., NULL, and waits for its end. */
static int send_request(const char *name, const char *const *fields)
{
    static uint64_t index;
    struct wm_request_field known[3];
    struct wm_request request;
    struct wm_reply reply = {0};
    const struct wm_entry *entry = find_entry(name);
    assert_non_null(entry);
    memset(&request, 0, sizeof(request));
    request.entry = name;
    request.fields = known;
    for (; fields[2 * request.field_count] != NULL; request.field_count++)
        known[request.field_count] = (struct wm_request_field){fields[2 * request.field_count],
                                                               fields[2 * request.field_count + 1]};
    request.index = index++;
    request.done = on_done;
    atomic_store(&request.phase, WM_REQUEST_STARTED);
    request.context = wm_probe_begin(entry_number(name), WM_ROW_NONE, request.index, 1);
    assert_non_null(request.context);
    int status = entry->function(&request, &reply);
    if (entry->async && status == 0) {
        sem_wait(&ended);
        return last_status;
    }
    wm_probe_end(request.context, &last_end);
    return status;
}

#define SEND(name, ...) send_request(name, (const char *const[]){__VA_ARGS__, NULL})

static void assert_path(const char *nodes, const char *outcome)
{
    const struct wm_path *path = &region->paths[last_end.path];
    assert_string_equal(wm_test_path_nodes(region, last_end.path), nodes);
    const char *taken = path->outcome == 0 ? "" : region->names + region->outcomes[path->outcome];
    assert_string_equal(taken, outcome);
}

static void test_burn_says_what_its_paths_cost(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    char *name = wm_test_file(folder, "truth.csv", "");
    (void)setenv("BURN_TRUTH", name, 1);
    load("libburn.so");
    assert_int_equal(SEND("Burn", "path", "a"), 0);
    assert_path("Burn|Burn/Prepare|Burn/PathA", "");
    assert_int_equal(SEND("Burn", "path", "c", "cpu_us", "4000"), 0);
    assert_int_equal(SEND("Burn", "path", "d", "outcome", "rare"), 0);
    assert_path("Burn|Burn/Prepare|Burn/PathD", "rare");
    assert_int_equal(SEND("Burn", "path", "d", "outcome", "common"), 0);
    assert_path("Burn|Burn/Prepare|Burn/PathD", "common");
    assert_int_equal(SEND("Burn", "path", "truth"), 0);
    char *truth = wm_test_read(name);
    char *at = strstr(truth, "\nPathC,,");
    assert_non_null(at);
    at += strlen("\nPathC,");
    uint64_t requests = strtoull(at + 1, &at, 10);
    uint64_t cpu_ns = strtoull(at + 1, &at, 10);
    uint64_t prepare_ns = strtoull(at + 1, &at, 10);
    uint64_t system_ns = strtoull(at + 1, &at, 10);
    assert_int_equal(requests, 1);
    assert_in_range(cpu_ns, 1000000, 40000000); /* 4.1 ms, on a machine with other work */
    assert_in_range(system_ns, cpu_ns / 5, cpu_ns * 4 / 5);
    assert_in_range(prepare_ns, 10000, cpu_ns);
    assert_non_null(strstr(truth, "\nPathD,rare,1,"));
    assert_non_null(strstr(truth, "\nPathD,common,1,"));
    assert_non_null(strstr(truth, "\nPathB,,0,0,0,0\n"));
    free(truth);
    free(name);
    wm_test_folder_remove(folder);
    (void)unsetenv("BURN_TRUTH");
}

_Noreturn static void end_child(const char *how)
{
    const struct wm_request_field field = {"how", how};
    struct wm_request request;
    struct wm_reply reply = {0};
    memset(&request, 0, sizeof(request));
    request.fields = &field;
    request.field_count = 1;
    for (int signum = 1; signum < SIGRTMIN; signum++)
        (void)signal(signum, SIG_DFL); /* cmocka would go on with the tests */
    /* Without a context: what a killed child leaves open in the region stays open. */
    find_entry("Crash")->function(&request, &reply);
    _exit(99);
}

struct ending {
    const char *how;
    int signal;
    int exit_code;
};

static void test_crash_ends_as_it_was_told(void **state)
{
    (void)state;
    static const struct ending endings[] = {
        {"segv",     SIGSEGV, 0},
        {"abort",    SIGABRT, 0},
        {"exit",     0,       3},
        {"_exit",    0,       4},
        {"kill",     SIGKILL, 0},
        {"fpe",      SIGFPE,  0},
        {"trap",     SIGTRAP, 0},
        {"overflow", SIGSEGV, 0},
        {"heap",     SIGABRT, 0},
    };
    if (SANITIZED)
        skip(); /* a sanitizer has endings of its own */
    load("libcrash.so");
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        pid_t child = fork();
        if (child == 0)
            end_child(endings[i].how);
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        int got = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
        if (got != endings[i].signal || code != endings[i].exit_code)
            fail_msg("%s ended with signal %d, code %d", endings[i].how, got, code);
    }
    assert_int_equal(SEND("Crash", "how", "error"), -1);
    assert_path("Crash|Crash/EndBadly", "");
    assert_int_equal(SEND("Crash", "how", "not at all"), 0);
}

static void test_noentry_registers_nothing(void **state)
{
    (void)state;
    const struct wm_entry *before = wm_probe_entries();
    load("libnoentry.so");
    assert_ptr_equal(wm_probe_entries(), before);
}

static void test_null_visits_nothing(void **state)
{
    (void)state;
    load("libnull.so");
    assert_int_equal(SEND("Null", NULL), 0);
    assert_path("", "");
}

static void test_async_ends_on_its_own_thread_with_both_segments(void **state)
{
    (void)state;
    load("libasync.so");
    for (int i = 0; i < 50; i++) {
        assert_int_equal(SEND("Later", "delay_us", "20"), 0);
        assert_path("Later|Later/Accept|Later/Finish", "finished");
    }
    assert_int_equal(SEND("Later", "delay_us", "0", "status", "5"), 5);
}

static void test_threads_works_on_threads_of_its_own(void **state)
{
    (void)state;
    load("libthreads.so");
    assert_int_equal(SEND("Threads", "threads", "3", "cpu_us", "100"), 0);
    assert_path("Threads", "");
    assert_int_equal(SEND("Threads", "cpu_us", "100", "carry", "yes"), 0);
    assert_path("Threads|Threads/Carried", "");
}

static void test_plugin_finds_its_library_by_bare_name(void **state)
{
    (void)state;
    if (SANITIZED)
        skip(); /* a sanitizer's dlopen takes away the app's own RUNPATH */
    load("libplugin.so");
    for (int i = 0; i < 3; i++)
        assert_int_equal(SEND("Plugin", NULL), 0);
    assert_path("Plugin|Plugin/CallPlug", "");
}

static void test_storm_passes(void **state)
{
    (void)state;
    if (SANITIZED)
        skip(); /* a sanitizer's dlopen takes away the app's own RUNPATH */
    load("libstorm.so");
    assert_int_equal(SEND("Storm", "seconds", "1"), 0);
}

static void test_cxx_visits_every_kind_of_function(void **state)
{
    (void)state;
    load("libcxx.so");
    assert_int_equal(SEND("Cxx", "how", "visit"), 0);
    assert_path("Cxx|Cxx/PlainFunction|Cxx/InlineFunction|Cxx/TemplateFunction", "");
    assert_int_equal(SEND("Cxx", "how", "throw"), 0);
    assert_path("Cxx|Cxx/PlainFunction|Cxx/InlineFunction|Cxx/TemplateFunction|Cxx/Throwing|"
                "Cxx/Caught",
                "caught");
}

int main(int argc, char **argv)
{
    (void)argc;
    region = wm_test_attached(argv);
    sem_init(&ended, 0, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burn_says_what_its_paths_cost),
        cmocka_unit_test(test_crash_ends_as_it_was_told),
        cmocka_unit_test(test_noentry_registers_nothing),
        cmocka_unit_test(test_null_visits_nothing),
        cmocka_unit_test(test_async_ends_on_its_own_thread_with_both_segments),
        cmocka_unit_test(test_threads_works_on_threads_of_its_own),
        cmocka_unit_test(test_plugin_finds_its_library_by_bare_name),
        cmocka_unit_test(test_storm_passes),
        cmocka_unit_test(test_cxx_visits_every_kind_of_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

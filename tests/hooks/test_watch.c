/* What is known of a connection, while threads read it, close it and fork: the reader is held in
 * the midst of it by the region's lock, which a label that is new needs. */
#include "profiles/hooks/watch.h"

#include "profiles/hooks/heap.h"
#include "profiles/probe/state.h"
#include "profiles/wire/shared.h"
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FD = 5 };

/* Of the probe and the hooks, what watch.c needs. */
struct wm_probe wm_probe;

void *wm_heap_alloc(size_t bytes)
{
    return malloc(bytes);
}

void wm_heap_free(void *block)
{
    free(block);
}

static void hear(const char *bytes)
{
    struct iovec at = {(void *)(uintptr_t)bytes, strlen(bytes)};
    wm_watch_read(FD, 80, &at, 1, at.iov_len);
}

static uint64_t label_of(const char *name)
{
    uint32_t entry = wm_shared_entry(wm_probe.region, name);
    return WM_LABEL_PATH | wm_shared_path(wm_probe.region, entry, 0, 0, NULL, 0);
}

static void *read_one(void *bytes)
{
    hear(bytes);
    return NULL;
}

/* A thread that reads, as far as the lock that we have lets it. */
static pthread_t begin_reading(const char *bytes)
{
    pthread_t thread;
    const struct timespec soon = {0, 50 * 1000 * 1000};
    wm_region_lock(wm_probe.region);
    assert_int_equal(pthread_create(&thread, NULL, read_one, (void *)(uintptr_t)bytes), 0);
    (void)nanosleep(&soon, NULL);
    return thread;
}

static int set_up(void **state)
{
    (void)state;
    wm_probe.region = mmap(NULL, sizeof(struct wm_region), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(wm_probe.region != MAP_FAILED);
    wm_region_init(wm_probe.region);
    wm_probe.region->plan.label_by = WM_LABEL_BY_HTTP;
    wm_watch_start();
    wm_watch_forget(FD);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return munmap(wm_probe.region, sizeof(struct wm_region));
}

static void test_a_label_is_the_last_request_until_the_connection_ends(void **state)
{
    (void)state;
    hear("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n");
    assert_int_equal(wm_watch_label(FD), label_of("GET /b"));
    assert_int_equal(atomic_load(&wm_probe.region->board.together), 1);
    wm_watch_forget(FD);
    assert_int_equal(wm_watch_label(FD), 0);
}

static void test_a_connection_that_is_closed_while_it_is_read_is_forgotten(void **state)
{
    (void)state;
    pthread_t thread = begin_reading("GET /old HTTP/1.1\r\nHost: cut");
    wm_watch_forget(FD);
    wm_region_unlock(wm_probe.region);
    pthread_join(thread, NULL);
    assert_int_equal(wm_watch_label(FD), 0);
    hear("GET /new HTTP/1.1\r\n\r\n"); /* not the rest of a head */
    assert_int_equal(wm_watch_label(FD), label_of("GET /new"));
}

static void test_a_child_hears_what_its_parent_was_reading_when_it_forked(void **state)
{
    (void)state;
    pthread_t thread = begin_reading("GET /old HTTP/1.1\r\nHost: cut");
    pid_t pid = fork();
    if (pid == 0) {
        memset(&wm_probe.region->lock, 0, sizeof(wm_probe.region->lock)); /* it is the parent's */
        alarm(10);
        wm_watch_forked();
        hear("GET /new HTTP/1.1\r\n\r\n");
        _exit(wm_watch_label(FD) != label_of("GET /new"));
    }
    wm_region_unlock(wm_probe.region);
    pthread_join(thread, NULL);
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_label_is_the_last_request_until_the_connection_ends,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_a_connection_that_is_closed_while_it_is_read_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_a_child_hears_what_its_parent_was_reading_when_it_forked, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

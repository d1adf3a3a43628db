/* The stack that libunwind has for itself, with one in its place that takes as much as it is told
 * to: too much does no harm, is told, and does not come again. */
#include "profiles/probe/unwind.h"

#include "profiles/probe/modules.h"
#include "profiles/probe/stack.h"
#include "profiles/probe/state.h"
#include "tests/support/support.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

extern int (*wm_unwind_backtrace)(void **, int);

/* Of the probe, what unwind.c and stack.c need. */
struct wm_probe wm_probe;
__thread struct wm_tls wm_tls;

bool wm_modules_stale(void)
{
    return false;
}

enum { PC = 0x1234, CALLER = 0x5678, KIB = 1024 };

static size_t needed;
static int calls;
static uintptr_t called_at;

static int take_much(void **buffer, int limit)
{
    (void)limit;
    calls++;
    called_at = (uintptr_t)__builtin_frame_address(0);
    volatile unsigned char *used = __builtin_alloca(needed);
    for (size_t at = 0; at < needed; at += 64)
        used[at] = 1;
    buffer[0] = (void *)(uintptr_t)PC;
    buffer[1] = (void *)(uintptr_t)CALLER;
    return 2;
}

static uint32_t unwind(size_t bytes)
{
    static ucontext_t context;
    uint64_t frames[8];
    bool truncated;
    needed = bytes;
    context.uc_mcontext.gregs[REG_RIP] = PC;
    uint32_t count = wm_unwind(&context, frames, 8, &truncated);
    assert_int_equal(frames[0], PC);
    assert_int_equal(truncated, count == 1);
    return count;
}

static struct wm_own_thread *own = &wm_probe.threads[1];

static int set_up(void **state)
{
    (void)state;
    wm_probe.region = mmap(NULL, sizeof(struct wm_region), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(wm_probe.region != MAP_FAILED);
    wm_unwind_backtrace = take_much;
    wm_stack_prepare(own);
    wm_tls.own = own;
    calls = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    wm_tls.own = NULL;
    return munmap(wm_probe.region, sizeof(struct wm_region));
}

static uint64_t told(void)
{
    return atomic_load(&wm_probe.region->threads_shallow);
}

static void test_what_is_needed_is_there(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(unwind((size_t)30 * KIB), 2);
    assert_int_equal(told(), 0);
    assert_true(called_at - (uintptr_t)own->unwind_stack < WM_STACK_BYTES);
}

static void test_who_goes_too_deep_is_told_and_not_unwound_again(void **state)
{
    (void)state;
    assert_int_equal(unwind((size_t)34 * KIB), 2);
    assert_int_equal(told(), 1);
    assert_int_equal(unwind(KIB), 1);
    assert_int_equal(calls, 1);
    wm_stack_prepare(own); /* the slot's next thread */
    assert_int_equal(unwind(KIB), 2);
    assert_int_equal(told(), 1);
}

static void test_nothing_but_the_stack_is_written(void **state)
{
    (void)state;
    struct wm_own_thread before = *own;
    (void)unwind((size_t)50 * KIB);
    before.is_shallow = true;
    assert_memory_equal(own, &before, sizeof(before));
    pid_t pid = fork();
    if (pid == 0) {
        const struct rlimit none = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)signal(SIGSEGV, SIG_DFL);
        wm_stack_prepare(own);
        (void)unwind((size_t)61 * KIB);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

static void test_without_memory_samples_are_one_frame(void **state)
{
    (void)state;
    struct wm_own_thread *poor = &wm_probe.threads[2];
    struct rlimit limit, none;
    assert_int_equal(getrlimit(RLIMIT_AS, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
    wm_stack_prepare(poor);
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
    wm_tls.own = poor;
    assert_int_equal(unwind(KIB), 1);
    assert_int_equal(told(), 1);
}

static void *warm(void *has_room)
{
    needed = KIB;
    *(bool *)has_room = wm_stack_has_room();
    wm_unwind_prewarm(*(bool *)has_room ? NULL : own);
    return NULL;
}

static void test_prewarming_is_on_stacks_that_have_room(void **state)
{
    (void)state;
    bool has_room = false;
    (void)warm(&has_room);
    assert_true(has_room);
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    assert_true(here - called_at < (size_t)64 * KIB);
    pthread_attr_t small;
    pthread_t thread;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, (size_t)32 * KIB);
    assert_int_equal(pthread_create(&thread, &small, warm, &has_room), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&small);
    assert_false(has_room);
    assert_true(called_at - (uintptr_t)own->unwind_stack < WM_STACK_BYTES);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_needed_is_there),
        TEST(test_who_goes_too_deep_is_told_and_not_unwound_again),
        TEST(test_nothing_but_the_stack_is_written),
        TEST(test_without_memory_samples_are_one_frame),
        TEST(test_prewarming_is_on_stacks_that_have_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

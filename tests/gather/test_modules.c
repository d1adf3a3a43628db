/* The region's binaries, while the app's side empties entries and uses them again. */
#include "profiles/gather/modules.h"

#include "profiles/wire/modules.h"
#include "tests/support/support.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct wm_region *region;
static struct wm_modules modules;

static int set_up(void **state)
{
    (void)state;
    region = mmap(NULL, sizeof(*region), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(region != MAP_FAILED);
    return wm_modules_init(&modules, region);
}

static int tear_down(void **state)
{
    (void)state;
    wm_modules_done(&modules);
    return munmap(region, sizeof(*region));
}

/* A binary of which each part is made from one letter. */
static struct wm_module binary(char letter)
{
    struct wm_module module = {.bias = (uint64_t)letter << 12,
                               .start = (uint64_t)letter << 12,
                               .end = ((uint64_t)letter + 1) << 12,
                               .image = (uint32_t)(unsigned char)letter};
    memset(module.path, letter, sizeof(module.path) - 1);
    return module;
}

static void write_at(uint32_t at, char letter)
{
    struct wm_module module = binary(letter);
    wm_module_write(region, at, &module);
    if (at >= region->module_count)
        region->module_count = at + 1;
}

static bool is_listed(char letter)
{
    uint64_t address = wm_modules_tag((uint32_t)(unsigned char)letter, (uint64_t)letter << 12);
    size_t at = wm_modules_find(&modules, address);
    struct wm_module wanted = binary(letter);
    return at != SIZE_MAX && strcmp(modules.list[at].path, wanted.path) == 0;
}

static void update(void)
{
    assert_int_equal(wm_modules_update(&modules), 0);
}

static void test_an_entry_that_is_used_again_is_read_again(void **state)
{
    (void)state;
    write_at(0, 'a');
    write_at(1, 'b');
    update();
    write_at(0, 'c');
    update();
    update();
    assert_int_equal(modules.count, 3);
    assert_true(is_listed('a') && is_listed('b') && is_listed('c'));
    assert_int_equal(modules.damaged, 0);
}

static void test_an_emptied_entry_is_nothing_and_no_damage(void **state)
{
    (void)state;
    static const struct wm_module empty;
    write_at(0, 'a');
    write_at(1, 'b');
    wm_module_write(region, 0, &empty);
    update();
    assert_int_equal(modules.count, 1);
    assert_true(is_listed('b'));
    assert_int_equal(modules.damaged, 0);
}

/* Its writer was killed, or takes its time. */
static void test_a_half_written_entry_is_left_until_it_is_whole(void **state)
{
    (void)state;
    write_at(0, 'a');
    region->module_writes[0]++;
    write_at(1, 'b');
    update();
    update();
    assert_int_equal(modules.count, 1);
    assert_true(is_listed('b'));
    assert_int_equal(modules.damaged, 1); /* told once */
    assert_true(wm_module_is_free(region, 0));
    write_at(0, 'c');
    update();
    assert_true(is_listed('c'));
    assert_int_equal(modules.damaged, 1);
}

static void write_for_ever(void)
{
    for (char letter = 'a';; letter = letter == 'a' ? 'b' : 'a') {
        write_at(0, letter);
        for (volatile int i = 0; i < 200; i++)
            ;
    }
}

static void test_an_entry_is_never_read_half(void **state)
{
    enum { READS = 2000 };
    (void)state;
    write_at(0, 'a');
    pid_t writer = fork();
    assert_true(writer >= 0);
    if (writer == 0)
        write_for_ever();
    int torn = 0;
    for (int i = 0; i < READS; i++) {
        uint32_t writes;
        struct wm_module module;
        if (!wm_module_read(region, 0, &module, &writes))
            continue;
        struct wm_module wanted = binary(module.path[0]);
        torn += memcmp(&module, &wanted, sizeof(module)) != 0;
    }
    for (int i = 0; i < 100; i++)
        update();
    (void)kill(writer, SIGKILL);
    (void)waitpid(writer, NULL, 0);
    assert_int_equal(torn, 0);
    for (size_t i = 0; i < modules.count; i++)
        assert_true(is_listed(modules.list[i].path[0]));
    assert_true(modules.count <= 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_an_entry_that_is_used_again_is_read_again),
        TEST(test_an_emptied_entry_is_nothing_and_no_damage),
        TEST(test_a_half_written_entry_is_left_until_it_is_whole),
        TEST(test_an_entry_is_never_read_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

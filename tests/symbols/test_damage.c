/* test_damage.c - binaries that are cut off or have wrong bytes: nothing they say may end or stop
 * the one who asks. Each is asked in a process of its own, with limits. */
#include "harness/core/file.h"
#include "profiles/symbols/debuginfo.h"
#include "tests/support/support.h"

#include <elf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    VARIANTS = 600,
    CPU_SECONDS_MAX = 5,
    MEMORY_GIB_MAX = 4,
    CODE_BYTES = 0x400,
};

/* Of the fixtures, whose code begins there. */
static const uint64_t code_start = 0x1000;

struct victim {
    char *bytes;
    size_t length;
    uint64_t state; /* of the dice */
};

static uint32_t roll(struct victim *victim, size_t below)
{
    victim->state = victim->state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)((victim->state >> 33) % below);
}

/* Values that lengths, counts and offsets are least ready for. */
static void spoil(struct victim *victim, char *bytes, size_t at, size_t length)
{
    static const uint64_t values[] = {0,          1,          UINT64_MAX, UINT64_MAX / 2,
                                      UINT32_MAX, 0x7fffffff, 0x80808080, 0xfffffff0};
    uint64_t value = values[roll(victim, sizeof(values) / sizeof(values[0]))];
    size_t width = (size_t)1 << roll(victim, 4);
    if (width == 1 && roll(victim, 2) == 0)
        bytes[at] = (char)(bytes[at] ^ (1 << roll(victim, 8)));
    else if (at + width <= length)
        memcpy(bytes + at, &value, width);
}

/* Most of a file is code and padding that nobody reads: headers and what follows the code, which
 * is DWARF, are what can be wrong. */
static size_t choose(struct victim *victim)
{
    if (roll(victim, 4) == 0)
        return roll(victim, sizeof(Elf64_Ehdr) + 8 * sizeof(Elf64_Phdr));
    return victim->length / 3 + roll(victim, victim->length - victim->length / 3);
}

static void damage(struct victim *victim, const char *name, int variant)
{
    struct wm_error err;
    char *bytes = malloc(victim->length);
    assert_non_null(bytes);
    memcpy(bytes, victim->bytes, victim->length);
    size_t length = variant % 4 == 0 ? 1 + roll(victim, victim->length - 1) : victim->length;
    for (uint32_t i = variant % 4 == 0 ? 0 : 1 + roll(victim, 12); i > 0; i--)
        spoil(victim, bytes, choose(victim), victim->length);
    assert_int_equal(wm_file_write(name, bytes, length, &err), 0);
    free(bytes);
}

static void limit(int what, rlim_t most)
{
    struct rlimit limits = {most, most};
    (void)setrlimit(what, &limits);
}

/* What a report does; the sum keeps it from being left out. */
static int ask(const char *name)
{
    struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX];
    struct wm_debuginfo *info = NULL;
    struct wm_error err;
    uint64_t place = 0;
    size_t sum = 0;
    if (wm_debuginfo_open(name, NULL, 0, NULL, &info, &err) < 0)
        return err.text[0] != '\0' ? 0 : 1;
    struct wm_mapped mapped = {UINT64_C(0x7f0000000000), UINT64_C(0x7f0000001000), 0x1000, false,
                               0};
    if (wm_place_find(wm_debuginfo_image(info), &mapped, mapped.start + 0x50, &place) == 0 ||
        wm_debuginfo_symbol(info, "_stext", &place))
        sum += place & 1;
    for (uint64_t address = code_start; address < code_start + CODE_BYTES; address += 3) {
        size_t count = wm_debuginfo_find(info, address, frames);
        for (size_t i = 0; i < count; i++)
            sum += strlen(frames[i].function) + strlen(frames[i].linkage) + strlen(frames[i].file);
    }
    wm_debuginfo_close(info);
    return sum == SIZE_MAX;
}

static void check_victim(const char *name)
{
    struct victim victim = {.state = 1};
    struct wm_error err;
    assert_int_equal(wm_file_read(name, 0, &victim.bytes, &victim.length, &err), 0);
    char *folder = wm_test_folder();
    char *damaged = wm_file_join_dup(folder, "damaged.so");
    for (int variant = 0; variant < VARIANTS; variant++) {
        damage(&victim, damaged, variant);
        fflush(NULL);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            limit(RLIMIT_CPU, CPU_SECONDS_MAX);
            limit(RLIMIT_CORE, 0);
            if (!SANITIZED) /* they map terabytes */
                limit(RLIMIT_AS, (rlim_t)MEMORY_GIB_MAX << 30);
            _exit(ask(damaged));
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (status != 0)
            fail_msg("%s, variant %d: status %#x", name, variant, (unsigned)status);
    }
    free(damaged);
    wm_test_folder_remove(folder);
    free(victim.bytes);
}

static void test_damaged_c_library_neither_ends_nor_stops_us(void **state)
{
    (void)state;
    check_victim(FIXTURES "/symbols_c.so");
}

static void test_damaged_cxx_library_neither_ends_nor_stops_us(void **state)
{
    (void)state;
    check_victim(FIXTURES "/symbols_cxx.so");
}

static void test_damaged_debug_file_neither_ends_nor_stops_us(void **state)
{
    (void)state;
    check_victim(FIXTURES "/.debug/linked.debug");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damaged_c_library_neither_ends_nor_stops_us),
        cmocka_unit_test(test_damaged_cxx_library_neither_ends_nor_stops_us),
        cmocka_unit_test(test_damaged_debug_file_neither_ends_nor_stops_us),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

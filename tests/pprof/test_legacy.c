/* test_legacy.c - profiles from before profile.proto. What is expected of each text is what
 * `go tool pprof -raw` (Go 1.19.8) printed of it, less the samples without frames. */
#include "harness/core/text.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/merge.h"
#include "profiles/pprof/sample_stack.h"
#include "tests/support/support.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct wm_profile *read_bytes(const void *bytes, size_t length, struct wm_error *err)
{
    struct wm_profile *profile = NULL;
    unsigned char *copy = malloc(length); /* so that Asan sees a read past its end */
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    int rc = wm_profile_decode(copy, length, 0, "bytes", &profile, err);
    assert_true(rc == 0 || rc == -EINVAL);
    assert_true(rc == 0 || (profile == NULL && err->text[0] != '\0'));
    free(copy);
    return profile;
}

/* Samples, locations and mappings, as numbers. */
static char *dump(const struct wm_profile *profile)
{
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        for (size_t type = 0; type < profile->sample_type_count; type++)
            wm_text_addf(&text, "%" PRId64 " ", profile->values[sample->first_value + type]);
        wm_text_add(&text, ":");
        for (uint32_t at = 0; at < sample->location_count; at++) {
            const struct wm_location *location =
                &profile->locations[wm_sample_frame(wm_sample_stack(profile, sample), at)];
            wm_text_addf(&text, " %" PRIx64 "/%u", location->address, location->mapping);
        }
        for (uint32_t at = 0; at < sample->label_count; at++)
            wm_text_addf(&text, " bytes:%" PRId64,
                         profile->labels[sample->first_label + at].number);
        wm_text_add(&text, "\n");
    }
    for (size_t i = 0; i < profile->mapping_count; i++) {
        const struct wm_mapping *mapping = &profile->mappings[i];
        wm_text_addf(&text, "%" PRIx64 "-%" PRIx64 "+%" PRIx64 " %s %s\n", mapping->start,
                     mapping->limit, mapping->offset, wm_profile_text(profile, mapping->file),
                     wm_profile_text(profile, mapping->build_id));
    }
    char *result = wm_text_take(&text);
    assert_non_null(result);
    return result;
}

/* Reads, merges (which every view begins with) and compares. The profile is the caller's. */
static struct wm_profile *check_bytes(const void *bytes, size_t length, const char *expected)
{
    struct wm_error err = {0};
    struct wm_merge_input input = {read_bytes(bytes, length, &err), WM_MERGE_SOURCE};
    struct wm_profile *profile = NULL;
    if (input.profile == NULL)
        fail_msg("%s", err.text);
    assert_int_equal(wm_profile_merge(&input, 1, 0, &profile, &err), 0);
    char *got = dump(profile);
    assert_string_equal(got, expected);
    free(got);
    return profile;
}

static struct wm_profile *check(const char *text, const char *expected)
{
    return check_bytes(text, strlen(text), expected);
}

static void check_types(struct wm_profile *profile, const char *types, const char *period_type,
                        int64_t period)
{
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < profile->sample_type_count; i++)
        wm_text_addf(&text, "%s%s/%s", i > 0 ? " " : "",
                     wm_profile_text(profile, profile->sample_types[i].type),
                     wm_profile_text(profile, profile->sample_types[i].unit));
    assert_string_equal(text.data, types);
    wm_text_done(&text);
    assert_string_equal(wm_profile_text(profile, profile->period_type.type), period_type);
    assert_int_equal(profile->period, period);
    wm_profile_free(profile);
}

static void refuse(const char *text, const char *why)
{
    struct wm_error err = {0};
    if (read_bytes(text, strlen(text), &err) != NULL)
        fail_msg("'%s' was read", text);
    if (strstr(err.text, why) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, why);
}

static void test_a_heap_that_counts_what_is_freed(void **state)
{
    (void)state;
    struct wm_profile *profile =
        check("heap profile:      3:     2300 [     6:     5000] @ heapprofile\n"
              "     2:     2048 [     3:     3072] @ 0x401011 0x402021\n"
              "# a comment\n\n"
              "     1:      252 [     3:     1928] @ 0x7f0000000101 0x402021\n"
              "MAPPED_LIBRARIES:\n"
              "00400000-00401000 r--p 00000000 08:01 77         /srv/app\n"
              "00401000-00500000 r-xp 00001000 08:01 77         /srv/app\n"
              "7f0000000000-7f0000100000 r-xp 00000000 08:01 78 /lib/libc.so.6\n"
              "7fff00000000-7fff00001000 rw-p 00000000 00:00 0  [stack]\n",
              "3 3072 2 2048 : 401010/1 402020/1 bytes:1024\n"
              "3 1928 1 252 : 7f0000000100/2 402020/1 bytes:252\n"
              "400000-500000+0 /srv/app \n"
              "7f0000000000-7f0000100000+0 /lib/libc.so.6 \n");
    const char *drop = wm_profile_text(profile, profile->drop_frames);
    assert_non_null(strstr(drop, "tcmalloc::.*"));
    check_types(profile,
                "alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes",
                "space", 1);
}

static void test_a_sampled_heap_is_scaled(void **state)
{
    (void)state;
    check_types(check("heap profile:   12:  8498176 [   12:  8498176] @ heap_v2/524288\n"
                      "     1:     1024 [     1:     1024] @ 0x401011 0x402021\n"
                      "     7:   114688 [     7:   114688] @ 0x401011\n"
                      "I0101 12:00:00 a.cc:12]   1:  2097152 [     1:  2097152] @ 0x402021\n"
                      "MAPPED_LIBRARIES:\n"
                      "I0101 12:00:00 a.cc:12] build=/srv/build\n"
                      "I0101 12:00:00 a.cc:13] 7f0000000000-7f0000100000: /lib/libc.so.6\n"
                      "I0101 12:00:00 a.cc:14] 00400000-00500000: $build/app (@0) beef\n",
                      "512 524800 : 401010/1 402020/1 bytes:1024\n"
                      "227 3727658 : 401010/1 bytes:16384\n"
                      "1 2136279 : 402020/1 bytes:2097152\n"
                      "400000-500000+0 /srv/build/app beef\n"),
                "objects/count space/bytes", "space", 524288);
    /* the older kind tells twice the rate */
    check_types(check("heap profile: 1: 1024 [0: 0] @ heap/1048576\n1: 1024 [0: 0] @ 0x9\n",
                      "512 524800 : 8/1 bytes:1024\n0-ffffffffffffffff+0  \n"),
                "objects/count space/bytes", "space", 524288);
}

static void test_growth_and_a_first_part_that_was_not_told(void **state)
{
    (void)state;
    check_types(check("heap profile:     2: 3145728 [     2: 3145728] @ growthz\n"
                      "     1:  2097152 [     1:  2097152] @ 0x500001\n"
                      "     1:  1048576 [     1:  1048576] @ 0x400011\n"
                      "--- Memory map: ---\n"
                      "  00401000-00500000: /srv/app (@1000)\n",
                      "1 2097152 : 500000/2 bytes:2097152\n"
                      "1 1048576 : 400010/1 bytes:1048576\n"
                      "400000-500000+0 /srv/app \n"
                      "0-ffffffffffffffff+0  \n"),
                "objects/count space/bytes", "space", 1);
}

static void test_contention_is_told_in_nanoseconds(void **state)
{
    (void)state;
    struct wm_profile *profile = check("--- contentionz 1 ---\n"
                                       "cycles/second = 2000000000\n"
                                       "sampling period = 100\n"
                                       "ms since reset = 1500\n"
                                       "discarded samples = 0\n"
                                       "  4000 3 @ 0x401011 0x402021\n"
                                       "   100  1 @ 0x402021\n"
                                       "--- Memory map: ---\n"
                                       "  00400000-00500000: /srv/app\n",
                                       "300 200000 : 401010/1 402020/1\n"
                                       "100 5000 : 402020/1\n"
                                       "400000-500000+0 /srv/app \n");
    assert_int_equal(profile->duration_ns, 1500000000);
    check_types(profile, "contentions/count delay/nanoseconds", "contentions", 100);
    check_types(check("--- mutex:\ncycles/second=1000000000\nsampling period=1\n40 2 @ 0x401011\n",
                      "2 40 : 401010/1\n0-ffffffffffffffff+0  \n"),
                "contentions/count delay/nanoseconds", "contentions", 1);
}

static void test_threads_and_counts(void **state)
{
    (void)state;
    check_types(check("--- threadz 1 ---\n\n"
                      "--- Thread 7f794ab90940 (name: main/14748) stack: ---\n"
                      "  PC:  0x00401010: helper(arg *)\n"
                      "  0x0040100f: main\n"
                      "  0x00402021: start\n"
                      "--- Thread 7f7948978700 (name: t/14759) stack: ---\n"
                      "  [same as previous thread]\n"
                      "--- Thread 7f7948978701 (name: t/14760) stack: ---\n"
                      "  PC:  0x00402020\n"
                      "--- Memory map: ---\n"
                      "  00400000-00500000: /srv/app\n",
                      "2 : 401010/1 40100e/1 402020/1\n1 : 402020/1\n400000-500000+0 /srv/app \n"),
                "thread/count", "thread", 1);
    check_types(
        check("# runtime\ngoroutine profile: total 4\n3 @ 0x401011 0x402021\n1 @ 0x402021\n",
              "3 : 401010/1 402020/1\n1 : 402020/1\n0-ffffffffffffffff+0  \n"),
        "goroutine/count", "goroutine", 1);
}

struct cpu {
    unsigned char bytes[8192];
    size_t length;
    unsigned word_bytes;
    bool is_big;
};

static void put_words(struct cpu *cpu, const uint64_t *words, size_t count)
{
    for (size_t i = 0; i < count * cpu->word_bytes; i++) {
        unsigned at = (unsigned)(i % cpu->word_bytes);
        unsigned shift = 8 * (cpu->is_big ? cpu->word_bytes - 1 - at : at);
        assert_true(cpu->length < sizeof(cpu->bytes));
        cpu->bytes[cpu->length++] = (unsigned char)(words[i / cpu->word_bytes] >> shift);
    }
}

static void put_header(struct cpu *cpu, uint64_t is_java)
{
    put_words(cpu, (uint64_t[]){0, 3, is_java, 10000, 0}, 5);
}

static void put_end(struct cpu *cpu)
{
    static const char maps[] = "00400000-00500000 r-xp 00000000 08:01 77 /srv/app\n";
    put_words(cpu, (uint64_t[]){0, 1, 0}, 3);
    memcpy(cpu->bytes + cpu->length, maps, sizeof(maps) - 1);
    cpu->length += sizeof(maps) - 1;
}

static void test_cpu_words_of_every_machine(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 4; kind++) {
        struct cpu cpu = {.word_bytes = kind < 2 ? 4 : 8, .is_big = kind % 2 != 0};
        put_header(&cpu, 0);
        put_words(&cpu, (uint64_t[]){5, 2, 0x401010, 0x402021}, 4);
        put_words(&cpu, (uint64_t[]){2, 3, 0x401020, 0x401020, 0x402021}, 5); /* a leaf twice */
        put_words(&cpu, (uint64_t[]){5, 2, 0x401010, 0x402021}, 4);
        put_end(&cpu);
        check_types(check_bytes(cpu.bytes, cpu.length,
                                "10 100000000 : 401010/1 402020/1\n"
                                "2 20000000 : 401020/1 402020/1\n400000-500000+0 /srv/app \n"),
                    "samples/count cpu/nanoseconds", "cpu", 10000000);
    }
}

static void test_the_frame_of_a_signal_handler_goes(void **state)
{
    (void)state;
    struct cpu cpu = {.word_bytes = 8};
    put_header(&cpu, 0);
    for (uint64_t i = 0; i < 40; i++)
        put_words(&cpu, (uint64_t[]){1, 3, 0x401000, 0x7f0001, 0x402021 + (i % 2 << 12)}, 5);
    put_words(&cpu, (uint64_t[]){1, 2, 0x401000, 0x402031}, 4);
    put_end(&cpu);
    wm_profile_free(check_bytes(cpu.bytes, cpu.length,
                                "20 200000000 : 401000/1 402020/1\n"
                                "20 200000000 : 401000/1 403020/1\n"
                                "1 10000000 : 401000/1 402030/1\n400000-500000+0 /srv/app \n"));
}

static void test_lists_of_mappings_are_put_right(void **state)
{
    (void)state;
    /* the program comes first; neither it nor libraries are told by their suffix alone */
    wm_profile_free(
        check("heap profile: 1: 8 [1: 8] @ heapprofile\n1: 8 [1: 8] @ 0x501 0x5001 0x0\n"
              "MAPPED_LIBRARIES:\n"
              "100-200: /lib/ld.so_2\n"
              "5000-6000: /lib/x.so.6(deleted)\n"
              "7000-8000: [vdso]\n"
              "500-600 -xp /srv/a.socket\n",
              "1 8 : 500/1 5000/2 ffffffffffffffff/3 bytes:8\n"
              "500-600+0 /srv/a.socket \n"
              "5000-6000+0 /lib/x.so.6(deleted) \n"
              "0-ffffffffffffffff+0  \n"));
    wm_profile_free(check("heap profile: 1: 8 [1: 8] @ heapprofile\n1: 8 [1: 8] @ 0x400001\n"
                          "MAPPED_LIBRARIES:\n"
                          "3ff000-401000: /anon_hugepage\n"
                          "401000-501000: /srv/app (@1000)\n",
                          "1 8 : 400000/1 bytes:8\n400000-501000+0 /srv/app \n"));
}

static void test_what_is_wrong_is_told_with_its_byte(void **state)
{
    (void)state;
    refuse("heap profile: 1: 8 [1: 8] @ heapprofile\n1: 8 [1: 8 @ 0x9\n", "byte 40");
    refuse("heap profile: 1: 8 [1: 8] @ heapprofile\n0: 8 [1: 8] @ 0x9\n", "no objects");
    refuse("heap profile: 1: 8 [1: 8] @ heapprofile\n1: 8 [1: 8] @ 0x10000000000000000\n",
           "more than 64 bits");
    refuse("heap profile: 1: 8 [1: 8] @ heapprofile\n9223372036854775808: 8 [1: 8] @ 0x9\n",
           "not like");
    refuse("heap profile: 1: 8 [1: 8] @ heap_of_another_kind\n", "not a pprof profile");
    refuse("--- contentionz 1 ---\nbeans = 5\n", "attribute");
    refuse("--- mutex:\n5 @ 0x9\n", "byte 11");
    refuse("goroutine profile: total 1\n1 @ 9\n", "byte 27");
    refuse("--- threadz 1 ---\n--- Thread 7f (name: a/1) stack: ---\n  0x9\n", "mappings");
    refuse("--- heapz 1 ---\nformat = java\n", "old Java profile");
    refuse("--- contentionz 1 ---\nformat = java\nresolution = ms\n", "old Java profile");
    refuse("no profile of any kind", "not a pprof profile");
    struct cpu cpu = {.word_bytes = 8};
    struct wm_error err = {0};
    put_header(&cpu, 1);
    assert_null(read_bytes(cpu.bytes, cpu.length, &err));
    assert_non_null(strstr(err.text, "old Java profile"));
    cpu.length = 0;
    put_header(&cpu, 0);
    put_words(&cpu, (uint64_t[]){1, UINT64_MAX, 5}, 3);
    assert_null(read_bytes(cpu.bytes, cpu.length, &err));
    assert_non_null(strstr(err.text, "byte 40"));
}

static void test_no_cut_and_no_flipped_bit_does_harm(void **state)
{
    (void)state;
    struct cpu cpu = {.word_bytes = 8};
    put_header(&cpu, 0);
    put_words(&cpu, (uint64_t[]){5, 2, 0x401010, 0x402021}, 4);
    put_end(&cpu);
    static const char *const texts[] = {
        "heap profile: 1: 8 [1: 8] @ heap_v2/524288\n1: 8 [2: 16] @ 0x501 0x5001\n"
        "MAPPED_LIBRARIES:\nb=/x\nI0101 a.cc:3] 100-600 r-xp 0 08:01 7 $b/app\n600-700: $b (@5) "
        "a\n",
        "--- contentionz 1 ---\ncycles/second = 0x77\nsampling period = 3\n40 2 @ 0x40\n",
        "--- Thread 7f (name: a/1) stack: ---\n 0x9\n--- Memory map: ---\n0-9: a\n",
    };
    char bytes[8192];
    for (size_t kind = 0; kind < 4; kind++) {
        size_t length = kind < 3 ? strlen(texts[kind]) : cpu.length;
        memcpy(bytes, kind < 3 ? texts[kind] : (const char *)cpu.bytes, length);
        struct wm_error err = {0};
        for (size_t cut = 1; cut < length; cut++)
            wm_profile_free(read_bytes(bytes, cut, &err));
        for (size_t bit = 0; bit < length * 8; bit++) {
            bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
            wm_profile_free(read_bytes(bytes, length, &err));
            bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_heap_that_counts_what_is_freed),
        cmocka_unit_test(test_a_sampled_heap_is_scaled),
        cmocka_unit_test(test_growth_and_a_first_part_that_was_not_told),
        cmocka_unit_test(test_contention_is_told_in_nanoseconds),
        cmocka_unit_test(test_threads_and_counts),
        cmocka_unit_test(test_cpu_words_of_every_machine),
        cmocka_unit_test(test_the_frame_of_a_signal_handler_goes),
        cmocka_unit_test(test_lists_of_mappings_are_put_right),
        cmocka_unit_test(test_what_is_wrong_is_told_with_its_byte),
        cmocka_unit_test(test_no_cut_and_no_flipped_bit_does_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

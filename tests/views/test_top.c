/* test_top.c - the top view against what `go tool pprof -top` printed for the same profiles. */
#include "tests/support/support.h"

#include "harness/core/file.h"
#include "profiles/views/view.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { PROFILE_BYTES_MAX = 1 << 28, NAME_BYTES = 600, GOLDEN_BYTES = 1 << 22 };

static void print_top(const char *name, struct wm_text *text)
{
    struct wm_profile *profile = NULL;
    struct wm_error err = {0};
    if (wm_profile_read(name, PROFILE_BYTES_MAX, &profile, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    if (wm_view_top(profile, text, &err) < 0)
        fail_msg("%s: %s", name, err.text);
    wm_profile_free(profile);
}

/* The first line in which they differ, for the message. */
static bool report_difference(const char *name, const char *got, const char *expected)
{
    size_t at = 0, line = 0;
    for (; got[at] != '\0' && got[at] == expected[at]; at++)
        if (got[at] == '\n')
            line = at + 1;
    if (got[at] == expected[at])
        return false;
    print_error("%s\n  got      '%.*s'\n  expected '%.*s'\n", name, (int)strcspn(got + line, "\n"),
                got + line, (int)strcspn(expected + line, "\n"), expected + line);
    return true;
}

/* "tiny.pb.gz" -> "tiny", "edge-units-1.pb" -> "edge-units-1". */
static size_t stem_length(const char *name)
{
    size_t length = strlen(name);
    if (length > 6 && strcmp(name + length - 6, ".pb.gz") == 0)
        return length - 6;
    return length > 3 && strcmp(name + length - 3, ".pb") == 0 ? length - 3 : 0;
}

/* The expected text; the large ones are compressed. */
static char *read_golden(const char *corpus, const char *name)
{
    char file[NAME_BYTES];
    char *content = calloc(1, GOLDEN_BYTES);
    int stem = snprintf(file, sizeof(file), "%s/golden/%.*s/top.txt", corpus,
                        (int)stem_length(name), name);
    if (!wm_file_exists(file))
        snprintf(file + stem, sizeof(file) - (size_t)stem, ".gz");
    gzFile stream = gzopen(file, "rb");
    assert_non_null(content);
    assert_non_null(stream);
    int length = gzread(stream, content, GOLDEN_BYTES - 1);
    assert_true(length > 0);
    gzclose(stream);
    return content;
}

static bool differs(const char *corpus, const char *name)
{
    char file[NAME_BYTES];
    struct wm_text text;
    snprintf(file, sizeof(file), "%s/profiles/%s", corpus, name);
    wm_text_init(&text);
    print_top(file, &text);
    char *expected = read_golden(corpus, name);
    bool different = report_difference(name, text.data, expected);
    free(expected);
    wm_text_done(&text);
    return different;
}

static void test_top_prints_the_corpus_byte_for_byte(void **state)
{
    (void)state;
    char *corpus = wm_test_shared("pprof-corpus");
    char *folder = wm_file_join_dup(corpus, "profiles");
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    unsigned seen = 0, different = 0;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (stem_length(entry->d_name) == 0)
            continue;
        seen++;
        different += differs(corpus, entry->d_name);
    }
    closedir(dir);
    free(folder);
    free(corpus);
    assert_true(seen >= 35);
    assert_int_equal(different, 0);
}

/* main calls work; work has an inlined helper; a sample of the profiler's own is dropped. */
static struct wm_profile *build_profile(const char *drop_frames)
{
    static const char *const names[] = {"main", "work", "helper", "prof_handler"};
    struct wm_profile *profile = NULL;
    int64_t locations[4];
    assert_int_equal(wm_profile_new(&profile), 0);
    assert_int_equal(wm_profile_add_sample_type(profile, "cpu", "nanoseconds"), 0);
    struct wm_mapping mapping = {.start = 0x1000, .limit = 0x9000};
    mapping.file = (uint32_t)wm_profile_string(profile, "/srv/bin/app");
    assert_int_equal(wm_profile_add_mapping(profile, &mapping), 0);
    struct wm_line lines[4];
    for (uint32_t i = 0; i < 4; i++) {
        struct wm_function function = {.name = (uint32_t)wm_profile_string(profile, names[i])};
        int64_t index = wm_profile_add_function(profile, &function);
        lines[i] = (struct wm_line){(uint32_t)index, 1};
    }
    struct wm_line inlined[2] = {lines[2], lines[1]};
    for (uint32_t i = 0; i < 4; i++) {
        struct wm_location location = {
            .mapping = 1, .address = 0x1000 + 0x10 * i, .line_count = i == 2 ? 2 : 1};
        locations[i] = wm_profile_add_location(profile, &location, i == 2 ? inlined : &lines[i]);
        assert_true(locations[i] >= 0);
    }
    const uint32_t stack[3] = {(uint32_t)locations[3], (uint32_t)locations[2],
                               (uint32_t)locations[0]};
    const int64_t values[2] = {30000000, 10000000};
    assert_true(wm_profile_add_sample(profile, stack, 3, NULL, 0, &values[0]) >= 0);
    const uint32_t short_stack[2] = {(uint32_t)locations[1], (uint32_t)locations[0]};
    assert_true(wm_profile_add_sample(profile, short_stack, 2, NULL, 0, &values[1]) >= 0);
    profile->drop_frames = (uint32_t)wm_profile_string(profile, drop_frames);
    return profile;
}

static void test_top_drops_frames_and_marks_inlined_functions(void **state)
{
    (void)state;
    struct wm_text text;
    struct wm_error err = {0};
    struct wm_profile *profile = build_profile("prof_.*");
    wm_text_init(&text);
    assert_int_equal(wm_view_top(profile, &text, &err), 0);
    wm_test_golden("dropped.top.txt", text.data);
    wm_text_done(&text);
    wm_profile_free(profile);
}

static void test_top_refuses_a_bad_drop_expression(void **state)
{
    (void)state;
    struct wm_text text;
    struct wm_error err = {0};
    struct wm_profile *profile = build_profile("a(b");
    wm_text_init(&text);
    assert_int_equal(wm_view_top(profile, &text, &err), -22);
    assert_non_null(strstr(err.text, "a(b"));
    wm_text_done(&text);
    wm_profile_free(profile);
}

static void test_top_refuses_a_profile_without_sample_types(void **state)
{
    (void)state;
    struct wm_text text;
    struct wm_error err = {0};
    struct wm_profile *profile = NULL;
    assert_int_equal(wm_profile_new(&profile), 0);
    wm_text_init(&text);
    assert_int_equal(wm_view_top(profile, &text, &err), -22);
    wm_text_done(&text);
    wm_profile_free(profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_top_prints_the_corpus_byte_for_byte),
        cmocka_unit_test(test_top_drops_frames_and_marks_inlined_functions),
        cmocka_unit_test(test_top_refuses_a_bad_drop_expression),
        cmocka_unit_test(test_top_refuses_a_profile_without_sample_types),
    };
    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_record.c - the record: names, filing, sums, order, what does not belong together. */
#include "profiles/runs/record.h"

#include "tests/runs/filed.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static char *home;

static int set_up(void **state)
{
    (void)state;
    home = wm_test_folder();
    return setenv("WAYMARK_HOME", home, 1);
}

static int tear_down(void **state)
{
    (void)state;
    wm_test_folder_remove(home);
    return 0;
}

static void file(const char *name)
{
    struct wm_error err = {0};
    if (wm_record_file(name, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
}

static struct wm_tag *read_tag(const char *name)
{
    struct wm_tag *tag = NULL;
    struct wm_error err = {0};
    if (wm_tag_read(name, &tag, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    return tag;
}

static const struct wm_tag_result *find(const struct wm_tag *tag, enum wm_tag_kind kind,
                                        const char *name)
{
    for (size_t i = 0; i < tag->result_count; i++)
        if (tag->results[i].kind == kind && strcmp(tag->results[i].name, name) == 0)
            return &tag->results[i];
    fail_msg("no %s %s", wm_tag_kind_name(kind), name);
    return NULL;
}

static bool near(double value, double wanted)
{
    return fabs(value - wanted) < 1e-3 * wanted;
}

static void names_that_lead_elsewhere_are_refused(void **state)
{
    (void)state;
    static const char *const good[] = {"v1", "Käse & Brot", "a.b", "1.2-rc~3"};
    static const char *const bad[] = {"",  ".",    "..",   "...", "a/b",     "/a",
                                      "-", "a\nb", "\177", ".a",  "\377\376"};
    char longest[WM_TAG_NAME_MAX + 2];
    struct wm_error err = {0};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_int_equal(wm_record_check_name(good[i], &err), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(wm_record_check_name(bad[i], &err), -EINVAL);
    memset(longest, 'x', sizeof(longest));
    longest[WM_TAG_NAME_MAX + 1] = '\0';
    assert_int_equal(wm_record_check_name(longest, &err), -EINVAL);
    longest[WM_TAG_NAME_MAX] = '\0';
    assert_int_equal(wm_record_check_name(longest, &err), 0);
}

static void a_tag_is_the_mean_of_its_runs(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        wm_test_file_run(home, "three", i + 1, 100 + 10 * (uint64_t)i, "beef");
    file("three");
    struct wm_tag *tag = read_tag("three");
    assert_int_equal(tag->run_count, 3);
    assert_int_equal(tag->facts->requests, 3000);
    assert_true(near(tag->facts->seconds, 1.5));
    assert_false(tag->mixed);
    assert_string_equal(
        wm_run_setting(tag->facts->identity, tag->facts->identity_count, "build_id"), "beef");
    const struct wm_tag_result *path = find(tag, WM_TAG_PATH, "A");
    assert_int_equal(path->path_id, 1);
    assert_int_equal(path->requests, 1800);
    assert_int_equal(path->count, 3);
    assert_true(path->known && near(path->ns, 110));
    assert_true(near(path->high_ns - path->ns, 4.303 * 10 / sqrt(3)));
    assert_true(near(path->ns - path->low_ns, 4.303 * 10 / sqrt(3)));
    assert_true(near(find(tag, WM_TAG_ENTRY, "Enter")->ns, 66));
    assert_false(find(tag, WM_TAG_PATH, "B")->known);
    assert_int_equal(tag->results[0].kind, WM_TAG_ENTRY);
    wm_tag_free(tag);
}

static void a_single_run_is_as_sure_as_its_samples(void **state)
{
    (void)state;
    wm_test_file_run(home, "one", 1, 100, "beef");
    file("one");
    struct wm_tag *tag = read_tag("one");
    const struct wm_tag_result *entry = find(tag, WM_TAG_ENTRY, "Enter");
    assert_true(near(entry->ns, 60) && near(entry->high_ns - entry->ns, 60 * 0.196));
    const struct wm_tag_result *path = find(tag, WM_TAG_PATH, "A");
    assert_true(path->low_ns < path->ns && path->low_ns > 90 && path->high_ns <= 100.1);
    wm_tag_free(tag);
}

static void benchmarks_are_results_too(void **state)
{
    (void)state;
    char *folder = wm_record_folder_dup("bench");
    bool made = false;
    assert_int_equal(wm_record_open("bench", &made, NULL), 0);
    assert_true(made);
    wm_test_write_run(folder, 100, "beef"); /* the profile that goes with them */
    free(wm_test_file(folder, WM_RUN_BENCH,
                      "goos: linux\npkg: libshop.so\n"
                      "BenchmarkValidate-2  1000  1.50 ns/op  0 B/op\n"
                      "BenchmarkValidate-2  1000  1.70 ns/op  0 B/op\n"
                      "BenchmarkOther-2     10    3 widgets/op\n"));
    file("bench");
    struct wm_tag *tag = read_tag("bench");
    assert_int_equal(tag->run_count, 0);
    assert_int_equal(tag->bench_count, 3);
    assert_int_equal(tag->result_count, 1);
    const struct wm_tag_result *result = find(tag, WM_TAG_BENCHMARK, "Validate-2");
    assert_true(near(result->ns, 1.6) && result->count == 2 && result->requests == 2000);
    assert_string_equal(
        wm_run_setting(tag->facts->identity, tag->facts->identity_count, "build_id"), "beef");
    wm_tag_free(tag);
    free(folder);
}

static void benchmarks_of_two_packages_are_told_apart(void **state)
{
    (void)state;
    char *folder = wm_record_folder_dup("packages");
    bool made = false;
    struct wm_error err = {0};
    struct wm_run *run = wm_test_run(100, "beef");
    assert_int_equal(wm_record_open("packages", &made, NULL), 0);
    run->errors = 3;
    run->mismatches = 2;
    run->bench = "pkg: a\nBenchmarkParse 1 10 ns/op\nBenchmarkOnly 1 5 ns/op\n"
                 "pkg: b\nBenchmarkParse 1 30 ns/op\n";
    assert_int_equal(wm_run_write(run, folder, &err), 0);
    file("packages");
    struct wm_tag *tag = read_tag("packages");
    assert_int_equal(tag->result_count, 3);
    assert_true(near(find(tag, WM_TAG_BENCHMARK, "Parse (a)")->ns, 10));
    assert_true(near(find(tag, WM_TAG_BENCHMARK, "Parse (b)")->ns, 30));
    assert_true(near(find(tag, WM_TAG_BENCHMARK, "Only")->ns, 5));
    assert_int_equal(tag->facts->errors + tag->facts->mismatches + tag->facts->requests, 0);
    wm_tag_free(tag);
    wm_run_free(run);
    free(folder);
}

static void what_differs_is_not_admitted(void **state)
{
    (void)state;
    struct wm_error err = {0};
    bool made;
    struct wm_run *same = wm_test_run(500, "beef"), *other = wm_test_run(100, "cafe");
    struct wm_run *threads = wm_test_run(100, "beef");
    threads->settings[0].value = "2";
    assert_int_equal(wm_record_open("admit", &made, NULL), 0);
    assert_int_equal(wm_record_admit("admit", other, &err), 0); /* there is nothing yet */
    wm_test_file_run(home, "admit", 1, 100, "beef");
    assert_int_equal(wm_record_admit("admit", other, &err), -EEXIST); /* not summed up yet */
    file("admit");
    assert_int_equal(wm_record_admit("admit", same, &err), 0);
    assert_int_equal(wm_record_admit("admit", other, &err), -EEXIST);
    assert_non_null(strstr(err.text, "the build id was beef and is cafe"));
    assert_int_equal(wm_record_admit("admit", threads, &err), -EEXIST);
    assert_non_null(strstr(err.text, "--threads was 1 and is 2"));
    wm_test_file_run(home, "admit", 2, 100, "cafe"); /* filed at the same time */
    file("admit");
    struct wm_tag *tag = read_tag("admit");
    assert_true(tag->mixed);
    wm_tag_free(tag);
    wm_run_free(same);
    wm_run_free(other);
    wm_run_free(threads);
}

/* What sampling costs is in the CPU per request, so another rate is another scale. */
static void another_rate_of_sampling_or_field_does_not_compare(void **state)
{
    (void)state;
    static const char *const keys[] = {"hz", "field"};
    struct wm_tag_difference difference;
    for (size_t i = 0; i < 2; i++) {
        struct wm_run *run = wm_test_run(500, "beef"), *other = wm_test_run(500, "cafe");
        assert_true(wm_tag_comparable(run, other, &difference));
        assert_int_equal(
            wm_run_add_setting(run, &run->settings, &run->setting_count, keys[i], "997"), 0);
        assert_int_equal(
            wm_run_add_setting(other, &other->settings, &other->setting_count, keys[i], "99"), 0);
        assert_false(wm_tag_comparable(run, other, &difference));
        assert_string_equal(difference.what + 2, keys[i]);
        wm_run_free(run);
        wm_run_free(other);
    }
}

static void clearing_keeps_one_run_and_what_is_not_ours(void **state)
{
    (void)state;
    char *folder = wm_record_folder_dup("clear");
    for (int i = 1; i <= 3; i++)
        wm_test_file_run(home, "clear", i, 100, "beef");
    free(wm_test_file(folder, WM_RUN_BENCH, "BenchmarkX 1 1 ns/op\n"));
    char *notes = wm_test_file(folder, "notes", "mine");
    wm_test_write_run(folder, 100, "beef");
    assert_int_equal(wm_record_clear("clear", 2, NULL), 0);
    file("clear");
    struct wm_tag *tag = read_tag("clear");
    assert_int_equal(tag->run_count, 1);
    assert_int_equal(tag->bench_count, 0);
    assert_false(wm_run_is(folder));
    assert_true(wm_file_exists(notes));
    wm_tag_free(tag);
    free(notes);
    free(folder);
}

static void the_newest_tag_comes_first_and_damage_is_told(void **state)
{
    (void)state;
    static const char *const names[] = {"zebra", "apple", "mango"};
    struct wm_record *record = NULL;
    assert_int_equal(wm_record_read(&record, NULL), 0);
    assert_int_equal(record->count, 0);
    wm_record_free(record);
    for (size_t i = 0; i < 3; i++) {
        wm_test_file_run(home, names[i], 1, 100, "beef");
        file(names[i]);
    }
    char *damaged = wm_record_folder_dup("damaged");
    assert_int_equal(wm_file_make_folder(damaged, NULL), 0);
    free(wm_test_file(damaged, WM_TAG_JSON, "{\"version\": 1,"));
    char *empty = wm_record_folder_dup("being-made");
    assert_int_equal(wm_file_make_folder(empty, NULL), 0);
    free(wm_test_file(home, "file", ""));
    assert_int_equal(wm_record_read(&record, NULL), 0);
    assert_int_equal(record->count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(record->tags[i]->name, names[2 - i]);
    assert_int_equal(record->unreadable, 1);
    assert_non_null(strstr(record->first_fault, "damaged/tag.json"));
    wm_record_free(record);
    free(damaged);
    free(empty);
}

static void hostile_tags_are_read_or_refused(void **state)
{
    (void)state;
    static const char *const contents[] = {
        "",
        "[]",
        "{}",
        "{\"version\": 1}",
        "{\"version\": 1, \"results\": 7, \"identity\": [1, 2], \"runs\": -4}",
        "{\"version\": 1, \"results\": [1, null, {\"kind\": \"moon\"}, {\"kind\": \"path\"}]}",
        "{\"version\": 1, \"results\": [{\"kind\": \"path\", \"ns\": \"x\", \"path_id\": \"zz\"}]}",
    };
    char *folder = wm_record_folder_dup("hostile");
    assert_int_equal(wm_file_make_folder(folder, NULL), 0);
    for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
        struct wm_tag *tag = NULL;
        struct wm_error err = {0};
        free(wm_test_file(folder, WM_TAG_JSON, contents[i]));
        int rc = wm_tag_read("hostile", &tag, &err);
        assert_int_equal(rc, i < 3 ? -EINVAL : 0);
        if (i >= 3)
            assert_true(tag->result_count <= 1);
        wm_tag_free(tag);
    }
    free(folder);
}

static void the_lock_keeps_others_out(void **state)
{
    (void)state;
    bool made;
    assert_int_equal(wm_record_open("locked", &made, NULL), 0);
    int lock = wm_record_lock("locked", NULL);
    assert_true(lock >= 0);
    wm_record_unlock(lock);
    lock = wm_record_lock("locked", NULL);
    assert_true(lock >= 0);
    wm_record_unlock(lock);
    wm_record_unlock(-1);
    assert_true(wm_record_lock("nothere", NULL) < 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_that_lead_elsewhere_are_refused),
        TEST(a_tag_is_the_mean_of_its_runs),
        TEST(a_single_run_is_as_sure_as_its_samples),
        TEST(benchmarks_are_results_too),
        TEST(benchmarks_of_two_packages_are_told_apart),
        TEST(what_differs_is_not_admitted),
        TEST(another_rate_of_sampling_or_field_does_not_compare),
        TEST(clearing_keeps_one_run_and_what_is_not_ours),
        TEST(the_newest_tag_comes_first_and_damage_is_told),
        TEST(hostile_tags_are_read_or_refused),
        TEST(the_lock_keeps_others_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_sets.c - what an operand names, whether two of them can be compared, and the bar. */
#include "tests/compare/sides.h"
#include "tests/support/support.h"

#include "harness/core/file.h"
#include "profiles/compare/baseline.h"
#include "profiles/compare/comparable.h"
#include "profiles/runs/record.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char BENCH[] = "cpu: X\nBenchmarkA-2 1000 5 ns/op\n";

struct fixture {
    char *folder;
    uint64_t random;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    fixture->folder = wm_test_folder();
    assert_int_equal(setenv("WAYMARK_HOME", fixture->folder, 1), 0);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    wm_test_folder_remove(fixture->folder);
    free(fixture);
    return 0;
}

static struct side_wish wish(size_t run_count)
{
    return (struct side_wish){
        .factors = {1, 1, 1},
          .noise = 0.01, .step_seconds = 2, .run_count = run_count
    };
}

/* Writes a run to folder/name. */
static void write_run_that(struct fixture *fixture, const char *name, bool crashed)
{
    struct side_wish one = wish(1);
    struct wm_set *set = side_new(&one, "made up", &fixture->random);
    set->runs[0]->crashed = crashed;
    struct wm_error err = {0};
    char *folder = wm_file_join_dup(fixture->folder, name);
    assert_int_equal(wm_paths_finish(set->runs[0]->paths), 0);
    if (wm_run_prepare(folder, true, &err) < 0 || wm_run_write(set->runs[0], folder, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    free(folder);
    side_free(set);
}

static void write_run(struct fixture *fixture, const char *name)
{
    write_run_that(fixture, name, false);
}

static int read_set(const char *operand, struct wm_set **ret_set, const char *says)
{
    struct wm_error err = {0};
    int rc = wm_set_read(operand, ret_set, &err);
    if (says != NULL && strstr(err.text, says) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, says);
    if (says == NULL && rc < 0)
        fail_msg("%s: %s", err.place, err.text);
    return rc;
}

static void test_sets_are_found_by_path_and_by_tag(void **state)
{
    struct fixture *fixture = *state;
    struct wm_set *set = NULL;
    write_run(fixture, "tag/1");
    write_run(fixture, "tag/3"); /* the second was removed */
    write_run(fixture, "single");
    free(wm_test_file(fixture->folder, "bench.txt", BENCH));
    static const struct {
        const char *name;
        size_t run_count;
        bool bench;
    } cases[] = {
        {"tag",       2, false},
        {"tag/3",     1, false},
        {"single",    1, false},
        {"bench.txt", 0, true },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *path = wm_file_join_dup(fixture->folder, cases[i].name);
        read_set(path, &set, NULL);
        assert_int_equal(set->run_count, cases[i].run_count);
        assert_true((set->bench != NULL) == cases[i].bench);
        wm_set_free(set);
        free(path);
    }
    read_set("tag", &set, NULL);
    assert_int_equal(set->run_count, 2);
    assert_non_null(strstr(set->folders[1], "tag/3"));
    wm_set_free(set);
}

static void assert_says(const char *text, const char *part)
{
    if (part == NULL ? text[0] != '\0' : strstr(text, part) == NULL)
        fail_msg("'%s' does not say '%s'", text, part == NULL ? "" : part);
}

/* What a side cannot count is not compared, and told. */
static void test_sets_leave_out_what_tells_no_cost(void **state)
{
    struct fixture *fixture = *state;
    struct wm_set *set = NULL;
    write_run(fixture, "tag/1");
    write_run_that(fixture, "tag/2", true);
    write_run_that(fixture, "all/1", true);
    write_run_that(fixture, "all/2", true);
    free(wm_test_file(fixture->folder, "tag/bench.txt",
                      "BenchmarkA 1 5 ns/op\nBenchmarkA 1 inf ns/op\nBenchmarkA x\n"));
    read_set("tag", &set, NULL);
    assert_int_equal(set->run_count, 1);
    assert_int_equal(set->crashed_count, 1);
    struct wm_text reasons, notes;
    wm_text_init(&reasons);
    wm_text_init(&notes);
    wm_comparable_check(set, set, &reasons, &notes);
    assert_says(notes.data, "tag: 1 run left out, the app crashed\n");
    assert_says(notes.data, "tag: 2 lines look like results and are none, left out (first: ");
    assert_says(notes.data, "bench.txt:2: expected a number before each unit)");
    wm_text_done(&reasons);
    wm_text_done(&notes);
    wm_set_free(set);
    assert_int_equal(read_set("all", &set, "crashed in all runs"), -EINVAL);
    assert_int_equal(read_set("all/1", &set, "is no run folder"), -ENOENT);
    char *folder = wm_file_join_dup(fixture->folder, "all/1");
    assert_int_equal(read_set(folder, &set, "crashed in this run"), -EINVAL);
    free(folder);
}

/* Beside results of benchmarks lies their profile, in the shape of a run. */
static void test_sets_take_benchmarks_of_a_tag_and_not_their_profile(void **state)
{
    struct fixture *fixture = *state;
    struct wm_set *set = NULL;
    write_run(fixture, "tag");
    free(wm_test_file(fixture->folder, "tag/bench.txt", BENCH));
    read_set("tag", &set, NULL);
    assert_int_equal(set->run_count, 0);
    assert_int_equal(set->bench->result_count, 1);
    wm_set_free(set);
    write_run(fixture, "tag/1");
    read_set("tag", &set, NULL);
    assert_int_equal(set->run_count, 1);
    wm_set_free(set);
}

static void test_sets_that_are_none_say_what_was_expected(void **state)
{
    struct fixture *fixture = *state;
    struct wm_set *set = NULL;
    char *text = wm_test_file(fixture->folder, "notes", "nothing\n");
    assert_int_equal(read_set("nowhere", &set, "tag in"), -ENOENT);
    assert_int_equal(read_set(fixture->folder, &set, "holds no run"), -EINVAL);
    assert_int_equal(read_set(text, &set, "no benchmark results"), -EINVAL);
    assert_null(set);
    free(text);
}

/* One of each package: two rows that a reader can tell apart. */
static void test_sets_of_two_packages_make_two_rows(void **state)
{
    (void)state;
    static const char text[] = "pkg: a\nBenchmarkParse 1 10 ns/op\n"
                               "pkg: b\nBenchmarkParse 1 30 ns/op\n";
    struct wm_benchfile *file = NULL;
    struct wm_comparison *comparison = NULL;
    struct wm_error err = {0};
    assert_int_equal(wm_benchfile_parse(text, strlen(text), "text", &file, &err), 0);
    const struct wm_set set = {.name = "set", .bench = file};
    const struct wm_comparison_input input = {
        .sets = {&set, &set}
    };
    assert_int_equal(wm_comparison_new(&input, &comparison, &err), 0);
    assert_int_equal(comparison->count, 2);
    assert_string_equal(comparison->rows[0].subject, "Parse (a)");
    assert_string_equal(comparison->rows[1].subject, "Parse (b)");
    wm_comparison_free(comparison);
    wm_benchfile_free(file);
}

/* -5 to -50 is a change, but no part of anything. */
static void test_sets_below_zero_have_no_ratio(void **state)
{
    (void)state;
    struct wm_benchfile *files[2] = {NULL};
    struct wm_comparison *comparison = NULL;
    for (int side = 0; side < 2; side++) {
        struct wm_text text;
        wm_text_init(&text);
        for (int i = 0; i < 8; i++)
            wm_text_addf(&text, "BenchmarkA 1 %g x/op\n", (side == 0 ? -5.0 : -50.0) - 0.1 * i);
        assert_int_equal(wm_benchfile_parse(text.data, text.length, "text", &files[side], NULL), 0);
        wm_text_done(&text);
    }
    const struct wm_set before = {.name = "base", .bench = files[0]},
                        after = {.name = "new", .bench = files[1]};
    const struct wm_comparison_input input = {
        .sets = {&before, &after},
          .threshold = 0.03
    };
    assert_int_equal(wm_comparison_new(&input, &comparison, NULL), 0);
    assert_int_equal(comparison->count, 1);
    assert_true(isnan(comparison->rows[0].change) && isnan(comparison->rows[0].low));
    assert_true(comparison->rows[0].p_corrected < 0.01);
    assert_true(comparison->rows[0].verdict == WM_VERDICT_LESS);
    wm_comparison_free(comparison);
    wm_benchfile_free(files[0]);
    wm_benchfile_free(files[1]);
}

enum { NAME_COUNT = 5000, MEMORY_KIB_MAX = 200 * 1024 };

/* Generated benchmarks come in thousands: memory grows with them, not with their square (400 MB).
 */
static void test_sets_of_many_benchmarks_take_little_memory(void **state)
{
    (void)state;
    struct wm_benchfile *file = NULL;
    struct wm_comparison *comparison = NULL;
    struct wm_error err = {0};
    struct rusage before, after;
    struct wm_text text;
    wm_text_init(&text);
    for (int i = 0; i < NAME_COUNT; i++)
        wm_text_addf(&text, "Benchmark%d 1 10 ns/op 3 x/op\n", i);
    assert_int_equal(wm_benchfile_parse(text.data, text.length, "text", &file, &err), 0);
    const struct wm_set set = {.name = "set", .bench = file};
    const struct wm_comparison_input input = {
        .sets = {&set, &set}
    };
    assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
    assert_int_equal(wm_comparison_new(&input, &comparison, &err), 0);
    assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
    assert_int_equal(comparison->count, 2 * NAME_COUNT);
    assert_true(after.ru_maxrss - before.ru_maxrss < MEMORY_KIB_MAX);
    wm_comparison_free(comparison);
    wm_benchfile_free(file);
    wm_text_done(&text);
}

static void test_sets_take_turns(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        int first, step;
        size_t base, now;
        bool turns;
        bool base_fine, now_fine; /* milliseconds */
    } cases[] = {
        {1,   2,  4, 4, true,  false, false}, /* a b a b … */
        {0,   2,  4, 4, true,  false, false}, /* each pair within one second */
        {100, 2,  4, 4, false, false, false}, /* one side after the other */
        {1,   2,  1, 1, false, false, false}, /* one of each: after the other, whatever the order */
        {1,   2,  4, 2, true,  false, false},
        {0,   0,  4, 4, false, false, false}, /* all of one side within one second */
        {15,  30, 8, 8, true,  true,  true }, /* short runs in turns: 33 pairs a second */
        {240, 30, 8, 8, false, true,  true }, /* and one side after the other */
        {0,   0,  4, 4, false, true,  false}, /* of the other side no more than the second is known */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct side_wish before = wish(cases[i].base), after = wish(cases[i].now);
        before.step_seconds = cases[i].step;
        before.starts_in_ms = cases[i].base_fine;
        after.starts_in_ms = cases[i].now_fine;
        after.first_second = cases[i].first;
        after.step_seconds = cases[i].step;
        struct wm_set *base = side_new(&before, "base", &fixture->random);
        struct wm_set *now = side_new(&after, "new", &fixture->random);
        if (wm_sets_take_turns(base, now) != cases[i].turns)
            fail_msg("case %zu", i);
        side_free(base);
        side_free(now);
    }
}

/* ---- Comparable ---- */

static void test_comparable_tells_what_differs(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        struct wm_run_setting identity[2], machine;
        const char *load, *sampler;
        const char *reason, *note;
    } cases[] = {
        {{{WM_RUN_WORK_HASH, "1"}, {WM_RUN_BUILD_ID, "b"}}, {"cpu", "X"}, "1", "perf",  NULL, NULL                             },
        {{{WM_RUN_WORK_HASH, "1"}, {WM_RUN_BUILD_ID, "a"}},
         {"cpu", "X"},
         "1",                                                                  "perf",
         NULL,                                                                                "build id of the app is the same"},
        {{{WM_RUN_WORK_HASH, "2"}, {WM_RUN_BUILD_ID, "b"}},
         {"cpu", "X"},
         "1",                                                                  "perf",
         "trace or capture) differs: 1 and 2",                                                NULL                             },
        {{{WM_RUN_WORK_HASH, "1"}, {WM_RUN_BUILD_ID, "b"}},
         {"cpu", "Y"},
         "1",                                                                  "perf",
         "processor differs: X and Y",                                                        NULL                             },
        {{{WM_RUN_WORK_HASH, "1"}, {WM_RUN_BUILD_ID, "b"}},
         {"cpu", "X"},
         "2",                                                                  "perf",
         "load differs: 1 and 2",                                                             NULL                             },
        {{{WM_RUN_WORK_HASH, "1"}, {WM_RUN_BUILD_ID, "b"}},
         {"cpu", "X"},
         "1",                                                                  "timer",
         "sampler differs: perf at 997 Hz and timer at 997 Hz",                               NULL                             },
        {{{"other", ""}, {WM_RUN_BUILD_ID, "b"}},
         {"cpu", "X"},
         "1",                                                                  "perf",
         NULL,                                                                                "is not known of new"            },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct side_wish one = wish(1);
        struct wm_set *sets[2] = {side_new(&one, "base", &fixture->random),
                                  side_new(&one, "new", &fixture->random)};
        for (size_t side = 0; side < 2; side++) {
            size_t from = side == 0 ? 1 : i; /* the second case is the base of all */
            struct wm_run *run = sets[side]->runs[0];
            run->identity = (struct wm_run_setting *)(uintptr_t)cases[from].identity;
            run->identity_count = 2;
            run->machine = (struct wm_run_setting *)(uintptr_t)&cases[from].machine;
            run->machine_count = 1;
            run->load = cases[from].load;
            run->sampler = cases[from].sampler;
        }
        struct wm_text reasons, notes;
        wm_text_init(&reasons);
        wm_text_init(&notes);
        wm_comparable_check(sets[0], sets[1], &reasons, &notes);
        assert_says(reasons.data, cases[i].reason);
        assert_says(notes.data, cases[i].note == NULL ? "cores is not known" : cases[i].note);
        wm_text_done(&reasons);
        wm_text_done(&notes);
        side_free(sets[0]);
        side_free(sets[1]);
    }
}

static void test_comparable_refuses_a_side_of_two_builds(void **state)
{
    struct fixture *fixture = *state;
    static struct wm_run_setting builds[] = {
        {WM_RUN_BUILD_ID, "a"},
        {WM_RUN_BUILD_ID, "b"}
    };
    struct side_wish two = wish(2), one = wish(1);
    struct wm_set *base = side_new(&two, "base", &fixture->random);
    struct wm_set *now = side_new(&one, "new", &fixture->random);
    struct wm_text reasons, notes;
    for (size_t i = 0; i < 2; i++) {
        base->runs[i]->identity = &builds[i];
        base->runs[i]->identity_count = 1;
    }
    wm_text_init(&reasons);
    wm_text_init(&notes);
    wm_comparable_check(base, now, &reasons, &notes);
    assert_says(reasons.data, "within base, build id of the app differs: a and b");
    wm_text_done(&reasons);
    wm_text_done(&notes);
    side_free(base);
    side_free(now);
}

/* A folder of benchmarks, and beside them the run that tells what they were of. */
static struct wm_set *read_bench(struct fixture *fixture, const char *name, const char *work,
                                 const char *field)
{
    struct side_wish one = wish(1);
    struct wm_set *made = side_new(&one, "made up", &fixture->random), *set = NULL;
    struct wm_run *run = made->runs[0];
    char *folder = wm_file_join_dup(fixture->folder, name);
    assert_int_equal(wm_paths_finish(run->paths), 0);
    run->bench = BENCH;
    assert_int_equal(
        wm_run_add_setting(run, &run->identity, &run->identity_count, WM_RUN_WORK_HASH, work), 0);
    if (field != NULL)
        assert_int_equal(
            wm_run_add_setting(run, &run->settings, &run->setting_count, "field", field), 0);
    assert_int_equal(wm_run_write(run, folder, NULL), 0);
    side_free(made);
    free(folder);
    read_set(name, &set, NULL);
    return set;
}

static void test_comparable_tells_benchmarks_of_other_work(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *work, *field, *reason, *note;
    } cases[] = {
        {"1",  NULL,   NULL,                                 "cores is not known"                                 },
        {"2",  NULL,   "trace or capture) differs: 1 and 2", "cores is not known"                                 },
        {"1",  "op=x", "--field differs: none and op=x",     "cores is not known"                                 },
        {NULL, NULL,   NULL,                                 "what the benchmarks of new.txt were of is not known"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct wm_set *base = read_bench(fixture, "base", "1", NULL), *now = NULL;
        struct wm_text reasons, notes;
        char *file = wm_test_file(fixture->folder, "new.txt", BENCH);
        if (cases[i].work != NULL)
            now = read_bench(fixture, "new", cases[i].work, cases[i].field);
        else
            read_set(file, &now, NULL);
        wm_text_init(&reasons);
        wm_text_init(&notes);
        now->name = cases[i].work != NULL ? now->name : "new.txt";
        wm_comparable_check(base, now, &reasons, &notes);
        assert_says(reasons.data, cases[i].reason);
        assert_says(notes.data, cases[i].note);
        wm_text_done(&reasons);
        wm_text_done(&notes);
        wm_set_free(base);
        wm_set_free(now);
        free(file);
    }
}

/* ---- The bar ---- */

static void test_baseline_is_a_copy_that_replaces_the_one_before(void **state)
{
    struct fixture *fixture = *state;
    struct wm_error err = {0};
    struct wm_set *set = NULL;
    char *folder = NULL;
    write_run(fixture, "old/1");
    write_run(fixture, "old/2");
    write_run(fixture, "new/7");
    free(wm_test_file(fixture->folder, "new/bench.txt", BENCH));
    for (int round = 0; round < 2; round++) {
        read_set(round == 0 ? "old" : "new", &set, NULL);
        assert_int_equal(wm_baseline_set(set, "main", &err), 0);
        wm_set_free(set);
    }
    assert_int_equal(wm_baseline_folder("main", &folder, &err), 0);
    read_set(folder, &set, NULL);
    assert_int_equal(set->run_count, 1);
    assert_non_null(set->bench);
    wm_set_free(set);
    free(folder);
    static const char *const wrong[] = {"", "..", ".x", "a/b", "-x", "a\033[2J", "a\n"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(wm_baseline_folder(wrong[i], &folder, &err), -EINVAL);
}

static int set_baseline(const char *operand, const char *name)
{
    struct wm_set *set = NULL;
    read_set(operand, &set, NULL);
    int rc = wm_baseline_set(set, name, NULL);
    wm_set_free(set);
    return rc;
}

static size_t runs_of_baseline(const char *name)
{
    struct wm_set *set = NULL;
    char *folder = NULL;
    int lock = wm_record_lock_to_read(WM_RECORD_BASELINES, NULL);
    assert_true(lock >= 0);
    assert_int_equal(wm_baseline_folder(name, &folder, NULL), 0);
    read_set(folder, &set, NULL);
    wm_record_unlock(lock);
    size_t count = set->run_count;
    wm_set_free(set);
    free(folder);
    return count;
}

/* Whatever has the name of a baseline and is none stays, and so does a baseline with a stranger. */
static void test_baseline_never_removes_what_is_not_its_own(void **state)
{
    struct fixture *fixture = *state;
    static const char *const strangers[] = {"baselines/mine/src/x", "baselines/main/notes",
                                            "baselines/old/1/core"};
    static const char *const names[] = {"mine", "main", "old"};
    write_run(fixture, "r/1");
    assert_int_equal(set_baseline("r", "main~"), 0);
    assert_int_equal(set_baseline("r", "main"), 0);
    assert_int_equal(set_baseline("r", "old"), 0);
    assert_int_equal(runs_of_baseline("main~"), 1); /* a name like any other */
    for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
        char *file = wm_file_join_dup(fixture->folder, strangers[i]);
        char *end = strrchr(file, '/');
        *end = '\0';
        assert_int_equal(wm_file_make_folder(file, NULL), 0);
        *end = '/';
        assert_int_equal(wm_file_write(file, "x", 1, NULL), 0);
        assert_int_equal(set_baseline("r", names[i]), -EEXIST);
        assert_true(wm_file_exists(file));
        free(file);
    }
}

/* A link is no baseline, and nothing is removed where it leads. */
static void test_baseline_follows_no_link(void **state)
{
    struct fixture *fixture = *state;
    write_run(fixture, "r/1");
    assert_int_equal(set_baseline("r", "main"), 0);
    char *link = wm_file_join_dup(fixture->folder, "baselines/other");
    assert_int_equal(symlink("main", link), 0);
    assert_int_equal(set_baseline("r", "other"), -EEXIST);
    assert_int_equal(runs_of_baseline("main"), 1);
    free(link);
}

/* What a dead writer left goes with the next; what a living one makes stays. */
static void test_baseline_removes_what_the_dead_left(void **state)
{
    struct fixture *fixture = *state;
    write_run(fixture, "r/1");
    write_run(fixture, "baselines/.new-000000/1");
    write_run(fixture, "baselines/.new-000001/1");
    free(wm_test_file(fixture->folder, "baselines/.new-000000/1/profile.pb.gz.12-0.tmp", "half"));
    char *dead = wm_file_join_dup(fixture->folder, "baselines/.new-000000");
    char *alive = wm_file_join_dup(fixture->folder, "baselines/.new-000001");
    int lock = open(alive, O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    assert_int_equal(set_baseline("r", "main"), 0);
    assert_false(wm_file_exists(dead));
    assert_true(wm_file_exists(alive));
    close(lock);
    free(dead);
    free(alive);
}

enum { WRITERS = 4, ROUNDS = 20 };

/* Several at once: each time somebody looks there is a whole one, of two runs or of five. */
static void test_baseline_is_whole_whoever_replaces_it(void **state)
{
    struct fixture *fixture = *state;
    pid_t writers[WRITERS];
    static const char *const runs[] = {"two/1",  "two/2",  "five/1", "five/2",
                                       "five/3", "five/4", "five/5"};
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
        write_run(fixture, runs[i]);
    assert_int_equal(set_baseline("two", "main"), 0);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = fork();
        if (writers[i] != 0)
            continue;
        for (int round = 0; round < ROUNDS; round++)
            if (set_baseline(i % 2 == 0 ? "two" : "five", "main") < 0)
                _exit(1);
        _exit(0);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status = -1;
        assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
        assert_int_equal(status, 0);
        size_t count = runs_of_baseline("main");
        assert_true(count == 2 || count == 5);
    }
    char *made = wm_file_join_dup(fixture->folder, "baselines/.new-000000");
    assert_false(wm_file_exists(made));
    free(made);
}

/* With what its benchmarks were of. */
static void test_baseline_of_benchmarks_knows_their_work(void **state)
{
    struct fixture *fixture = *state;
    struct wm_error err = {0};
    char *folder = NULL;
    struct wm_set *set = read_bench(fixture, "tag", "1", NULL);
    assert_int_equal(wm_baseline_set(set, "main", &err), 0);
    wm_set_free(set);
    assert_int_equal(wm_baseline_folder("main", &folder, &err), 0);
    read_set(folder, &set, NULL);
    assert_int_equal(set->run_count, 0);
    assert_non_null(set->bench);
    const struct wm_run *facts = set->bench_facts;
    assert_non_null(facts);
    assert_string_equal(wm_run_setting(facts->identity, facts->identity_count, WM_RUN_WORK_HASH),
                        "1");
    wm_set_free(set);
    free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sets_are_found_by_path_and_by_tag, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sets_take_benchmarks_of_a_tag_and_not_their_profile,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sets_that_are_none_say_what_was_expected, set_up,
                                        tear_down),
        cmocka_unit_test(test_sets_of_two_packages_make_two_rows),
        cmocka_unit_test(test_sets_below_zero_have_no_ratio),
        cmocka_unit_test(test_sets_of_many_benchmarks_take_little_memory),
        cmocka_unit_test_setup_teardown(test_sets_leave_out_what_tells_no_cost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sets_take_turns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_comparable_tells_what_differs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_comparable_refuses_a_side_of_two_builds, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_comparable_tells_benchmarks_of_other_work, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_baseline_is_a_copy_that_replaces_the_one_before,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_baseline_never_removes_what_is_not_its_own, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_baseline_follows_no_link, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_baseline_removes_what_the_dead_left, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_baseline_is_whole_whoever_replaces_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_baseline_of_benchmarks_knows_their_work, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

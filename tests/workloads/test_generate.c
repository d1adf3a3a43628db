/* test_generate.c - cells: text, braces and every generator; and what is wrong with them. */
#include "workloads/generate.h"

#include "tests/support/support.h"
#include "workloads/work.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kitchen {
    char *folder;
    struct wm_arena arena;
    struct wm_columns *columns;
    struct wm_cell_context context;
};

static int set_up(void **state)
{
    struct kitchen *kitchen = calloc(1, sizeof(*kitchen));

    assert_non_null(kitchen);
    kitchen->folder = wm_test_folder();
    free(wm_test_file(kitchen->folder, "users.csv", "id,name\n1,ann\n2,bob\n3,\"c, d\"\n"));
    free(wm_test_file(kitchen->folder, "twice.csv", "id,id\n1,2\n"));
    free(wm_test_file(kitchen->folder, "header.csv", "id,name\n"));
    free(wm_test_file(kitchen->folder, "empty.csv", ""));
    free(wm_test_file(kitchen->folder, "ragged.csv", "id,name\n1,ann\n2\n"));
    free(wm_test_file(kitchen->folder, "open.csv", "id,name\n1,\"ann\n"));
    wm_arena_init(&kitchen->arena);
    assert_int_equal(wm_columns_new(kitchen->folder, &kitchen->columns), 0);
    kitchen->context =
        (struct wm_cell_context){.arena = &kitchen->arena, .columns = kitchen->columns};
    *state = kitchen;
    return 0;
}

static int tear_down(void **state)
{
    struct kitchen *kitchen = *state;

    wm_columns_free(kitchen->columns);
    wm_arena_done(&kitchen->arena);
    wm_test_folder_remove(kitchen->folder);
    free(kitchen);
    return 0;
}

static const struct wm_cell_program *compile(struct kitchen *kitchen, const char *cell)
{
    const struct wm_cell_program *program = NULL;
    struct wm_error err = {0};

    if (wm_cell_compile(cell, &kitchen->context, &program, &err) < 0)
        fail_msg("%s: %s", cell, err.text);
    return program;
}

/* The cell's value for request `index`, in column 1 under seed 1; free() it. */
static char *value(const struct wm_cell_program *program, uint64_t index)
{
    struct wm_random random = wm_random_at(1, index, 1);
    struct wm_text text;

    wm_text_init(&text);
    wm_cell_generate(program, &random, index, &text);
    return wm_text_take(&text);
}

static void check_constant(struct kitchen *kitchen, const char *cell, const char *expected)
{
    const struct wm_cell_program *program = compile(kitchen, cell);
    char *drawn = value(program, 0);

    assert_non_null(wm_cell_constant(program));
    assert_string_equal(wm_cell_constant(program), expected);
    assert_string_equal(drawn, expected);
    free(drawn);
}

static void check_value(struct kitchen *kitchen, const char *cell, const char *expected)
{
    const struct wm_cell_program *program = compile(kitchen, cell);
    char *drawn = value(program, 0);

    assert_null(wm_cell_constant(program));
    assert_string_equal(drawn, expected);
    free(drawn);
}

static void check_fault(struct kitchen *kitchen, const char *cell, const char *expected)
{
    const struct wm_cell_program *program = NULL;
    struct wm_error err = {0};

    if (wm_cell_compile(cell, &kitchen->context, &program, &err) >= 0)
        fail_msg("%s was taken", cell);
    if (strstr(err.text, expected) == NULL)
        fail_msg("%s: got '%s', expected '%s'", cell, err.text, expected);
    assert_string_equal(err.place, "");
    assert_null(program);
}

static void test_cell_of_text_is_a_constant(void **state)
{
    check_constant(*state, "", "");
    check_constant(*state, "order", "order");
    check_constant(*state, "{{}}", "{}");
    check_constant(*state, "{{\"a\":1}}", "{\"a\":1}");
    check_constant(*state, "a}}b{{c", "a}b{c");
    check_constant(*state, "{const a b}", "a b");
    check_constant(*state, "x{const  y }z", "x y z");
    check_constant(*state, "{const}", "");
    check_constant(*state, "{const {{1}}}", "{1}");
}

static void test_cell_mixes_text_and_generators(void **state)
{
    check_value(*state, "{seq}", "1");
    check_value(*state, "{seq}{seq}", "11");
    check_value(*state, "a{seq}b{const c}d{seq}", "a1bcd1");
    check_value(*state, "{{{seq}}}", "{1}");
    check_value(*state, "{{\"id\":{seq}}}", "{\"id\":1}");
    check_value(*state, "{choice {{1}}}", "{1}");
    check_value(*state, "{uniform 5 5}", "5");
    check_value(*state, "{uniform  -5\t-5 }", "-5");
}

static void test_seq_counts_from_one_and_from_one_again_after_warmup(void **state)
{
    const struct wm_cell_program *program = compile(*state, "{seq}");
    char *second = value(program, 1);
    char *warm = value(program, WM_WORK_WARMUP_INDEX + 1);
    (void)state;

    assert_string_equal(second, "2");
    assert_string_equal(warm, "2");
    free(second);
    free(warm);
}

static void test_uniform_reaches_both_ends_and_nothing_else(void **state)
{
    const struct wm_cell_program *program = compile(*state, "{uniform -1 2}");
    uint64_t seen[4] = {0};

    for (uint64_t i = 0; i < 40000; i++) {
        char *drawn = value(program, i);
        long number = strtol(drawn, NULL, 10);
        assert_true(number >= -1 && number <= 2);
        seen[number + 1]++;
        free(drawn);
    }
    for (size_t i = 0; i < 4; i++)
        assert_true(seen[i] > 9500 && seen[i] < 10500);
}

static void test_uniform_spans_all_integers(void **state)
{
    const struct wm_cell_program *program =
        compile(*state, "{uniform -9223372036854775808 9223372036854775807}");
    bool negative = false, positive = false;

    for (uint64_t i = 0; i < 100; i++) {
        char *drawn = value(program, i);
        long long number = strtoll(drawn, NULL, 10);
        char again[32];
        snprintf(again, sizeof(again), "%lld", number);
        assert_string_equal(drawn, again);
        negative = negative || number < 0;
        positive = positive || number > 0;
        free(drawn);
    }
    assert_true(negative && positive);
    check_value(*state, "{uniform -9223372036854775808 -9223372036854775808}",
                "-9223372036854775808");
}

static void test_normal_has_its_mean_and_deviation_in_six_decimals(void **state)
{
    enum { DRAWS = 50000 };
    const struct wm_cell_program *program = compile(*state, "{normal -2 0.5}");
    double sum = 0, squares = 0;
    uint64_t within = 0;

    for (uint64_t i = 0; i < DRAWS; i++) {
        char *drawn = value(program, i);
        const char *point = strchr(drawn, '.');
        assert_non_null(point);
        assert_int_equal(strlen(point), 7);
        double number = strtod(drawn, NULL);
        sum += number;
        squares += (number + 2) * (number + 2);
        within += fabs(number + 2) < 0.5;
        free(drawn);
    }
    assert_true(fabs(sum / DRAWS + 2) < 5 * 0.5 / sqrt(DRAWS));
    assert_true(fabs(sqrt(squares / DRAWS) - 0.5) < 0.01);
    assert_true(fabs((double)within / DRAWS - 0.6827) < 0.011);
}

static void test_normal_writes_a_point_in_every_locale(void **state)
{
    const char *names[] = {"de_DE.UTF-8", "de_DE.utf8", "C"};
    const struct wm_cell_program *program = compile(*state, "{normal 0.25 0.000001}");

    for (size_t i = 0; i < 3 && setlocale(LC_ALL, names[i]) == NULL; i++)
        ;
    char *drawn = value(program, 0);
    setlocale(LC_ALL, "C");
    assert_memory_equal(drawn, "0.2", 3);
    assert_int_equal(strlen(drawn), 8);
    free(drawn);
}

static void test_choice_follows_the_weight_behind_the_last_colon(void **state)
{
    enum { DRAWS = 40000 };
    const struct wm_cell_program *program = compile(*state, "{choice a|b:c:2|| d :0.5}");
    const char *options[] = {"a", "b:c", "", " d "};
    const double expected[] = {1 / 4.5, 2 / 4.5, 1 / 4.5, 0.5 / 4.5};
    uint64_t seen[4] = {0};

    for (uint64_t i = 0; i < DRAWS; i++) {
        char *drawn = value(program, i);
        size_t found = 0;
        while (found < 4 && strcmp(drawn, options[found]) != 0)
            found++;
        assert_true(found < 4);
        seen[found]++;
        free(drawn);
    }
    for (size_t i = 0; i < 4; i++)
        assert_true(fabs((double)seen[i] / DRAWS - expected[i]) < 0.0125);
}

static void test_hex_and_string_have_their_length_and_alphabet(void **state)
{
    const struct wm_cell_program *hex = compile(*state, "{hex 33}");
    const struct wm_cell_program *string = compile(*state, "{string 1k}");
    char *a = value(hex, 0), *b = value(hex, 1), *c = value(string, 0);

    assert_int_equal(strlen(a), 33);
    assert_int_equal(strspn(a, "0123456789abcdef"), 33);
    assert_string_not_equal(a, b);
    assert_int_equal(strlen(c), 1000);
    for (const char *at = "AZaz09"; *at != '\0'; at++)
        assert_non_null(strchr(c, *at));
    for (const char *at = c; *at != '\0'; at++)
        assert_true((*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') ||
                    (*at >= 'a' && *at <= 'z'));
    free(a);
    free(b);
    free(c);
}

static void test_file_gives_cells_of_one_row_per_request(void **state)
{
    const struct wm_cell_program *both =
        compile(*state, "{file users.csv id}-{file users.csv name}");
    bool seen[3] = {false};

    for (uint64_t i = 0; i < 100; i++) {
        const char *rows[] = {"1-ann", "2-bob", "3-c, d"};
        char *drawn = value(both, i);
        size_t found = 0;
        while (found < 3 && strcmp(drawn, rows[found]) != 0)
            found++;
        assert_true(found < 3);
        seen[found] = true;
        free(drawn);
    }
    assert_true(seen[0] && seen[1] && seen[2]);
}

static void test_values_are_equal_for_equal_requests(void **state)
{
    const struct wm_cell_program *program =
        compile(*state, "{zipf 1.1 1000}/{uniform 1 5}/{normal 0 1}/{choice a|b}/{hex 8}/{string "
                        "9}/{file users.csv id}/{seq}");

    for (uint64_t i = 0; i < 100; i++) {
        char *a = value(program, i), *b = value(program, i), *c = value(program, i + 1);
        assert_string_equal(a, b);
        assert_string_not_equal(a, c);
        free(a);
        free(b);
        free(c);
    }
}

static void test_braces_that_do_not_match_are_told(void **state)
{
    check_fault(*state, "{", "{ without its }");
    check_fault(*state, "x{seq", "generator that opens at \"{seq\"");
    check_fault(*state, "{choice {{1}}", "{ without its }");
    check_fault(*state, "seq}", "} without its { at \"}\"");
    check_fault(*state, "{seq}}", "} without its {");
    check_fault(*state, "{}", "generator without a name");
    check_fault(*state, "{ seq}", "generator without a name");
    check_fault(*state, "{choice {seq}|a}", "a single { inside the generator");
    check_fault(*state, "{choice {{a}|b}", "a single } inside the generator");
}

static void test_unknown_generators_are_told_with_what_there_is(void **state)
{
    check_fault(*state, "{unifrom 1 2}",
                "unknown generator \"unifrom\": did you mean {uniform A B}?");
    check_fault(*state, "{Seq}", "did you mean {seq}?");
    check_fault(*state, "{\"a\":1}", "there are uniform, zipf, normal, choice, seq, hex");
    check_fault(*state, "{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}",
                "unknown generator");
    check_fault(*state, "{\x1b[31m}", "unknown generator \"\\x1b[31m\"");
}

static void test_wrong_arguments_are_told_with_what_is_right(void **state)
{
    static const char *const cells[][2] = {
        {"{uniform}",                        "{uniform A B}: A and B must be two integers, A not above B, got \"\""},
        {"{uniform 1}",                      "{uniform A B}"                                                       },
        {"{uniform 5 1}",                    "A not above B, got \"5 1\""                                          },
        {"{uniform 1 2 3}",                  "{uniform A B}"                                                       },
        {"{uniform 1 2.5}",                  "{uniform A B}"                                                       },
        {"{uniform 1 9223372036854775808}",  "{uniform A B}"                                                       },
        {"{uniform - 1}",                    "{uniform A B}"                                                       },
        {"{zipf 0 10}",                      "S must be a number above 0"                                          },
        {"{zipf -1 10}",                     "S must be a number above 0"                                          },
        {"{zipf nan 10}",                    "S must be a number above 0"                                          },
        {"{zipf 1.1}",                       "{zipf S N}"                                                          },
        {"{zipf 1.1 0}",                     "N a count from 1 to 1000000000"                                      },
        {"{zipf 1.1 1000000001}",            "N a count from 1 to 1000000000"                                      },
        {"{normal 1}",                       "{normal M SD}"                                                       },
        {"{normal 1 0}",                     "SD (deviation) one from 0.000001"                                    },
        {"{normal 1 -1}",                    "SD (deviation)"                                                      },
        {"{normal 1e13 1}",                  "M (mean) must be a number up to 1e12"                                },
        {"{choice}",                         "needs options"                                                       },
        {"{choice a:0}",                     "number above 0, got \"a:0\""                                         },
        {"{choice a|http://b}",              "got \"http://b\": add a weight, such as :1"                          },
        {"{choice a:|b}",                    "got \"a:\""                                                          },
        {"{choice a:1e308|b:1e308}",         "the weights' sum is too large"                                       },
        {"{seq 1}",                          "{seq}: takes no arguments, got \"1\""                                },
        {"{hex}",                            "{hex N}: N must be a count"                                          },
        {"{hex 0}",                          "N must be a count"                                                   },
        {"{hex -1}",                         "N must be a count"                                                   },
        {"{string 1048577}",                 "from 1 to 1048576"                                                   },
        {"{string 99999999999999999999999}", "from 1 to 1048576"                                                   },
        {"{file users.csv}",                 "{file FILE.csv COLUMN}: needs the name of a CSV file"                },
    };

    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
        check_fault(*state, cells[i][0], cells[i][1]);
}

static void test_files_that_do_not_serve_are_told(void **state)
{
    check_fault(*state, "{file none.csv id}", "none.csv: cannot open: No such file or directory");
    check_fault(*state, "{file users.csv age}",
                "users.csv has no column \"age\"; it has: id, name");
    check_fault(*state, "{file twice.csv id}", "twice.csv has two columns \"id\": rename one");
    check_fault(*state, "{file empty.csv id}", "empty.csv: is empty");
    check_fault(*state, "{file header.csv id}", "header.csv: has a header but no row below it");
    check_fault(*state, "{file ragged.csv id}",
                "ragged.csv: line 3: cells: 1, expected 2 as in its header");
    check_fault(*state, "{file open.csv id}", "open.csv:2: a quote opens here");
    check_fault(*state, "{file a\n\x1b[1m id}", "{file a\\x0a\\x1b[1m id}: ");
    check_fault(*state, "{file . id}", "cannot read: Is a directory");
}

static void test_the_help_table_has_a_line_for_each_generator(void **state)
{
    (void)state;
    assert_int_equal(wm_generator_count(), 9);
    for (size_t i = 0; i < wm_generator_count(); i++) {
        const struct wm_generator_help *help = wm_generator_help(i);
        assert_true(help->name[0] != '\0' && help->help[0] != '\0');
        assert_non_null(help->arguments);
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_cell_of_text_is_a_constant),
        TEST(test_cell_mixes_text_and_generators),
        TEST(test_seq_counts_from_one_and_from_one_again_after_warmup),
        TEST(test_uniform_reaches_both_ends_and_nothing_else),
        TEST(test_uniform_spans_all_integers),
        TEST(test_normal_has_its_mean_and_deviation_in_six_decimals),
        TEST(test_normal_writes_a_point_in_every_locale),
        TEST(test_choice_follows_the_weight_behind_the_last_colon),
        TEST(test_hex_and_string_have_their_length_and_alphabet),
        TEST(test_file_gives_cells_of_one_row_per_request),
        TEST(test_values_are_equal_for_equal_requests),
        TEST(test_braces_that_do_not_match_are_told),
        TEST(test_unknown_generators_are_told_with_what_there_is),
        TEST(test_wrong_arguments_are_told_with_what_is_right),
        TEST(test_files_that_do_not_serve_are_told),
        TEST(test_the_help_table_has_a_line_for_each_generator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

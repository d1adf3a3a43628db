/* test_report_options.c - pprof's command line. */
#include "tests/support/support.h"

#include "harness/cli/report_options.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { WORDS_MAX = 16, LINE_BYTES = 256 };

static struct wm_report_values values;
static struct wm_error err;
static struct wm_text notes;
static char words[LINE_BYTES];

/* Reads a line of words that blanks separate; they live until the next one. */
static int parse(const char *line)
{
    char *argv[WORDS_MAX], *rest = words;
    int argc = 0;
    assert_true(strlen(line) < LINE_BYTES);
    strcpy(words, line);
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;)
        argv[argc++] = word;
    assert_true(argc <= WORDS_MAX);
    wm_text_clear(&notes);
    memset(&err, 0, sizeof(err));
    return wm_report_values_read(argc, argv, &values, &notes, &err);
}

static void accept(const char *line)
{
    if (parse(line) < 0)
        fail_msg("%s: %s: %s", line, err.place, err.text);
}

static void refuse(const char *line, const char *place, const char *text)
{
    if (parse(line) != -EINVAL)
        fail_msg("%s was taken", line);
    if (strcmp(err.place, place) != 0 || strstr(err.text, text) == NULL)
        fail_msg("%s: %s: %s", line, err.place, err.text);
}

static void test_defaults_are_those_of_pprof(void **state)
{
    (void)state;
    accept("p");
    assert_string_equal(values.options.view, "top");
    assert_int_equal(values.options.granularity, WM_BY_FUNCTIONS);
    assert_true(values.options.trim);
    assert_int_equal(values.options.node_count, -1);
    assert_true(isnan(values.options.node_fraction) && values.options.edge_fraction == 0.001);
    assert_null(values.options.unit);
    assert_null(values.options.focus);
}

static void test_options_behind_a_profile_are_refused(void **state)
{
    (void)state;
    refuse("-top p -nodecount=5", "-nodecount=5", "options go before the profiles");
    refuse("-top p --lines q", "--lines", "options go before the profiles");
    refuse("p -nosuch", "-nosuch", "options go before the profiles");
    accept("-top -- p -lines");
    assert_int_equal(values.source_count, 2);
    accept("p -"); /* standard input's name elsewhere: reading it tells */
}

static void test_text_is_another_name_of_top(void **state)
{
    (void)state;
    accept("-text p");
    assert_string_equal(values.options.view, "top");
    refuse("-text -top p", "-text", "-top");
}

static void test_a_flame_graph_names_its_file(void **state)
{
    (void)state;
    accept("-flamegraph a.svg -by=thread p");
    assert_string_equal(values.options.view, "flamegraph");
    assert_string_equal(values.output, "a.svg");
    assert_string_equal(values.options.group_by, "thread");
    assert_null(values.options.by); /* that is for columns, which take no -normalize */
    accept("-folded -by_path -normalize -base=a p");
    assert_string_equal(values.options.group_by, "path");
    accept("-flamegraph a.svg p");
    assert_string_equal(values.output, "a.svg");
    assert_null(values.options.group_by);
    assert_false(values.binary);
    accept("-flamegraph=- p");
    assert_null(values.output);
    accept("-folded -output=a p");
    assert_string_equal(values.options.view, "folded");
    refuse("-flamegraph=a.svg -output=b.svg p", "-output", "a.svg");
    refuse("-flamegraph=a.svg -folded p", "-folded", "-flamegraph");
    refuse("-flamegraph", "-flamegraph", "missing");
}

static void test_values_follow_a_sign_or_a_blank(void **state)
{
    (void)state;
    accept("-peek=a=b -focus f --ignore i --nodecount=7 --cum -lines -nodecount 0x10 p q");
    assert_string_equal(values.options.view, "peek");
    assert_string_equal(values.options.expression, "a=b");
    assert_string_equal(values.options.focus, "f");
    assert_string_equal(values.options.ignore, "i");
    assert_int_equal(values.options.node_count, 16);
    assert_true(values.options.cum);
    assert_int_equal(values.options.granularity, WM_BY_LINES);
    assert_int_equal(values.source_count, 2);
    assert_string_equal(values.sources[1], "q");
}

static void test_switches_take_no_word_after_them(void **state)
{
    (void)state;
    accept("-tree -trim=f -top=false -mean=1 false");
    assert_string_equal(values.options.view, "tree");
    assert_false(values.options.trim);
    assert_true(values.options.mean);
    assert_string_equal(values.sources[0], "false");
    refuse("-tree=yes p", "-tree", "'yes'");
}

static void test_options_end_at_the_first_other_word(void **state)
{
    (void)state;
    accept("-tags p raw");
    assert_string_equal(values.options.view, "tags");
    assert_string_equal(values.sources[1], "raw");
    accept("-tags -- -raw");
    assert_string_equal(values.sources[0], "-raw");
    accept("-tags - ");
    assert_string_equal(values.sources[0], "-");
}

static void test_empty_texts_are_none(void **state)
{
    (void)state;
    accept("-focus=a -focus= -peek= -sample_index= p");
    assert_null(values.options.focus);
    assert_null(values.options.sample_index);
    assert_string_equal(values.options.view, "top");
    accept("-unit= p");
    assert_string_equal(values.options.unit, "");
}

static void test_what_goes_not_together_is_refused(void **state)
{
    (void)state;
    refuse("-top -tree p", "-tree", "-top");
    refuse("-peek=a -raw p", "-raw", "-peek");
    refuse("-files -lines p", "-lines", "-files");
    refuse("-cum -flat p", "-cum", "-flat");
    refuse("-base=a -diff_base=b p", "", "-diff_base");
    refuse("-normalize p", "-normalize", "-base");
    refuse("-divide_by=0 p", "-divide_by", "0");
    refuse("-top", "", "no profile");
    refuse("-nodecount=many p", "-nodecount", "'many'");
    refuse("-nodefraction= p", "-nodefraction", "''");
    refuse("-unpacked_max=0 p", "-unpacked_max", "'0'");
    refuse("-focus", "-focus", "missing");
    refuse("-sort=cum p", "-sort=cum", "unknown");
    refuse("-granulraity p", "-granulraity", "unknown");
    refuse("-pek=a p", "-pek=a", "-peek");
    accept("-normalize -base=a p");
}

static void test_browsers_and_viewers_are_refused_with_what_to_use(void **state)
{
    (void)state;
    refuse("-web p", "-web", "-svg");
    refuse("-gv p", "-gv", "-svg");
    refuse("-http=:8080 p", "-http", "-weblist");
    refuse("-kcachegrind p", "-kcachegrind", "-callgrind");
    refuse("-disasm=main p", "-disasm", "objdump");
    accept("-web=false -seconds=5 -timeout 10 -tools=/bin p");
}

static void test_short_forms_set_the_sample_index_once(void **state)
{
    (void)state;
    accept("-inuse_space p");
    assert_string_equal(values.options.sample_index, "inuse_space");
    assert_string_equal(notes.data, "");
    accept("-mean_delay p");
    assert_string_equal(values.options.sample_index, "delay");
    assert_true(values.options.mean);
    accept("-alloc_space -contentions p");
    assert_string_equal(values.options.sample_index, "contentions");
    assert_non_null(strstr(notes.data, "-alloc_space"));
    accept("-sample_index=cpu -inuse_objects p");
    assert_string_equal(values.options.sample_index, "cpu");
    assert_non_null(strstr(notes.data, "-inuse_objects"));
}

static void test_pictures_are_the_graph_of_dot(void **state)
{
    (void)state;
    accept("-svg p");
    assert_string_equal(values.options.view, "dot");
    assert_string_equal(values.picture, "svg");
    assert_false(values.binary);
    accept("-png p");
    assert_true(values.binary);
    accept("-proto p");
    assert_true(values.binary);
    assert_null(values.picture);
}

static void test_every_row_of_the_table_is_found_and_helped(void **state)
{
    (void)state;
    for (size_t i = 0; i < WM_REPORT_OPTION_COUNT; i++) {
        const struct wm_option *row = &wm_report_table[i];
        assert_non_null(row->name);
        if (row->help == NULL)
            continue;
        assert_int_equal(row->name[0], '-');
        assert_non_null(row->parse);
        for (size_t other = 0; other < i; other++)
            assert_string_not_equal(row->name, wm_report_table[other].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_those_of_pprof),
        cmocka_unit_test(test_text_is_another_name_of_top),
        cmocka_unit_test(test_options_behind_a_profile_are_refused),
        cmocka_unit_test(test_a_flame_graph_names_its_file),
        cmocka_unit_test(test_values_follow_a_sign_or_a_blank),
        cmocka_unit_test(test_switches_take_no_word_after_them),
        cmocka_unit_test(test_options_end_at_the_first_other_word),
        cmocka_unit_test(test_empty_texts_are_none),
        cmocka_unit_test(test_what_goes_not_together_is_refused),
        cmocka_unit_test(test_browsers_and_viewers_are_refused_with_what_to_use),
        cmocka_unit_test(test_short_forms_set_the_sample_index_once),
        cmocka_unit_test(test_pictures_are_the_graph_of_dot),
        cmocka_unit_test(test_every_row_of_the_table_is_found_and_helped),
    };
    wm_text_init(&notes);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

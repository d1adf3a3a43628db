/* test_list.c - costs beside source lines, as text and as a page. */
#include "tests/report/graph_profile.h"

#include "profiles/views/html.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

enum {
    LISTS =
        WM_VIEW_TAKES_EXPRESSION | WM_VIEW_NEVER_TRIMS | WM_VIEW_BY_LINES | WM_VIEW_TELLS_OBJECTS
};

static const char source[] = "int work(int n)\n"
                             "{\n"
                             "\tif (n < 2 && n)\n"
                             "\t\treturn step(n);\n"
                             "\treturn work(n - 1);\n"
                             "}\n"
                             "\n";

struct list {
    struct made made;
    char *folder;
    struct wm_text text;
};

static void list_init(struct list *list, const char *expression)
{
    made_init(&list->made, LISTS);
    wm_text_init(&list->text);
    wm_text_init(&list->made.report.filters);
    list->folder = wm_test_folder();
    list->made.options.source_path = list->folder;
    list->made.options.expression = expression;
    list->made.report.total = 100;
}

static void list_done(struct list *list)
{
    wm_text_done(&list->text);
    wm_test_folder_remove(list->folder);
    made_done(&list->made);
}

/* main calls work, which calls itself and has step inlined. */
static void make_work(struct list *list)
{
    made_add(&list->made, "main:9 work:3", 10);
    made_add(&list->made, "main:9 work:5 work:3", 20);
    made_add(&list->made, "main:9 work:4/step:2", 30);
    made_add(&list->made, "main:9 work:4/step:3", 5);
    made_add(&list->made, "main:9 work:4/more:1 read:1", 5);
}

static int print_list(struct list *list, struct wm_error *err)
{
    list->made.view.name = "list";
    return wm_print_list(&list->made.report, &list->text, err);
}

static void test_each_line_has_its_costs_before_it(void **state)
{
    (void)state;
    struct list list;
    list_init(&list, "^work$");
    make_work(&list);
    free(wm_test_file(list.folder, "work.c", source));
    assert_int_equal(print_list(&list, NULL), 0);
    assert_string_equal(list.text.data, "Total: 100\n"
                                        "ROUTINE ======================== work in work.c\n"
                                        "        30         90 (flat, cum) 90.00% of Total\n"
                                        "         .          .      1:int work(int n)\n"
                                        "         .          .      2:{\n"
                                        "        30         30      3:\tif (n < 2 && n)\n"
                                        "         .         40      4:\t\treturn step(n);\n"
                                        "         .         20      5:\treturn work(n - 1);\n"
                                        "         .          .      6:}\n"
                                        "         .          .      7:\n");
    assert_string_equal(list.made.notes.data, "");
    list_done(&list);
}

static void test_functions_come_by_name_and_say_what_is_missing(void **state)
{
    (void)state;
    struct list list;
    list_init(&list, "work|main|bare");
    make_work(&list);
    struct wm_function bare = {.name = (uint32_t)wm_profile_string(list.made.profile, "bare")};
    struct wm_line line = {(uint32_t)wm_profile_add_function(list.made.profile, &bare), 0};
    struct wm_location location = {.address = 1, .line_count = 1};
    uint32_t stack = (uint32_t)wm_profile_add_location(list.made.profile, &location, &line);
    assert_true(wm_profile_add_sample(list.made.profile, &stack, 1, NULL, 0, (int64_t[]){1, 30}) >=
                0);
    free(wm_test_file(list.folder, "work.c", "short"));
    assert_int_equal(print_list(&list, NULL), 0);
    struct wm_text expected;
    wm_text_init(&expected);
    wm_text_addf(&expected,
                 "Total: 100\n"
                 "No source information for bare\n"
                 "ROUTINE ======================== main in main.c\n"
                 "         0         70 (flat, cum) 70.00%% of Total\n"
                 " Error: could not find file main.c on path %s\n"
                 "ROUTINE ======================== work in work.c\n"
                 "        30         90 (flat, cum) 90.00%% of Total\n"
                 "         .          .      1:short\n",
                 list.folder);
    assert_string_equal(list.text.data, expected.data);
    wm_text_done(&expected);
    list_done(&list);
}

static void test_no_match_is_an_error(void **state)
{
    (void)state;
    static const char *const expressions[] = {"nothing", "work\\.c", "("};
    for (size_t i = 0; i < 3; i++) {
        struct list list;
        struct wm_error err = {0};
        list_init(&list, expressions[i]);
        make_work(&list);
        assert_int_equal(print_list(&list, &err), -EINVAL);
        assert_string_equal(err.place, "-list");
        list_done(&list);
    }
}

/* A function of more than forty lines, of which two cost something and are far apart. */
static void test_a_brief_listing_of_a_long_function_is_what_costs(void **state)
{
    (void)state;
    struct list list;
    char lines[61] = {0};
    memset(lines, '\n', 60);
    for (int brief = 0; brief <= 1; brief++) {
        list_init(&list, "work");
        made_add(&list.made, "work:3", 1);
        made_add(&list.made, "work:50", 2);
        list.made.options.brief = brief == 1;
        free(wm_test_file(list.folder, "work.c", lines));
        assert_int_equal(print_list(&list, NULL), 0);
        assert_int_equal(strstr(list.text.data, "     20:") != NULL, brief == 0);
        assert_int_equal(strstr(list.text.data, "⋮") != NULL, brief == 1);
        if (brief == 1)
            assert_non_null(strstr(list.text.data, "         1          1      3:\n"
                                                   "         .          .      4:\n"
                                                   "         .          .      5:\n"
                                                   "         ⋮\n"
                                                   "         .          .     48:\n"
                                                   "         .          .     49:\n"
                                                   "         2          2     50:\n"
                                                   "         .          .     51:\n"
                                                   "         .          .     52:\n"
                                                   "         ⋮\n"));
        list_done(&list);
    }
}

static void test_a_brief_listing_of_a_short_function_is_whole(void **state)
{
    (void)state;
    struct list list;
    list_init(&list, "^work$");
    make_work(&list);
    list.made.options.brief = true;
    free(wm_test_file(list.folder, "work.c", source));
    assert_int_equal(print_list(&list, NULL), 0);
    assert_non_null(strstr(list.text.data, "      7:\n"));
    list_done(&list);
}

/* main costs nothing itself. */
static void test_a_brief_top_is_of_what_costs_something_itself(void **state)
{
    (void)state;
    for (int brief = 0; brief <= 1; brief++) {
        struct list list;
        list_init(&list, NULL);
        make_work(&list);
        list.made.options.brief = brief == 1;
        list.made.view.name = "top";
        assert_int_equal(wm_print_top(&list.made.report, &list.text, NULL), 0);
        assert_int_equal(strstr(list.text.data, "  main") != NULL, brief == 0);
        assert_non_null(strstr(list.text.data, "  work"));
        list_done(&list);
    }
}

/* Without start lines the window begins five lines before the first that cost something. */
static void test_the_window_reaches_five_lines_around(void **state)
{
    (void)state;
    struct list list;
    list_init(&list, "work");
    made_add(&list.made, "work:9", 1);
    made_add(&list.made, "work:11", 2);
    list.made.profile->functions[0].start_line = 0;
    free(wm_test_file(list.folder, "work.c",
                      "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n"
                      "15\n16\n17\n18\n"));
    assert_int_equal(print_list(&list, NULL), 0);
    assert_non_null(strstr(list.text.data, "of Total\n         .          .      4:4\n"));
    assert_non_null(strstr(list.text.data, "         2          2     11:11\n"));
    assert_non_null(strstr(list.text.data, "         .          .     16:16\n"));
    assert_null(strstr(list.text.data, "17:17"));
    list_done(&list);
}

/* As when a function begins below all of its samples: debug information says such things. */
static void test_an_empty_window_opens_no_file(void **state)
{
    (void)state;
    struct list list;
    list_init(&list, "work");
    made_add(&list.made, "work:9", 1);
    list.made.profile->functions[0].start_line = 1000;
    assert_int_equal(print_list(&list, NULL), 0);
    assert_null(strstr(list.text.data, "Error"));
    assert_non_null(strstr(list.text.data, "1.00% of Total\n"));
    list_done(&list);
}

static void test_a_source_that_is_newer_than_the_profile_is_told_once(void **state)
{
    (void)state;
    static const char note[] = "work.c is newer than the program: its lines may have moved since\n";
    for (int is_newer = 0; is_newer < 2; is_newer++) {
        struct list list;
        list_init(&list, "work|step");
        make_work(&list);
        for (size_t i = 0; i < list.made.profile->function_count; i++)
            list.made.profile->functions[i].file =
                (uint32_t)wm_profile_string(list.made.profile, "work.c");
        free(wm_test_file(list.folder, "work.c", source));
        int64_t now_ns = (int64_t)time(NULL) * 1000000000;
        list.made.profile->time_ns = now_ns + (is_newer == 1 ? -1 : 1) * INT64_C(1000000000000);
        assert_int_equal(print_list(&list, NULL), 0);
        assert_string_equal(list.made.notes.data, is_newer == 1 ? note : "");
        list_done(&list);
    }
}

static void test_a_source_that_is_newer_than_the_binary_is_told(void **state)
{
    (void)state;
    struct list list;
    list_init(&list, "work");
    make_work(&list);
    char *binary = wm_test_file(list.folder, "program", "");
    const struct timespec long_ago[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, binary, long_ago, 0), 0);
    struct wm_mapping mapping = {.limit = 1};
    mapping.file = (uint32_t)wm_profile_string(list.made.profile, binary);
    assert_int_equal(wm_profile_add_mapping(list.made.profile, &mapping), 0);
    for (size_t i = 0; i < list.made.profile->location_count; i++)
        list.made.profile->locations[i].mapping = 1;
    free(wm_test_file(list.folder, "work.c", source));
    assert_int_equal(print_list(&list, NULL), 0);
    assert_non_null(strstr(list.made.notes.data, "work.c is newer than the program"));
    free(binary);
    list_done(&list);
}

static int print_page(struct list *list, struct wm_error *err)
{
    list->made.view.name = "weblist";
    list->made.report.type = "cost";
    return wm_print_weblist(&list->made.report, &list->text, err);
}

static void expect_part(const struct list *list, const char *part)
{
    if (strstr(list->text.data, part) == NULL)
        fail_msg("nothing like '%s' in\n%s", part, list->text.data);
}

static void test_the_page_has_the_same_figures_and_what_was_inlined(void **state)
{
    (void)state;
    struct list list;
    list_init(&list, "work\\.c"); /* files match as well */
    make_work(&list);
    free(wm_test_file(list.folder, "work.c", source));
    assert_int_equal(print_page(&list, NULL), 0);
    expect_part(&list, "Total: 100</pre>");
    expect_part(&list, "<td>        30<td>        90<td>90.00%<td><a href=\"#r0\">work</a>");
    expect_part(&list, "style=\"--h:0.45\">        30         30 <span class=n>      3</span>  "
                       "\tif (n &lt; 2 &amp;&amp; n)</span>\n");
    expect_part(&list, "style=\"--h:0.60\">         .         40 <span class=n>      4</span>  "
                       "\t\treturn step(n);</span>\n"
                       "<span class=in>                   35          ↳ inlined step (step.c)"
                       "</span>\n"
                       "<span class=in>                    5          ↳ inlined more (more.c)"
                       "</span>\n");
    assert_null(strstr(list.text.data, "no such line"));
    assert_null(strstr(list.text.data, "inlined read"));
    assert_null(strstr(list.text.data, "<script"));
    assert_null(strstr(list.text.data, "http"));
    list_done(&list);
}

static void test_the_page_loses_no_cost_where_the_source_is_another(void **state)
{
    (void)state;
    struct list list;
    list_init(&list, "work");
    make_work(&list);
    made_add(&list.made, "work:0", 7);
    free(wm_test_file(list.folder, "work.c", "one\ntwo\nthree\n"));
    assert_int_equal(print_page(&list, NULL), 0);
    expect_part(&list, "         7          7 <span class=n>      0</span>  "
                       "<span class=none>no line is known</span>");
    expect_part(&list, "         .         20 <span class=n>      5</span>  "
                       "<span class=none>no such line in the file</span>");
    expect_part(&list, "        30         30 <span class=n>      3</span>  three</span>");
    list_done(&list);
}

static void test_the_page_without_a_source_has_its_lines(void **state)
{
    (void)state;
    struct list list;
    list_init(&list, "work");
    make_work(&list);
    assert_int_equal(print_page(&list, NULL), 0);
    expect_part(&list, "could not find file work.c on path ");
    expect_part(&list, "        30         30 <span class=n>      3</span>  </span>");
    expect_part(&list, "inlined step");
    list_done(&list);
}

static void test_pages_hold_no_markup_of_others(void **state)
{
    (void)state;
    static const char bytes[] = "<b a='\"'>&\t\x01\x7f\xff\xc2\x80\xef\xbf\xbf\0é中";
    struct wm_text text;
    wm_text_init(&text);
    wm_html_add(&text, bytes, sizeof(bytes) - 1);
    assert_string_equal(text.data, "&lt;b a=&#39;&quot;&#39;&gt;&amp;\t���"
                                   "���é中");
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_line_has_its_costs_before_it),
        cmocka_unit_test(test_functions_come_by_name_and_say_what_is_missing),
        cmocka_unit_test(test_no_match_is_an_error),
        cmocka_unit_test(test_the_window_reaches_five_lines_around),
        cmocka_unit_test(test_a_brief_listing_of_a_long_function_is_what_costs),
        cmocka_unit_test(test_a_brief_listing_of_a_short_function_is_whole),
        cmocka_unit_test(test_a_brief_top_is_of_what_costs_something_itself),
        cmocka_unit_test(test_an_empty_window_opens_no_file),
        cmocka_unit_test(test_a_source_that_is_newer_than_the_profile_is_told_once),
        cmocka_unit_test(test_a_source_that_is_newer_than_the_binary_is_told),
        cmocka_unit_test(test_the_page_has_the_same_figures_and_what_was_inlined),
        cmocka_unit_test(test_the_page_loses_no_cost_where_the_source_is_another),
        cmocka_unit_test(test_the_page_without_a_source_has_its_lines),
        cmocka_unit_test(test_pages_hold_no_markup_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

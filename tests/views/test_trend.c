/* test_trend.c - the record as text: its list, one tag, costs over tags as tables and drawings. */
#include "profiles/views/record.h"

#include "harness/core/file.h"
#include "tests/support/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was filed: an entry point that gets slower and better known, a path that is named otherwise
 * in the second tag, a benchmark from the third on. */
static const struct filed {
    const char *tag, *path;
    double ns, half;
    const char *dirty;
    bool bench;
} filed[] = {
    {"v1",                      "Order",          12000, 900, "false", false},
    {"v2 <&> \"odd\"",          "Order:approved", 12600, 400, "true",  false},
    {"v3",                      "Order:approved", 12500, 120, "false", true },
    {"a-name-longer-than-most", "Order:approved", 15000, 100, "",      true },
};
enum { FILED = sizeof(filed) / sizeof(filed[0]) };

static char *home;

static void add_tag(const struct filed *tag, int number)
{
    char folder[4096], content[4096], bench[256] = "";
    snprintf(folder, sizeof(folder), "%s/%s", home, tag->tag);
    assert_int_equal(wm_file_make_folder(folder, NULL), 0);
    if (tag->bench)
        snprintf(bench, sizeof(bench),
                 ", {\"kind\": \"benchmark\", \"name\": \"Validate-2\", \"iterations\": 1000, "
                 "\"count\": 10, \"ns\": 1.5%d, \"low_ns\": 1.5, \"high_ns\": 1.6}",
                 number);
    snprintf(content, sizeof(content),
             "{\"version\": 1, \"filed_ns\": %d000000000, \"runs\": %d, \"benchmarks\": %d, "
             "\"requests\": 200000, \"seconds\": 2.5, \"entry\": \"HandleRequest\", "
             "\"load\": \"closed loop, 1 thread\", \"mixed\": %s, "
             "\"identity\": {\"commit\": \"9d61c3207a131284588c7aecfc13b66e467d333%d\"%s%s%s}, "
             "\"machine\": {\"cpu\": \"Some CPU\", \"cores\": \"2\"}, "
             "\"settings\": {\"app\": \"build/libshop.so\", \"threads\": \"%s\", \"o\": \"x\"}, "
             "\"results\": [{\"kind\": \"entry\", \"name\": \"HandleRequest\", "
             "\"requests\": 200000, \"count\": 3, \"ns\": %d, \"low_ns\": %d, \"high_ns\": %d}, "
             "{\"kind\": \"path\", \"name\": \"%s\", \"path_id\": \"00000000000000aa\", "
             "\"requests\": 100, \"count\": 3, \"ns\": %d, \"low_ns\": 1, \"high_ns\": 90000}, "
             "{\"kind\": \"path\", \"name\": \"Never\", \"path_id\": \"00000000000000bb\", "
             "\"requests\": 9, \"count\": 3}%s]}",
             1795692000 + number * 86400, number, tag->bench ? 10 : 0,
             number == 1 ? "true" : "false", number, tag->dirty[0] != '\0' ? ", \"dirty\": \"" : "",
             tag->dirty, tag->dirty[0] != '\0' ? "\"" : "", number == FILED ? "2" : "1",
             (int)tag->ns, (int)(tag->ns - tag->half), (int)(tag->ns + tag->half), tag->path,
             (int)tag->ns * 2, bench);
    free(wm_test_file(folder, WM_TAG_JSON, content));
}

static int set_up(void **state)
{
    struct wm_record *record = NULL;
    home = wm_test_folder();
    assert_int_equal(setenv("WAYMARK_HOME", home, 1), 0);
    for (int i = 0; i < FILED; i++)
        add_tag(&filed[i], i + 1);
    assert_int_equal(wm_record_read(&record, NULL), 0);
    assert_int_equal(record->count, FILED);
    *state = record;
    return 0;
}

static int tear_down(void **state)
{
    wm_record_free(*state);
    wm_test_folder_remove(home);
    return 0;
}

static void add_trend(const struct wm_record *record, const char *pattern,
                      enum wm_view_format format, size_t width, struct wm_text *text)
{
    struct wm_trend *trend = NULL;
    struct wm_error err = {0};
    if (wm_trend_new(record, pattern, &trend, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    assert_int_equal(wm_view_trend(trend, format, width, text, &err), 0);
    wm_trend_free(trend);
}

static void golden_trend(const struct wm_record *record, const char *golden,
                         enum wm_view_format format, size_t width)
{
    struct wm_text text;
    wm_text_init(&text);
    add_trend(record, ".", format, width, &text);
    wm_test_golden(golden, text.data);
    wm_text_done(&text);
}

static void the_log_tells_each_tag(void **state)
{
    struct wm_text text;
    wm_text_init(&text);
    assert_int_equal(wm_view_log(*state, WM_VIEW_TEXT, &text, NULL), 0);
    wm_test_golden("record.log.txt", text.data);
    wm_text_clear(&text);
    assert_int_equal(wm_view_log(*state, WM_VIEW_CSV, &text, NULL), 0);
    wm_test_golden("record.log.csv.txt", text.data);
    wm_text_done(&text);
}

static void a_tag_is_shown_whole(void **state)
{
    const struct wm_record *record = *state;
    static const uint32_t numbers[] = {1, 2};
    const struct wm_tag_files files = {.numbers = numbers, .count = 2, .has_bench = true};
    struct wm_text text;
    wm_text_init(&text);
    assert_int_equal(wm_view_tag(record->tags[1], &files, WM_VIEW_TEXT, &text, NULL), 0);
    char *place = strstr(text.data, home); /* the folder is another each time */
    assert_non_null(place);
    while ((place = strstr(text.data, home)) != NULL)
        memmove(place, place + strlen(home), strlen(place + strlen(home)) + 1);
    wm_test_golden("record.show.txt", text.data);
    wm_text_done(&text);
}

static void trends_are_tables_or_drawn(void **state)
{
    golden_trend(*state, "record.trend.txt", WM_VIEW_TEXT, 0);
    golden_trend(*state, "record.trend.60.txt", WM_VIEW_TEXT, 60);
    golden_trend(*state, "record.trend.csv.txt", WM_VIEW_CSV, 0);
}

static void a_drawing_keeps_to_the_width(void **state)
{
    for (size_t width = 50; width <= 200; width += 17) {
        struct wm_text text;
        wm_text_init(&text);
        add_trend(*state, "Handle", WM_VIEW_TEXT, width, &text);
        for (char *line = strtok(text.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
            if (strstr(line, "note: ") == NULL && wm_text_width(line) > width)
                fail_msg("%zu columns of %zu: %s", wm_text_width(line), width, line);
        wm_text_done(&text);
    }
}

static void a_path_is_one_line_whatever_its_name(void **state)
{
    struct wm_text text;
    wm_text_init(&text);
    add_trend(*state, "^Order$", WM_VIEW_CSV, 0, &text); /* so it was called once */
    size_t rows = 0;
    for (const char *at = text.data; (at = strstr(at, "path,Order:approved,")) != NULL; at++)
        rows++;
    assert_int_equal(rows, FILED);
    wm_text_done(&text);
}

static void nothing_found_names_what_there_is(void **state)
{
    struct wm_trend *trend = NULL;
    struct wm_error err = {0};
    assert_int_equal(wm_trend_new(*state, "nosuch", &trend, &err), -ENOENT);
    assert_non_null(strstr(err.text, "HandleRequest"));
    assert_int_equal(wm_trend_new(*state, "Never", &trend, &err), -ENOENT);
    assert_int_equal(wm_trend_new(*state, "(", &trend, &err), -EINVAL);
    assert_null(trend);
}

static void the_picture_escapes_and_has_each_point(void **state)
{
    struct wm_trend *trend = NULL;
    struct wm_text text;
    wm_text_init(&text);
    assert_int_equal(wm_trend_new(*state, "Handle|Validate", &trend, NULL), 0);
    assert_int_equal(wm_view_trend_svg(trend, &text, NULL), 0);
    size_t points = 0;
    for (const char *at = text.data; (at = strstr(at, "<circle")) != NULL; at++)
        points++;
    assert_int_equal(points, FILED + 2);
    assert_non_null(strstr(text.data, "v2 &lt;&amp;&gt; &quot;odd&quot; (9d61c32 dirty): "));
    assert_null(strstr(text.data, "<&>"));
    wm_test_golden("record.trend.svg.txt", text.data);
    wm_trend_free(trend);
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_tells_each_tag),
        cmocka_unit_test(a_tag_is_shown_whole),
        cmocka_unit_test(trends_are_tables_or_drawn),
        cmocka_unit_test(a_drawing_keeps_to_the_width),
        cmocka_unit_test(a_path_is_one_line_whatever_its_name),
        cmocka_unit_test(nothing_found_names_what_there_is),
        cmocka_unit_test(the_picture_escapes_and_has_each_point),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

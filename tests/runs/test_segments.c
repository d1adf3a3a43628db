/* test_segments.c - segments.csv out and in. */
#include "tests/support/support.h"

#include "harness/core/file.h"
#include "profiles/runs/segments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "segment,file,line,requests,visits,samples,cpu_ns,self_cpu_ns\n"

static void test_segments_come_back_as_they_went(void **state)
{
    (void)state;
    static const char expected[] = HEADER "Handle,src/shop.c,10,200,201,30,4000,1000\n"
                                          "Handle/Log,src/shop.c,4000000000,0,0,0,0,0\n"
                                          "call,src/server.c,7,,,4,900,900\n";
    struct wm_segments *segments = NULL, *again = NULL;
    struct wm_error err = {0};
    char *folder = wm_test_folder();
    char *file = wm_file_join_dup(folder, "segments.csv");
    assert_int_equal(wm_segments_new(&segments), 0);
    *wm_segments_add(segments) =
        (struct wm_segment_row){"Handle", "src/shop.c", 10, 200, 201, 30, 4000, 1000, false};
    *wm_segments_add(segments) =
        (struct wm_segment_row){.segment = "Handle/Log", .file = "src/shop.c", .line = 4000000000};
    *wm_segments_add(segments) = (struct wm_segment_row){.segment = "call",
                                                         .file = "src/server.c",
                                                         .line = 7,
                                                         .samples = 4,
                                                         .cpu_ns = 900,
                                                         .self_cpu_ns = 900,
                                                         .from_stacks = true};
    assert_int_equal(wm_segments_write(segments, file, &err), 0);
    char *content = wm_test_read(file);
    assert_string_equal(content, expected);
    assert_int_equal(wm_segments_read(file, &again, &err), 0);
    assert_int_equal(again->count, 3);
    assert_string_equal(again->rows[0].segment, "Handle");
    assert_int_equal(again->rows[0].self_cpu_ns, 1000);
    assert_int_equal(again->rows[1].line, 4000000000);
    assert_false(again->rows[1].from_stacks);
    assert_true(again->rows[2].from_stacks);
    assert_int_equal(again->rows[2].samples, 4);
    free(content);
    free(file);
    wm_segments_free(segments);
    wm_segments_free(again);
    wm_test_folder_remove(folder);
}

static void test_segments_reading_tells_what_is_wrong_and_where(void **state)
{
    (void)state;
    static const struct {
        const char *content, *place, *text;
    } bad[] = {
        {"segment,file\n",                      "segments.csv:1", "line"   },
        {HEADER "A,a.c,5000000000,0,0,0,0,0\n", "segments.csv:2", "line"   },
        {HEADER ",a.c,5,0,0,0,0,0\n",           "segments.csv:2", "segment"},
        {HEADER "A,a.c,5,0,0,0,0,0x1\n",        "segments.csv:2", "self"   },
        {HEADER "A,a.c,5\n",                    "segments.csv:2", "cells"  },
    };
    char *folder = wm_test_folder();
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct wm_segments *segments = NULL;
        struct wm_error err = {0};
        char *file = wm_test_file(folder, "segments.csv", bad[i].content);
        assert_int_equal(wm_segments_read(file, &segments, &err), -EINVAL);
        assert_non_null(strstr(err.place, bad[i].place));
        assert_non_null(strstr(err.text, bad[i].text));
        free(file);
    }
    wm_test_folder_remove(folder);
}

static void test_segments_that_are_not_there_are_an_error(void **state)
{
    (void)state;
    struct wm_segments *segments = NULL;
    struct wm_error err = {0};
    assert_int_equal(wm_segments_read("/nonexistent/segments.csv", &segments, &err), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segments_come_back_as_they_went),
        cmocka_unit_test(test_segments_reading_tells_what_is_wrong_and_where),
        cmocka_unit_test(test_segments_that_are_not_there_are_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_source.c - source files found and cut into lines as the reference finds and cuts them. */
#include "tests/support/support.h"

#include "profiles/report/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct wm_sources *open_sources(const char *source_path, const char *trim_path)
{
    struct wm_report_options options;
    struct wm_sources *sources = NULL;
    wm_report_options_init(&options);
    options.source_path = source_path;
    options.trim_path = trim_path;
    assert_int_equal(wm_sources_new(&options, &sources, NULL), 0);
    return sources;
}

static void expect_line(const struct wm_source *source, size_t line, const char *text)
{
    assert_null(source->problem);
    assert_true(line <= source->line_count);
    assert_int_equal(source->lines[line - 1].length, strlen(text));
    assert_memory_equal(source->lines[line - 1].text, text, strlen(text));
}

/* Writes folder/name; returns nothing that a test has to free. */
static void put(const char *folder, const char *name, const char *content)
{
    free(wm_test_file(folder, name, content));
}

static char *join(const char *folder, const char *name)
{
    char *whole = NULL;
    assert_true(asprintf(&whole, "%s/%s", folder, name) > 0);
    return whole;
}

static void make_folder(const char *folder, const char *name)
{
    char *whole = join(folder, name);
    assert_int_equal(mkdir(whole, 0700), 0);
    free(whole);
}

static void test_lines_end_at_newlines_and_lose_a_carriage_return(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        size_t count;
        const char *lines[4];
    } cases[] = {
        {"",                0, {NULL}           },
        {"a",               1, {"a"}            },
        {"a\n",             1, {"a"}            },
        {"a\n\nb",          3, {"a", "", "b"}   },
        {"\n\n",            2, {"", ""}         },
        {"a\r\nb\r",        2, {"a", "b"}       },
        {"\ta\r\r\nb\rc\n", 2, {"\ta\r", "b\rc"}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *folder = wm_test_folder();
        put(folder, "a.c", cases[i].content);
        struct wm_sources *sources = open_sources(folder, NULL);
        const struct wm_source *source = wm_sources_read(sources, "a.c");
        assert_int_equal(source->line_count, cases[i].count);
        for (size_t line = 0; line < cases[i].count; line++)
            expect_line(source, line + 1, cases[i].lines[line]);
        wm_sources_free(sources);
        wm_test_folder_remove(folder);
    }
}

static void test_a_line_that_is_too_long_ends_the_file(void **state)
{
    (void)state;
    enum { LONGEST = 65535 };
    for (size_t length = LONGEST; length <= LONGEST + 1; length++) {
        char *folder = wm_test_folder(), *content = malloc(length + 8);
        assert_non_null(content);
        memset(content, 'x', length + 2);
        content[0] = 'a';
        content[1] = '\n';
        snprintf(content + 2 + length, 6, "\nb\n");
        put(folder, "a.c", content);
        struct wm_sources *sources = open_sources(folder, NULL);
        const struct wm_source *source = wm_sources_read(sources, "a.c");
        assert_int_equal(source->line_count, length == LONGEST ? 3 : 1);
        wm_sources_free(sources);
        free(content);
        wm_test_folder_remove(folder);
    }
}

static void test_files_are_looked_for_in_all_folders_and_above_them(void **state)
{
    (void)state;
    char *folder = wm_test_folder(), *path = NULL;
    make_folder(folder, "one");
    make_folder(folder, "one/deep");
    make_folder(folder, "two");
    make_folder(folder, "two/src");
    put(folder, "top.c", "top");
    put(folder, "one/a.c", "one");
    put(folder, "two/a.c", "two");
    put(folder, "one/c.c", "c");
    put(folder, "two/src/b.c", "b");
    assert_true(asprintf(&path, "%s/nowhere:%s/one/deep/:%s/two", folder, folder, folder) > 0);
    struct wm_sources *sources = open_sources(path, NULL);
    expect_line(wm_sources_read(sources, "top.c"), 1, "top");
    expect_line(wm_sources_read(sources, "a.c"), 1, "one");
    expect_line(wm_sources_read(sources, "src/b.c"), 1, "b");
    expect_line(wm_sources_read(sources, "/far/away/two/src/b.c"), 1, "b");
    char *absolute = join(folder, "one/c.c");
    expect_line(wm_sources_read(sources, absolute), 1, "c");
    free(absolute);
    wm_sources_free(sources);
    free(path);
    wm_test_folder_remove(folder);
}

static void test_without_a_path_the_working_folder_is_searched(void **state)
{
    (void)state;
    char *folder = wm_test_folder(), *before = getcwd(NULL, 0);
    make_folder(folder, "in");
    put(folder, "a.c", "here");
    char *inside = join(folder, "in");
    assert_int_equal(chdir(inside), 0);
    struct wm_sources *sources = open_sources(NULL, "/build");
    expect_line(wm_sources_read(sources, "/build/a.c"), 1, "here");
    wm_sources_free(sources);
    sources = open_sources("", "/build");
    expect_line(wm_sources_read(sources, "a.c"), 1, "here");
    wm_sources_free(sources);
    sources = open_sources("some/where", NULL); /* relative folders end at this one */
    assert_non_null(wm_sources_read(sources, "a.c")->problem);
    wm_sources_free(sources);
    assert_int_equal(chdir(before), 0);
    free(before);
    free(inside);
    wm_test_folder_remove(folder);
}

static void test_what_is_not_there_is_told_as_pprof_tells_it(void **state)
{
    (void)state;
    struct wm_sources *sources = open_sources("/nowhere:x", NULL);
    assert_null(wm_sources_find(sources, "a.c"));
    assert_string_equal(wm_sources_read(sources, "a.c")->problem,
                        "could not find file a.c on path /nowhere:x");
    assert_string_equal(wm_sources_read(sources, "/nowhere-at-all/a.c")->problem,
                        "open /nowhere-at-all/a.c: no such file or directory");
    assert_string_equal(wm_sources_read(sources, "/dev/null/a.c")->problem,
                        "open /dev/null/a.c: not a directory");
    assert_ptr_equal(wm_sources_find(sources, "a.c"), wm_sources_read(sources, "a.c"));
    wm_sources_free(sources);
}

/* Names come from a foreign profile. */
static void test_pipes_and_devices_are_not_waited_for(void **state)
{
    (void)state;
    char *folder = wm_test_folder(), *pipe_name = join(folder, "pipe.c");
    make_folder(folder, "folder.c");
    assert_int_equal(mkfifo(pipe_name, 0600), 0);
    struct wm_sources *sources = open_sources(folder, NULL);
    const char *const names[] = {"pipe.c", "folder.c", "/dev/zero", "/dev/tty0/none"};
    for (size_t i = 0; i < 3; i++) {
        const struct wm_source *source = wm_sources_read(sources, names[i]);
        assert_null(source->problem);
        assert_int_equal(source->line_count, 0);
    }
    assert_non_null(wm_sources_read(sources, names[3])->problem);
    wm_sources_free(sources);
    free(pipe_name);
    wm_test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_end_at_newlines_and_lose_a_carriage_return),
        cmocka_unit_test(test_a_line_that_is_too_long_ends_the_file),
        cmocka_unit_test(test_files_are_looked_for_in_all_folders_and_above_them),
        cmocka_unit_test(test_without_a_path_the_working_folder_is_searched),
        cmocka_unit_test(test_what_is_not_there_is_told_as_pprof_tells_it),
        cmocka_unit_test(test_pipes_and_devices_are_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

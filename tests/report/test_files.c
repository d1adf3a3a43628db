/* test_files.c - file names as views show them. */
#include "tests/support/support.h"

#include "profiles/report/files.h"

static void test_trimmed_names_begin_behind_the_folders_that_are_cut(void **state)
{
    (void)state;
    static const struct {
        const char *file, *trim_path, *source_path, *expected;
    } cases[] = {
        {"/build/src/a.c",            NULL,         NULL,           "/build/src/a.c"  },
        {"/build/src/a.c",            "/build",     NULL,           "src/a.c"         },
        {"/build/src/a.c",            "/build/",    NULL,           "src/a.c"         },
        {"/builds/a.c",               "/build",     NULL,           "/builds/a.c"     },
        {"/usr/include/b.h",          "/x:/usr",    NULL,           "include/b.h"     },
        {"/a/b.c",                    "/x:",        NULL,           "a/b.c"           },
        {"/proc/self/cwd/./a.c",      NULL,         NULL,           "a.c"             },
        {"/proc/self/cwd/x/a.c",      NULL,         NULL,           "x/a.c"           },
        {"/proc/self/cwd/x/a.c",      "/proc",      NULL,           "self/cwd/x/a.c"  },
        {"/far/away/project/x/a.c",   NULL,         "/my/project",  "x/a.c"           },
        {"/far/away/project/x/a.c",   NULL,         "/my/project/", "x/a.c"           },
        {"/a/src/b/src/c.c",          NULL,         "src",          "b/src/c.c"       },
        {"/a/one/b/two/c.c",          NULL,         "two:one",      "c.c"             },
        {"/far/project/a.c",          "/elsewhere", "/my/project",  "/far/project/a.c"},
        {"project/a.c",               NULL,         "/my/project",  "project/a.c"     },
        {"/proc/self/cwd/my/dir/a.c", NULL,         "/x/my",        "dir/a.c"         },
        {"/build",                    "/build",     NULL,           "/build"          },
        {"",                          "/build",     "/src",         ""                },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(
            wm_file_trimmed(cases[i].file, cases[i].trim_path, cases[i].source_path),
            cases[i].expected);
}

static void test_clean_names_have_no_detours(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a/b/c.c",      "a/b/c.c"},
        {"a//b/./c.c",   "a/b/c.c"},
        {"a/../b.c",     "b.c"    },
        {"/a/../../b.c", "/b.c"   },
        {"../a/../b.c",  "../b.c" },
        {"a/b/../../c",  "c"      },
        {"a/..",         "."      },
        {"/..",          "/"      },
        {"/",            "/"      },
        {"",             "."      },
        {"./a",          "a"      },
        {"a/",           "a"      },
        {"../../a",      "../../a"},
        {"a/../..",      ".."     },
        {"..a/b..",      "..a/b.."},
        {"///a",         "/a"     },
    };
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        wm_text_clear(&text);
        wm_text_add(&text, "x:"); /* what stood there before is not the file's */
        wm_file_add_clean(&text, cases[i][0]);
        assert_string_equal(text.data + 2, cases[i][1]);
    }
    wm_text_done(&text);
}

static void test_base_names_have_no_slashes(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"/srv/app",   "app"   },
        {"app",        "app"   },
        {"/srv/app//", "app"   },
        {"/",          "/"     },
        {"",           "."     },
        {"[vdso]",     "[vdso]"},
    };
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        wm_text_clear(&text);
        wm_file_add_base(&text, cases[i][0]);
        assert_string_equal(text.data, cases[i][1]);
    }
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trimmed_names_begin_behind_the_folders_that_are_cut),
        cmocka_unit_test(test_clean_names_have_no_detours),
        cmocka_unit_test(test_base_names_have_no_slashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_tabs.c - columns of right-aligned cells. */
#include "tests/support/support.h"

#include "profiles/report/tabs.h"

static void test_cells_of_lines_that_follow_each_other_are_one_column(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"",                                 ""                               },
        {"no tabs\n",                        "no tabs\n"                      },
        {"a:\tx\nlonger:\ty\n",              "      a:x\n longer:y\n"         },
        {"a:\tx\n\nlonger:\ty\n",            " a:x\n\n longer:y\n"            },
        {"k:\t t\n \t1:\t v\n \t100:\t w\n", " k: t\n      1: v\n    100: w\n"},
        {"é:\tx\nab:\ty\n",                 "  é:x\n ab:y\n"                },
        {"a\tb\tc\nd\nlong\te",              " a bc\nd\n longe"               },
        {"\t\tx\nab\tc\ty\n",                "     x\n ab cy\n"               },
        {"a\tx\fbcd\ty\n",                   " ax\n bcdy\n"                   },
        {"\377a\t\n\377b\tx\nabcdef\ty\n",   "   \377a\t\n\377bx\n abcdefy\n" },
        {"\377a\tx\nbcd\ty\n",               "\377a\tx\nbcd\ty\n"             },
    };
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        wm_text_clear(&text);
        assert_int_equal(wm_tabs_add(&text, cases[i][0]), 0);
        assert_string_equal(text.data, cases[i][1]);
    }
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_of_lines_that_follow_each_other_are_one_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

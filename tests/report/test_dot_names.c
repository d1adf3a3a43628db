/* test_dot_names.c - function names short enough for a box. */
#include "tests/support/support.h"

#include "profiles/report/dot.h"

/* What `go tool pprof -dot` of 1.19.8 prints for these names. */
static void test_short_names_lose_packages_by_the_habits_of_each_language(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"main",                                 "main"                            },
        {"main.work",                            "main\\nwork"                     },
        {"example.com/shop/web.Serve",           "web\\nServe"                     },
        {"example.com/shop/v2.Serve",            "shop\\nServe"                    },
        {"example.com/shop/v12/web.Serve",       "web\\nServe"                     },
        {"example.com/shop/v1.Serve",            "v1\\nServe"                      },
        {"example.com/shop/v01.Serve",           "v01\\nServe"                     },
        {"shop/",                                "shop/"                           },
        {"a/b/",                                 "b/"                              },
        {"a-b.c/d.(*T).Get",                     "d\\n(*T)\\nGet"                  },
        {"main.Map[...].Get",                    "main\\nMap[…]\\nGet"           },
        {"java.util.List.add(int)",              "List\\nadd"                      },
        {"java.util.List.<init>",                "List\\n<init>"                   },
        {"java.util.List.add[]",                 "java\\nutil\\nList\\nadd[]"      },
        {"util.List$Node.get$1(x)",              "List$Node\\nget$1"               },
        {"std::pmr::Pool::take",                 "Pool\\ntake"                     },
        {"std::Pool::Chunk::~Chunk",             "Chunk\\n~Chunk"                  },
        {"ns::_Impl::run<a::b>(int) const",      "_Impl\\nrun<a\\nb>"              },
        {"ns::Impl::run<a",                      "Impl\\nrun"                      },
        {"Pool::take",                           "Pool\\ntake"                     },
        {"std::sort",                            "std\\nsort"                      },
        {"(anonymous namespace)::ns::Impl::run", "Impl\\nrun"                      },
        {"ns::(anonymous namespace)::run",       "ns\\n(anonymous namespace)\\nrun"},
        {"say \"hi\"\\",                         "say \\\"hi\\\"\\\\"              },
        {"",                                     ""                                },
    };
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        wm_text_clear(&text);
        wm_dot_add_short_name(&text, cases[i][0]);
        assert_string_equal(text.data, cases[i][1]);
    }
    wm_text_done(&text);
}

static void test_escaped_texts_stay_inside_their_quotes(void **state)
{
    (void)state;
    struct wm_text text;
    wm_text_init(&text);
    wm_dot_add_escaped(&text, "a\"b\\c\nd");
    assert_string_equal(text.data, "a\\\"b\\\\c\\ld");
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_names_lose_packages_by_the_habits_of_each_language),
        cmocka_unit_test(test_escaped_texts_stay_inside_their_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

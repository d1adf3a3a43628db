/* test_accessline.c - lines as real servers write them, taken apart. */
#include "tests/support/support.h"

#include "workloads/captures/accessline.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHEN "[10/Oct/2000:13:55:36 -0700]"
#define REQUEST "\"GET / HTTP/1.1\" 200 5"

static enum wm_access_kind parse(const char *text, struct wm_access_line *line)
{
    return wm_access_parse(text, strlen(text), line);
}

static void assert_span(struct wm_span span, const char *expected)
{
    if (expected == NULL) {
        assert_null(span.at);
        return;
    }
    assert_non_null(span.at);
    assert_int_equal(span.length, strlen(expected));
    assert_memory_equal(span.at, expected, span.length);
}

static void test_a_combined_line_has_all_its_parts(void **state)
{
    (void)state;
    struct wm_access_line line;
    assert_int_equal(parse("192.0.2.7 - frank " WHEN " \"GET /a?b=c HTTP/1.0\" 200 2326 "
                           "\"http://example.com/\" \"Mozilla/4.08 [en]\" \"-\" 0.004",
                           &line),
                     WM_ACCESS_REQUEST);
    assert_int_equal(line.time_s, 971211336);
    assert_span(line.method, "GET");
    assert_span(line.target, "/a?b=c");
    assert_span(line.status, "200");
    assert_span(line.bytes, "2326");
    assert_span(line.referer, "http://example.com/");
    assert_span(line.user_agent, "Mozilla/4.08 [en]");
    assert_span(line.client, "192.0.2.7");
}

static void test_a_common_line_has_neither_referer_nor_user_agent(void **state)
{
    (void)state;
    struct wm_access_line line;
    assert_int_equal(parse("a - - " WHEN " \"GET / HTTP/1.1\" 304 -", &line), WM_ACCESS_REQUEST);
    assert_span(line.bytes, NULL);
    assert_span(line.referer, NULL);
    assert_span(line.user_agent, NULL);
    assert_int_equal(parse("a - - " WHEN " \"GET / HTTP/1.1\" - 5 0.25", &line), WM_ACCESS_REQUEST);
    assert_span(line.status, NULL);
    assert_span(line.referer, NULL);
}

static void test_dashes_are_not_there_and_empty_quotes_are_empty(void **state)
{
    (void)state;
    struct wm_access_line line;
    assert_int_equal(parse("a - - " WHEN " " REQUEST " \"-\" \"\"", &line), WM_ACCESS_REQUEST);
    assert_span(line.referer, NULL);
    assert_span(line.user_agent, "");
}

static void test_the_client_is_found_in_front_of_the_time(void **state)
{
    (void)state;
    static const struct {
        const char *front;
        const char *client;
    } cases[] = {
        {"192.0.2.7 - -",                               "192.0.2.7"         },
        {"2001:db8::1 - -",                             "2001:db8::1"       },
        {"::1 - -",                                     "::1"               },
        {"192.0.2.7 - john doe",                        "192.0.2.7"         },
        {"192.0.2.7 - a@EXAMPLE.COM",                   "192.0.2.7"         },
        {"client.example.com - -",                      "client.example.com"},
        {"www.example.com:443 192.0.2.7 - -",           "192.0.2.7"         },
        {"www.example.com 192.0.2.7 - frank",           "192.0.2.7"         },
        {"www.example.com:80 client.example.com - -",   "client.example.com"},
        {"198.51.100.1:80 192.0.2.7 - -",               "192.0.2.7"         },
        {"192.0.2.7:5123 - -",                          "192.0.2.7:5123"    },
        {"10.0.0.2, 10.0.0.1, 127.0.0.1 - -",           "10.0.0.2"          },
        {"2a03::8000, 10.225.192.17 10.2.2.121 - -",    "2a03::8000"        },
        {"\"10.5.102.222, 199.96.1.1\" 10.2.1.185 - -", "10.5.102.222"      },
        {"\"10.5.102.222\" 10.2.1.185 - -",             "10.5.102.222"      },
        {"- - -",                                       NULL                },
        {"192.0.2.7",                                   "192.0.2.7"         },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[300];
        struct wm_access_line line;
        snprintf(text, sizeof(text), "%s " WHEN " " REQUEST " \"-\" \"x\"", cases[i].front);
        assert_int_equal(parse(text, &line), WM_ACCESS_REQUEST);
        assert_span(line.client, cases[i].client);
    }
}

static void test_a_request_is_a_method_a_target_and_a_version(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        enum wm_access_kind kind;
    } cases[] = {
        {"GET / HTTP/1.1",                 WM_ACCESS_REQUEST   },
        {"GET / HTTP/2",                   WM_ACCESS_REQUEST   },
        {"GET / HTTP/2.0",                 WM_ACCESS_REQUEST   },
        {"M-SEARCH * HTTP/1.1",            WM_ACCESS_REQUEST   },
        {"!#$%&'*+-.^_`|~09az / HTTP/1.1", WM_ACCESS_REQUEST   },
        {"OPTIONS * HTTP/1.0",             WM_ACCESS_REQUEST   },
        {"CONNECT a:443 HTTP/1.1",         WM_ACCESS_REQUEST   },
        {"GET /\xc3\xa9 HTTP/1.1",         WM_ACCESS_REQUEST   },
        {"GET /?a=\\\"b\\\" HTTP/1.1",     WM_ACCESS_REQUEST   },
        {"GET /?a=\"b\" HTTP/1.1",         WM_ACCESS_REQUEST   },
        {"GET /?a=\\ HTTP/1.1",            WM_ACCESS_REQUEST   },
        {"",                               WM_ACCESS_NO_REQUEST},
        {"-",                              WM_ACCESS_NO_REQUEST},
        {"GET",                            WM_ACCESS_NO_REQUEST},
        {"GET /",                          WM_ACCESS_NO_REQUEST},
        {"GET  HTTP/1.1",                  WM_ACCESS_NO_REQUEST},
        {"GET  / HTTP/1.1",                WM_ACCESS_NO_REQUEST},
        {"GET /a b HTTP/1.1",              WM_ACCESS_NO_REQUEST},
        {"GET /a\tb HTTP/1.1",             WM_ACCESS_NO_REQUEST},
        {"GET / HTTP/1.",                  WM_ACCESS_NO_REQUEST},
        {"GET / HTTP/11",                  WM_ACCESS_NO_REQUEST},
        {"GET / HTTP/1.10",                WM_ACCESS_NO_REQUEST},
        {"GET / http/1.1",                 WM_ACCESS_NO_REQUEST},
        {"GET / HTTP/1.1 ",                WM_ACCESS_NO_REQUEST},
        {" GET / HTTP/1.1",                WM_ACCESS_NO_REQUEST},
        {"G(T / HTTP/1.1",                 WM_ACCESS_NO_REQUEST},
        {"\\x16\\x03\\x01",                WM_ACCESS_NO_REQUEST},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[300];
        struct wm_access_line line;
        snprintf(text, sizeof(text), "a - - " WHEN " \"%s\" 400 157 \"-\" \"-\"", cases[i].request);
        if (parse(text, &line) != cases[i].kind)
            fail_msg("'%s' was taken for the wrong kind", cases[i].request);
        assert_span(line.request, cases[i].request);
    }
}

static void test_a_backslash_before_the_closing_quote_does_not_hide_it(void **state)
{
    (void)state;
    struct wm_access_line line;
    /* a server that does not escape, and a target that ends in a backslash */
    assert_int_equal(parse("a - - " WHEN " \"GET /\\\" 400 157", &line), WM_ACCESS_NO_REQUEST);
    assert_span(line.request, "GET /\\");
    /* one that does: what looks like a result is part of the target */
    assert_int_equal(parse("a - - " WHEN " \"GET /\\\" 200 5 HTTP/1.1\" 400 157", &line),
                     WM_ACCESS_NO_REQUEST);
    assert_span(line.status, "400");
}

static void test_an_unterminated_user_agent_ends_with_the_line(void **state)
{
    (void)state;
    struct wm_access_line line;
    assert_int_equal(parse("a - - " WHEN " " REQUEST " \"-\" \"Bot/2.1; +http://x", &line),
                     WM_ACCESS_REQUEST);
    assert_span(line.user_agent, "Bot/2.1; +http://x");
    assert_int_equal(parse("a - - " WHEN " " REQUEST " \"ref\\", &line), WM_ACCESS_REQUEST);
    assert_span(line.referer, "ref\\");
    assert_span(line.user_agent, NULL);
}

static void test_quotes_around_the_line_are_taken_off(void **state)
{
    (void)state;
    struct wm_access_line line;
    assert_int_equal(parse("\"192.0.2.7 - - " WHEN " " REQUEST " \"-\" \"w3af.org\"\"", &line),
                     WM_ACCESS_REQUEST);
    assert_span(line.client, "192.0.2.7");
    assert_span(line.user_agent, "w3af.org");
    assert_int_equal(parse("\"192.0.2.7 - - " WHEN " " REQUEST "\"", &line), WM_ACCESS_REQUEST);
    assert_span(line.bytes, "5");
}

static void test_times_are_exact_and_the_locale_does_not_matter(void **state)
{
    (void)state;
    static const struct {
        const char *when;
        int64_t time_s;
    } cases[] = {
        {"[01/Jan/1970:00:00:00 +0000]", 0         },
        {"[29/Feb/2000:12:00:00 +0000]", 951825600 },
        {"[31/Dec/1999:23:59:60 +0000]", 946684800 },
        {"[01/Mar/2100:00:00:00 +0000]", 4107542400},
        {"[31/Dec/2261:00:00:00 +0000]", 9214560000},
        {"[18/Jul/2025:12:09:08 -0400]", 1752854948},
        {"[22/Jan/2019:03:56:14 +0330]", 1548116774},
        {"[01/Jan/1970:00:00:00 +1400]", -50400    },
    };
    (void)setlocale(LC_ALL, ""); /* whatever is set where this runs */
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[200];
        struct wm_access_line line;
        snprintf(text, sizeof(text), "a - - %s " REQUEST, cases[i].when);
        assert_int_equal(parse(text, &line), WM_ACCESS_REQUEST);
        assert_int_equal(line.time_s, cases[i].time_s);
    }
}

static void test_what_is_no_log_line_is_told_apart(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "\"",
        "[",
        "hello",
        WHEN,
        WHEN " " REQUEST,
        "a - - " WHEN,
        "a - - " WHEN " \"",
        "a - - " WHEN " GET / HTTP/1.1 200 5",
        "a - - " WHEN " \"GET / HTTP/1.1\"",
        "a - - " WHEN " \"GET / HTTP/1.1\" 200",
        "a - - " WHEN " \"GET / HTTP/1.1\" 20 5",
        "a - - " WHEN " \"GET / HTTP/1.1\" 200 5x",
        "a - - " WHEN " \"GET / HTTP/1.1\" 200 123456789012345678901",
        "a - - " WHEN " \"GET / HTTP/1.1 200 5",
        "a - - [10/Oct/2000:13:55:36] " REQUEST,
        "a - - [10/Okt/2000:13:55:36 -0700] " REQUEST,
        "a - - [32/Oct/2000:13:55:36 -0700] " REQUEST,
        "a - - [00/Oct/2000:13:55:36 -0700] " REQUEST,
        "a - - [29/Feb/2001:13:55:36 -0700] " REQUEST,
        "a - - [29/Feb/2100:13:55:36 -0700] " REQUEST,
        "a - - [10/Oct/2000:24:55:36 -0700] " REQUEST,
        "a - - [10/Oct/2000:13:60:36 -0700] " REQUEST,
        "a - - [10/Oct/2000:13:55:61 -0700] " REQUEST,
        "a - - [10/Oct/2000:13:55:36 ?0700] " REQUEST,
        "a - - [10/Oct/1969:13:55:36 -0700] " REQUEST,
        "a - - [10/Oct/9999:13:55:36 -0700] " REQUEST,
        "2026/11/22 10:00:00 [error] 7#7: *1 open() failed, request: \"GET / HTTP/1.1\"",
    };
    struct wm_access_line line;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (parse(lines[i], &line) != WM_ACCESS_OTHER)
            fail_msg("'%s' was taken for a log line", lines[i]);
    }
    static const char nul[] = "a - - " WHEN " \"GET /\0 HTTP/1.1\" 200 5";
    assert_int_equal(wm_access_parse(nul, sizeof(nul) - 1, &line), WM_ACCESS_OTHER);
}

static void test_a_line_cut_anywhere_is_read_within_its_bounds(void **state)
{
    (void)state;
    static const char whole[] = "\"h:80 192.0.2.7, 1.1.1.1 - - " WHEN
                                " \"GET /\\\"\\x41 HTTP/1.1\" 200 5 \"r\\\\\" \"u\\\" \"-\"\"";
    for (size_t length = 0; length < sizeof(whole); length++) {
        char *line = malloc(length + 1); /* to the byte, for the sanitizers */
        assert_non_null(line);
        char *exact = memcpy(realloc(line, length > 0 ? length : 1), whole, length);
        struct wm_access_line ignored;
        (void)wm_access_parse(exact, length, &ignored);
        free(exact);
    }
}

static void test_escapes_are_taken_back(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *to;
    } cases[] = {
        {"plain",                "plain"     },
        {"",                     ""          },
        {"\\\"quoted\\\"",       "\"quoted\""},
        {"a\\\\x41",             "a\\x41"    },
        {"\\x41\\x7a\\xC3\\xa9", "Az\xc3\xa9"},
        {"\\t\\n\\r\\b\\v",      "\t\n\r\b\v"},
        {"\\x00",                "\\x00"     },
        {"\\x0",                 "\\x0"      },
        {"\\xg1\\x1g",           "\\xg1\\x1g"},
        {"\\q",                  "\\q"       },
        {"end\\",                "end\\"     },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char to[32];
        size_t length =
            wm_access_unescape((struct wm_span){cases[i].from, strlen(cases[i].from)}, to);
        assert_int_equal(length, strlen(cases[i].to));
        assert_memory_equal(to, cases[i].to, length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_combined_line_has_all_its_parts),
        cmocka_unit_test(test_a_common_line_has_neither_referer_nor_user_agent),
        cmocka_unit_test(test_dashes_are_not_there_and_empty_quotes_are_empty),
        cmocka_unit_test(test_the_client_is_found_in_front_of_the_time),
        cmocka_unit_test(test_a_request_is_a_method_a_target_and_a_version),
        cmocka_unit_test(test_a_backslash_before_the_closing_quote_does_not_hide_it),
        cmocka_unit_test(test_an_unterminated_user_agent_ends_with_the_line),
        cmocka_unit_test(test_quotes_around_the_line_are_taken_off),
        cmocka_unit_test(test_times_are_exact_and_the_locale_does_not_matter),
        cmocka_unit_test(test_what_is_no_log_line_is_told_apart),
        cmocka_unit_test(test_a_line_cut_anywhere_is_read_within_its_bounds),
        cmocka_unit_test(test_escapes_are_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_accesslog.c - access logs become traces: fields, times, what is skipped. */
#include "tests/captures/import.h"
#include "workloads/captures/input.h"

#include <stdio.h>
#include <sys/resource.h>

#define LINE(second, target)                                                                       \
    "192.0.2.7 - - [10/Oct/2000:13:55:" second " -0700] \"GET " target " HTTP/1.1\" 200 5\n"

enum { SECOND_NS = 1000000000 };

static void test_a_request_has_the_fields_of_its_line(void **state)
{
    (void)state;
    struct imported in;
    assert_int_equal(
        import_text("192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \"PUT /\\x41?q=\\\"b\\\" "
                    "HTTP/1.1\" 201 - \"http://r/\" \"say \\\\ \\\"hi\\\"\"\n"
                    "- - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" - 7 \"-\" "
                    "\"\"\n",
                    &in),
        0);
    assert_int_equal(next_request(&in), 1);
    assert_string_equal(in.work.entry, "");
    assert_null(in.work.body);
    assert_int_equal(in.work.field_count, 7);
    assert_string_equal(field(&in, "method"), "PUT");
    assert_string_equal(field(&in, "target"), "/A?q=\"b\"");
    assert_string_equal(field(&in, "status"), "201");
    assert_string_equal(field(&in, "bytes"), "0");
    assert_string_equal(field(&in, "referer"), "http://r/");
    assert_string_equal(field(&in, "user_agent"), "say \\ \"hi\"");
    assert_string_equal(field(&in, "client"), "192.0.2.7");
    assert_int_equal(next_request(&in), 1);
    assert_string_equal(field(&in, "bytes"), "7");
    assert_string_equal(field(&in, "user_agent"), "");
    assert_null(field(&in, "status"));
    assert_null(field(&in, "referer"));
    assert_null(field(&in, "client"));
    assert_int_equal(next_request(&in), 0);
    imported_done(&in);
}

static void test_times_count_from_the_first_request_and_never_step_back(void **state)
{
    (void)state;
    struct imported in;
    static const uint64_t due_ns[] = {0, 3000000000, 3333333333, 3666666666, 3601000000000};
    assert_int_equal(
        import_text(
            "no log line\n" LINE("10", "/a") LINE("13", "/b") LINE("11", "/c")
                LINE("13", "/d") "a - - [10/Oct/2000:23:55:11 +0200] \"GET /e HTTP/1.1\" 200 5\n",
            &in),
        0);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(next_request(&in), 1);
        assert_int_equal(in.work.due_ns, due_ns[i]);
    }
    assert_int_equal(in.report.requests, 5);
    assert_int_equal(in.report.reordered, 1);
    assert_int_equal(in.report.span_ns, UINT64_C(3601) * SECOND_NS);
    imported_done(&in);
}

static void test_requests_of_one_second_are_spread_evenly_over_it(void **state)
{
    (void)state;
    struct imported in;
    static const uint64_t due_ms[] = {0, 250, 500, 750, 2000, 2500};
    assert_int_equal(import_text(LINE("10", "/a") LINE("10", "/b") LINE("10", "/c") LINE("10", "/d")
                                     LINE("12", "/e") LINE("12", "/f"),
                                 &in),
                     0);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(next_request(&in), 1);
        assert_int_equal(in.work.due_ns, due_ms[i] * 1000000);
        assert_int_equal(field(&in, "target")[1], 'a' + (int)i);
    }
    assert_int_equal(in.report.spread, 6);
    assert_int_equal(in.report.crowded, 0);
    assert_int_equal(in.report.span_ns, 2500000000);
    imported_done(&in);
    assert_int_equal(import_text(LINE("10", "/a") LINE("11", "/b"), &in), 0);
    assert_int_equal(in.report.spread, 0); /* nothing to say */
    imported_done(&in);
}

static void test_what_a_second_cannot_hold_is_sent_at_its_end_and_counted(void **state)
{
    (void)state;
    enum { COUNT = 80000 };
    struct imported in;
    size_t bytes = COUNT * sizeof(LINE("10", "/target"));
    char *text = malloc(bytes + 100);
    assert_non_null(text);
    char *to = text;
    for (int i = 0; i < COUNT; i++)
        to = stpcpy(to, LINE("10", "/target"));
    to = stpcpy(to, LINE("11", "/next"));
    assert_int_equal(import_text(text, &in), 0);
    assert_int_equal(in.report.requests, COUNT + 1);
    assert_int_equal(in.report.spread + in.report.crowded, COUNT);
    assert_in_range(in.report.spread, 20000, COUNT - 1);
    uint64_t due_ns = 0;
    for (uint64_t i = 0; i < COUNT; i++) {
        assert_int_equal(next_request(&in), 1);
        assert_true(i < in.report.spread ? in.work.due_ns > due_ns || i == 0
                                         : in.work.due_ns == due_ns);
        due_ns = in.work.due_ns;
    }
    assert_true(due_ns < SECOND_NS);
    assert_int_equal(next_request(&in), 1);
    assert_int_equal(in.work.due_ns, SECOND_NS);
    imported_done(&in);
    free(text);
}

static void test_a_nul_byte_spoils_its_line_alone(void **state)
{
    (void)state;
    struct imported in;
    static const char line[] = "a - - [10/Oct/2000:13:55:10 -0700] \"GET /\0 HTTP/1.1\" 200 5\n";
    static const char good[] = LINE("10", "/a");
    char bytes[2 * sizeof(line) + sizeof(good)];
    memcpy(bytes, line, sizeof(line) - 1);
    memcpy(bytes + sizeof(line) - 1, good, sizeof(good) - 1);
    memcpy(bytes + sizeof(line) + sizeof(good) - 2, line, sizeof(line) - 1);
    assert_int_equal(import_bytes(bytes, 2 * sizeof(line) + sizeof(good) - 3, &in), 0);
    assert_int_equal(in.report.requests, 1);
    assert_int_equal(in.report.skipped, 2);
    assert_string_equal(in.report.first_fault,
                        "byte 42: expected text without NUL bytes, found: \\x00 HTTP/1.1\" 200 5");
    imported_done(&in);
}

static void test_lines_that_are_no_request_are_counted_and_the_first_is_shown(void **state)
{
    (void)state;
    struct imported in;
    assert_int_equal(import_text(LINE("10", "/a") "\n"
                                                  "a - - [10/Oct/2000:13:55:10 -0700] \"-\" 408 0\n"
                                                  "what\x01\n" LINE("10", "/a\\tb")
                                                      LINE("10", "/b"),
                                 &in),
                     0);
    assert_int_equal(in.report.requests, 2);
    assert_int_equal(in.report.skipped, 3);
    assert_int_equal(in.report.first_skipped, 3);
    assert_string_equal(in.report.first_fault,
                        "byte 37: expected METHOD target HTTP/1.1, found: -");
    imported_done(&in);
}

static void test_the_first_skipped_line_is_shown_fit_to_print(void **state)
{
    (void)state;
    struct imported in;
    assert_int_equal(import_text("\x1b[2J\xff" LINE("10", "/a"), &in), 0);
    imported_done(&in);
    assert_int_equal(import_text("\x1b[2J\xff\n" LINE("10", "/a"), &in), 0);
    assert_string_equal(in.report.first_fault,
                        "byte 1: expected a line with a time such as [10/Oct/2000:13:55:36 -0700], "
                        "found: \\x1b[2J\\xff");
    imported_done(&in);
    char text[800];
    size_t length = 0;
    for (; length < 400; length += 4)
        memcpy(text + length, "\xf0\x9f\x90\x8c", 4); /* 4 bytes a column */
    snprintf(text + length, sizeof(text) - length, "\n%s", LINE("10", "/a"));
    assert_int_equal(import_text(text, &in), 0);
    const char *shown = strstr(in.report.first_fault, "found: ");
    assert_int_equal(strlen(shown), strlen("found: …") + 24 * 4); /* whole characters */
    imported_done(&in);
}

static void test_line_ends_of_any_kind_are_read(void **state)
{
    (void)state;
    struct imported in;
    assert_int_equal(
        import_text("\xef\xbb\xbf"
                    "a - - [10/Oct/2000:13:55:10 -0700] \"GET /1 HTTP/1.1\" 200 5\r\n"
                    "b - - [10/Oct/2000:13:55:10 -0700] \"GET /2 HTTP/1.1\" 200 5 \"-\" \"u\"\r\n"
                    "\r\n"
                    "c - - [10/Oct/2000:13:55:10 -0700] \"GET /3 HTTP/1.1\" 200 5",
                    &in),
        0);
    assert_int_equal(in.report.requests, 3);
    assert_int_equal(in.report.skipped, 0);
    assert_int_equal(next_request(&in), 1);
    assert_string_equal(field(&in, "client"), "a");
    assert_int_equal(next_request(&in), 1);
    assert_string_equal(field(&in, "user_agent"), "u");
    imported_done(&in);
}

/* `length` bytes of a target between two good lines. */
static char *long_log(size_t length)
{
    static const char front[] = LINE("10", "/first") "a - - [10/Oct/2000:13:55:10 -0700] \"GET /";
    static const char back[] = " HTTP/1.1\" 200 5\n" LINE("10", "/last");
    char *text = malloc(sizeof(front) + length + sizeof(back));
    assert_non_null(text);
    memcpy(text, front, sizeof(front) - 1);
    memset(text + sizeof(front) - 1, 'x', length);
    memcpy(text + sizeof(front) - 1 + length, back, sizeof(back));
    return text;
}

static void test_a_line_of_any_length_is_read_or_skipped_alone(void **state)
{
    (void)state;
    static const struct {
        size_t target;
        uint64_t requests;
    } cases[] = {
        {8192,                     3},
        {WM_INPUT_LINE_MAX - 57,   3},
        {WM_INPUT_LINE_MAX - 56,   2},
        {WM_INPUT_BEGINNING - 200, 2},
        {WM_INPUT_BEGINNING,       2},
        {5 * 1000 * 1000,          2}
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct imported in;
        char *text = long_log(cases[i].target);
        assert_int_equal(import_text(text, &in), 0);
        assert_int_equal(in.report.requests, cases[i].requests);
        assert_int_equal(in.report.skipped, 3 - cases[i].requests);
        if (cases[i].requests == 2)
            assert_int_equal(in.report.first_skipped, 2);
        while (next_request(&in) > 0)
            ;
        assert_string_equal(field(&in, "target"), "/last");
        imported_done(&in);
        free(text);
    }
}

static void test_escapes_to_the_last_byte_of_the_longest_line_fit(void **state)
{
    (void)state;
    struct imported in;
    static char text[WM_INPUT_LINE_MAX + 2];
    int used = snprintf(text, sizeof(text),
                        "1 - - [10/Oct/2000:13:55:10 -0700] \"G / HTTP/1\" - - \"r\" \"");
    memset(text + used, 'u', (size_t)(WM_INPUT_LINE_MAX - used));
    text[WM_INPUT_LINE_MAX] = '\n';
    assert_int_equal(import_text(text, &in), 0);
    assert_int_equal(next_request(&in), 1);
    assert_int_equal(strlen(field(&in, "user_agent")), WM_INPUT_LINE_MAX - used);
    assert_string_equal(field(&in, "bytes"), "0");
    assert_string_equal(field(&in, "client"), "1");
    imported_done(&in);
}

static void test_memory_does_not_grow_with_the_log(void **state)
{
    (void)state;
    struct imported in;
    struct rusage before, after;
    char *folder = wm_test_folder();
    char *name = wm_file_join_dup(folder, "big.log");
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    for (int i = 0; i < 300000; i++)
        fprintf(file, "192.0.2.7 - - [10/Oct/2000:13:55:10 -0700] \"GET /%d HTTP/1.1\" 200 5\n", i);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(import_text(LINE("10", "/"), &in), 0);
    imported_done(&in);
    getrusage(RUSAGE_SELF, &before);
    assert_int_equal(import_file(name, NULL, &in), 0);
    getrusage(RUSAGE_SELF, &after);
    assert_int_equal(in.report.requests, 300000);
    assert_true(after.ru_maxrss - before.ru_maxrss < 8 * 1024); /* KiB, of 20 MB */
    imported_done(&in);
    free(name);
    wm_test_folder_remove(folder);
}

/* The logs that ../shared/captures/README.md lists, with the requests in each. */
static const struct {
    const char *name;
    uint64_t requests;
    uint64_t skipped;
} real_logs[] = {
    {"elastic-apache-combined-7k.log",     7000, 0 },
    {"lnav-shop-nginx-xff.log",            1000, 0 },
    {"crowdsec-nginx-malformed.log",       0,    12},
    {"crowdsec-calibre-ipv6-h2.log",       16,   0 },
    {"crowdsec-apache-common-probing.log", 75,   2 },
    {"beats-nginx-xff-ipv6-empty.log",     6,    1 },
    {"plaso-apache-mixed-vhost.log",       15,   0 },
    {"ocatak-w3af-quoted-lines.log",       3996, 0 },
};

static void test_real_logs_give_the_requests_that_they_hold(void **state)
{
    (void)state;
    char *folder = wm_test_shared("captures/accesslog");
    for (size_t i = 0; i < sizeof(real_logs) / sizeof(real_logs[0]); i++) {
        struct imported in;
        char *name = wm_file_join_dup(folder, real_logs[i].name);
        int rc = import_file(name, NULL, &in);
        assert_int_equal(rc, real_logs[i].requests > 0 ? 0 : -EINVAL);
        assert_string_equal(in.report.format, "accesslog");
        assert_int_equal(in.report.requests, real_logs[i].requests);
        assert_int_equal(in.report.skipped, real_logs[i].skipped);
        uint64_t due_ns = 0;
        for (uint64_t r = 0; r < real_logs[i].requests; r++) {
            assert_int_equal(next_request(&in), 1);
            assert_true(in.work.due_ns >= due_ns);
            due_ns = in.work.due_ns;
            assert_non_null(field(&in, "client"));
            assert_non_null(field(&in, "status"));
            assert_true(field(&in, "target")[0] != '\0');
        }
        imported_done(&in);
        free(name);
    }
    free(folder);
}

static void test_odd_lines_of_real_logs_are_understood(void **state)
{
    (void)state;
    static const char *const clients[] = {"10.0.0.2",     "172.17.0.1",
                                          "10.0.0.2",     "85.181.35.98",
                                          "10.5.102.222", "2a03:0000:10ff:f00f:0000:0000:0:8000"};
    struct imported in;
    char *name = wm_test_shared("captures/accesslog/beats-nginx-xff-ipv6-empty.log");
    assert_int_equal(import_file(name, NULL, &in), 0);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(next_request(&in), 1);
        assert_string_equal(field(&in, "client"), clients[i]);
    }
    imported_done(&in);
    free(name);
    name = wm_test_shared("captures/accesslog/plaso-apache-mixed-vhost.log");
    assert_int_equal(import_file(name, NULL, &in), 0);
    for (size_t i = 0; i < 15; i++) {
        assert_int_equal(next_request(&in), 1);
        if (i == 7)
            assert_string_equal(field(&in, "user_agent"), "Mozilla/5.0 (compatible; Googlebot/2.1; "
                                                          "+http://www.google.com/bot.html");
        if (i == 8)
            assert_string_equal(field(&in, "client"), "10.1.1.2");
        if (i == 13)
            assert_string_equal(field(&in, "target"),
                                "/$%7B(\"TextString\"+\"123456\")%7D/actionChain1.action");
    }
    imported_done(&in);
    free(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_does_not_grow_with_the_log),
        cmocka_unit_test(test_a_request_has_the_fields_of_its_line),
        cmocka_unit_test(test_times_count_from_the_first_request_and_never_step_back),
        cmocka_unit_test(test_requests_of_one_second_are_spread_evenly_over_it),
        cmocka_unit_test(test_what_a_second_cannot_hold_is_sent_at_its_end_and_counted),
        cmocka_unit_test(test_a_nul_byte_spoils_its_line_alone),
        cmocka_unit_test(test_lines_that_are_no_request_are_counted_and_the_first_is_shown),
        cmocka_unit_test(test_the_first_skipped_line_is_shown_fit_to_print),
        cmocka_unit_test(test_line_ends_of_any_kind_are_read),
        cmocka_unit_test(test_a_line_of_any_length_is_read_or_skipped_alone),
        cmocka_unit_test(test_escapes_to_the_last_byte_of_the_longest_line_fit),
        cmocka_unit_test(test_real_logs_give_the_requests_that_they_hold),
        cmocka_unit_test(test_odd_lines_of_real_logs_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

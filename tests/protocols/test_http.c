/* test_http.c - HTTP's replies and requests, whole and in pieces; its requests spelled. */
#include "tests/protocols/pieces.h"

#include <errno.h>
#include <stdlib.h>

static const struct wm_protocol *http(void)
{
    return wm_protocol_find("http");
}

static const struct piece_case replies[] = {
    {.name = "length",
     .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
     .expected = "200 5 bytes\n"},
    {.name = "two in one packet",
     .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
              "HTTP/1.1 301 Moved Permanently\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
     .expected = "200 2 bytes\n301 0 bytes\n"},
    {.name = "chunks with extensions and trailers",
     .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
              "5;name=value;q=\"a b\"\r\nhello\r\nA\r\n0123456789\r\n0;last\r\nX-Sum: 1\r\n\r\n"
              "HTTP/1.1 404 Not Found\r\ntransfer-encoding: Chunked\r\n\r\n0\r\n\r\n",
     .expected = "200 15 bytes\n404 failed: status 404 0 bytes\n"},
    {.name = "head asked for",
     .wanted = {.no_body = true},
     .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
     .expected = "200 0 bytes\n200 0 bytes\n"},
    {.name = "no content, not modified",
     .bytes = "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n"
              "\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
     .expected = "204 0 bytes\n304 0 bytes\n200 1 bytes\n"},
    {.name = "continue and early hints first",
     .bytes = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
              "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
     .expected = "200 3 bytes\n"},
    {.name = "until it closes",
     .ends = true,
     .bytes = "HTTP/1.1 200 OK\r\nServer: x\r\n\r\nsome bytes",
     .expected = "end: 200 closes 10 bytes\n"},
    {.name = "says it closes",
     .bytes = "HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbusy",
     .expected = "503 failed: status 503 closes 4 bytes\n"},
    {.name = "1.0",
     .bytes = "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx",
     .expected = "200 closes 1 bytes\n"},
    {.name = "1.0 stays",
     .bytes = "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
              "Content-Length: 1\r\n\r\nx",
     .expected = "200 1 bytes\n"},
    {.name = "switches",
     .bytes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
              "Connection: Upgrade\r\n\r\n",
     .expected = "101 closes 0 bytes\n"},
    {.name = "early close in the head",
     .ends = true,
     .bytes = "HTTP/1.1 200 OK\r\nContent-Le",
     .expected = "end: early\n"},
    {.name = "early close in the body",
     .ends = true,
     .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
     .expected = "end: early\n"},
    {.name = "early close in a chunk",
     .ends = true,
     .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
     .expected = "end: early\n"},
    {.name = "closed before it began", .ends = true, .bytes = "", .expected = "end: early\n"},
    {.name = "half",
     .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
     .expected = "more\n"},
    {.name = "chunk size of no digits",
     .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
     .expected = "broken: no HTTP: invalid character in chunk size header\n"},
    {.name = "chunk size negative",
     .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n",
     .expected = "broken: no HTTP: invalid character in chunk size header\n"},
    {.name = "chunk size above 64 bits",
     .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\n",
     .expected = "broken: no HTTP: invalid character in content-length header\n"},
    {.name = "length of no digits",
     .bytes = "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n",
     .expected = "broken: no HTTP: invalid character in content-length header\n"},
    {.name = "two lengths",
     .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
     .expected = "broken: no HTTP: unexpected content-length header\n"},
    {.name = "no HTTP",
     .bytes = "+OK\r\n",
     .expected = "broken: no HTTP: invalid constant string\n"},
    {.name = "as expected",
     .wanted = {.status = 404},
     .bytes = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
              "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
     .expected = "404 0 bytes\n200 failed: status 200 instead of 404 0 bytes\n"},
    {.name = "as seen",
     .wanted = {.seen_status = 403},
     .bytes = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
              "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
              "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
     .expected = "403 0 bytes\n200 0 bytes\n404 failed: status 404 0 bytes\n"},
};

static void test_replies_read_the_same_in_any_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++)
        piece_replies(http(), &replies[i]);
}

static void test_outcomes_are_statuses_but_for_200(void **state)
{
    (void)state;
    struct wm_reply_reader *reader = NULL;
    struct wm_protocol_reply reply;
    size_t used;
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    static const char moved[] = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n";
    assert_int_equal(http()->reply_open(&reader), 0);
    assert_int_equal(http()->reply_feed(reader, ok, strlen(ok), &used, &reply), 1);
    assert_string_equal(reply.outcome, "");
    http()->reply_begin(reader, &(struct wm_wanted){.replies = 1});
    assert_int_equal(http()->reply_feed(reader, moved, strlen(moved), &used, &reply), 1);
    assert_string_equal(reply.outcome, "302");
    http()->reply_close(reader);
}

/* `head`, a header of that many bytes, `tail`. */
static char *with_long_header(const char *head, size_t bytes, const char *tail)
{
    struct wm_text text;
    wm_text_init(&text);
    wm_text_add(&text, head);
    wm_text_add(&text, "X-Long: ");
    char *value = wm_text_extend(&text, bytes);
    assert_non_null(value);
    memset(value, 'v', bytes);
    wm_text_add(&text, tail);
    return wm_text_take(&text);
}

static void test_heads_of_64_kib_are_read(void **state)
{
    (void)state;
    char *reply =
        with_long_header("HTTP/1.1 200 OK\r\n", 64 * 1024, "\r\nContent-Length: 2\r\n\r\nhi");
    piece_replies(http(), &(struct piece_case){
                              .name = "64 KiB", .bytes = reply, .expected = "200 2 bytes\n"});
    free(reply);
    char *request = with_long_header("GET / HTTP/1.1\r\n", 64 * 1024, "\r\n\r\n");
    static const char expected[] =
        "method=GET target=/ "
        "header.X-Long=vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv…\n";
    piece_requests(http(),
                   &(struct piece_case){.name = "64 KiB", .bytes = request, .expected = expected});
    free(request);
}

static void test_an_endless_head_is_refused(void **state)
{
    (void)state;
    size_t bytes = WM_PROTOCOL_HEAD_MAX + 1000;
    char *reply = with_long_header("HTTP/1.1 200 OK\r\n", bytes, "");
    piece_replies(http(),
                  &(struct piece_case){.name = "endless",
                                       .bytes = reply,
                                       .expected = "broken: no HTTP: a head above 256 KiB\n"});
    free(reply);
    char *request = with_long_header("GET / HTTP/1.1\r\n", bytes, "");
    piece_requests(http(), &(struct piece_case){.name = "endless",
                                                .bytes = request,
                                                .expected = "broken: a head above 256 KiB\n"});
    free(request);
}

static const struct piece_case requests[] = {
    {.name = "get",
     .bytes = "GET /a?b=c HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nX-Empty:\r\n\r\n",
     .expected = "method=GET target=/a?b=c header.Host=h header.Accept=*/* header.X-Empty=\n"},
    {.name = "two, with bodies",
     .bytes = "POST /p HTTP/1.1\r\nContent-Length: 3\r\n\r\na\nb"
              "PUT /q HTTP/1.1\r\nTransfer-Encoding: chunked\r\nX: 1\r\n\r\n2\r\nhi\r\n3;x\r\n"
              "abc\r\n0\r\nX-Trail: t\r\n\r\nHEAD / HTTP/1.1\r\n\r\n",
     .expected = "method=POST target=/p [a\\x0ab]\n"
                 "method=PUT target=/q header.X=1 header.X-Trail=t [hiabc]\n"
                 "method=HEAD target=/ no body\n"},
    {.name = "an empty body",
     .bytes = "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
     .expected = "method=POST target=/ []\n"},
    {.name = "half", .bytes = "GET / HTTP/1.1\r\nHost", .expected = "more\n"},
    {.name = "no HTTP",
     .bytes = "*1\r\n$4\r\nPING\r\n",
     .expected = "broken: invalid HTTP method\n"},
    {.name = "chunk size of no digits",
     .bytes = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
     .expected = "broken: invalid character in chunk size header\n"},
};

static void test_requests_read_the_same_in_any_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        piece_requests(http(), &requests[i]);
}

static void test_headers_past_what_fits_are_counted(void **state)
{
    (void)state;
    struct wm_text text;
    struct wm_request_reader *reader = NULL;
    struct wm_protocol_request request;
    size_t used;
    wm_text_init(&text);
    wm_text_add(&text, "GET / HTTP/1.1\r\n");
    for (unsigned i = 0; i < 100; i++)
        wm_text_addf(&text, "X-%u: %u\r\n", i, i);
    wm_text_add(&text, "\r\n");
    assert_int_equal(http()->request_open(&reader), 0);
    assert_int_equal(http()->request_feed(reader, text.data, text.length, &used, &request), 1);
    assert_int_equal(request.work.field_count, WM_PROTOCOL_FIELD_MAX);
    assert_int_equal(request.dropped, 100 + 2 - WM_PROTOCOL_FIELD_MAX);
    assert_string_equal(request.work.fields[WM_PROTOCOL_FIELD_MAX - 1].name, "header.X-57");
    http()->request_close(reader);
    wm_text_done(&text);
}

static void test_a_request_too_large_for_a_trace_is_refused(void **state)
{
    (void)state;
    enum { PIECE = 64 * 1024 };
    static const char head[] = "POST / HTTP/1.1\r\nContent-Length: 100000000\r\n\r\n";
    static char piece[PIECE];
    struct wm_request_reader *reader = NULL;
    struct wm_protocol_request request;
    size_t used, fed = 0;
    assert_int_equal(http()->request_open(&reader), 0);
    int rc = http()->request_feed(reader, head, strlen(head), &used, &request);
    for (; rc == 0; fed += PIECE)
        rc = http()->request_feed(reader, piece, PIECE, &used, &request);
    assert_int_equal(rc, -EBADMSG);
    assert_string_equal(request.reason, "a request above 15 MiB");
    assert_in_range(fed, WM_PROTOCOL_REQUEST_MAX, WM_PROTOCOL_REQUEST_MAX + 2 * PIECE);
    http()->request_close(reader);
}

#define WORK(list, text)                                                                           \
    {                                                                                              \
        .entry = "", .fields = list, .field_count = sizeof(list) / sizeof(list[0]),                \
        .body = (text), .body_bytes = (text) != NULL ? strlen((text) != NULL ? (text) : "") : 0    \
    }

static void check_spelled(const struct wm_work *work, const char *expected,
                          const struct wm_wanted *wanted)
{
    struct wm_wanted told;
    size_t count;
    char *bytes = piece_spelled(http(), work, &count, &told);
    assert_string_equal(bytes, expected);
    assert_int_equal(told.no_body, wanted->no_body);
    assert_int_equal(told.status, wanted->status);
    assert_int_equal(told.seen_status, wanted->seen_status);
    assert_int_equal(told.replies, 1);
    free(bytes);
}

static void test_requests_are_spelled(void **state)
{
    (void)state;
    const struct wm_work_field plain[] = {{"target", "/a?b"}, {"session", "7"}};
    const struct wm_work_field posted[] = {{"method", "POST"},   {"target", "/p"},
                                           {"header.X-A", "1"},  {"header.host", "example"},
                                           {"header.Empty", ""}, {"expect_status", "201"}};
    const struct wm_work_field logged[] = {
        {"method", "HEAD"}, {"target", "/l"},    {"status", "404"},    {"bytes", "0"},
        {"referer", "r"},   {"user_agent", "u"}, {"client", "1.2.3.4"}};
    const struct wm_work_field own[] = {
        {"method", "PUT"}, {"target", "/"}, {"header.Content-Length", "1"}};
    struct wm_work works[] = {WORK(plain, NULL), WORK(posted, "body"), WORK(logged, NULL),
                              WORK(own, "x")};
    check_spelled(&works[0], "GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n",
                  &(struct wm_wanted){0});
    check_spelled(&works[1],
                  "POST /p HTTP/1.1\r\nX-A: 1\r\nhost: example\r\nContent-Length: 4\r\n\r\nbody",
                  &(struct wm_wanted){.status = 201});
    check_spelled(&works[2],
                  "HEAD /l HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nReferer: r\r\nUser-Agent: u\r\n\r\n",
                  &(struct wm_wanted){.no_body = true, .seen_status = 404});
    check_spelled(&works[3], "PUT / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Length: 1\r\n\r\nx",
                  &(struct wm_wanted){0});
}

static void test_what_cannot_be_spelled_is_said(void **state)
{
    (void)state;
    static const struct {
        struct wm_work_field field;
        const char *place;
    } wrong[] = {
        {{"other", "x"}, "target"},
        {{"target", ""}, "target"},
        {{"target", "/a b"}, "target"},
        {{"target", "/a\r\nX: y"}, "target"},
    };
    const struct wm_work_field more[][2] = {
        {{"target", "/"}, {"method", "G ET"}},      {{"target", "/"}, {"header.A b", "x"}},
        {{"target", "/"}, {"header.", "x"}},        {{"target", "/"}, {"header.A", "x\r\nB: y"}},
        {{"target", "/"}, {"expect_status", "ok"}}, {{"target", "/"}, {"expect_status", "99"}},
    };
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct wm_error err = {0};
        struct wm_wanted wanted;
        struct wm_work work = {.entry = "", .fields = &wrong[i].field, .field_count = 1};
        assert_int_equal(http()->spell(&work, "h", &text, &wanted, &err), -EINVAL);
        assert_string_equal(err.place, wrong[i].place);
        assert_int_equal(http()->label(&work, &text), -EINVAL);
    }
    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        struct wm_error err = {0};
        struct wm_wanted wanted;
        struct wm_work work = {.entry = "", .fields = more[i], .field_count = 2};
        assert_int_equal(http()->spell(&work, "h", &text, &wanted, &err), -EINVAL);
        assert_true(err.place[0] != '\0' && err.text[0] != '\0');
    }
    wm_text_done(&text);
}

static void test_heads_that_contradict_the_body_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *body;
        int rc;
    } cases[] = {
        {"header.Content-Length", "4", "body", 0},
        {"header.content-length", "5", "body", -EINVAL},
        {"header.Content-Length", "+4", "body", -EINVAL},
        {"header.Content-Length", "18446744073709551620", "body", -EINVAL},
        {"header.Content-Length", "4", NULL, -EINVAL},
        {"header.Content-Length", "0", NULL, 0},
        {"header.Transfer-Encoding", "chunked", "body", -EINVAL},
    };
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct wm_work_field fields[] = {{"target", "/"}, {cases[i].name, cases[i].value}};
        struct wm_work work = WORK(fields, cases[i].body);
        struct wm_error err = {0};
        struct wm_wanted wanted;
        assert_int_equal(http()->spell(&work, "h", &text, &wanted, &err), cases[i].rc);
        assert_true((err.text[0] != '\0') == (cases[i].rc < 0));
    }
    wm_text_done(&text);
}

static void test_labels_are_method_and_pattern(void **state)
{
    (void)state;
    const struct wm_work_field fields[] = {{"method", "DELETE"}, {"target", "/u/42/cart?x=1"}};
    struct wm_work work = WORK(fields, NULL);
    struct wm_text text;
    wm_text_init(&text);
    assert_int_equal(http()->label(&work, &text), 0);
    assert_string_equal(text.data, "DELETE /u/{id}/cart");
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies_read_the_same_in_any_pieces),
        cmocka_unit_test(test_outcomes_are_statuses_but_for_200),
        cmocka_unit_test(test_heads_of_64_kib_are_read),
        cmocka_unit_test(test_an_endless_head_is_refused),
        cmocka_unit_test(test_requests_read_the_same_in_any_pieces),
        cmocka_unit_test(test_headers_past_what_fits_are_counted),
        cmocka_unit_test(test_a_request_too_large_for_a_trace_is_refused),
        cmocka_unit_test(test_requests_are_spelled),
        cmocka_unit_test(test_what_cannot_be_spelled_is_said),
        cmocka_unit_test(test_heads_that_contradict_the_body_are_refused),
        cmocka_unit_test(test_labels_are_method_and_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

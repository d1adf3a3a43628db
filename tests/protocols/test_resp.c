/* test_resp.c - RESP's replies and requests, whole and in pieces; its requests spelled. */
#include "tests/protocols/pieces.h"

#include <errno.h>
#include <stdlib.h>

#define BYTES(literal) .bytes = literal, .count = sizeof(literal) - 1

static const struct wm_protocol *resp(void)
{
    return wm_protocol_find("resp");
}

static const struct piece_case replies[] = {
    {.name = "simple",
     BYTES("+OK\r\n:-7\r\n$-1\r\n*-1\r\n$0\r\n\r\n*0\r\n"),
     .expected = "ok 5 bytes\nok 5 bytes\nok 5 bytes\nok 5 bytes\nok 6 bytes\nok 4 bytes\n"},
    {.name = "a string with line ends and NULs",
     BYTES("$9\r\na\r\n\0+OK\r\n\r\n+OK\r\n"),
     .expected = "ok 15 bytes\nok 5 bytes\n"},
    {.name = "nested",
     BYTES("*3\r\n*2\r\n:1\r\n*1\r\n$1\r\nx\r\n*-1\r\n*2\r\n$-1\r\n*0\r\n+next\r\n"),
     .expected = "ok 41 bytes\nok 7 bytes\n"},
    {.name = "errors",
     BYTES("-ERR unknown command 'X'\r\n-WRONGTYPE Operation\r\n-LOADING\r\n"),
     .expected = "error failed: ERR 26 bytes\nerror failed: WRONGTYPE 22 bytes\n"
                 "error failed: LOADING 10 bytes\n"},
    {.name = "errors inside are no error",
     BYTES("*2\r\n-ERR in a transaction\r\n+OK\r\n*1\r\n*1\r\n-ERR\r\n"),
     .expected = "ok 32 bytes\nok 14 bytes\n"},
    {.name = "an error that was recorded",
     .wanted = {.seen_failed = true},
     BYTES("-NOSCRIPT No\r\n+OK\r\n"),
     .expected = "error 14 bytes\nok 5 bytes\n"},
    {.name = "several to an answer",
     .wanted = {.replies = 3},
     BYTES("+a\r\n*1\r\n:1\r\n-ERR\r\n+b\r\n"),
     .expected = "error failed: ERR 18 bytes\nmore\n"},
    {.name = "RESP3",
     BYTES("%2\r\n+a\r\n:1\r\n+b\r\n~2\r\n#t\r\n,1.5\r\n_\r\n(123456789012345678901234567890\r\n"
           "=7\r\ntxt:abc\r\n!9\r\nERR some \r\n"),
     .expected = "ok 30 bytes\nok 3 bytes\nok 33 bytes\nok 13 bytes\nerror failed: ERR 15 bytes\n"},
    {.name = "half", BYTES("*2\r\n$3\r\nab"), .expected = "more\n"},
    {.name = "early close", .ends = true, BYTES("$3\r\nab"), .expected = "end: early\n"},
    {.name = "no length", BYTES("$x\r\n"), .expected = "broken: no RESP\n"},
    {.name = "negative length", BYTES("$-2\r\n"), .expected = "broken: no RESP\n"},
    {.name = "negative elements", BYTES("*-5\r\n"), .expected = "broken: no RESP\n"},
    {.name = "huge length",
     BYTES("$99999999999999999999999999\r\n"),
     .expected = "broken: no RESP\n"},
    {.name = "length past 4 GiB", BYTES("$4294967297\r\n"), .expected = "broken: no RESP\n"},
    {.name = "many elements to come",
     BYTES("*4294967296\r\n*4294967296\r\n:1\r\n"),
     .expected = "more\n"},
    {.name = "a string without its end", BYTES("$2\r\nabXY"), .expected = "broken: no RESP\n"},
    {.name = "a line without its end", BYTES("+OK\n"), .expected = "broken: no RESP\n"},
    {.name = "unknown type",
     BYTES("HTTP/1.1 400 Bad Request\r\n"),
     .expected = "broken: no RESP\n"},
    {.name = "an empty line", BYTES("\r\n"), .expected = "broken: no RESP\n"},
};

static void test_replies_read_the_same_in_any_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++)
        piece_replies(resp(), &replies[i]);
}

/* A string of a gigabyte passes through in little memory: nothing of it is kept. */
static void test_long_strings_are_passed_over(void **state)
{
    (void)state;
    enum { PIECE = 1 << 20, PIECES = 1024 };
    static char piece[PIECE];
    static const char head[] = "$1073741824\r\n";
    struct wm_reply_reader *reader = NULL;
    struct wm_protocol_reply reply;
    size_t used;
    assert_int_equal(resp()->reply_open(&reader), 0);
    assert_int_equal(resp()->reply_feed(reader, head, strlen(head), &used, &reply), 0);
    for (unsigned i = 0; i < PIECES; i++) {
        assert_int_equal(resp()->reply_feed(reader, piece, PIECE, &used, &reply), 0);
        assert_int_equal(used, PIECE);
    }
    assert_int_equal(resp()->reply_feed(reader, "\r\n", 2, &used, &reply), 1);
    assert_int_equal(reply.bytes, (UINT64_C(1) << 30) + strlen(head) + 2);
    resp()->reply_close(reader);
}

static void test_an_endless_line_is_refused(void **state)
{
    (void)state;
    char *bytes = malloc(WM_PROTOCOL_HEAD_MAX + 1000);
    assert_non_null(bytes);
    memset(bytes, 'x', WM_PROTOCOL_HEAD_MAX + 1000);
    struct piece_case test = {
        .name = "endless", .bytes = bytes, .count = WM_PROTOCOL_HEAD_MAX + 1000};
    bytes[0] = '+';
    test.expected = "broken: no RESP\n";
    piece_replies(resp(), &test);
    test.expected = "broken: a line above 256 KiB\n";
    piece_requests(resp(), &test);
    free(bytes);
}

static const struct piece_case requests[] = {
    {.name = "arrays",
     BYTES("*2\r\n$3\r\nGET\r\n$3\r\nk "
           "1\r\n*3\r\n$3\r\nset\r\n$1\r\nk\r\n$0\r\n\r\n*1\r\n$4\r\nPING\r\n"),
     .expected = "command=GET arg1=k 1\ncommand=set arg1=k []\ncommand=PING\n"},
    {.name = "a value with a NUL",
     BYTES("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\na\0b\r\n"),
     .expected = "command=SET arg1=k [a\\x00b]\n"},
    {.name = "a key with a NUL",
     BYTES("*3\r\n$3\r\nSET\r\n$3\r\nk\0k\r\n$1\r\nv\r\n"),
     .expected = "command=SET raw=1 "
                 "[*3\\x0d\\x0a$3\\x0d\\x0aSET\\x0d\\x0a$3\\x0d\\x0ak\\x00k\\x0d\\x0a$1…]\n"},
    {.name = "a name of no plain word",
     BYTES("*1\r\n$3\r\na b\r\n*1\r\n$0\r\n\r\n"),
     .expected = "command=? raw=1 [*1\\x0d\\x0a$3\\x0d\\x0aa b\\x0d\\x0a]\n"
                 "command=? raw=1 [*1\\x0d\\x0a$0\\x0d\\x0a\\x0d\\x0a]\n"},
    {.name = "inline",
     BYTES("PING\r\n\r\n  \nset \"a b\" 'c\\'d' \"\\x41\\n\"\r\nget k\n"),
     .expected = "command=PING\ncommand=set arg1=a b arg2=c'd arg3=A\\x0a\ncommand=get arg1=k\n"},
    {.name = "arrays of nothing are passed over",
     BYTES("*0\r\n*-1\r\n*1\r\n$4\r\nPING\r\n"),
     .expected = "command=PING\n"},
    {.name = "half", BYTES("*2\r\n$3\r\nGET\r\n$100\r\nk"), .expected = "more\n"},
    {.name = "inline with an open quote", BYTES("get \"k\r\n"), .expected = "broken: no RESP\n"},
    {.name = "TLS", BYTES("\x16\x03\x01\x02\n"), .expected = "broken: no RESP\n"},
    {.name = "negative length", BYTES("*1\r\n$-1\r\n"), .expected = "broken: no RESP\n"},
    {.name = "too many words", BYTES("*1048577\r\n"), .expected = "broken: no RESP\n"},
    {.name = "too long a word",
     BYTES("*1\r\n$999999999\r\n"),
     .expected = "broken: a request above 15 MiB\n"},
    {.name = "a word without its end", BYTES("*1\r\n$2\r\nabXY"), .expected = "broken: no RESP\n"},
    {.name = "no length", BYTES("*1\r\n:2\r\n"), .expected = "broken: no RESP\n"},
};

static void test_requests_read_the_same_in_any_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        piece_requests(resp(), &requests[i]);
}

/* What was read, spelled again: the same bytes. */
static void check_round_trip(const char *bytes, size_t count)
{
    struct wm_request_reader *reader = NULL;
    struct wm_protocol_request request;
    struct wm_wanted wanted;
    size_t at = 0, used, spelled_count;
    assert_int_equal(resp()->request_open(&reader), 0);
    while (at < count) {
        assert_int_equal(resp()->request_feed(reader, bytes + at, count - at, &used, &request), 1);
        char *spelled = piece_spelled(resp(), &request.work, &spelled_count, &wanted);
        assert_int_equal(spelled_count, used);
        assert_memory_equal(spelled, bytes + at, used);
        free(spelled);
        at += used;
    }
    resp()->request_close(reader);
}

static void test_requests_that_were_read_are_spelled_as_they_were(void **state)
{
    (void)state;
    static const char bytes[] =
        "*2\r\n$3\r\nGET\r\n$3\r\nk 1\r\n*3\r\n$3\r\nSET\r\n$3\r\nk\0k\r\n$0\r\n\r\n"
        "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n*3\r\n$3\r\nSET\r\n$0\r\n\r\n$0\r\n\r\n"
        "*3\r\n$3\r\nSET\r\n$0\r\n\r\n$1\r\n\0\r\n*3\r\n$3\r\nSET\r\n$0\r\n\r\n$1\r\nv\r\n"
        "*3\r\n$3\r\nSET\r\n$1\r\n\"\r\n$4\r\na\0\r\n\r\n*1\r\n$1\r\n'\r\n*1\r\n$0\r\n\r\n";
    check_round_trip(bytes, sizeof(bytes) - 1);
    struct wm_text text; /* of 40, 60, 61 and 200 words */
    wm_text_init(&text);
    static const unsigned counts[] = {40, 60, 61, 200};
    for (size_t i = 0; i < 4; i++) {
        wm_text_addf(&text, "*%u\r\n$4\r\nMGET\r\n", counts[i]);
        for (unsigned word = 1; word < counts[i]; word++)
            wm_text_addf(&text, "$3\r\n%03u\r\n", word);
    }
    check_round_trip(text.data, text.length);
    wm_text_clear(&text);
    wm_text_add(&text, "mget"); /* inline, and more than a text holds at first */
    for (unsigned word = 0; word < 2000; word++)
        wm_text_addf(&text, " %u", word);
    wm_text_add(&text, "\r\n");
    check_round_trip(text.data, text.length);
    wm_text_done(&text);
}

static void test_commands_are_spelled_from_words(void **state)
{
    (void)state;
    const struct wm_work_field fields[] = {
        {"arg1", ""},    {"command", "hset \"my key\" f\\x 'it' \"\""},
        {"arg2", "v 1"}, {"session", "3"},
        {"arg3", ""},    {"arg4", ""}};
    struct wm_work work = {
        .entry = "", .fields = fields, .field_count = 6, .body = "a\0b", .body_bytes = 3};
    struct wm_wanted wanted;
    size_t count;
    char *bytes = piece_spelled(resp(), &work, &count, &wanted);
    static const char expected[] = "*8\r\n$4\r\nhset\r\n$6\r\nmy key\r\n$3\r\nf\\x\r\n$2\r\nit\r\n"
                                   "$0\r\n\r\n$0\r\n\r\n$3\r\nv 1\r\n$3\r\na\0b\r\n";
    assert_int_equal(count, sizeof(expected) - 1);
    assert_memory_equal(bytes, expected, count);
    assert_int_equal(wanted.replies, 1);
    assert_false(wanted.seen_failed);
    free(bytes);
}

static void test_what_cannot_be_spelled_is_said(void **state)
{
    (void)state;
    static const struct wm_work_field wrong[] = {
        {"target", "/"}, {"command", ""}, {"command", "  "}, {"command", "get \"x"}, {"raw", "1"}};
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct wm_error err = {0};
        struct wm_wanted wanted;
        struct wm_work work = {.entry = "", .fields = &wrong[i], .field_count = 1};
        assert_int_equal(resp()->spell(&work, "h", &text, &wanted, &err), -EINVAL);
        assert_true(err.place[0] != '\0' && err.text[0] != '\0');
    }
    wm_text_done(&text);
}

static void test_labels_are_commands_in_upper_case(void **state)
{
    (void)state;
    const struct wm_work_field fields[] = {{"command", "lrange list 0 299"}};
    struct wm_work work = {.entry = "", .fields = fields, .field_count = 1};
    struct wm_text text;
    wm_text_init(&text);
    assert_int_equal(resp()->label(&work, &text), 0);
    assert_string_equal(text.data, "LRANGE");
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies_read_the_same_in_any_pieces),
        cmocka_unit_test(test_long_strings_are_passed_over),
        cmocka_unit_test(test_an_endless_line_is_refused),
        cmocka_unit_test(test_requests_read_the_same_in_any_pieces),
        cmocka_unit_test(test_requests_that_were_read_are_spelled_as_they_were),
        cmocka_unit_test(test_commands_are_spelled_from_words),
        cmocka_unit_test(test_what_cannot_be_spelled_is_said),
        cmocka_unit_test(test_labels_are_commands_in_upper_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_memcache.c - memcached's replies and requests, whole and in pieces; requests spelled. */
#include "tests/protocols/pieces.h"

#include <errno.h>
#include <stdlib.h>

static const struct wm_protocol *memcache(void)
{
    return wm_protocol_find("memcache");
}

static const struct piece_case replies[] = {
    {.name = "values and misses",
     .bytes = "VALUE a 0 5\r\nhe\r\no\r\nVALUE b 1 0 99\r\n\r\nEND\r\nEND\r\nVALUE c 0 "
              "3\r\nEND\r\nEND\r\n",
     .expected = "ok 43 bytes\nmiss 5 bytes\nok 23 bytes\n"},
    {.name = "lines",
     .bytes = "STORED\r\nNOT_STORED\r\nEXISTS\r\nNOT_FOUND\r\nDELETED\r\nTOUCHED\r\n42\r\nOK\r\n"
              "VERSION 1.6.18\r\n",
     .expected = "ok 8 bytes\nnot_stored 12 bytes\nexists 8 bytes\nmiss 11 bytes\nok 9 bytes\n"
                 "ok 9 bytes\nok 4 bytes\nok 4 bytes\nok 16 bytes\n"},
    {.name = "stats",
     .bytes = "STAT pid 1\r\nSTAT x y z\r\nEND\r\nRESET\r\n",
     .expected = "ok 29 bytes\nok 7 bytes\n"},
    {.name = "errors",
     .bytes = "ERROR\r\nCLIENT_ERROR bad data chunk\r\nSERVER_ERROR out of memory\r\n",
     .expected = "error failed: ERROR 7 bytes\nerror failed: CLIENT_ERROR 29 bytes\n"
                 "error failed: SERVER_ERROR 28 bytes\n"},
    {.name = "an error that was recorded",
     .wanted = {.seen_failed = true},
     .bytes = "ERROR\r\n",
     .expected = "error 7 bytes\n"},
    {.name = "meta",
     .bytes = "VA 4 f0 s4\r\nEN\r\n\r\nEN\r\nHD\r\nNS\r\nMN\r\nNF\r\n",
     .expected = "ok 18 bytes\nmiss 4 bytes\nok 4 bytes\nnot_stored 4 bytes\nok 4 bytes\n"
                 "miss 4 bytes\n"},
    {.name = "half", .bytes = "VALUE a 0 5\r\nhe", .expected = "more\n"},
    {.name = "early close", .ends = true, .bytes = "VALUE a 0 5\r\nhe", .expected = "end: early\n"},
    {.name = "no length",
     .bytes = "VALUE a 0\r\n",
     .expected = "broken: no answer of memcached's\n"},
    {.name = "negative length",
     .bytes = "VALUE a 0 -5\r\n",
     .expected = "broken: no answer of memcached's\n"},
    {.name = "huge length",
     .bytes = "VALUE a 0 99999999999999999999\r\n",
     .expected = "broken: no answer of memcached's\n"},
    {.name = "a block without its end",
     .bytes = "VALUE a 0 2\r\nabXY",
     .expected = "broken: no answer of memcached's\n"},
    {.name = "a line without its end",
     .bytes = "STORED\n",
     .expected = "broken: no answer of memcached's\n"},
    {.name = "something else",
     .bytes = "+OK\r\n",
     .expected = "broken: no answer of memcached's\n"},
};

static void test_replies_read_the_same_in_any_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++)
        piece_replies(memcache(), &replies[i]);
}

static const struct piece_case requests[] = {
    {.name = "pipelined",
     .bytes = "get a\r\ngets a b  c\r\nset k 0 60 5\r\nhe\r\no\r\ndelete k\r\n",
     .expected = "command=get arg1=a\ncommand=gets arg1=a arg2=b arg3=c\n"
                 "command=set arg1=k arg2=0 arg3=60 arg4=5 [he\\x0d\\x0ao]\n"
                 "command=delete arg1=k\n"},
    {.name = "noreply",
     .bytes = "set k 0 0 1 noreply\r\nx\r\ndelete k noreply\r\nquit\r\nincr k 1\r\n",
     .expected = "command=set arg1=k arg2=0 arg3=0 arg4=1 arg5=noreply [x] 0 replies\n"
                 "command=delete arg1=k arg2=noreply 0 replies\ncommand=quit 0 replies\n"
                 "command=incr arg1=k arg2=1\n"},
    {.name = "cas, an empty value, keys with quotes",
     .bytes = "cas \"k' 0 0 0 77\r\n\r\nget \"k'\r\n",
     .expected = "command=cas arg1=\"k' arg2=0 arg3=0 arg4=0 arg5=77 []\n"
                 "command=get arg1=\"k'\n"},
    {.name = "meta",
     .bytes = "mg k v t\r\nms k 2 T0\r\nhi\r\nmn\r\n",
     .expected = "command=mg arg1=k arg2=v arg3=t\ncommand=ms arg1=k arg2=2 arg3=T0 [hi]\n"
                 "command=mn\n"},
    {.name = "a line feed alone",
     .bytes = "get a\nget b\n",
     .expected = "command=get arg1=a\ncommand=get arg1=b\n"},
    {.name = "what the server refuses",
     .bytes = "set k 0 0\r\nset k 0 0 x\r\nbogus\r\n",
     .expected = "command=set arg1=k arg2=0 arg3=0\ncommand=set arg1=k arg2=0 arg3=0 arg4=x\n"
                 "command=bogus\n"},
    {.name = "half", .bytes = "set k 0 0 5\r\nhe", .expected = "more\n"},
    {.name = "quiet",
     .bytes = "mg k v q\r\n",
     .expected = "broken: a quiet command (flag q): nobody can tell when it is answered\n"},
    {.name = "binary", .bytes = "\x80\x01\n", .expected = "broken: no command of memcached's\n"},
    {.name = "an empty line", .bytes = "\r\n", .expected = "broken: no command of memcached's\n"},
    {.name = "too large",
     .bytes = "set k 0 0 99999999\r\n",
     .expected = "broken: a request above 15 MiB\n"},
    {.name = "a block without its end",
     .bytes = "set k 0 0 2\r\nabXY",
     .expected = "broken: no command of memcached's\n"},
};

static void test_requests_read_the_same_in_any_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        piece_requests(memcache(), &requests[i]);
}

static void test_a_get_of_many_keys_is_kept_as_it_was(void **state)
{
    (void)state;
    struct wm_request_reader *reader = NULL;
    struct wm_protocol_request request;
    struct wm_wanted wanted;
    struct wm_text text;
    size_t used, count;
    wm_text_init(&text);
    wm_text_add(&text, "get");
    for (unsigned i = 0; i < 100; i++)
        wm_text_addf(&text, " key:%u", i);
    wm_text_add(&text, "\r\n");
    assert_int_equal(memcache()->request_open(&reader), 0);
    assert_int_equal(memcache()->request_feed(reader, text.data, text.length, &used, &request), 1);
    assert_string_equal(request.work.fields[1].name, "raw");
    char *bytes = piece_spelled(memcache(), &request.work, &count, &wanted);
    assert_string_equal(bytes, text.data);
    assert_int_equal(wanted.replies, 1);
    free(bytes);
    memcache()->request_close(reader);
    wm_text_done(&text);
}

static void test_an_endless_line_is_refused(void **state)
{
    (void)state;
    char *bytes = malloc(WM_PROTOCOL_HEAD_MAX + 1000);
    assert_non_null(bytes);
    memset(bytes, 'X', WM_PROTOCOL_HEAD_MAX + 1000);
    struct piece_case test = {.name = "endless",
                              .bytes = bytes,
                              .count = WM_PROTOCOL_HEAD_MAX + 1000,
                              .expected = "broken: no answer of memcached's\n"};
    piece_replies(memcache(), &test);
    test.expected = "broken: a line above 256 KiB\n";
    piece_requests(memcache(), &test);
    free(bytes);
}

static const struct {
    const char *command;
    const char *body; /* NULL: none */
    uint32_t replies;
    const char *bytes;
} spelled[] = {
    {"get a b", NULL, 1, "get a b\r\n"},
    {"set k 0 60", "value", 1, "set k 0 60 5\r\nvalue\r\n"},
    {"set k 0 60 5", "value", 1, "set k 0 60 5\r\nvalue\r\n"},
    {"set k 0 60 noreply", "value", 0, "set k 0 60 5 noreply\r\nvalue\r\n"},
    {"set k 0 60 5 noreply", "value", 0, "set k 0 60 5 noreply\r\nvalue\r\n"},
    {"set k 0 60", NULL, 1, "set k 0 60 0\r\n\r\n"},
    {"cas k 0 60 77", "v", 1, "cas k 0 60 1 77\r\nv\r\n"},
    {"cas k 0 60 1 77", "v", 1, "cas k 0 60 1 77\r\nv\r\n"},
    {"cas k 0 60 77 noreply", "v", 0, "cas k 0 60 1 77 noreply\r\nv\r\n"},
    {"ms k T0", "v", 1, "ms k 1 T0\r\nv\r\n"},
    {"ms k", "v", 1, "ms k 1\r\nv\r\n"},
    {"ms k 1 T0", "v", 1, "ms k 1 T0\r\nv\r\n"},
    {"delete k noreply", NULL, 0, "delete k noreply\r\n"},
    {"quit", NULL, 0, "quit\r\n"},
};

static struct wm_work work_of(const struct wm_work_field *field, const char *body)
{
    return (struct wm_work){.entry = "",
                            .fields = field,
                            .field_count = 1,
                            .body = body,
                            .body_bytes = body != NULL ? strlen(body) : 0};
}

static void test_commands_are_spelled_with_the_length_of_their_data(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(spelled) / sizeof(spelled[0]); i++) {
        struct wm_work_field field = {"command", spelled[i].command};
        struct wm_work work = work_of(&field, spelled[i].body);
        struct wm_wanted wanted;
        size_t count;
        char *bytes = piece_spelled(memcache(), &work, &count, &wanted);
        assert_string_equal(bytes, spelled[i].bytes);
        assert_int_equal(wanted.replies, spelled[i].replies);
        free(bytes);
    }
}

static void test_what_cannot_be_spelled_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        const char *body;
    } wrong[] = {{"", NULL},         {"set k 0", "v"},      {"set k 0 60 9", "v"},
                 {"get k", "v"},     {"get \"a b\"", NULL}, {"get \"\"", NULL},
                 {"mg k v q", NULL}, {"cas k 0 60", "v"},   {"set k 0 60 55", "valuevaluevalue"}};
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct wm_work_field field = {"command", wrong[i].command};
        struct wm_work work = work_of(&field, wrong[i].body);
        struct wm_error err = {0};
        struct wm_wanted wanted;
        assert_int_equal(memcache()->spell(&work, "h", &text, &wanted, &err), -EINVAL);
        assert_true(err.place[0] != '\0' && err.text[0] != '\0');
        wm_text_clear(&text);
    }
    wm_text_done(&text);
}

static void test_labels_are_the_commands(void **state)
{
    (void)state;
    struct wm_work_field field = {"command", "gets a b"};
    struct wm_work work = work_of(&field, NULL);
    struct wm_text text;
    wm_text_init(&text);
    assert_int_equal(memcache()->label(&work, &text), 0);
    assert_string_equal(text.data, "gets");
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies_read_the_same_in_any_pieces),
        cmocka_unit_test(test_requests_read_the_same_in_any_pieces),
        cmocka_unit_test(test_a_get_of_many_keys_is_kept_as_it_was),
        cmocka_unit_test(test_an_endless_line_is_refused),
        cmocka_unit_test(test_commands_are_spelled_with_the_length_of_their_data),
        cmocka_unit_test(test_what_cannot_be_spelled_is_said),
        cmocka_unit_test(test_labels_are_the_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

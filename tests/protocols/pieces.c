/* pieces.c - a protocol's readers fed with bytes in pieces, and what they said as text. */
#include "tests/protocols/pieces.h"

#include <errno.h>
#include <stdlib.h>

enum { EVERY_CUT_BYTES = 3000, SOME_CUTS = 200 };

/* A reader of either kind, and what came of it so far. */
struct reading {
    const struct wm_protocol *protocol;
    struct wm_wanted wanted;
    struct wm_reply_reader *replies;
    struct wm_request_reader *requests;
    bool half, broken;
    struct wm_text said;
};

static void say_reply(struct reading *reading, const struct wm_protocol_reply *reply)
{
    struct wm_text *said = &reading->said;
    if (reply->status > 0)
        wm_text_addf(said, "%u", reply->status);
    else
        wm_text_add(said, reply->outcome[0] != '\0' ? reply->outcome : "ok");
    if (reply->failed)
        wm_text_addf(said, " failed: %s", reply->reason);
    if (reply->closes)
        wm_text_add(said, " closes");
    wm_text_addf(said, " %llu bytes\n", (unsigned long long)reply->bytes);
}

static void say_request(struct reading *reading, const struct wm_protocol_request *request)
{
    struct wm_text *said = &reading->said;
    const struct wm_work *work = &request->work;
    for (uint32_t i = 0; i < work->field_count; i++) {
        wm_text_addf(said, "%s%s=", i > 0 ? " " : "", work->fields[i].name);
        wm_text_add_safe(said, work->fields[i].value, strlen(work->fields[i].value), 60);
    }
    if (work->body != NULL) {
        wm_text_add(said, " [");
        wm_text_add_safe(said, work->body, work->body_bytes, 60);
        wm_text_add(said, "]");
    }
    if (request->wanted.no_body)
        wm_text_add(said, " no body");
    if (request->wanted.replies != 1)
        wm_text_addf(said, " %u replies", request->wanted.replies);
    if (request->dropped > 0)
        wm_text_addf(said, " %llu dropped", (unsigned long long)request->dropped);
    wm_text_add(said, "\n");
}

static int feed(struct reading *reading, const char *bytes, size_t count, size_t *ret_used)
{
    const struct wm_protocol *protocol = reading->protocol;
    struct wm_protocol_reply reply = {0};
    struct wm_protocol_request request = {0};
    int rc = reading->replies != NULL
                 ? protocol->reply_feed(reading->replies, bytes, count, ret_used, &reply)
                 : protocol->request_feed(reading->requests, bytes, count, ret_used, &request);
    if (rc > 0 && reading->replies != NULL) {
        say_reply(reading, &reply);
        protocol->reply_begin(reading->replies, &reading->wanted);
    } else if (rc > 0) {
        say_request(reading, &request);
    } else if (rc < 0) {
        assert_int_equal(rc, -EBADMSG);
        const char *reason = reading->replies != NULL ? reply.reason : request.reason;
        assert_true(reason != NULL && reason[0] != '\0');
        wm_text_addf(&reading->said, "broken: %s\n", reason);
        reading->broken = true;
    }
    return rc;
}

static void feed_piece(struct reading *reading, const char *bytes, size_t count)
{
    char *exact = malloc(count > 0 ? count : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, count);
    size_t used = 0;
    while (used < count && !reading->broken) {
        size_t taken = 0;
        int rc = feed(reading, exact + used, count - used, &taken);
        assert_true(taken <= count - used);
        assert_true(rc != 0 || taken == count - used); /* more is needed: nothing is left */
        reading->half = rc == 0;
        used += taken;
    }
    free(exact);
}

static void feed_end(struct reading *reading, bool ends)
{
    struct wm_protocol_reply reply = {0};
    if (reading->broken)
        return;
    if (!ends) {
        wm_text_add(&reading->said, reading->half ? "more\n" : "");
        return;
    }
    int rc = reading->protocol->reply_end(reading->replies, &reply);
    wm_text_add(&reading->said, rc > 0 ? "end: " : "end: early\n");
    if (rc > 0)
        say_reply(reading, &reply);
    else
        assert_int_equal(rc, -EPIPE);
}

static void check(const struct wm_protocol *protocol, const struct piece_case *test, bool replies,
                  size_t piece, size_t first)
{
    struct reading reading = {.protocol = protocol, .wanted = test->wanted};
    size_t count = test->count > 0 ? test->count : strlen(test->bytes);
    wm_text_init(&reading.said);
    if (reading.wanted.replies == 0)
        reading.wanted.replies = 1;
    if (replies) {
        assert_int_equal(protocol->reply_open(&reading.replies), 0);
        protocol->reply_begin(reading.replies, &reading.wanted);
    } else {
        assert_int_equal(protocol->request_open(&reading.requests), 0);
    }
    feed_piece(&reading, test->bytes, first);
    for (size_t at = first; at < count; at += piece)
        feed_piece(&reading, test->bytes + at, count - at < piece ? count - at : piece);
    feed_end(&reading, test->ends);
    if (strcmp(reading.said.data, test->expected) != 0)
        fail_msg("%s %s, first piece %zu of %zu, then %zu:\n%sexpected:\n%s", protocol->name,
                 test->name, first, count, piece, reading.said.data, test->expected);
    wm_text_done(&reading.said);
    protocol->reply_close(reading.replies);
    protocol->request_close(reading.requests);
}

static void check_pieces(const struct wm_protocol *protocol, const struct piece_case *test,
                         bool replies)
{
    size_t count = test->count > 0 ? test->count : strlen(test->bytes);
    size_t step = count <= EVERY_CUT_BYTES ? 1 : count / SOME_CUTS;
    check(protocol, test, replies, count, 0);
    check(protocol, test, replies, 1, 0);
    for (size_t cut = 1; cut < count; cut += step)
        check(protocol, test, replies, count, cut);
    check(protocol, test, replies, 7, 3 < count ? 3 : 0);
}

void piece_replies(const struct wm_protocol *protocol, const struct piece_case *test)
{
    check_pieces(protocol, test, true);
}

void piece_requests(const struct wm_protocol *protocol, const struct piece_case *test)
{
    check_pieces(protocol, test, false);
}

char *piece_spelled(const struct wm_protocol *protocol, const struct wm_work *work,
                    size_t *ret_count, struct wm_wanted *ret_wanted)
{
    struct wm_text text;
    struct wm_error err = {0};
    wm_text_init(&text);
    int rc = protocol->spell(work, "127.0.0.1:8080", &text, ret_wanted, &err);
    if (rc < 0)
        fail_msg("%s: %s", err.place, err.text);
    *ret_count = text.length;
    char *bytes = wm_text_take(&text);
    assert_non_null(bytes);
    return bytes;
}

/* Where requests begin, however the bytes are cut. */
#include "profiles/hooks/watched.h"
#include "tests/support/support.h"

#include <string.h>

/* The labels of all that begins in `bytes`, in pieces of `step`; "?" for what is not understood. */
static const char *labels_of(wm_watched_fn *read_line, const char *bytes, size_t count, size_t step)
{
    static char text[2048];
    struct wm_watched watched;
    memset(&watched, 0, sizeof(watched));
    text[0] = '\0';
    for (size_t from = 0; from < count; from += step) {
        const char *at = bytes + from;
        size_t left = count - from < step ? count - from : step;
        while (left > 0) {
            char name[WM_WATCHED_NAME_BYTES] = "";
            size_t used;
            enum wm_watched_line line = wm_watched_take(&watched, read_line, at, left, &used, name);
            at += used;
            left -= used;
            if (line == WM_WATCHED_NOTHING)
                continue;
            strcat(text, text[0] != '\0' ? ", " : "");
            strcat(text, line == WM_WATCHED_REQUEST ? name : "?");
        }
    }
    return text;
}

static void check(wm_watched_fn *read_line, const char *bytes, const char *labels)
{
    size_t count = strlen(bytes);
    for (size_t step = 1; step <= count; step++)
        assert_string_equal(labels_of(read_line, bytes, count, step), labels);
}

static void test_http(void **state)
{
    (void)state;
    check(wm_watched_http, "GET /users/42?a=b HTTP/1.1\r\nHost: x\r\n\r\n", "GET /users/{id}");
    check(wm_watched_http,
          "POST /cart HTTP/1.1\r\nContent-Length: 24\r\n\r\nGET /no HTTP/1.1\r\n\r\nabcd"
          "\r\nDELETE /cart/7 HTTP/1.0\n\n",
          "POST /cart, DELETE /cart/{id}");
    check(wm_watched_http,
          "PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
          "1a;x=y\r\nGET /no HTTP/1.1\r\n\r\nabcdef\r\n0\r\nTrailer: x\r\n\r\nHEAD /b "
          "HTTP/1.1\r\n\r\n",
          "PUT /a, HEAD /b");
    check(wm_watched_http,
          "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\nGET /no HTTP/1.1\r\n\r\n", "GET /chat");
    check(wm_watched_http, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "?");
    check(wm_watched_http, "\r\nGET http://host/x/0123456789abcdef HTTP/1.1\r\n\r\n",
          "GET /x/{id}");
    check(wm_watched_http, "nonsense\r\nGET /back HTTP/1.1\r\n\r\n", "?, GET /back");
}

static void test_resp(void **state)
{
    (void)state;
    check(wm_watched_resp, "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n*1\r\n$4\r\nping\r\n", "GET, PING");
    check(wm_watched_resp, "*3\r\n$3\r\nset\r\n$1\r\nk\r\n$9\r\n*1\r\n$4\r\nx\r\nLRANGE a 0 1\r\n",
          "SET, LRANGE");
    check(wm_watched_resp, "*0\r\n*-1\r\nget k\r\n", "GET");
    check(wm_watched_resp, "*2\r\nGET\r\nPING\r\n", "?, PING");
}

static void test_memcache(void **state)
{
    (void)state;
    check(wm_watched_memcache, "get a b\r\nset k 0 0 8\r\nget no\r\n\r\ndelete k\r\n",
          "get, set, delete");
    check(wm_watched_memcache, "ms k 8 T0\r\nget no\r\n\r\nmg k v\r\n", "ms, mg");
    check(wm_watched_memcache, "gets a\n\x80\x01\nversion\r\n", "gets, ?, version");
}

static void test_tls_is_not_understood(void **state)
{
    (void)state;
    static const char hello[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    assert_string_equal(labels_of(wm_watched_http, hello, sizeof(hello) - 1, 4), "?");
    assert_string_equal(labels_of(wm_watched_resp, hello, sizeof(hello) - 1, 4), "?");
}

static void test_long_lines_are_cut(void **state)
{
    (void)state;
    static char line[8192];
    memset(line, 'a', sizeof(line) - 1);
    memcpy(line, "GET /", 5);
    strcpy(line + 4000, " HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
    const char *labels = labels_of(wm_watched_http, line, strlen(line), 1000);
    assert_ptr_equal(strstr(labels, "GET /aaaa"), labels);
    assert_non_null(strstr(labels, ", GET /next"));
    memset(line, 'a', sizeof(line) - 1); /* no line at all */
    assert_string_equal(labels_of(wm_watched_http, line, sizeof(line) - 1, 100), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http),
        cmocka_unit_test(test_resp),
        cmocka_unit_test(test_memcache),
        cmocka_unit_test(test_tls_is_not_understood),
        cmocka_unit_test(test_long_lines_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

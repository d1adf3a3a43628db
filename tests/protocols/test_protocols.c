/* test_protocols.c - the table of protocols, and patterns of targets. */
#include "drivers/protocols/protocol.h"
#include "profiles/wire/pattern.h"
#include "tests/support/support.h"

static const struct {
    const char *target;
    const char *pattern;
} patterns[] = {
    {"/", "/"},
    {"", ""},
    {"*", "*"},
    {"/users/42/cart?x=1", "/users/{id}/cart"},
    {"/users/42", "/users/{id}"},
    {"/users/42/", "/users/{id}/"},
    {"/a//7//b", "/a//{id}//b"},
    {"/v2/items/7f3a09bc", "/v2/items/{id}"},
    {"/deadbeef/cafe1234", "/deadbeef/{id}"}, /* a word of the dictionary has no digit */
    {"/abc123", "/abc123"},                   /* seven hex digits at most are a name */
    {"/o/123e4567-e89b-12d3-a456-426614174000/x", "/o/{id}/x"},
    {"/o/abcdefab-abcd-abcd-abcd-abcdefabcdef", "/o/{id}"},
    {"/o/123e4567-e89b-12d3-a456-42661417400g", "/o/123e4567-e89b-12d3-a456-42661417400g"},
    {"/p/1234.html", "/p/{id}.html"},
    {"/p/.123", "/p/.123"},
    {"/p/index.html#top", "/p/index.html"},
    {"/p/7#top", "/p/{id}"},
    {"?q=1", ""},
    {"http://example.org:8080/a/9?b", "/a/{id}"},
    {"http://example.org", ""},
    {"/r?to=http://x/1", "/r"},
    {"/a\tb\x7f", "/a?b?"},
};

static void test_what_differs_between_requests_becomes_id(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        char to[WM_PATTERN_BYTES];
        size_t length = wm_pattern_of_target(patterns[i].target, strlen(patterns[i].target), to);
        assert_string_equal(to, patterns[i].pattern);
        assert_int_equal(length, strlen(to));
    }
}

static void test_long_patterns_are_cut_between_characters(void **state)
{
    (void)state;
    char target[1000];
    char to[WM_PATTERN_BYTES + 1];
    for (size_t offset = 0; offset < 8; offset++) {
        memset(target, '/', sizeof(target));
        for (size_t i = offset; i + 3 <= sizeof(target); i += 3)
            memcpy(target + i, "\xe2\x82\xac", 3);
        to[WM_PATTERN_BYTES] = 'z';
        size_t length = wm_pattern_of_target(target, sizeof(target), to);
        assert_int_equal(length, strlen(to));
        assert_in_range(length, WM_PATTERN_BYTES - 10, WM_PATTERN_BYTES - 1);
        assert_string_equal(to + length - 3, "…");
        for (size_t i = 0; i < length;) {
            size_t character = wm_text_utf8_length(to + i, length - i);
            assert_int_not_equal(character, 0);
            i += character;
        }
        assert_int_equal(to[WM_PATTERN_BYTES], 'z');
    }
}

static void test_every_protocol_is_found_and_whole(void **state)
{
    (void)state;
    assert_int_equal(wm_protocol_count(), 3);
    for (size_t i = 0; i < wm_protocol_count(); i++) {
        const struct wm_protocol *protocol = wm_protocol_at(i);
        assert_ptr_equal(wm_protocol_find(protocol->name), protocol);
        assert_true(protocol->help[0] != '\0' && protocol->columns[0] != '\0');
        protocol->reply_close(NULL);
        protocol->request_close(NULL);
    }
    assert_null(wm_protocol_find("gopher"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_differs_between_requests_becomes_id),
        cmocka_unit_test(test_long_patterns_are_cut_between_characters),
        cmocka_unit_test(test_every_protocol_is_found_and_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

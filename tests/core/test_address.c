/* test_address.c - HOST:PORT to a socket's address. */
#include "harness/core/address.h"
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

static void test_addresses_in_numbers_are_read(void **state)
{
    (void)state;
    struct wm_address address;
    struct sockaddr_in four = {0};
    struct sockaddr_in6 six = {0};
    assert_int_equal(wm_address_read("127.0.0.1:8080", &address, NULL), 0);
    assert_int_equal(address.bytes, sizeof(four));
    memcpy(&four, &address.socket, sizeof(four));
    assert_int_equal(ntohs(four.sin_port), 8080);
    assert_int_equal(ntohl(four.sin_addr.s_addr), INADDR_LOOPBACK);
    assert_int_equal(wm_address_read("[::1]:65535", &address, NULL), 0);
    assert_int_equal(address.bytes, sizeof(six));
    memcpy(&six, &address.socket, sizeof(six));
    assert_int_equal(ntohs(six.sin6_port), 65535);
    assert_memory_equal(&six.sin6_addr, &in6addr_loopback, sizeof(six.sin6_addr));
}

static void test_what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",          "8080",        ":8080",       "host",
                                        "host:",     "host:port",   "1.2.3.4:-1",  "1.2.3.4:65536",
                                        "::1:8080",  "[]:80",       "1.2.3.4:80x", "1.2.3.4:999999",
                                        "[1.2.3:80", "1.2.3.4 :80", "a b:80"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct wm_address address;
        struct wm_error err = {0};
        assert_int_equal(wm_address_read(wrong[i], &address, &err), -EINVAL);
        assert_string_equal(err.place, wrong[i]);
        assert_true(err.text[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_in_numbers_are_read),
        cmocka_unit_test(test_what_is_no_address_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

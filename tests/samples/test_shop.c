/* test_shop.c - the parts of the sample app: hashes, tokens, shelves, requests, ledger. */
#include "tests/support/support.h"

#include "profiles/probe/probe.h"
#include "workloads/samples/shop/ask.h"
#include "workloads/samples/shop/inventory.h"
#include "workloads/samples/shop/ledger.h"
#include "workloads/samples/shop/sha256.h"
#include "workloads/samples/shop/token.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static void assert_sha256(const char *text, size_t times, const char *expected)
{
    struct sha256 sha;
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX];
    sha256_start(&sha);
    for (size_t i = 0; i < times; i++)
        sha256_add(&sha, text, strlen(text));
    sha256_end(&sha, digest);
    sha256_hex(digest, hex);
    assert_string_equal(hex, expected);
}

/* The examples of FIPS 180, and lengths around the block's. */
static void test_sha256_gives_the_standard_digests(void **state)
{
    (void)state;
    assert_sha256("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_sha256("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_sha256("a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    assert_sha256("aaaaaaa", 9, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34");
    assert_sha256("aaaaaaaa", 8,
                  "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

/* RFC 4231, cases 1, 2 and 6 (a key longer than the block). */
static void test_hmac_gives_the_standard_codes(void **state)
{
    (void)state;
    uint8_t key[131];
    uint8_t mac[SHA256_BYTES];
    char hex[SHA256_HEX];
    memset(key, 0x0b, 20);
    hmac_sha256(key, 20, "Hi There", 8, mac);
    sha256_hex(mac, hex);
    assert_string_equal(hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, mac);
    sha256_hex(mac, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof(key));
    hmac_sha256(key, sizeof(key), "Test Using Larger Than Block-Size Key - Hash Key First", 54,
                mac);
    sha256_hex(mac, hex);
    assert_string_equal(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void test_token_stand_ins_become_what_their_names_say(void **state)
{
    (void)state;
    char user[TOKEN_USER_MAX] = "";
    for (uint64_t i = 0; i < 40; i++) {
        assert_true(token_valid(token_stand_in("valid", i), user));
        assert_false(token_valid(token_stand_in("forged", i), user));
        assert_false(token_valid(token_stand_in("expired", i), user));
        assert_true(strlen(token_stand_in("forged", i)) > 70); /* as much work as the real one */
    }
    assert_string_equal(user, "shopper07");
    assert_string_equal(token_stand_in("something", 3), "something");
}

static void test_token_refuses_everything_but_the_whole_of_itself(void **state)
{
    (void)state;
    char token[TOKEN_MAX];
    char user[TOKEN_USER_MAX] = "";
    assert_true(token_make("someone", SHOP_NOW + 1, token));
    assert_true(token_valid(token, user));
    assert_string_equal(user, "someone");
    size_t length = strlen(token);
    for (size_t i = 0; i < length; i++) {
        char broken[TOKEN_MAX];
        memcpy(broken, token, length + 1);
        broken[i] ^= 1;
        assert_false(token_valid(broken, user));
        memcpy(broken, token, i);
        broken[i] = '\0';
        assert_false(token_valid(broken, user));
    }
    assert_true(token_make("someone", SHOP_NOW, token));
    assert_false(token_valid(token, user)); /* over from this second on */
    assert_false(token_make("a name of far too many letters", SHOP_NOW, token));
    assert_false(token_valid("", user));
    assert_false(token_valid("..", user));
}

/* What mix.csv expects of its orders. */
static void test_shelves_hold_what_the_mix_counts_on(void **state)
{
    (void)state;
    for (uint32_t sku = 1; sku <= 1000; sku++) {
        const struct item *item = inventory_find(sku);
        assert_non_null(item);
        assert_int_equal(item->sku, sku);
        assert_in_range(item->stock, 99, 999);
        assert_true(item->price_cents * 5 <= 40000);
        assert_true(item->price_cents * 99 > 40000);
    }
    for (uint32_t sku = 1001; sku <= 1010; sku++)
        assert_int_equal(inventory_find(sku)->stock, 0);
    assert_null(inventory_find(0));
    assert_null(inventory_find(1011));
    assert_null(inventory_find(UINT32_MAX));
}

struct routed {
    const char *method;
    const char *target;
    enum ask_op op;
    uint32_t sku;
    uint32_t qty;
    const char *token;
};

static void test_requests_are_routed_by_method_and_target(void **state)
{
    (void)state;
    static const struct routed table[] = {
        {"GET",     "/",                                       ASK_PAGE,    0,      0, ""     },
        {"HEAD",    "/",                                       ASK_PAGE,    0,      0, ""     },
        {"GET",     "/item/17?from=cart",                      ASK_PAGE,    17,     0, ""     },
        {"GET",     "/item/%31%37",                            ASK_PAGE,    17,     0, ""     },
        {"GET",     "/?sku=3",                                 ASK_PAGE,    0,      0, ""     },
        {"GET",     "/static/shop.css",                        ASK_PAGE,    0,      0, ""     },
        {"POST",    "/order?sku=17&qty=2&token=a.b.c",         ASK_ORDER,   17,     2, "a.b.c"},
        {"POST",    "/order?qty=%32&&sku=17&x&token=a%2eb+c&", ASK_ORDER,   17,     2, "a.b c"},
        {"POST",    "/order",                                  ASK_ORDER,   0,      0, ""     },
        {"POST",    "/refund?sku=999999&qty=two",              ASK_REFUND,  999999, 0, ""     },
        {"POST",    "/refund?sku=1000000&qty=-1",              ASK_REFUND,  0,      0, ""     },
        {"GET",     "/order?sku=17",                           ASK_UNKNOWN, 0,      0, ""     },
        {"DELETE",  "/item/17",                                ASK_UNKNOWN, 0,      0, ""     },
        {"GET",     "/item/seventeen",                         ASK_UNKNOWN, 0,      0, ""     },
        {"GET",     "/item/",                                  ASK_UNKNOWN, 0,      0, ""     },
        {"GET",     "/item/17%zz",                             ASK_UNKNOWN, 0,      0, ""     },
        {"GET",     "/item/17%0",                              ASK_UNKNOWN, 0,      0, ""     },
        {"GET",     "/item/17%00",                             ASK_UNKNOWN, 0,      0, ""     },
        {"POST",    "/order?sku=1%",                           ASK_UNKNOWN, 0,      0, ""     },
        {"OPTIONS", "*",                                       ASK_UNKNOWN, 0,      0, ""     },
        {"-",       "-",                                       ASK_UNKNOWN, 0,      0, ""     },
        {"",        "",                                        ASK_UNKNOWN, 0,      0, ""     },
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct ask ask;
        memset(&ask, 0, sizeof(ask));
        ask_read_target(table[i].method, table[i].target, &ask);
        assert_int_equal(ask.op, table[i].op);
        assert_int_equal(ask.sku, table[i].sku);
        assert_int_equal(ask.qty, table[i].qty);
        assert_string_equal(ask.token, table[i].token);
    }
}

static void test_endless_targets_are_not_read(void **state)
{
    (void)state;
    struct ask ask;
    char *target = malloc(100001);
    assert_non_null(target);
    memset(target, 'a', 100000);
    target[100000] = '\0';
    memcpy(target, "/static/", 8);
    memset(&ask, 0, sizeof(ask));
    ask_read_target("GET", target, &ask);
    assert_int_equal(ask.op, ASK_UNKNOWN);
    memcpy(target, "/order?token=", 13);
    target[1000] = '\0';
    ask_read_target("POST", target, &ask);
    assert_int_equal(ask.op, ASK_ORDER);
    assert_string_equal(ask.token, "");
    free(target);
}

static void test_fields_of_a_mix_are_read(void **state)
{
    (void)state;
    static const struct wm_request_field fields[] = {
        {"op",    "refund"},
        {"sku",   "17"    },
        {"qty",   ""      },
        {"token", "valid" },
        {"card",  "4000"  }
    };
    struct wm_request request;
    struct ask ask;
    char user[TOKEN_USER_MAX] = "";
    memset(&request, 0, sizeof(request));
    request.fields = fields;
    request.field_count = sizeof(fields) / sizeof(fields[0]);
    request.index = 3;
    ask_read(&request, &ask);
    assert_int_equal(ask.op, ASK_REFUND);
    assert_int_equal(ask.sku, 17);
    assert_int_equal(ask.qty, 0);
    assert_string_equal(ask.card, "4000");
    assert_true(token_valid(ask.token, user));
    assert_string_equal(user, "shopper03");
    request.field_count = 0;
    ask_read(&request, &ask);
    assert_int_equal(ask.op, ASK_UNKNOWN);
    assert_string_equal(ask.target, "-");
}

/* capture.sh signs in shell what token.c checks: they must agree, whatever the year. */
static void test_tokens_in_the_capture_are_the_shops_own(void **state)
{
    (void)state;
    static const char before[] = "&token=shopper";
    char *log = wm_test_read(SHOP_CAPTURE);
    char user[TOKEN_USER_MAX] = "";
    size_t valid = 0;
    size_t expired = 0;
    for (char *at = strstr(log, before); at != NULL; at = strstr(at + 1, before)) {
        char token[TOKEN_MAX] = "";
        size_t length = strcspn(at + 7, " &\n");
        assert_true(length < sizeof(token));
        memcpy(token, at + 7, length);
        if (token_valid(token, user)) {
            valid++;
        } else {
            assert_non_null(strstr(token, ".1735689600."));
            expired++;
        }
    }
    assert_true(valid > 200);
    assert_true(expired > 5);
    free(log);
}

static void *write_lines(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < 20000; i++)
        ledger_log("a line", 6);
    return NULL;
}

static void test_log_keeps_a_fixed_number_of_lines_of_many_threads(void **state)
{
    (void)state;
    pthread_t threads[4];
    assert_int_equal(ledger_log_count(), 0);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, NULL), 0);
    for (unsigned i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(ledger_log_count(), 4096);
    ledger_stop();
    assert_int_equal(ledger_log_count(), 0);
}

static int open_shop(void **state)
{
    (void)state;
    token_start();
    inventory_start();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256_gives_the_standard_digests),
        cmocka_unit_test(test_hmac_gives_the_standard_codes),
        cmocka_unit_test(test_token_stand_ins_become_what_their_names_say),
        cmocka_unit_test(test_token_refuses_everything_but_the_whole_of_itself),
        cmocka_unit_test(test_shelves_hold_what_the_mix_counts_on),
        cmocka_unit_test(test_requests_are_routed_by_method_and_target),
        cmocka_unit_test(test_endless_targets_are_not_read),
        cmocka_unit_test(test_fields_of_a_mix_are_read),
        cmocka_unit_test(test_tokens_in_the_capture_are_the_shops_own),
        cmocka_unit_test(test_log_keeps_a_fixed_number_of_lines_of_many_threads),
    };
    return cmocka_run_group_tests(tests, open_shop, NULL);
}

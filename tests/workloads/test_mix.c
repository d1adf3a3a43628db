/* test_mix.c - the mix: what it draws, and a line for every kind of bad row. */
#include "workloads/mix.h"

#include "harness/core/file.h"
#include "harness/core/text.h"
#include "tests/support/support.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char shop[] =
    "entry,weight,expect,op,sku,qty,token\n"
    "HandleRequest,70,ProcessOrder:approved,order,{zipf 1.1 1000},{uniform 1 5},valid\n"
    "HandleRequest,8,ProcessOrder:declined,order,{zipf 1.1 1000},99,valid\n"
    "HandleRequest,20,ProcessRefund,refund,{zipf 1.1 1000},1,valid\n"
    "HandleRequest,2,Authenticate:denied,order,1,1,{choice expired|forged}\n";

static struct wm_mix *read_mix(const char *content)
{
    char *folder = wm_test_folder();
    char *name = wm_test_file(folder, "mix.csv", content);
    struct wm_mix *mix = NULL;
    struct wm_error err = {0};

    if (wm_mix_read(name, &mix, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    free(name);
    wm_test_folder_remove(folder);
    return mix;
}

static struct wm_mix_scratch *new_scratch(const struct wm_mix *mix)
{
    struct wm_mix_scratch *scratch = NULL;
    assert_int_equal(wm_mix_scratch_new(mix, &scratch), 0);
    return scratch;
}

/* Fails unless reading `content` fails at "mix.csv<place>" with `expected` in its sentence. */
static void check_bytes(const char *content, size_t length, const char *place, const char *expected)
{
    char *folder = wm_test_folder();
    char *name = wm_test_file(folder, "mix.csv", "");
    struct wm_mix *mix = NULL;
    struct wm_error err = {0};
    struct wm_text where;

    assert_int_equal(wm_file_write(name, content, length, &err), 0);
    wm_text_init(&where);
    wm_text_addf(&where, "%s%s", name, place);
    if (wm_mix_read(name, &mix, &err) != -EINVAL)
        fail_msg("'%s' was taken", content);
    assert_null(mix);
    assert_string_equal(err.place, where.data);
    if (strstr(err.text, expected) == NULL)
        fail_msg("'%s': got '%s', expected '%s'", content, err.text, expected);
    wm_text_done(&where);
    free(name);
    wm_test_folder_remove(folder);
}

static void check_fault(const char *content, const char *place, const char *expected)
{
    check_bytes(content, strlen(content), place, expected);
}

static void test_mix_knows_its_rows(void **state)
{
    struct wm_mix *mix = read_mix(shop);
    (void)state;

    assert_int_equal(wm_mix_row_count(mix), 4);
    assert_string_equal(wm_mix_entry(mix, 3), "HandleRequest");
    assert_string_equal(wm_mix_expect(mix, 1), "ProcessOrder:declined");
    assert_int_equal(wm_mix_line(mix, 2), 4);
    assert_true(fabs(wm_mix_share(mix, 0) - 0.7) < 1e-12);
    wm_mix_free(mix);
    wm_mix_free(NULL);
}

static void test_mix_draws_rows_by_weight_and_fields_in_order(void **state)
{
    enum { DRAWS = 100000 };
    struct wm_mix *mix = read_mix(shop);
    struct wm_mix_scratch *scratch = new_scratch(mix);
    uint64_t seen[4] = {0};
    (void)state;

    for (uint64_t i = 0; i < DRAWS; i++) {
        struct wm_work work;
        assert_int_equal(wm_mix_draw(mix, 1, i, scratch, &work), 0);
        assert_true(work.index == i && work.due_ns == 0 && work.think_ns == 0);
        assert_true(work.row < 4 && work.field_count == 4 && work.body == NULL);
        seen[work.row]++;
        assert_string_equal(work.entry, "HandleRequest");
        assert_string_equal(work.fields[0].name, "op");
        assert_string_equal(work.fields[0].value, work.row == 2 ? "refund" : "order");
        assert_string_equal(work.fields[3].name, "token");
        if (work.row == 3)
            assert_true(strcmp(work.fields[3].value, "expired") == 0 ||
                        strcmp(work.fields[3].value, "forged") == 0);
        else
            assert_string_equal(work.fields[3].value, "valid");
        long sku = strtol(work.fields[1].value, NULL, 10);
        assert_true(sku >= 1 && sku <= 1000);
    }
    const double shares[] = {0.70, 0.08, 0.20, 0.02};
    for (size_t i = 0; i < 4; i++)
        assert_true(fabs((double)seen[i] / DRAWS - shares[i]) <
                    5 * sqrt(shares[i] * (1 - shares[i]) / DRAWS));
    wm_mix_scratch_free(scratch);
    wm_mix_scratch_free(NULL);
    wm_mix_free(mix);
}

static void test_mix_request_depends_on_nothing_but_seed_and_index(void **state)
{
    enum { DRAWS = 2000 };
    struct wm_mix *mix = read_mix(shop);
    struct wm_mix *again = read_mix(shop);
    struct wm_mix_scratch *one = new_scratch(mix), *other = new_scratch(again);
    uint64_t sum = 0, backwards = 0, seeded = 0, warm = 0;
    struct wm_work work;
    (void)state;

    for (uint64_t i = 0; i < DRAWS; i++) {
        assert_int_equal(wm_mix_draw(mix, 1, i, one, &work), 0);
        sum += wm_work_hash(&work);
        assert_int_equal(wm_mix_draw(again, 1, DRAWS - 1 - i, other, &work), 0);
        backwards += wm_work_hash(&work);
        assert_int_equal(wm_mix_draw(mix, 2, i, one, &work), 0);
        seeded += wm_work_hash(&work);
        assert_int_equal(wm_mix_draw(mix, 1, i | WM_WORK_WARMUP_INDEX, one, &work), 0);
        assert_true(work.index == (i | WM_WORK_WARMUP_INDEX));
        warm += wm_work_hash(&work);
    }
    assert_true(sum == backwards);
    assert_true(sum != seeded && sum != warm);
    wm_mix_scratch_free(one);
    wm_mix_scratch_free(other);
    wm_mix_free(mix);
    wm_mix_free(again);
}

static void test_work_hash_tells_boundaries_and_bodies_apart(void **state)
{
    struct wm_work_field fields[] = {
        {"a", "bc"},
        {"d", "e" }
    };
    struct wm_work_field shifted[] = {
        {"ab", "c"},
        {"d",  "e"}
    };
    struct wm_work work = {.entry = "E", .field_count = 2, .fields = fields};
    uint64_t hash = wm_work_hash(&work);
    (void)state;

    struct wm_work others[6];
    for (size_t i = 0; i < 6; i++)
        others[i] = work;
    others[0].fields = shifted;
    others[1].index = 1;
    others[2].entry = "F";
    others[3].field_count = 1;
    others[4].body = "";
    others[5].body = "long body";
    others[5].body_bytes = 9;
    for (size_t i = 0; i < 6; i++)
        assert_true(wm_work_hash(&others[i]) != hash);
    others[4].body = NULL;
    assert_true(wm_work_hash(&others[4]) == hash);
}

static void test_work_hash_sees_every_byte_of_any_length(void **state)
{
    (void)state;
    for (size_t length = 1; length <= 40; length++) {
        char body[40] = {0};
        struct wm_work work = {.entry = "E", .body = body, .body_bytes = length};
        uint64_t hash = wm_work_hash(&work);
        for (size_t i = 0; i < length; i++) {
            body[i] = 1;
            assert_true(wm_work_hash(&work) != hash);
            body[i] = 0;
        }
        work.body_bytes = length - 1;
        assert_true(wm_work_hash(&work) != hash);
    }
}

static void test_mix_constants_are_borrowed_not_copied(void **state)
{
    struct wm_mix *mix = read_mix("entry,weight,a\nE,1,x\n");
    struct wm_mix_scratch *one = new_scratch(mix), *other = new_scratch(mix);
    struct wm_work a, b;
    (void)state;

    assert_int_equal(wm_mix_draw(mix, 1, 0, one, &a), 0);
    assert_int_equal(wm_mix_draw(mix, 1, 7, other, &b), 0);
    assert_ptr_equal(a.fields, b.fields);
    assert_int_equal(a.row, 0);
    wm_mix_scratch_free(one);
    wm_mix_scratch_free(other);
    wm_mix_free(mix);
}

static void test_mix_known_columns_stand_anywhere(void **state)
{
    struct wm_mix *mix = read_mix("\xef\xbb\xbfthink,body,a,weight,entry\r\n"
                                  "1.5ms,\"{{\"\"id\"\":{seq}}}\",,0.25,E\r\n"
                                  ",,\"x,\ny\",7.5e-1,F\r\n");
    struct wm_mix_scratch *scratch = new_scratch(mix);
    bool seen[2] = {false};
    (void)state;

    assert_int_equal(wm_mix_line(mix, 1), 3);
    assert_string_equal(wm_mix_expect(mix, 0), "");
    for (uint64_t i = 0; i < 50; i++) {
        struct wm_work work;
        assert_int_equal(wm_mix_draw(mix, 1, i, scratch, &work), 0);
        assert_int_equal(work.field_count, 1);
        seen[work.row] = true;
        if (work.row == 1) {
            assert_string_equal(work.entry, "F");
            assert_true(work.body == NULL && work.body_bytes == 0 && work.think_ns == 0);
            assert_string_equal(work.fields[0].value, "x,\ny");
            continue;
        }
        char body[64];
        int length = snprintf(body, sizeof(body), "{\"id\":%llu}", (unsigned long long)i + 1);
        assert_int_equal(work.think_ns, 1500000);
        assert_int_equal(work.body_bytes, length);
        assert_memory_equal(work.body, body, (size_t)length);
        assert_string_equal(work.fields[0].value, "");
    }
    assert_true(seen[0] && seen[1]);
    wm_mix_scratch_free(scratch);
    wm_mix_free(mix);
}

static void test_mix_without_fields_is_a_mix(void **state)
{
    struct wm_mix *mix = read_mix("weight,entry\n1,E\n");
    struct wm_mix_scratch *scratch = new_scratch(mix);
    struct wm_work work;
    (void)state;

    assert_int_equal(wm_mix_draw(mix, 1, 0, scratch, &work), 0);
    assert_int_equal(work.field_count, 0);
    wm_mix_scratch_free(scratch);
    wm_mix_free(mix);
}

static void test_mix_files_are_found_beside_the_mix(void **state)
{
    char *folder = wm_test_folder();
    char *users = wm_test_file(folder, "users.csv", "id,key\n1,a\n2,b\n");
    char *name = wm_test_file(
        folder, "mix.csv", "entry,weight,id,key\nE,1,{file users.csv id},{file users.csv key}\n");
    struct wm_mix *mix = NULL;
    struct wm_error err = {0};
    (void)state;

    assert_int_equal(wm_mix_read(name, &mix, &err), 0);
    struct wm_mix_scratch *scratch = new_scratch(mix);
    for (uint64_t i = 0; i < 50; i++) {
        struct wm_work work;
        assert_int_equal(wm_mix_draw(mix, 1, i, scratch, &work), 0);
        bool first = strcmp(work.fields[0].value, "1") == 0;
        assert_string_equal(work.fields[0].value, first ? "1" : "2");
        assert_string_equal(work.fields[1].value, first ? "a" : "b");
    }
    wm_mix_scratch_free(scratch);
    wm_mix_free(mix);
    free(users);
    free(name);
    wm_test_folder_remove(folder);
}

static void test_mix_expectations_are_met_or_not(void **state)
{
    struct wm_mix *mix = read_mix("entry,weight,expect\nE,1,A+!B:ok\nE,1,\n");
    const char *const with[] = {"A", "A/B"};
    (void)state;

    assert_true(wm_mix_expect_met(mix, 0, with, 1, "ok"));
    assert_false(wm_mix_expect_met(mix, 0, with, 2, "ok"));
    assert_false(wm_mix_expect_met(mix, 0, with, 1, ""));
    assert_true(wm_mix_expect_met(mix, 1, with, 2, "any"));
    wm_mix_free(mix);
}

static void test_mix_takes_as_many_fields_as_a_request_has(void **state)
{
    struct wm_text text;
    (void)state;

    wm_text_init(&text);
    wm_text_add(&text, "entry,weight,body");
    for (int i = 0; i < WM_WORK_FIELD_MAX; i++)
        wm_text_addf(&text, ",f%d", i);
    wm_text_add(&text, "\nE,1,{seq}");
    for (int i = 0; i < WM_WORK_FIELD_MAX; i++)
        wm_text_add(&text, ",{uniform 1 9}");
    wm_text_add(&text, "\n");
    struct wm_mix *mix = read_mix(text.data);
    struct wm_mix_scratch *scratch = new_scratch(mix);
    struct wm_work work;
    assert_int_equal(wm_mix_draw(mix, 1, 41, scratch, &work), 0);
    assert_int_equal(work.field_count, WM_WORK_FIELD_MAX);
    assert_int_equal(work.body_bytes, 2);
    assert_memory_equal(work.body, "42", 2);
    assert_string_equal(work.fields[WM_WORK_FIELD_MAX - 1].name, "f63");
    for (int i = 0; i < WM_WORK_FIELD_MAX; i++)
        assert_int_equal(strlen(work.fields[i].value), 1);
    wm_mix_scratch_free(scratch);
    wm_mix_free(mix);
    wm_text_done(&text);
}

static void test_mix_files_that_are_no_mix_are_told(void **state)
{
    (void)state;
    check_fault("", "", "is empty: a mix has a header");
    check_fault("\n\n", "", "is empty");
    check_fault("entry,weight\n", "", "has a header but no row below it");
    check_bytes("\x7f"
                "ELF\x02\x01\0\0",
                8, "", "is a binary file");
    check_bytes("entry,weight\nE,1\0\n", 18, "", "is a binary file");
    check_fault("E,1\nE,2\n", ":1", "no column \"entry\": the first row names the columns");
}

/* Past what is looked at for a binary file, the line of the NUL is told. */
static void test_mix_nul_far_below_is_told_with_its_line(void **state)
{
    struct wm_text text;
    (void)state;

    wm_text_init(&text);
    wm_text_add(&text, "entry,weight\n");
    for (int i = 0; i < 2000; i++)
        wm_text_add(&text, "E,1\n");
    wm_text_add_bytes(&text, "E\0,1\n", 5);
    check_bytes(text.data, text.length, ":2002", "NUL");
    wm_text_done(&text);
}

static void test_mix_bad_headers_are_told(void **state)
{
    struct wm_text text;
    (void)state;

    check_fault("entry,expect\nE,1\n", ":1", "no column \"weight\"");
    check_fault("weight,expect\n1,\n", ":1", "no column \"entry\"");
    check_fault("Entry,weight\nE,1\n", ":1", "no column \"entry\"");
    check_fault("entry,weight,a,a\nE,1,2,3\n", ":1", "columns 3 and 4 are both named \"a\"");
    check_fault("entry,weight,weight\nE,1,2\n", ":1", "columns 2 and 3 are both named \"weight\"");
    check_fault("entry,weight,\nE,1,\n", ":1", "column 3 has no name: name it or remove it");
    wm_text_init(&text);
    wm_text_add(&text, "entry,weight");
    for (int i = 0; i <= WM_WORK_FIELD_MAX; i++)
        wm_text_addf(&text, ",f%d", i);
    wm_text_add(&text, "\n");
    check_fault(text.data, ":1",
                "column 67, \"f64\", is one field too many: a request has 64 at most");
    wm_text_done(&text);
}

static void test_mix_bad_rows_are_told_with_their_line(void **state)
{
    static const char *const rows[][2] = {
        {"E,1,,,",                 "cells: 5, expected 6 as in the header: add the missing ones" },
        {"E,1,,,,,",               "cells: 7, expected 6 as in the header: remove the extra ones"},
        {",1,,,,",                 "entry: is empty: name an entry point of the app"             },
        {"E,,,,,",                 "weight: must be a number above 0, got \"\""                  },
        {"E,abc,,,,",              "weight: must be a number above 0, got \"abc\""               },
        {"E,0,,,,",                "weight: must be a number above 0, got \"0\""                 },
        {"E,-1,,,,",               "weight: must be a number above 0, got \"-1\""                },
        {"E,inf,,,,",              "weight: must be a number above 0, got \"inf\""               },
        {"E,nan,,,,",              "weight: must be a number above 0, got \"nan\""               },
        {"E,0x10,,,,",             "weight: must be a number above 0, got \"0x10\""              },
        {"E,1e999,,,,",            "weight: must be a number above 0, got \"1e999\""             },
        {"E,1e-999,,,,",           "weight: must be a number above 0, got \"1e-999\""            },
        {"E,7%,,,,",               "weight: must be a number above 0, got \"7%\""                },
        {"E,1,A:,,,",              "expect: an outcome's name is missing"                        },
        {"E,1,A++B,,,",            "expect: a segment's name is missing"                         },
        {"E,1,,soon,,",            "think: must be a duration such as 250us or 1.5s"             },
        {"E,1,,5,,",               "think: must be a duration"                                   },
        {"E,1,,-5ms,,",            "think: must be a duration"                                   },
        {"E,1,,,{seq,",            "body: { without its }"                                       },
        {"E,1,,,{zip 1 2},",       "body: unknown generator \"zip\": did you mean {zipf S N}?"   },
        {"E,1,,,,}",               "a: } without its {"                                          },
        {"E,1,,,,{hex x}",         "a: {hex N}: N must be a count of characters"                 },
        {"E,1,,,,{file u.csv id}", "u.csv: cannot open: No such file or directory"               },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct wm_text text;
        wm_text_init(&text);
        wm_text_addf(&text, "entry,weight,expect,think,body,a\nE,1,,,\"two\nlines\",\n\n%s\n",
                     rows[i][0]);
        check_fault(text.data, ":5", rows[i][1]);
        wm_text_done(&text);
    }
}

static void test_mix_weights_whose_sum_overflows_are_told(void **state)
{
    (void)state;
    check_fault("entry,weight\nE,1e308\nE,1\nE,1e308\n", ":4", "the weights' sum is too large");
}

static void test_mix_quotes_left_open_are_told_with_their_line(void **state)
{
    (void)state;
    check_fault("entry,weight,a\nE,1,x\nE,1,\"x\nE,1,y\n", ":3", "a quote opens here");
    check_fault("entry,weight,a\nE,1,x\"y\"\n", ":2", "a quote in the middle of a cell");
}

static void test_mix_that_is_not_there_is_told(void **state)
{
    struct wm_mix *mix = NULL;
    struct wm_error err = {0};
    (void)state;

    assert_int_equal(wm_mix_read("no/such/mix.csv", &mix, &err), -ENOENT);
    assert_string_equal(err.place, "no/such/mix.csv");
    assert_int_equal(wm_mix_read("/", &mix, &err), -EISDIR);
    assert_null(mix);
}

/* A prefix of a mix is a mix or told; it never harms. */
static void test_mix_cut_off_anywhere_is_read_or_refused(void **state)
{
    char *folder = wm_test_folder();
    char *name = wm_test_file(folder, "mix.csv", "");
    (void)state;

    for (size_t length = 0; length < sizeof(shop); length++) {
        struct wm_mix *mix = NULL;
        struct wm_error err = {0};
        assert_int_equal(wm_file_write(name, shop, length, &err), 0);
        int rc = wm_mix_read(name, &mix, &err);
        assert_true(rc == 0 || (rc == -EINVAL && err.text[0] != '\0' && err.place[0] != '\0'));
        wm_mix_free(mix);
    }
    free(name);
    wm_test_folder_remove(folder);
}

static void test_a_mix_for_a_server_needs_no_entry_points(void **state)
{
    char *folder = wm_test_folder();
    char *name = wm_test_file(folder, "mix.csv", "weight,command,expect\n1,GET a,:error\n");
    char *half = wm_test_file(folder, "half.csv", "entry,weight\nnamed,1\n,1\n");
    char *bad = wm_test_file(folder, "bad.csv", "command\nGET a\n");
    struct wm_mix *mix = NULL;
    struct wm_error err = {0};
    (void)state;

    assert_int_equal(wm_mix_read(name, &mix, &err), -EINVAL);
    assert_int_equal(wm_mix_read_for_server(name, &mix, &err), 0);
    struct wm_mix_scratch *scratch = new_scratch(mix);
    struct wm_work work;
    assert_int_equal(wm_mix_draw(mix, 1, 0, scratch, &work), 0);
    assert_string_equal(work.entry, "");
    assert_string_equal(wm_mix_entry(mix, 0), "");
    assert_true(wm_mix_expect_met(mix, 0, NULL, 0, "error"));
    assert_false(wm_mix_expect_met(mix, 0, NULL, 0, ""));
    wm_mix_scratch_free(scratch);
    wm_mix_free(mix);
    assert_int_equal(wm_mix_read_for_server(half, &mix, &err), 0);
    assert_string_equal(wm_mix_entry(mix, 0), "named");
    assert_string_equal(wm_mix_entry(mix, 1), "");
    wm_mix_free(mix);
    assert_int_equal(wm_mix_read_for_server(bad, &mix, &err), -EINVAL);
    assert_non_null(strstr(err.text, "no column \"weight\": the first row names the columns, "
                                     "weight among them"));
    free(bad);
    free(half);
    free(name);
    wm_test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mix_knows_its_rows),
        cmocka_unit_test(test_mix_draws_rows_by_weight_and_fields_in_order),
        cmocka_unit_test(test_mix_request_depends_on_nothing_but_seed_and_index),
        cmocka_unit_test(test_work_hash_tells_boundaries_and_bodies_apart),
        cmocka_unit_test(test_work_hash_sees_every_byte_of_any_length),
        cmocka_unit_test(test_mix_constants_are_borrowed_not_copied),
        cmocka_unit_test(test_mix_known_columns_stand_anywhere),
        cmocka_unit_test(test_mix_without_fields_is_a_mix),
        cmocka_unit_test(test_mix_files_are_found_beside_the_mix),
        cmocka_unit_test(test_mix_expectations_are_met_or_not),
        cmocka_unit_test(test_mix_takes_as_many_fields_as_a_request_has),
        cmocka_unit_test(test_mix_files_that_are_no_mix_are_told),
        cmocka_unit_test(test_mix_nul_far_below_is_told_with_its_line),
        cmocka_unit_test(test_mix_bad_headers_are_told),
        cmocka_unit_test(test_mix_bad_rows_are_told_with_their_line),
        cmocka_unit_test(test_mix_weights_whose_sum_overflows_are_told),
        cmocka_unit_test(test_mix_quotes_left_open_are_told_with_their_line),
        cmocka_unit_test(test_mix_that_is_not_there_is_told),
        cmocka_unit_test(test_mix_cut_off_anywhere_is_read_or_refused),
        cmocka_unit_test(test_a_mix_for_a_server_needs_no_entry_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

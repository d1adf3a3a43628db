/* test_csv.c - rows with the line they begin on; what is wrong is told with its line. */
#include "harness/core/csv.h"

#include "tests/support/support.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Writes each row as "line:cell|cell;". */
static int print_row(const struct wm_csv_row *row, void *user, struct wm_error *err)
{
    (void)err;
    struct wm_text *text = user;
    wm_text_addf(text, "%" PRIu32 ":", row->line);
    for (size_t i = 0; i < row->count; i++) {
        assert_int_equal(strlen(row->cells[i]), row->lengths[i]);
        wm_text_addf(text, "%s%s", i > 0 ? "|" : "", row->cells[i]);
    }
    wm_text_add(text, ";");
    return 0;
}

static void expect_rows(const char *data, const char *rows)
{
    struct wm_error err = {0};
    struct wm_text text;
    wm_text_init(&text);
    assert_int_equal(wm_csv_read(data, strlen(data), "f.csv", print_row, &text, &err), 0);
    assert_string_equal(text.data, rows);
    wm_text_done(&text);
}

static void expect_failure(const char *data, size_t length, const char *place, const char *words)
{
    struct wm_error err = {0};
    struct wm_text text;
    wm_text_init(&text);
    assert_int_equal(wm_csv_read(data, length, "f.csv", print_row, &text, &err), -EINVAL);
    assert_string_equal(err.place, place);
    if (strstr(err.text, words) == NULL)
        fail_msg("\"%s\" says nothing of \"%s\"", err.text, words);
    wm_text_done(&text);
}

static void rows_know_their_lines(void **state)
{
    (void)state;
    expect_rows("a,b\nc,d\n", "1:a|b;2:c|d;");
    expect_rows("a,b\r\n\r\n\nc,d", "1:a|b;4:c|d;");
    expect_rows("a\rb\r", "1:a;2:b;");
    expect_rows("\xef\xbb\xbf"
                "a,\n,\n",
                "1:a|;2:|;");
    expect_rows("", "");
    expect_rows("\n\n", "");
    expect_rows("x", "1:x;");
}

static void quoted_cells_may_span_lines(void **state)
{
    (void)state;
    expect_rows("a,\"1\n2\n\"\"3\"\nb\n", "1:a|1\n2\n\"3;4:b;");
    expect_rows("\"\"\nb\n", "1:;2:b;");
    expect_rows("\"a\"\n\n\"\n\n\"\nz", "1:a;3:\n\n;6:z;");
}

static void an_unclosed_quote_is_told_where_it_opens(void **state)
{
    (void)state;
    static const char data[] = "a,b\nc,\"d\ne,f\ng,h\n";
    expect_failure(data, sizeof(data) - 1, "f.csv:2", "never closed");
    expect_failure("\"", 1, "f.csv:1", "never closed");
    expect_failure("a\n\"x\n\"\"", 7, "f.csv:2", "never closed");
}

static void a_stray_quote_is_refused(void **state)
{
    (void)state;
    expect_failure("a\nb\"c\"\n", 7, "f.csv:2", "middle of a cell");
    expect_failure("a\n\"b\"c\n", 7, "f.csv:2", "middle of a cell");
}

static void binary_data_is_refused(void **state)
{
    (void)state;
    expect_failure("a,b\nc\0d\n", 8, "f.csv:2", "NUL");
    expect_failure("\0", 1, "f.csv:1", "NUL");
}

static void a_row_of_too_many_cells_is_refused(void **state)
{
    (void)state;
    char data[3000];
    memset(data, ',', sizeof(data));
    expect_failure(data, sizeof(data), "f.csv:1", "1024");
}

static int refuse_second(const struct wm_csv_row *row, void *user, struct wm_error *err)
{
    int *rows = user;
    (*rows)++;
    return row->line == 2 ? wm_fail(err, -ERANGE, "enough") : 0;
}

static void a_callback_ends_the_reading(void **state)
{
    (void)state;
    struct wm_error err = {0};
    int rows = 0;
    assert_int_equal(wm_csv_read("a\nb\nc\nd\n", 8, "f.csv", refuse_second, &rows, &err), -ERANGE);
    assert_string_equal(err.text, "enough");
    assert_int_equal(rows, 2);
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    struct wm_text text;
    wm_text_init(&text);
    wm_csv_add(&text, "");
    wm_csv_add(&text, "plain");
    wm_csv_add(&text, "");
    wm_csv_add(&text, "a,b");
    wm_csv_add(&text, "say \"x\"");
    wm_csv_add(&text, " edge\t");
    wm_csv_add(&text, "two\nlines");
    wm_csv_end(&text);
    wm_csv_add_u64(&text, UINT64_MAX);
    wm_csv_add_share(&text, 0.62);
    wm_csv_add_share(&text, 1);
    wm_csv_add_share(&text, 0.0000004);
    wm_csv_end(&text);
    assert_string_equal(text.data,
                        "\"\",plain,,\"a,b\",\"say \"\"x\"\"\",\" edge\t\",\"two\nlines\"\n"
                        "18446744073709551615,0.620000,1.000000,0.000000\n");
    expect_rows(text.data, "1:|plain||a,b|say \"x\"| edge\t|two\nlines;"
                           "3:18446744073709551615|0.620000|1.000000|0.000000;");
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_know_their_lines),
        cmocka_unit_test(quoted_cells_may_span_lines),
        cmocka_unit_test(an_unclosed_quote_is_told_where_it_opens),
        cmocka_unit_test(a_stray_quote_is_refused),
        cmocka_unit_test(binary_data_is_refused),
        cmocka_unit_test(a_row_of_too_many_cells_is_refused),
        cmocka_unit_test(a_callback_ends_the_reading),
        cmocka_unit_test(what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_capture.c - the table of formats, and what is refused before a format is known. */
#include "tests/captures/import.h"

#include <fcntl.h>
#include <stdio.h>
#include <zlib.h>

#define LINE "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 5\n"

/* `text` as gzip, `count` times, in folder/name. */
static char *gzip_file(const char *folder, const char *name, const char *text, int count)
{
    char *path = wm_file_join_dup(folder, name);
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    for (int i = 0; i < count; i++)
        gzputs(file, text);
    assert_int_equal(gzclose(file), Z_OK);
    return path;
}

static void assert_refused(const char *name, const char *format, const char *says)
{
    struct imported in;
    assert_int_equal(import_file(name, format, &in), -EINVAL);
    if (strstr(in.err.text, says) == NULL)
        fail_msg("said '%s', not '%s'", in.err.text, says);
    assert_null(strchr(in.err.text, '\n'));
    assert_string_equal(in.err.place, name);
    imported_done(&in);
}

static void test_the_table_names_each_format_once(void **state)
{
    (void)state;
    assert_true(wm_capture_format_count() >= 1);
    for (size_t i = 0; i < wm_capture_format_count(); i++) {
        assert_true(wm_capture_format(i)->name[0] != '\0');
        assert_true(wm_capture_format(i)->help[0] != '\0');
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(wm_capture_format(i)->name, wm_capture_format(j)->name);
    }
    assert_null(wm_capture_format(wm_capture_format_count()));
}

static void test_a_format_can_be_named_or_found_out(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    char *name = wm_test_file(folder, "a", "# a comment of somebody\n" LINE LINE);
    static const char *const formats[] = {NULL, "accesslog"};
    for (size_t i = 0; i < 2; i++) {
        struct imported in;
        assert_int_equal(import_file(name, formats[i], &in), 0);
        assert_string_equal(in.report.format, "accesslog");
        assert_int_equal(in.report.requests, 2);
        assert_int_equal(in.report.skipped, 1);
        imported_done(&in);
    }
    assert_refused(name, "harr", "no capture format is named 'harr'; known: accesslog");
    free(name);
    wm_test_folder_remove(folder);
}

static void test_what_is_no_capture_is_refused_in_one_line(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    char *name = wm_test_file(folder, "empty", "");
    assert_refused(name, NULL, "is empty");
    free(name);
    name = wm_test_file(folder, "text", "entry,weight\nHandle,1\n");
    assert_refused(name, NULL, "no capture of a known format; known: accesslog");
    assert_refused(name, "accesslog", "holds no request: 2 lines");
    free(name);
    name = wm_test_file(folder, "blank", "\n\n\n");
    assert_refused(name, "accesslog", "holds no request");
    free(name);
    name = wm_test_file(folder, "garbage", "a - - [10/Oct/2000:13:55:36 -0700] \"HELP\" 400 157\n");
    assert_refused(name, NULL,
                   "holds no request: 1 line, none readable as one (first: line 1, byte 37: "
                   "expected METHOD target HTTP/1.1, found: HELP)");
    free(name);
    wm_test_folder_remove(folder);
}

static void test_binary_files_are_refused_though_they_hold_log_lines(void **state)
{
    (void)state;
    static const char bytes[] = "\x7f"
                                "ELF\n\0\n" LINE;
    char *folder = wm_test_folder();
    char *name = wm_file_join_dup(folder, "binary");
    assert_int_equal(wm_file_write(name, bytes, sizeof(bytes), NULL), 0);
    assert_refused(name, NULL, "is a binary file (byte 5 is 0)");
    assert_refused(name, "accesslog", "is a binary file");
    free(name);
    wm_test_folder_remove(folder);
}

static void test_missing_files_folders_and_traces_are_refused(void **state)
{
    (void)state;
    struct imported in;
    char *folder = wm_test_folder();
    assert_int_equal(import_file("/nonexistent/access.log", NULL, &in), -ENOENT);
    assert_string_equal(in.err.place, "/nonexistent/access.log");
    imported_done(&in);
    assert_int_equal(import_file(folder, NULL, &in), -EISDIR);
    imported_done(&in);
    assert_int_equal(import_text(LINE, &in), 0);
    assert_refused(in.trace, NULL, "is a trace already");
    imported_done(&in);
    wm_test_folder_remove(folder);
}

static void test_a_gzip_log_is_read_as_the_plain_one(void **state)
{
    (void)state;
    struct imported in;
    char *folder = wm_test_folder();
    char *name = gzip_file(folder, "access.log.gz", LINE, 10000);
    assert_int_equal(import_file(name, NULL, &in), 0);
    assert_int_equal(in.report.requests, 10000);
    imported_done(&in);
    free(name);
    name = gzip_file(folder, "binary.gz", "\x01\x02\x03\n", 3);
    assert_refused(name, NULL, "no capture of a known format");
    free(name);
    wm_test_folder_remove(folder);
}

static void test_a_gzip_log_that_was_cut_off_or_damaged_is_refused(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    char *name = gzip_file(folder, "access.log.gz", LINE, 30000);
    char *bytes = NULL;
    size_t length;
    assert_int_equal(wm_file_read(name, 0, &bytes, &length, NULL), 0);
    assert_int_equal(wm_file_write(name, bytes, length / 2, NULL), 0);
    assert_refused(name, NULL, "the gzip data is cut off behind line ");
    assert_int_equal(wm_file_write(name, bytes, 15, NULL), 0);
    assert_refused(name, NULL, "the gzip data is cut off behind line 0");
    bytes[length - 6] = (char)(bytes[length - 6] ^ 1); /* in the checksum */
    assert_int_equal(wm_file_write(name, bytes, length, NULL), 0);
    assert_refused(name, NULL, "the gzip data is damaged behind line ");
    free(bytes);
    free(name);
    wm_test_folder_remove(folder);
}

static void test_a_dash_is_standard_input_which_stays_open(void **state)
{
    (void)state;
    struct imported in;
    int ends[2], saved = dup(STDIN_FILENO);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], LINE LINE, 2 * strlen(LINE)), 2 * strlen(LINE));
    close(ends[1]);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(import_file("-", NULL, &in), 0);
    assert_int_equal(in.report.requests, 2);
    imported_done(&in);
    assert_int_equal(import_file("-", NULL, &in), -EINVAL);
    assert_string_equal(in.err.place, "standard input");
    imported_done(&in);
    if (saved >= 0) {
        dup2(saved, STDIN_FILENO);
        close(saved);
    }
    close(ends[0]);
}

static void test_a_full_disk_stops_the_import(void **state)
{
    (void)state;
    struct wm_trace_writer *writer = NULL;
    struct wm_capture_report report;
    struct wm_error err = {0};
    if (access("/dev/full", W_OK) != 0)
        skip();
    char *folder = wm_test_folder();
    char *name = gzip_file(folder, "access.log.gz", LINE, 100000);
    assert_int_equal(wm_trace_create("/dev/full", name, &writer, &err), 0);
    int rc = wm_capture_import(name, NULL, writer, &report, &err);
    assert_int_equal(rc, -ENOSPC);
    assert_string_equal(err.place, "/dev/full");
    wm_trace_discard(writer);
    free(name);
    wm_test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_names_each_format_once),
        cmocka_unit_test(test_a_format_can_be_named_or_found_out),
        cmocka_unit_test(test_what_is_no_capture_is_refused_in_one_line),
        cmocka_unit_test(test_binary_files_are_refused_though_they_hold_log_lines),
        cmocka_unit_test(test_missing_files_folders_and_traces_are_refused),
        cmocka_unit_test(test_a_gzip_log_is_read_as_the_plain_one),
        cmocka_unit_test(test_a_gzip_log_that_was_cut_off_or_damaged_is_refused),
        cmocka_unit_test(test_a_dash_is_standard_input_which_stays_open),
        cmocka_unit_test(test_a_full_disk_stops_the_import),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

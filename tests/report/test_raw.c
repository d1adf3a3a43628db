/* test_raw.c - raw needs little memory however long names are, and tells when there is none, or of
 * names that it cuts. */
#include "tests/report/graph_profile.h"

#include "profiles/report/raw_header.h"

#include "harness/core/intern.h"

enum { NAME_BYTES = 100000, LOCATIONS = 200, PIECE_MAX = 1024 * 1024 };

/* ---- Memory that runs out: see CMakeLists.txt ---- */

static size_t reallocs, failing_realloc; /* from 1 */

void *__real_realloc(void *memory, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);

void *__wrap_realloc(void *memory, size_t bytes)
{
    return ++reallocs == failing_realloc ? NULL : __real_realloc(memory, bytes);
}

static void test_a_header_without_memory_is_told(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, 0);
    made.profile->time_ns = 1700000000123456789;
    made.profile->duration_ns = 5000000123;
    size_t failed = 0;
    for (size_t at = 1;; at++) {
        struct wm_text text;
        wm_text_init(&text);
        reallocs = 0;
        failing_realloc = at;
        wm_raw_add_header(&text, made.profile);
        failing_realloc = 0;
        const bool all_there = reallocs < at;
        assert_int_equal(text.failed, !all_there);
        wm_text_done(&text);
        if (all_there)
            break;
        failed++;
    }
    assert_true(failed > 1);
    made_done(&made);
}

/* ---- Long names ---- */

struct drained {
    size_t bytes, longest;
};

static int drain(void *user, struct wm_text *text, struct wm_error *err)
{
    (void)err;
    struct drained *drained = user;
    drained->bytes += text->length;
    if (text->length > drained->longest)
        drained->longest = text->length;
    wm_text_clear(text);
    return 0;
}

static void test_long_names_are_printed_piece_by_piece(void **state)
{
    (void)state;
    struct made made;
    struct wm_text text;
    struct wm_error err = {{0}, {0}};
    struct drained drained = {0};
    made_init(&made, 0);
    made.options.view = "raw";
    made.options.drain = drain;
    made.options.drain_user = &drained;
    char *name = malloc(NAME_BYTES + 1);
    assert_non_null(name);
    memset(name, 'n', NAME_BYTES);
    name[NAME_BYTES] = '\0';
    const struct wm_function function = {.name = (uint32_t)wm_profile_string(made.profile, name)};
    const struct wm_line line = {(uint32_t)wm_profile_add_function(made.profile, &function), 1};
    for (uint64_t i = 0; i < LOCATIONS; i++) {
        const struct wm_location location = {.address = i + 1, .line_count = 1};
        const uint32_t stack = (uint32_t)wm_profile_add_location(made.profile, &location, &line);
        const int64_t values[2] = {1, 1};
        assert_true(wm_profile_add_sample(made.profile, &stack, 1, NULL, 0, values) >= 0);
    }
    wm_text_init(&text);
    assert_int_equal(wm_report_print(made.profile, &made.options, &text, &made.notes, &err), 0);
    assert_true(drained.bytes + text.length > (size_t)NAME_BYTES * LOCATIONS);
    assert_true(drained.longest < PIECE_MAX);
    wm_text_done(&text);
    free(name);
    made_done(&made);
}

/* ---- Names that hold NUL bytes ---- */

static void print_note(const char *view, const char *name, size_t length, const char *expected)
{
    struct made made;
    struct wm_text text;
    struct wm_error err = {{0}, {0}};
    made_init(&made, 0);
    made.options.view = view;
    made_add(&made, "main work", 1);
    assert_true(wm_intern_bytes(made.profile->strings, name, length) >= 0);
    wm_text_init(&text);
    assert_int_equal(wm_report_print(made.profile, &made.options, &text, &made.notes, &err), 0);
    assert_string_equal(made.notes.data, expected);
    wm_text_done(&text);
    made_done(&made);
}

static void test_names_are_not_cut_silently(void **state)
{
    (void)state;
    static const char name[] = "a\0b";
    static const char note[] = "strings with NUL bytes, which are shown up to these only: 1\n";
    print_note("raw", name, 3, note);
    print_note("top", name, 3, note);
    print_note("top", name, 1, "");
    print_note("proto", name, 3, ""); /* has all of them */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_header_without_memory_is_told),
        cmocka_unit_test(test_long_names_are_printed_piece_by_piece),
        cmocka_unit_test(test_names_are_not_cut_silently),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_dropframes.c - the frames that a profile wants left out, and expressions of foreign files.
 */
#include "profiles/pprof/droprule.h"
#include "profiles/pprof/merge.h"
#include "profiles/pprof/sample_stack.h"
#include "tests/pprof/stacks.h"
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void check_rule(const char *drop, const char *keep, const char *name, int expected)
{
    struct wm_drop_rule *rule = NULL;
    assert_int_equal(wm_drop_rule_new(drop, keep, &rule), 0);
    assert_non_null(rule);
    int drops = wm_drop_rule_drops(rule, name);
    if (drops != expected)
        fail_msg("'%s' less '%s' of '%s': %d", drop, keep, name, drops);
    wm_drop_rule_free(rule);
}

static void test_a_rule_takes_whole_names(void **state)
{
    (void)state;
    check_rule("malloc|free", "", "malloc", 1);
    check_rule("malloc|free", "", "free", 1);
    check_rule("malloc|free", "", "malloc_usable_size", 0);
    check_rule("malloc|free", "", "my_free", 0);
    check_rule("runtime\\..*", "runtime\\.panic|runtime\\.call[0-9]*", "runtime.mallocgc", 1);
    check_rule("runtime\\..*", "runtime\\.panic|runtime\\.call[0-9]*", "runtime.call32", 0);
    check_rule("(?i:MALLOC)|a{2,3}", "", "Malloc", 1);
    check_rule("(?P<kind>tc)_\\w+", "", "tc_new", 1);
    check_rule("[[:alpha:]]+\\Q.*\\E", "", "abc.*", 1);
    check_rule(".", "", "é", 1);
    check_rule(".", "", "\xff", 1); /* counts as one character, as in Go */
    check_rule("x", "", "x\n", 0);
    check_rule("", "", "", 0);
}

static void test_names_lose_parameters_and_a_leading_dot(void **state)
{
    (void)state;
    check_rule("f", "", ".f", 1);
    check_rule("f", "", "f(int, char)", 1);
    check_rule("operator new\\(\\)", "", "operator new()", 0);
    check_rule("operator new", "", "operator new(unsigned long)", 1);
    check_rule("a::\\(anonymous namespace\\)::b", "", "a::(anonymous namespace)::b(int)", 1);
    check_rule("F::operator\\(\\)", "", "F::operator()(int)", 1);
}

/* pprof drops nothing then, so neither may PCRE2, which would take most of these. */
static void test_what_is_not_of_the_syntax_drops_nothing(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "(a",     "a)",     "[a",      "a**",     "a*+",     "a++",    "a{2}{3}", "a{1001}",
        "(?=a)a", "(?!b)a", "(?<=a)b", "(?<n>a)", "(?>a)",   "(?|a)",  "(a)\\1",  "\\Ga",
        "a\\Z",   "\\Ra",   "\\h",     "\\K",     "(*UTF)a", "(?P=n)", "(?x)a",   "[\\b]",
        "\\ca",   "a\\",    "\\8",     "(?#c)a",  "(?R)",    "(?1)",   "(?i",     "\xff",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct wm_drop_rule *rule = NULL;
        assert_int_equal(wm_drop_rule_new(wrong[i], "", &rule), 0);
        if (rule != NULL)
            fail_msg("'%s' was taken", wrong[i]);
        assert_int_equal(wm_drop_rule_new("a", wrong[i], &rule), 0);
        assert_null(rule);
    }
}

static void test_an_expression_that_takes_for_ever_is_given_up(void **state)
{
    (void)state;
    struct wm_drop_rule *rule = NULL;
    assert_int_equal(wm_drop_rule_new("(x+x+)+y", "", &rule), 0);
    assert_non_null(rule);
    char name[64] = "";
    memset(name, 'x', sizeof(name) - 1);
    clock_t start = clock();
    for (int i = 0; i < 100000; i++)
        assert_int_equal(wm_drop_rule_drops(rule, name), 0);
    assert_true(clock() - start < 20 * CLOCKS_PER_SEC);
    wm_drop_rule_free(rule);
}

static void test_stacks_end_at_the_first_dropped_frame(void **state)
{
    (void)state;
    struct wm_profile *profile = stacks_new("samples", "count");
    profile->drop_frames = stacks_string(profile, "malloc|noise.*");
    profile->keep_frames = stacks_string(profile, "noisekept");
    stacks_add(profile, "leaf malloc f main", "", 1);
    stacks_add(profile, "malloc noise1 f malloc main", "", 2);
    stacks_add(profile, "leaf noisekept main", "", 3);
    stacks_add(profile, "leaf main malloc noise1", "", 4);
    stacks_add(profile, "malloc noise1", "", 5);
    assert_int_equal(wm_profile_drop_frames(profile), 0);
    stacks_check(profile, "1 f main\n2 main\n3 leaf noisekept main\n"
                          "4 leaf main malloc noise1\n5 malloc noise1\n");
    wm_profile_free(profile);
}

static void test_what_is_inlined_below_a_dropped_line_goes(void **state)
{
    (void)state;
    struct wm_profile *profile = stacks_new("samples", "count");
    profile->drop_frames = stacks_string(profile, "malloc");
    stacks_add(profile, "leaf malloc caller main", "", 1);
    const struct wm_profile_sample *sample = &profile->samples[0];
    const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
    struct wm_line lines[3];
    for (size_t i = 0; i < 3; i++)
        lines[i] = profile->lines[profile->locations[wm_sample_frame(stack, i)].first_line];
    struct wm_location location = {.mapping = 1, .address = 0x1001, .line_count = 3};
    uint32_t inlined = (uint32_t)wm_profile_add_location(profile, &location, lines);
    uint32_t frames[] = {wm_sample_frame(stack, 0), inlined, wm_sample_frame(stack, 3)};
    assert_int_equal(wm_profile_add_sample(profile, frames, 3, NULL, 0, &(int64_t){2}), 1);
    assert_int_equal(wm_profile_drop_frames(profile), 0);
    stacks_check(profile, "1 caller main\n2 caller main\n");
    wm_profile_free(profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_rule_takes_whole_names),
        cmocka_unit_test(test_names_lose_parameters_and_a_leading_dot),
        cmocka_unit_test(test_what_is_not_of_the_syntax_drops_nothing),
        cmocka_unit_test(test_an_expression_that_takes_for_ever_is_given_up),
        cmocka_unit_test(test_stacks_end_at_the_first_dropped_frame),
        cmocka_unit_test(test_what_is_inlined_below_a_dropped_line_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

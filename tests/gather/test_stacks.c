/* test_stacks.c - functions of this very test as segments, by the stacks they are on. */
#include "tests/support/support.h"

#include "fake.h"
#include "profiles/gather/gather.h"

#include <stdlib.h>
#include <string.h>

/* Functions to be found; never called. */
#define FUNCTION(name)                                                                             \
    static __attribute__((noinline, used)) int name(int x)                                         \
    {                                                                                              \
        return x * __LINE__ + (int)sizeof(#name);                                                  \
    }
FUNCTION(serve)
FUNCTION(read_query)
FUNCTION(call)
FUNCTION(lookup_key)
FUNCTION(reply)

struct played {
    struct wm_region *region;
    struct wm_gather *gather;
    struct wm_run *run;
    uint32_t path;
};

static int setup(void **state)
{
    struct played *played = calloc(1, sizeof(*played));
    *state = played;
    if (played == NULL || (played->region = fake_region_new()) == NULL)
        return -1;
    struct wm_region *region = played->region;
    fake_own_modules(region);
    fake_server(region, WM_TARGET_SERVER);
    played->path = fake_path(region, fake_entry(region, "GET"), 0, NULL, 0);
    fake_requests(region, 0, played->path, 10, 0);
    if (wm_gather_new(region, &played->gather) < 0 || wm_run_new(&played->run) < 0)
        return -1;
    return wm_gather_begin(played->gather);
}

static int teardown(void **state)
{
    struct played *played = *state;
    wm_gather_free(played->gather);
    wm_run_free(played->run);
    fake_region_free(played->region);
    free(played);
    return 0;
}

typedef int function(int);

static uint64_t address_of(function *wanted)
{
    return (uint64_t)(uintptr_t)wanted;
}

/* A sample of a request, from its leaf on up to a NULL. */
static void sample(struct played *played, uint32_t node, uint64_t cpu_ns, function *const *stack)
{
    uint64_t label = fake_request(played->region);
    struct fake_sample made = {0, label, node, cpu_ns, 0};
    uint64_t frames[WM_FRAME_MAX];
    size_t count = 0;
    for (; stack[count] != NULL; count++) /* a caller's is a return address, one past the call */
        frames[count] = address_of(stack[count]) + (count > 0 ? 1 : 0);
    assert_true(fake_sample(played->region, &made, frames, count));
    fake_replied(played->region, label, played->path);
}

static void list(struct played *played, const char *content)
{
    struct wm_error err = {0};
    char *folder = wm_test_folder();
    char *file = wm_test_file(folder, "list.txt", content);
    if (wm_gather_segments(played->gather, file, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    free(file);
    wm_test_folder_remove(folder);
}

static void finish(struct played *played)
{
    struct wm_error err = {0};
    fake_run_done(played->region, 1, 0);
    assert_int_equal(wm_gather_finish(played->gather, played->run, &err), 0);
}

static const struct wm_segment_row *row_of(const struct played *played, const char *segment)
{
    const struct wm_segments *segments = played->run->segments;
    for (size_t i = 0; i < segments->count; i++)
        if (strcmp(segments->rows[i].segment, segment) == 0)
            return &segments->rows[i];
    fail_msg("no segment %s", segment);
    return NULL;
}

/* CPU of the profile's samples under a label "segment"; NULL: those without. */
static uint64_t labelled(const struct wm_profile *profile, const char *segment)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *at = &profile->samples[i];
        const char *value = NULL;
        for (uint32_t l = at->first_label; l < at->first_label + at->label_count; l++)
            if (strcmp(wm_profile_text(profile, profile->labels[l].key), "segment") == 0)
                value = wm_profile_text(profile, profile->labels[l].string);
        if (value == NULL ? segment == NULL : segment != NULL && strcmp(value, segment) == 0)
            sum += (uint64_t)profile->values[at->first_value + 1];
    }
    return sum;
}

static function *const in_lookup[] = {lookup_key, call, read_query, serve, NULL};
static function *const in_call[] = {call, read_query, serve, NULL};
static function *const in_reply[] = {reply, serve, NULL};
static function *const in_serve[] = {serve, NULL};

static void test_stacks_show_the_listed_functions_from_root_to_leaf(void **state)
{
    struct played *played = *state;
    list(played, "lookup_key\nserve\ncall\n"); /* the stacks say how they nest */
    sample(played, WM_NODE_ROOT, 1, in_lookup);
    sample(played, WM_NODE_ROOT, 20, in_call);
    sample(played, WM_NODE_ROOT, 300, in_reply);
    sample(played, WM_NODE_ROOT, 4000, &in_serve[1]);
    finish(played);
    assert_int_equal(played->run->segments->count, 3);
    assert_int_equal(row_of(played, "serve")->cpu_ns, 321);
    assert_int_equal(row_of(played, "serve")->self_cpu_ns, 300);
    assert_int_equal(row_of(played, "serve")->samples, 3);
    assert_true(row_of(played, "serve")->from_stacks);
    assert_non_null(strstr(row_of(played, "serve")->file, "test_stacks.c"));
    assert_true(row_of(played, "serve")->line > 0);
    assert_int_equal(row_of(played, "serve/call")->cpu_ns, 21);
    assert_int_equal(row_of(played, "serve/call/lookup_key")->cpu_ns, 1);
    assert_int_equal(labelled(played->run->profile, "serve/call/lookup_key"), 1);
    assert_int_equal(labelled(played->run->profile, "serve"), 300);
    assert_int_equal(labelled(played->run->profile, NULL), 4000);
    assert_int_equal(played->run->paths->rows[0].node_count, 0);
    assert_int_equal(played->run->paths->rows[0].cpu_ns, 4321);
}

static void test_stacks_count_an_indented_function_only_below_its_parent(void **state)
{
    struct played *played = *state;
    function *const elsewhere[] = {reply, call, serve, NULL};
    function *const below[] = {reply, call, read_query, serve, NULL};
    list(played, "read_query\n  reply\n  answer = reply\n");
    sample(played, WM_NODE_ROOT, 1, in_reply);
    sample(played, WM_NODE_ROOT, 20, elsewhere);
    sample(played, WM_NODE_ROOT, 300, below);
    finish(played);
    assert_int_equal(row_of(played, "read_query")->cpu_ns, 300);
    assert_int_equal(row_of(played, "read_query/reply")->cpu_ns, 300);
    assert_int_equal(labelled(played->run->profile, NULL), 21);
    assert_int_equal(played->run->segments->count, 2); /* the second line fitted as well */
}

static void test_stacks_of_recursion_are_one_visit(void **state)
{
    struct played *played = *state;
    function *const direct[] = {call, call, lookup_key, call, serve, NULL};
    function *const over[] = {call, serve, call, serve, NULL};
    list(played, "call\nserve\n");
    sample(played, WM_NODE_ROOT, 1, direct); /* what is between is not listed */
    sample(played, WM_NODE_ROOT, 20, over);
    finish(played);
    assert_int_equal(labelled(played->run->profile, "serve/call"), 1);
    assert_int_equal(labelled(played->run->profile, "serve/call/serve/call"), 20);
}

static void test_stacks_take_names_and_expressions(void **state)
{
    struct played *played = *state;
    list(played, "/^(call|serve)$/\nstorage = /_key$/\n");
    sample(played, WM_NODE_ROOT, 1, in_lookup);
    finish(played);
    assert_int_equal(labelled(played->run->profile, "serve/call/storage"), 1);
}

static void test_stacks_leave_marked_segments_as_they_are(void **state)
{
    struct played *played = *state;
    uint32_t site = fake_site(played->region, "Handle", 10, true);
    uint16_t node = (uint16_t)fake_node(played->region, WM_NODE_ROOT, site);
    uint32_t entry = fake_entry(played->region, "SET");
    played->path = fake_path(played->region, entry, 0, &node, 1);
    fake_requests(played->region, 0, played->path, 5, 0);
    list(played, "serve\nread_query\n");
    sample(played, node, 1, in_lookup);
    sample(played, WM_NODE_ROOT, 20, in_lookup);
    finish(played);
    assert_int_equal(labelled(played->run->profile, "Handle"), 1);
    assert_int_equal(labelled(played->run->profile, "serve/read_query"), 20);
    assert_int_equal(row_of(played, "Handle")->requests, 5);
    assert_false(row_of(played, "Handle")->from_stacks);
    assert_int_equal(row_of(played, "serve")->cpu_ns, 20);
}

static void test_stacks_tell_of_functions_that_were_never_seen(void **state)
{
    struct played *played = *state;
    list(played, "serve\n  reply\nno such function\nmore = /^nothing/\n");
    sample(played, WM_NODE_ROOT, 1, in_lookup);
    finish(played);
    assert_int_equal(played->run->segments->count, 4);
    const struct wm_segment_row *unseen = row_of(played, "reply");
    assert_int_equal(unseen->samples, 0);
    assert_int_equal(unseen->line, 2);
    assert_non_null(strstr(unseen->file, "list.txt"));
    assert_int_equal(row_of(played, "no such function")->line, 3);
    assert_int_equal(row_of(played, "more")->line, 4);
    for (size_t i = 0; i < played->run->note_count; i++)
        assert_null(strstr(played->run->notes[i], "none of its functions"));
    assert_int_equal(played->run->sites, 0);
}

static void test_stacks_without_any_listed_function_say_so(void **state)
{
    struct played *played = *state;
    bool said = false;
    list(played, "zmalloc\n");
    sample(played, WM_NODE_ROOT, 1, in_lookup);
    finish(played);
    for (size_t i = 0; i < played->run->note_count; i++)
        said |= strstr(played->run->notes[i], "list.txt: none of its functions") != NULL;
    assert_true(said);
}

static void test_stacks_past_the_limit_of_nodes_stay_above(void **state)
{
    struct played *played = *state;
    uint64_t expected = 0;
    list(played, "a = serve\nb = call\nc = reply\nd = lookup_key\ne = read_query\n");
    function *const all[] = {serve, call, reply, lookup_key, read_query};
    for (uint64_t i = 0; i < 8000; i++) { /* each its own sequence */
        function *stack[12] = {NULL};
        uint64_t number = i;
        for (size_t at = 8; at > 0; at--, number /= 4) /* the root end differs most */
            stack[at - 1] = all[(number % 4 + at) % 5];
        sample(played, WM_NODE_ROOT, i, stack);
        expected += i;
        if (i % 1000 == 0)
            assert_int_equal(wm_gather_drain(played->gather), 0);
    }
    finish(played);
    uint64_t sum = 0;
    for (size_t i = 0; i < played->run->segments->count; i++)
        sum += played->run->segments->rows[i].self_cpu_ns;
    assert_int_equal(played->run->cpu_ns, expected);
    assert_int_equal(sum + labelled(played->run->profile, NULL), expected);
    assert_true(played->run->segments->count <= WM_NODE_MAX);
    bool noted = false;
    for (size_t i = 0; i < played->run->note_count; i++)
        noted |= strstr(played->run->notes[i], "more segments than there is room for") != NULL;
    assert_true(noted);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_stacks_show_the_listed_functions_from_root_to_leaf),
        TEST(test_stacks_count_an_indented_function_only_below_its_parent),
        TEST(test_stacks_of_recursion_are_one_visit),
        TEST(test_stacks_take_names_and_expressions),
        TEST(test_stacks_leave_marked_segments_as_they_are),
        TEST(test_stacks_tell_of_functions_that_were_never_seen),
        TEST(test_stacks_without_any_listed_function_say_so),
        TEST(test_stacks_past_the_limit_of_nodes_stay_above),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

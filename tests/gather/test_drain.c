/* test_drain.c - rings to records, and rings that hold nonsense. */
#include "tests/support/support.h"

#include "fake.h"
#include "profiles/gather/drain.h"

#include <string.h>

struct taken {
    uint64_t samples, ends, cpu_ns, frames;
    uint64_t next_request; /* samples must come in this order; 0: not checked */
};

static int take_sample(void *user, const struct wm_sample *sample)
{
    struct taken *taken = user;
    taken->samples++;
    taken->cpu_ns += sample->cpu_ns;
    taken->frames += sample->frame_count;
    if (taken->next_request != 0)
        assert_int_equal(sample->request, taken->next_request++);
    return 0;
}

static int take_end(void *user, const struct wm_end *end)
{
    struct taken *taken = user;
    assert_int_equal(end->bytes, sizeof(*end));
    taken->ends++;
    return 0;
}

static int setup(void **state)
{
    *state = fake_region_new();
    return *state != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    fake_region_free(*state);
    return 0;
}

static int64_t drain_into(struct wm_drain *drain, struct taken *taken)
{
    struct wm_drain_sink sink = {take_sample, take_end, taken};
    return wm_drain_all(drain, &sink);
}

static void test_drain_takes_each_record_once_and_in_order(void **state)
{
    struct wm_region *region = *state;
    struct wm_drain drain;
    struct taken taken = {.next_request = 1};
    uint64_t frames[40] = {1, 2, 3};
    wm_drain_init(&drain, region);
    assert_int_equal(drain_into(&drain, &taken), 0);
    /* More than three times around the ring, with records of many sizes. */
    for (uint64_t i = 1; i <= 20000; i++) {
        struct fake_sample sample = {.thread = 7, .request = i, .node = 1, .cpu_ns = i};
        assert_true(fake_sample(region, &sample, frames, i % 40));
        if (i % 100 == 0)
            assert_true(drain_into(&drain, &taken) > 0);
    }
    assert_int_equal(taken.samples, 20000);
    assert_int_equal(taken.cpu_ns, 20000ull * 20001 / 2);
    assert_int_equal(drain.rings_abandoned, 0);
    assert_int_equal(drain_into(&drain, &taken), 0);
}

static void test_drain_makes_room_for_the_writer(void **state)
{
    struct wm_region *region = *state;
    struct wm_drain drain;
    struct taken taken = {0};
    struct fake_sample sample = {.thread = WM_THREAD_MAX - 1, .request = 1, .node = 1};
    uint64_t written = 0;
    wm_drain_init(&drain, region);
    while (fake_sample(region, &sample, NULL, 0))
        written++;
    assert_int_equal(drain_into(&drain, &taken), written);
    assert_true(fake_sample(region, &sample, NULL, 0));
    assert_int_equal(drain_into(&drain, &taken), 1);
    for (uint64_t i = 1; i <= 3 * (WM_END_RING / sizeof(struct wm_end)); i++) {
        assert_true(fake_end(region, 3, i, 1, 1));
        if (i % 1000 == 0)
            assert_int_equal(drain_into(&drain, &taken), 1000);
    }
}

/* One thread's ring is spoiled by `spoil`; another's must go on. */
static void check_abandoned(struct wm_region *region, void (*spoil)(struct wm_thread *thread))
{
    struct wm_drain drain;
    struct taken taken = {0};
    struct fake_sample sample = {.thread = 0, .request = 1, .node = 1};
    struct fake_sample other = {.thread = 1, .request = 1, .node = 1};
    uint64_t frames[4] = {1, 2, 3, 4};
    wm_drain_init(&drain, region);
    assert_true(fake_sample(region, &sample, frames, 4));
    spoil(&region->threads[0]);
    assert_true(fake_sample(region, &other, frames, 4));
    assert_int_equal(drain_into(&drain, &taken), 1);
    assert_int_equal(drain.rings_abandoned, 1);
    assert_true(fake_sample(region, &other, frames, 4));
    assert_int_equal(drain_into(&drain, &taken), 1);
    assert_int_equal(drain.rings_abandoned, 1);
}

static void spoil_bytes(struct wm_thread *thread, uint32_t bytes)
{
    memcpy(thread->samples_data, &bytes, sizeof(bytes));
}

static void too_small(struct wm_thread *thread)
{
    spoil_bytes(thread, 24);
}

static void too_large(struct wm_thread *thread)
{
    spoil_bytes(thread, UINT32_MAX - 7);
}

static void past_the_head(struct wm_thread *thread)
{
    spoil_bytes(thread, 128);
}

static void not_a_multiple(struct wm_thread *thread)
{
    spoil_bytes(thread, 36);
}

static void filler_past_the_head(struct wm_thread *thread)
{
    spoil_bytes(thread, 0);
}

static void too_many_frames(struct wm_thread *thread)
{
    ((struct wm_sample *)(void *)thread->samples_data)->frame_count = 5;
}

static void head_far_off(struct wm_thread *thread)
{
    atomic_store(&thread->sample_ring.head, UINT64_MAX - 7);
}

static void head_crooked(struct wm_thread *thread)
{
    atomic_fetch_add(&thread->sample_ring.head, 3);
}

static void head_behind(struct wm_thread *thread)
{
    atomic_store(&thread->sample_ring.head, UINT64_MAX / 2 + 1);
}

static void test_drain_abandons_a_ring_that_holds_nonsense(void **state)
{
    (void)state;
    void (*const spoils[])(struct wm_thread *) = {
        too_small,       too_large,    past_the_head, not_a_multiple, filler_past_the_head,
        too_many_frames, head_far_off, head_crooked,  head_behind,
    };
    for (size_t i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
        struct wm_region *region = fake_region_new();
        assert_non_null(region);
        check_abandoned(region, spoils[i]);
        fake_region_free(region);
    }
}

static void test_drain_does_not_need_the_shared_tail(void **state)
{
    struct wm_region *region = *state;
    struct wm_drain drain;
    struct taken taken = {0};
    struct fake_sample sample = {.thread = 0, .request = 1, .node = 1};
    wm_drain_init(&drain, region);
    assert_true(fake_sample(region, &sample, NULL, 0));
    atomic_store(&region->threads[0].sample_ring.tail, 12345);
    assert_int_equal(drain_into(&drain, &taken), 1);
    assert_int_equal(atomic_load(&region->threads[0].sample_ring.tail), sizeof(struct wm_sample));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_drain_takes_each_record_once_and_in_order, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_drain_makes_room_for_the_writer, setup, teardown),
        cmocka_unit_test(test_drain_abandons_a_ring_that_holds_nonsense),
        cmocka_unit_test_setup_teardown(test_drain_does_not_need_the_shared_tail, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

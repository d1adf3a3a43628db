// benches.cc - benchmarks whose truth is known: what they allocate, what they leave untimed, and
// some that are wrong.
#include <waymark/waymark.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <initializer_list>

namespace
{

void keep_and_free(void *block)
{
    wm_keep(block);
    free(block);
}

void burn_ns(int64_t ns)
{
    timespec now, start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - start.tv_sec) * INT64_C(1000000000) + (now.tv_nsec - start.tv_nsec) < ns);
}

void bench_malloc(wm_bench *b)
{
    while (wm_bench_next(b))
        keep_and_free(malloc(100));
}
WM_BENCH("Malloc", bench_malloc);

void bench_calloc(wm_bench *b)
{
    while (wm_bench_next(b))
        keep_and_free(calloc(3, 40));
}
WM_BENCH("Calloc", bench_calloc);

// One allocation of 16 bytes, and one of 100,000, which cannot be where that was.
void bench_realloc(wm_bench *b)
{
    while (wm_bench_next(b)) {
        void *block = malloc(16);
        wm_keep(block);
        keep_and_free(realloc(block, 100000));
    }
}
WM_BENCH("Realloc", bench_realloc);

void bench_posix_memalign(wm_bench *b)
{
    while (wm_bench_next(b)) {
        void *block = nullptr;
        if (posix_memalign(&block, 64, 200) == 0)
            keep_and_free(block);
    }
}
WM_BENCH("PosixMemalign", bench_posix_memalign);

void bench_aligned_alloc(wm_bench *b)
{
    while (wm_bench_next(b))
        keep_and_free(aligned_alloc(32, 96));
}
WM_BENCH("AlignedAlloc", bench_aligned_alloc);

void bench_strdup(wm_bench *b)
{
    while (wm_bench_next(b))
        keep_and_free(strdup("twelve bytes"));
}
WM_BENCH("Strdup", bench_strdup);

struct order {
    char bytes[72];
};

void bench_new(wm_bench *b)
{
    while (wm_bench_next(b)) {
        auto *made = new order;
        wm_keep(made);
        delete made;
    }
}
WM_BENCH("New", bench_new);

void bench_new_array(wm_bench *b)
{
    while (wm_bench_next(b)) {
        auto *made = new char[1000];
        wm_keep(made);
        delete[] made;
    }
}
WM_BENCH("NewArray", bench_new_array);

// Allocates before the loop, after it, and while it is paused: none of that counts.
void bench_paused(wm_bench *b)
{
    keep_and_free(malloc(1 << 20));
    while (wm_bench_next(b)) {
        burn_ns(20000);
        wm_bench_pause(b);
        keep_and_free(malloc(5000));
        burn_ns(60000);
        wm_bench_resume(b);
    }
    keep_and_free(malloc(1 << 20));
}
WM_BENCH("Paused", bench_paused);

void bench_metric(wm_bench *b)
{
    uint64_t count = 0;
    while (wm_bench_next(b))
        count++;
    wm_bench_metric(b, 2.5, "hits/op");
    wm_bench_metric(b, 1, "agreed");
    wm_bench_metric(b, count == wm_bench_iterations(b), "agreed");
    wm_bench_metric(b, 1, "no unit\n");
}
WM_BENCH("Metric", bench_metric);

// The threads tell of two units in different order, and one of them of another.
void bench_order(wm_bench *b)
{
    static int turn;
    bool even = __atomic_fetch_add(&turn, 1, __ATOMIC_RELAXED) % 2 == 0;
    while (wm_bench_next(b))
        continue;
    if (even)
        wm_bench_metric(b, 70, "only");
    wm_bench_metric(b, even ? 10 : 2000, even ? "ten" : "thousands");
    wm_bench_metric(b, even ? 4000 : 20, even ? "thousands" : "ten");
}
WM_BENCH("Order", bench_order);

void bench_crowd(wm_bench *b)
{
    while (wm_bench_next(b))
        continue;
    wm_bench_metric(b, 1, "a-unit-of-more-than-thirty-one-bytes");
    for (const char *unit : {"a", "b", "c", "d", "e", "f", "g", "h", "i"})
        wm_bench_metric(b, 1, unit);
}
WM_BENCH("Crowd", bench_crowd);

void bench_not_resumed(wm_bench *b)
{
    while (wm_bench_next(b))
        wm_bench_pause(b);
}
WM_BENCH("NotResumed", bench_not_resumed);

void bench_broken(wm_bench *b)
{
    for (int i = 0; i < 3 && wm_bench_next(b); i++)
        continue;
}
WM_BENCH("Broken", bench_broken);

int allocate(const wm_request *request, wm_reply *)
{
    WM_SEGMENT("Allocate");
    const char *size = wm_request_field(request, "size");
    if (size == nullptr)
        return 1;
    WM_OUTCOME(atoi(size) > 500 ? "large" : "small");
    keep_and_free(malloc(static_cast<size_t>(atoi(size))));
    return 0;
}
WM_ENTRY("Allocate", allocate);

// Takes one path and then the other.
int flip(const wm_request *, wm_reply *)
{
    static bool other;
    WM_OUTCOME(other ? "tails" : "heads");
    other = !other;
    return 0;
}
WM_ENTRY("Flip", flip);

int wait(const wm_request *, wm_reply *)
{
    burn_ns(30000);
    return 0;
}
WM_ENTRY("Wait", wait);

} // namespace

// known_google.cc - the known functions as Google Benchmark measures them.
#include "tests/bench/known.h"

#include <benchmark/benchmark.h>

static void add(benchmark::State &state)
{
    uint64_t value = 0;
    for (auto _ : state)
        __asm__ volatile("add $1, %0" : "+r"(value));
    benchmark::DoNotOptimize(value);
}
BENCHMARK(add)->Name("0.3ns");

#define BENCH(name)                                                                                \
    static void bench_##name(benchmark::State &state)                                              \
    {                                                                                              \
        uint64_t value = 0;                                                                        \
        for (auto _ : state) {                                                                     \
            value = known_##name(value);                                                           \
            benchmark::DoNotOptimize(value);                                                       \
        }                                                                                          \
    }                                                                                              \
    BENCHMARK(bench_##name)->Name(#name)
BENCH(1ns);
BENCH(10ns);
BENCH(1us);
BENCH(1ms);

static int (*volatile entry)(const struct wm_request *, struct wm_reply *) = known_entry;

static void call_entry(benchmark::State &state)
{
    auto *function = entry;
    for (auto _ : state)
        benchmark::DoNotOptimize(function(nullptr, nullptr));
}
BENCHMARK(call_entry)->Name("entry");
BENCHMARK_MAIN();

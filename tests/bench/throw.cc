// throw.cc - a C++ exception through 20 frames, with and without libwaymark.
//
// Prints the best time in ns; throw.sh runs it in turns, as it is and with libwaymark before libc.
#include <chrono>
#include <cstdio>
#include <stdexcept>

namespace
{

struct Step {
    ~Step()
    {
        __asm__ volatile("" ::: "memory");
    }
};

__attribute__((noinline)) int throw_through(int depth)
{
    if (depth == 0)
        throw std::runtime_error("at the bottom");
    Step step;
    return throw_through(depth - 1) + 1;
}

double ns_per_throw(int turns)
{
    auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < turns; i++) {
        try {
            (void)throw_through(20);
        } catch (const std::runtime_error &) {
        }
    }
    std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    return spent.count() / turns;
}

} // namespace

int main()
{
    (void)ns_per_throw(2000);
    double best = 1e18;
    for (int round = 0; round < 10; round++) {
        double ns = ns_per_throw(10000);
        best = ns < best ? ns : best;
    }
    std::printf("%.0f\n", best);
    return 0;
}

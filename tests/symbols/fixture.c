/* fixture.c - a library whose functions, lines and inlined calls are known to test_symbolize.c. */
#include "tests/symbols/fixture.h"

const int fixture_inner_start = __LINE__ + 1;
static inline __attribute__((always_inline)) unsigned inner(unsigned value)
{
    for (unsigned i = 0; i < (value & 15); i++)
        value = value * 2654435761u ^ i;
    return value;
}

static inline __attribute__((always_inline)) unsigned middle(unsigned value)
{
    const unsigned twice = value * 2;
    return inner(twice) + 1; /* line fixture_inner_call */
}
const int fixture_inner_call = __LINE__ - 2;

static __attribute__((noinline)) unsigned hidden(unsigned value)
{
    return inner(value) ^ value;
}

const int fixture_outer_start = __LINE__ + 1;
unsigned fixture_outer(unsigned value)
{
    unsigned sum = hidden(value);
    sum += middle(value); /* line fixture_middle_call */
    return sum + inner(sum);
}
const int fixture_middle_call = __LINE__ - 3;

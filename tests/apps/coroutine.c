/* coroutine.c - works on a small stack that nobody but itself knows of, with other data right below
 * it: that must be as it was after all the samples.
 *
 *   coroutine         exit code 0; 1: something wrote below a stack */
#include "spin.h"

#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

enum { WORK_MS = 300, BELOW_BYTES = 64 * 1024, STACK_BYTES = 8 * 1024, MARK = 0x5a };

static ucontext_t outside, inside;

static void __attribute__((noinline)) work(void)
{
    for (uint64_t end_ns = spin_cpu_ns() + WORK_MS * UINT64_C(1000000); spin_cpu_ns() < end_ns;)
        spin_steps(10000);
}

static void run(void)
{
    work();
    swapcontext(&inside, &outside);
}

int main(void)
{
    unsigned char *block = malloc(BELOW_BYTES + STACK_BYTES);
    if (block == NULL || getcontext(&inside) != 0)
        return 3;
    memset(block, MARK, BELOW_BYTES);
    inside.uc_stack.ss_sp = block + BELOW_BYTES;
    inside.uc_stack.ss_size = STACK_BYTES;
    makecontext(&inside, run, 0);
    if (swapcontext(&outside, &inside) != 0)
        return 3;
    for (size_t i = 0; i < BELOW_BYTES; i++)
        if (block[i] != MARK)
            return 1;
    return 0;
}

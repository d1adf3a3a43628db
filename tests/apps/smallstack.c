/* smallstack.c - an app whose threads handle signals on a stack as small as SIGSTKSZ used to be.
 *
 * Entry point SmallStack; no fields. Below the 8 KiB lies a page that nobody may touch. */
#include "spin.h"

#include <waymark/waymark.h>

#include <signal.h>
#include <sys/mman.h>

enum { GUARD_BYTES = 4096, STACK_BYTES = 8192 };

static int use_small_stack(void)
{
    char *memory = mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    stack_t stack = {.ss_sp = memory + GUARD_BYTES, .ss_size = STACK_BYTES};
    return memory == MAP_FAILED || mprotect(memory, GUARD_BYTES, PROT_NONE) != 0 ||
           sigaltstack(&stack, NULL) != 0;
}

static int small_stack(const struct wm_request *request, struct wm_reply *reply)
{
    static __thread int used;
    (void)request;
    (void)reply;
    WM_SEGMENT("SmallStack");
    if (!used && use_small_stack() != 0)
        return -1;
    used = 1;
    spin_steps(20000);
    return 0;
}
WM_ENTRY("SmallStack", small_stack);

/* crash.c - an app that ends badly on request.
 *
 * Entry point Crash; field how: segv, abort, exit (code 3), _exit (4), kill, fpe, trap (a
 * breakpoint), overflow (the stack), heap (frees what is not its own), hang (never ends), error
 * (returns -1); anything else goes well. */
#include "spin.h"

#include <waymark/waymark.h>

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int end_segv(void)
{
    /* volatile, since the compiler knows what may not be written to. */
    int *volatile nowhere = (int *)(uintptr_t)8;
    *nowhere = 1;
    return 0;
}

static int end_abort(void)
{
    abort();
}

static int end_exit(void)
{
    exit(3);
}

static int end_quick(void)
{
    _exit(4);
}

static int end_kill(void)
{
    return raise(SIGKILL);
}

static int end_fpe(void)
{
    volatile int one = 1;
    volatile int zero = 0;
    return one / zero; /* NOLINT(clang-analyzer-core.DivideZero): as wanted */
}

static int end_trap(void)
{
    __asm__ volatile("int3");
    return 0;
}

static int end_never(void)
{
    while (getppid() > 0)
        (void)pause();
    return 0;
}

static int deeper(const volatile char *above)
{
    volatile char here[4096];
    here[0] = above[0];
    return above[0] == 1 ? 0 : deeper(here) + here[0];
}

static int end_overflow(void)
{
    volatile char start[1] = {0};
    return deeper(start);
}

static int end_heap(void)
{
    char *volatile block = malloc(64);
    free(block);
    free(block); /* NOLINT(clang-analyzer-unix.Malloc): as wanted */
    return 0;
}

static int end_error(void)
{
    return -1;
}

static const struct ending {
    const char *how;
    int (*end)(void);
} endings[] = {
    {"segv",     end_segv    },
    {"abort",    end_abort   },
    {"exit",     end_exit    },
    {"_exit",    end_quick   },
    {"kill",     end_kill    },
    {"fpe",      end_fpe     },
    {"trap",     end_trap    },
    {"overflow", end_overflow},
    {"heap",     end_heap    },
    {"hang",     end_never   },
    {"error",    end_error   },
};

static int end_badly(const char *how)
{
    WM_SEGMENT("EndBadly");
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        if (strcmp(how, endings[i].how) == 0)
            return endings[i].end();
    }
    return 0;
}

static int crash(const struct wm_request *request, struct wm_reply *reply)
{
    (void)reply;
    WM_SEGMENT("Crash");
    const char *how = wm_request_field(request, "how");
    spin_steps(20000); /* so that there are samples to save */
    return how == NULL ? 0 : end_badly(how);
}
WM_ENTRY("Crash", crash);

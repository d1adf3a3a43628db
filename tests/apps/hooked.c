/* hooked.c - an app that tells of its calls: compiled with -finstrument-functions. */
#include <waymark/waymark.h>

#include <stdint.h>

static uint64_t spin(uint64_t value, uint64_t steps)
{
    for (uint64_t i = 0; i < steps; i++)
        __asm__ volatile("add $1, %0" : "+r"(value));
    return value;
}

/* Some 2 us, some 20 us, and none at all. */
__attribute__((noinline)) static uint64_t short_leg(uint64_t value)
{
    return spin(value, 5600);
}

__attribute__((noinline)) static uint64_t long_leg(uint64_t value)
{
    return spin(value, 56000);
}

__attribute__((noinline)) static uint64_t never(uint64_t value)
{
    return spin(value, 1);
}

static int walk(const struct wm_request *request, struct wm_reply *reply)
{
    (void)reply;
    uint64_t value = short_leg(1) + short_leg(2) + short_leg(3) + long_leg(4);
    return value == 0 && wm_request_index(request) != 0 ? (int)never(value) : 0;
}
WM_ENTRY("Walk", walk);

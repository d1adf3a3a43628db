/* stack.c - libunwind's own stack: made, and whether it is needed. */
#include "profiles/probe/stack.h"

#include "profiles/probe/state.h"

#include <string.h>
#include <sys/mman.h>

enum { ROOM_BYTES = 64 * 1024 };

static unsigned char *map_stack(void)
{
    unsigned char *stack = mmap(NULL, WM_STACK_BYTES, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED)
        return NULL;
    (void)mprotect(stack, WM_STACK_GUARD_BYTES, PROT_NONE); /* without it the mark remains */
    return stack;
}

void wm_stack_prepare(struct wm_own_thread *own)
{
    if (own->unwind_stack == NULL)
        own->unwind_stack = map_stack();
    else if (own->is_shallow)
        memset(own->unwind_stack + WM_STACK_MARK, 0, WM_STACK_MARK_BYTES);
    own->is_shallow = own->unwind_stack == NULL;
    if (own->is_shallow)
        atomic_fetch_add(&wm_probe.region->threads_shallow, 1);
}

bool wm_stack_has_room(void)
{
    pthread_attr_t attributes;
    void *low = NULL;
    size_t bytes = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return false;
    (void)pthread_attr_getstack(&attributes, &low, &bytes);
    (void)pthread_attr_destroy(&attributes);
    uintptr_t left = (uintptr_t)__builtin_frame_address(0) - (uintptr_t)low;
    return left < bytes && left >= ROOM_BYTES;
}

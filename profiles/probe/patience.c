/* patience.c - waiting for other threads of a server, but not for ever. */
#include "profiles/probe/patience.h"

#include "profiles/probe/state.h"

enum { PATIENCE_TURNS = 200 }; /* of a millisecond: a lock is held that long by a slow fork */

static void wait_a_turn(int turn)
{
    enum { QUICK_TURNS = 20 };
    struct timespec t = {0, turn < QUICK_TURNS ? 0 : 1000 * 1000};
    (void)nanosleep(&t, NULL);
}

bool wm_patience_lock(pthread_mutex_t *lock)
{
    for (int turn = 0; turn < PATIENCE_TURNS; turn++) {
        if (pthread_mutex_trylock(lock) == 0)
            return true;
        wait_a_turn(turn);
    }
    return false;
}

bool wm_patience_handlers(void)
{
    atomic_thread_fence(memory_order_seq_cst); /* pairs with wm_handler's */
    int turn = 0;
    for (uint32_t i = 0; i < wm_probe.thread_count; i++) {
        const struct wm_own_thread *own = &wm_probe.threads[i];
        while (own->tid != 0 && own != wm_tls.own &&
               atomic_load_explicit(&own->busy, memory_order_acquire) != 0) { /* with wm_handler */
            if (turn == PATIENCE_TURNS)
                return false;
            wait_a_turn(turn++);
        }
    }
    return true;
}

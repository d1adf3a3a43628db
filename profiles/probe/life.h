/* life.h - whether processes and threads that the region speaks of are still there.
 *
 * A server may put its processes into PID namespaces of their own (containers, sandboxes). In each
 * a number means another process: who asks the kernel about one of another namespace hears of
 * somebody else, or that there is nobody. So each number is kept with its namespace, and nothing is
 * said of those of others: their slots are kept. */
#ifndef WM_PROBE_LIFE_H
#define WM_PROBE_LIFE_H

#include <stdbool.h>
#include <stdint.h>

/* [any] The calling process's namespace, by the number of its inode; 0: it cannot be told. */
uint32_t wm_life_pid_space(void);
/* [any] The process (the thread, of whichever process) has ended for sure. May change errno. */
bool wm_life_process_is_over(uint32_t pid_space, int32_t pid);
bool wm_life_thread_is_over(uint32_t pid_space, uint32_t tid);

#endif

/* processes.h - the agent in a server's processes: each registered, followed through fork, exec
 * and its end. Not in a host, whose one process needs none of it. */
#ifndef WM_PROBE_PROCESSES_H
#define WM_PROBE_PROCESSES_H

#include "profiles/probe/state.h"

/* [setup] Registers this process as a program that has just begun, follows its forks and samples
 * it. What an earlier program used in the same process (exec) is accounted. False: WM_PROCESS_MAX
 * processes are alive, or WM_IMAGE_MAX programs were there before, which is counted; its addresses
 * would be taken for another's, so it is not sampled. */
bool wm_process_start(void);
/* [setup] Registers this process, a forked child, as one of its parent's program. It may find no
 * place, which is counted: then it goes on under its parent's. */
void wm_process_enroll_child(void);
/* [signal] This is the process that the agent's state speaks of, and not a child of vfork(), which
 * shares all memory with it, or one that was forked past libc. A system call. */
bool wm_process_is_own(void);
/* [any] It has ended, by its own word or as the kernel says; false where nobody can tell. May
 * change errno. */
bool wm_process_is_gone(const struct wm_process *process);
/* [signal] The process ends regularly, now: what its threads used since their last samples is
 * nobody's CPU time, contexts are given back. Does nothing the second time, nor in a child that was
 * forked without our notice. In a handler that interrupted the agent itself only the end is told.
 */
void wm_process_end(void);
/* [signal] Before execve: a sample must not find the next program without a handler; and when it
 * failed. Nothing is done in a child of vfork(), whose parent these things are. */
void wm_process_exec_begins(void);
void wm_process_exec_failed(void);

/* Set by the hooks, which know the process's connections: called when a program begins, and before
 * the end of a process. */
extern void (*wm_process_begun_hook)(void);
extern void (*wm_process_ended_hook)(void);

#endif

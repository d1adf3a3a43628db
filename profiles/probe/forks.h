/* forks.h - a server's process forks: its child is sampled from its first moment on. */
#ifndef WM_PROBE_FORKS_H
#define WM_PROBE_FORKS_H

/* [setup] Follows the forks of this process, and of its children. */
void wm_forks_follow(void);

/* Set by the hooks, which know the process's connections: called in a forked child. */
extern void (*wm_process_forked_hook)(void);

#endif

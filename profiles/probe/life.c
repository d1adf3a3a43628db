/* life.c - whether processes and threads that the region speaks of are still there. */
#include "profiles/probe/life.h"

#include "profiles/probe/state.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

uint32_t wm_life_pid_space(void)
{
    struct stat status;
    return stat("/proc/self/ns/pid", &status) == 0 ? (uint32_t)status.st_ino : 0;
}

static bool is_ours(uint32_t pid_space)
{
    return pid_space != 0 && pid_space == wm_probe.pid_space;
}

bool wm_life_process_is_over(uint32_t pid_space, int32_t pid)
{
    return is_ours(pid_space) && kill(pid, 0) != 0 && errno == ESRCH;
}

bool wm_life_thread_is_over(uint32_t pid_space, uint32_t tid)
{
    return is_ours(pid_space) && syscall(SYS_tkill, tid, 0) != 0 && errno == ESRCH;
}

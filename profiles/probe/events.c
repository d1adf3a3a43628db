/* events.c - what makes the signal: a perf event or a timer on each thread's CPU time.
 *
 * perf's task-clock is the better one: exact at any rate. Where the kernel would only count user
 * time for us, its ticks during system calls are lost and their time is charged to whatever runs
 * next, so then the POSIX timer is used, which is right but fires at the kernel's own tick.
 *
 * A perf event can signal in two ways. From Linux 6.11 on its own SIGTRAP is queued as task work:
 * it comes when the thread returns to user mode, ends no system call early and costs no interrupt
 * beside the timer's. O_ASYNC's signal, there since ever, takes one more interrupt to itself,
 * which doubles the cost of a sample on virtual machines. */
#include "profiles/probe/handler.h"
#include "profiles/probe/probe.h"
#include "profiles/probe/state.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define NS_PER_SECOND UINT64_C(1000000000)

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static int perf_open(uint32_t tid, uint32_t hz, const struct wm_own_thread *own)
{
    struct perf_event_attr attr;
    memset(&attr, 0, sizeof(attr));
    attr.size = sizeof(attr);
    attr.type = PERF_TYPE_SOFTWARE;
    attr.config = PERF_COUNT_SW_TASK_CLOCK;
    attr.sample_period = NS_PER_SECOND / hz;
    attr.wakeup_events = 1;
    attr.disabled = 1;
    if (wm_probe.signal == SIGTRAP) {
        attr.sigtrap = 1;
        attr.remove_on_exec = 1; /* the kernel asks for it */
        attr.sig_data = (uintptr_t)own;
    }
    long fd = syscall(SYS_perf_event_open, &attr, (pid_t)tid, -1, -1, PERF_FLAG_FD_CLOEXEC);
    return fd >= 0 ? (int)fd : -errno;
}

/* The kernel's own tick, as the resolution of its coarse clocks tells. */
static uint32_t tick_hz(void)
{
    struct timespec tick;
    if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) != 0 || tick.tv_nsec <= 0)
        return 0;
    return (uint32_t)(NS_PER_SECOND / (uint64_t)tick.tv_nsec);
}

/* Linux 6.11 or later. */
static bool signals_by_task_work(void)
{
    struct utsname system;
    if (uname(&system) != 0)
        return false;
    char *end;
    unsigned long major = strtoul(system.release, &end, 10);
    unsigned long minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
    return major > 6 || (major == 6 && minor >= 11);
}

/* Under a debugger, which takes every SIGTRAP for a breakpoint of its own. */
static bool is_traced(void)
{
    static const char key[] = "TracerPid:";
    FILE *status = fopen("/proc/self/status", "re");
    char line[256];
    long tracer = 0;
    while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0)
            tracer = strtol(line + strlen(key), NULL, 10);
    }
    if (status != NULL)
        fclose(status);
    return tracer != 0;
}

/* A real-time signal that the server has no use for, so far: the last free one. SIGPROF may be its
 * own. */
static int free_signal(void)
{
    struct sigaction now;
    for (int signal = SIGRTMAX - 1; signal > SIGRTMIN; signal--) {
        if (sigaction(signal, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) == 0 &&
            now.sa_handler == SIG_DFL)
            return signal;
    }
    return SIGPROF;
}

static enum wm_sampler choose(uint32_t hz);

void wm_event_choose(uint32_t hz)
{
    wm_probe.timer_signal = wm_probe.agent ? free_signal() : SIGPROF;
    wm_probe.signal = wm_probe.timer_signal;
    wm_probe.sampler = choose(hz);
    wm_probe.region->sampler = wm_probe.sampler;
}

static enum wm_sampler choose(uint32_t hz)
{
    const struct wm_plan *plan = &wm_probe.region->plan;
    /* Up to its tick the kernel looks at CPU-time timers for nothing: no interrupt of their own.
     * Only where threads do not sleep, though: what runs between two ticks they do not see. */
    bool steady = !wm_probe.agent && plan->law == WM_LAW_CLOSED && wm_probe.region->app_async == 0;
    if (steady && hz <= tick_hz())
        return WM_SAMPLER_TIMER;
    if (signals_by_task_work() && !is_traced())
        wm_probe.signal = SIGTRAP;
    int fd = perf_open((uint32_t)syscall(SYS_gettid), 100, NULL);
    if (fd >= 0) {
        close(fd);
        return WM_SAMPLER_PERF;
    }
    wm_probe.signal = wm_probe.timer_signal;
    const char *remedy = fd == -EACCES || fd == -EPERM
                             ? "; `sysctl kernel.perf_event_paranoid=1` or CAP_PERFMON lifts it"
                             : "";
    wm_probe_note(
        "perf_event_open was refused (%s): sampled by CPU-time timers, which fire at most "
        "at the kernel's tick (often 250/s) and %s%s",
        strerror(-fd),
        steady ? "are right" : "are rough where threads sleep between requests, as here", remedy);
    return WM_SAMPLER_TIMER;
}

static int signal_on_wakeup(int fd, uint32_t tid)
{
    struct f_owner_ex owner = {.type = F_OWNER_TID, .pid = (pid_t)tid};
    if (fcntl(fd, F_SETFL, O_ASYNC) < 0 || fcntl(fd, F_SETSIG, wm_probe.signal) < 0 ||
        fcntl(fd, F_SETOWN_EX, &owner) < 0)
        return -errno;
    return 0;
}

/* A server closes what it does not know, and opens what takes the number next: so its events have
 * no descriptor. A mapping of their first page keeps them alive; it is not inherited by children,
 * and a close-all loop does not see it. */
static int hide_event(struct wm_own_thread *own, int fd)
{
    void *page = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED)
        return -errno;
    own->event_page = page;
    return 0;
}

static int arm_perf(struct wm_own_thread *own, uint32_t hz)
{
    int fd = perf_open(own->tid, hz, own);
    if (fd < 0)
        return fd;
    int rc = wm_probe.signal == SIGTRAP ? 0 : signal_on_wakeup(fd, own->tid);
    if (rc < 0) {
        close(fd);
        return rc;
    }
    own->event = fd;
    rc = wm_probe.agent ? hide_event(own, fd) : 0;
    /* Enabled for good: re-arming for one overflow at a time (IOC_REFRESH) would program the timer
     * thrice a sample, which is what costs on virtual machines. */
    if (ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) < 0 && rc == 0)
        rc = -errno;
    if (wm_probe.agent)
        close(fd);
    return rc;
}

static int arm_timer(struct wm_own_thread *own, uint32_t hz)
{
    struct sigevent event;
    memset(&event, 0, sizeof(event));
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = wm_probe.timer_signal;
    event.sigev_value.sival_ptr = own;
    event.sigev_notify_thread_id = (pid_t)own->tid;
    if (timer_create(own->clock, &event, &own->timer) != 0)
        return -errno;
    own->has_timer = true;
    uint64_t period_ns = NS_PER_SECOND / hz;
    struct itimerspec spec;
    spec.it_interval.tv_sec = (time_t)(period_ns / NS_PER_SECOND);
    spec.it_interval.tv_nsec = (long)(period_ns % NS_PER_SECOND);
    spec.it_value = spec.it_interval;
    return timer_settime(own->timer, 0, &spec, NULL) != 0 ? -errno : 0;
}

int wm_event_arm(struct wm_own_thread *own, uint32_t hz)
{
    int rc = wm_probe.sampler == WM_SAMPLER_PERF ? arm_perf(own, hz) : arm_timer(own, hz);
    if (rc < 0)
        wm_event_disarm(own);
    if (rc < 0 && wm_probe.agent && wm_probe.sampler == WM_SAMPLER_PERF) {
        rc = arm_timer(own, hz);
        if (rc == 0)
            wm_probe_note("threads that the server started after it had given up its rights are "
                          "sampled by CPU-time timers, which fire at most at the kernel's tick "
                          "(often 250/s); `sysctl kernel.perf_event_paranoid=1` lifts it");
        if (rc < 0)
            wm_event_disarm(own);
    }
    return rc;
}

void wm_event_disarm(struct wm_own_thread *own)
{
    int fd = own->event;
    if (own->event_page != NULL)
        (void)munmap(own->event_page, (size_t)sysconf(_SC_PAGESIZE));
    else if (fd >= 0 && !wm_probe.agent)
        (void)ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
    own->event = -1;
    own->event_page = NULL;
    if (fd >= 0 && !wm_probe.agent)
        close(fd);
    if (own->has_timer) {
        own->has_timer = false;
        timer_delete(own->timer);
    }
}

/* faithful.c - calls what the agent stands in front of, and makes the same system calls past it:
 * results and errno are to be the same, and errno to be left alone where nothing failed.
 *
 * Exit code 0, or 1 with the first difference on stderr. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { UNTOUCHED = 4711, RESULTS_MAX = 512, NSIG_BYTES = 8 };

static struct result {
    const char *call;
    long value;
    int error;
} results[2][RESULTS_MAX];
static size_t result_count[2];
static bool raw;

static long note(const char *call, long value)
{
    results[raw][result_count[raw]++] = (struct result){call, value, errno};
    return value;
}

/* The call by libc's name, or by the kernel's number. */
#define BOTH(name, number, ...)                                                                    \
    (errno = UNTOUCHED, note(#name, raw ? syscall(number, __VA_ARGS__) : (long)(name)(__VA_ARGS__)))
/* Where the two take different arguments. */
#define EITHER(label, libc, kernel) (errno = UNTOUCHED, note(label, raw ? (kernel) : (long)(libc)))

static int listener, accepted, client;
static struct sockaddr_in address;
static char buffer[65536];
static void *volatile nowhere = (void *)1; /* the compiler is not to know it */
static volatile int below = -1;

static void make_pair(void)
{
    socklen_t bytes = sizeof(address);
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (bind(listener, (struct sockaddr *)&address, bytes) != 0 || listen(listener, 8) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &bytes) != 0)
        exit(3);
    BOTH(accept, SYS_accept, listener, NULL, NULL);
    client = socket(AF_INET, SOCK_STREAM, 0);
    BOTH(connect, SYS_connect, client, (struct sockaddr *)&address, bytes);
    struct sockaddr_in from;
    accepted = (int)BOTH(accept4, SYS_accept4, listener, (struct sockaddr *)&from, &bytes,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
    note("flags", fcntl(accepted, F_GETFL) | fcntl(accepted, F_GETFD) << 30);
}

static void try_reads(void)
{
    struct iovec pieces[2] = {
        {buffer,       3  },
        {buffer + 100, 100}
    };
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
    socklen_t bytes = sizeof(address);
    BOTH(read, SYS_read, accepted, buffer, 10); /* nothing there */
    BOTH(read, SYS_read, -1, buffer, 10);
    BOTH(read, SYS_read, accepted, nowhere, 10);
    EITHER("send", send(client, "0123456789abcdefghij0123456789", 30, 0),
           syscall(SYS_sendto, client, "0123456789abcdefghij0123456789", 30, 0, NULL, 0));
    BOTH(read, SYS_read, accepted, buffer, 4);
    BOTH(readv, SYS_readv, accepted, pieces, 1);
    BOTH(readv, SYS_readv, accepted, pieces, below);
    EITHER("recv", recv(accepted, buffer, 4, MSG_PEEK),
           syscall(SYS_recvfrom, accepted, buffer, 4, MSG_PEEK, NULL, NULL));
    EITHER("recv", recv(accepted, buffer, 4, 0),
           syscall(SYS_recvfrom, accepted, buffer, 4, 0, NULL, NULL));
    BOTH(recvfrom, SYS_recvfrom, accepted, buffer, 4, MSG_TRUNC, (struct sockaddr *)&address,
         &bytes);
    BOTH(recvmsg, SYS_recvmsg, accepted, &message, 0);
    BOTH(recvmsg, SYS_recvmsg, accepted, &message, MSG_DONTWAIT);
    BOTH(recvmsg, SYS_recvmsg, -1, &message, 0);
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    BOTH(read, SYS_read, file, buffer, 64);
    BOTH(close, SYS_close, file);
    BOTH(close, SYS_close, file);
    BOTH(read, SYS_read, file, buffer, 64);
}

static void try_writes(void)
{
    struct iovec pieces[2] = {
        {buffer,       3  },
        {buffer + 100, 100}
    };
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
    BOTH(write, SYS_write, accepted, "abc", 3);
    BOTH(write, SYS_write, accepted, "abc", 0);
    BOTH(write, SYS_write, -1, "abc", 3);
    BOTH(writev, SYS_writev, accepted, pieces, 2);
    BOTH(sendmsg, SYS_sendmsg, accepted, &message, MSG_NOSIGNAL);
    BOTH(sendto, SYS_sendto, accepted, "abc", 3, 0, NULL, 0);
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), pipes[2];
    off_t at = 8;
    BOTH(sendfile, SYS_sendfile, accepted, file, &at, 100);
    note("offset", at);
    BOTH(sendfile64, SYS_sendfile, accepted, -1, NULL, 100);
    BOTH(pipe2, SYS_pipe2, pipes, O_NONBLOCK | O_CLOEXEC);
    BOTH(splice, SYS_splice, file, NULL, pipes[1], NULL, 100, 0);
    BOTH(splice, SYS_splice, pipes[0], NULL, accepted, NULL, 100, 0);
    BOTH(splice, SYS_splice, pipes[0], NULL, accepted, NULL, 100, SPLICE_F_NONBLOCK);
    BOTH(dup2, SYS_dup2, pipes[0], pipes[1]);
    BOTH(dup2, SYS_dup2, pipes[0], pipes[0]);
    BOTH(dup2, SYS_dup2, -1, pipes[0]);
    BOTH(dup3, SYS_dup3, pipes[0], pipes[0], 0);
    BOTH(dup3, SYS_dup3, pipes[0], pipes[1], O_CLOEXEC);
    BOTH(close, SYS_close, pipes[0]);
    BOTH(close_range, SYS_close_range, (unsigned)pipes[1], (unsigned)pipes[1], 0);
    BOTH(close_range, SYS_close_range, 9u, 3u, 0);
    BOTH(close, SYS_close, pipes[1]);
    close(file);
}

static void try_waits(void)
{
    struct pollfd fds[2] = {
        {.fd = accepted, .events = POLLOUT},
        {.fd = -1             }
    };
    struct timespec soon = {0, 1000000};
    struct timeval soon_us = {0, 1000};
    struct epoll_event event = {.events = EPOLLOUT}, events[4];
    fd_set set;
    BOTH(poll, SYS_poll, fds, 2, 0);
    note("revents", fds[0].revents);
    BOTH(poll, SYS_poll, NULL, 0, 1);
    BOTH(poll, SYS_poll, nowhere, 1, 0);
    EITHER("ppoll", ppoll(fds, 1, &soon, NULL), syscall(SYS_ppoll, fds, 1, &soon, NULL, 0));
    FD_ZERO(&set);
    FD_SET(listener, &set);
    BOTH(select, SYS_select, listener + 1, &set, NULL, NULL, &soon_us);
    FD_SET(1000, &set); /* not open */
    BOTH(select, SYS_select, 1001, &set, NULL, NULL, &soon_us);
    EITHER("pselect", pselect(0, NULL, NULL, NULL, &soon, NULL),
           syscall(SYS_pselect6, 0, NULL, NULL, NULL, &soon, NULL));
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    BOTH(epoll_wait, SYS_epoll_wait, epoll, events, 4, 0);
    BOTH(epoll_wait, SYS_epoll_wait, epoll, events, 0, 0);
    BOTH(epoll_wait, SYS_epoll_wait, listener, events, 4, 0);
    (void)epoll_ctl(epoll, EPOLL_CTL_ADD, accepted, &event);
    EITHER("epoll_pwait", epoll_pwait(epoll, events, 4, 10, NULL),
           syscall(SYS_epoll_pwait, epoll, events, 4, 10, NULL, NSIG_BYTES));
    EITHER("epoll_pwait2", epoll_pwait2(epoll, events, 4, &soon, NULL),
           syscall(SYS_epoll_pwait2, epoll, events, 4, &soon, NULL, NSIG_BYTES));
    close(epoll);
}

/* The kernel's masks differ from libc's sets in size only; its actions are told apart by flags. */
static void try_signals(void)
{
    sigset_t set, old;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    EITHER("sigprocmask", sigprocmask(SIG_BLOCK, &set, &old),
           syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, &old, NSIG_BYTES));
    EITHER("sigprocmask", sigprocmask(99, &set, NULL),
           syscall(SYS_rt_sigprocmask, 99, &set, NULL, NSIG_BYTES));
    /* It returns its error. */
    EITHER("pthread_sigmask", pthread_sigmask(99, &set, NULL), EINVAL);
    (void)raise(SIGUSR1);
    struct timespec now = {0, 0};
    EITHER("sigtimedwait", sigtimedwait(&set, NULL, &now),
           syscall(SYS_rt_sigtimedwait, &set, NULL, &now, NSIG_BYTES));
    EITHER("sigtimedwait", sigtimedwait(&set, NULL, &now),
           syscall(SYS_rt_sigtimedwait, &set, NULL, &now, NSIG_BYTES));
    EITHER("sigprocmask", sigprocmask(SIG_UNBLOCK, &set, NULL),
           syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &set, NULL, NSIG_BYTES));
    EITHER("sigaction", sigaction(0, NULL, NULL),
           syscall(SYS_rt_sigaction, 0, NULL, NULL, NSIG_BYTES));
    EITHER("sigaction", sigaction(SIGKILL, &(struct sigaction){.sa_handler = SIG_IGN}, NULL),
           syscall(SYS_rt_sigaction, SIGKILL, &(unsigned long[4]){1}, NULL, NSIG_BYTES));
    BOTH(execve, SYS_execve, "/nowhere", (char *[]){NULL}, (char *[]){NULL});
    BOTH(execve, SYS_execve, "/proc/self/maps", (char *[]){NULL}, (char *[]){NULL});
}

static void try_ends(void)
{
    (void)shutdown(client, SHUT_WR);
    while (BOTH(read, SYS_read, accepted, buffer, 1000) > 0)
        ;
    close(client);
    for (int i = 0; i < 3; i++) /* a reset comes back for the first */
        BOTH(write, SYS_write, accepted, "abc", 3);
    BOTH(read, SYS_read, accepted, buffer, 10);
    BOTH(close, SYS_close, accepted);
    BOTH(write, SYS_write, accepted, "abc", 3);
    BOTH(close, SYS_close, listener);
    int refused = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    BOTH(connect, SYS_connect, refused, (struct sockaddr *)&address, sizeof(address));
    close(refused);
}

/* What begins, begins with errno 0, and a fork leaves it alone in both. */
static void *look_at_errno(void *unused)
{
    return errno == 0 ? unused : &errno;
}

static bool begins_as_it_should(void)
{
    void *bad = NULL;
    pthread_t thread;
    int status = -1;
    if (errno != 0 || pthread_create(&thread, NULL, look_at_errno, NULL) != 0)
        return false;
    pthread_join(thread, &bad);
    errno = UNTOUCHED;
    pid_t pid = fork();
    if (pid == 0)
        _exit(errno != UNTOUCHED);
    return errno == UNTOUCHED && waitpid(pid, &status, 0) == pid && status == 0 && bad == NULL;
}

int main(void)
{
    if (!begins_as_it_should())
        return 4;
    (void)signal(SIGPIPE, SIG_IGN);
    for (int turn = 0; turn < 2; turn++) {
        raw = turn == 1;
        make_pair();
        try_reads();
        try_writes();
        try_waits();
        try_signals();
        try_ends();
    }
    for (size_t i = 0; i < result_count[0]; i++) {
        const struct result *ours = &results[0][i], *kernels = &results[1][i];
        if (ours->value == kernels->value && ours->error == kernels->error)
            continue;
        dprintf(STDERR_FILENO, "faithful: call %zu, %s: %ld (%s), the kernel says %ld (%s)\n", i,
                ours->call, ours->value, strerror(ours->error), kernels->value,
                strerror(kernels->error));
        return 1;
    }
    return result_count[0] == result_count[1] && result_count[0] > 60 ? 0 : 2;
}

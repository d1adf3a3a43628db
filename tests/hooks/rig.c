/* rig.c - a server with the agent in it, and the harness's side of the board by hand. */
#include "tests/hooks/rig.h"

#include "harness/replay/target.h"
#include "profiles/wire/shared.h"
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef RIG_LOADED_FIRST
#define RIG_OPTIONS "detect_leaks=0" /* servers leave memory to the kernel when they end */
#else
#define RIG_LOADED_FIRST ""
#endif

enum { PATIENCE_MS = 10000, RUN_MS = 90000, STEP_MS = 10 };

static void pause_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    (void)nanosleep(&t, NULL);
}

static uint64_t children_ns(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_CHILDREN, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * UINT64_C(1000000000) +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * UINT64_C(1000);
}

struct rig *rig_new(uint32_t target, uint32_t hz)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    assert_non_null(rig);
    struct wm_error err = {{0}, {0}};
    assert_int_equal(wm_region_new(&rig->region, &rig->region_fd, &err), 0);
    rig->region->plan.target = target;
    rig->region->plan.hz = hz;
    rig->region->app_running = 1;
    wm_drain_init(&rig->drain, rig->region);
    /* What the server leaves behind itself becomes our child, and its CPU time ours to ask for. */
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    rig->children_ns = children_ns();
    return rig;
}

uint16_t rig_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, bytes), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
    close(fd);
    return ntohs(address.sin_port);
}

uint32_t rig_pid_space(void)
{
    struct stat status;
    assert_int_equal(stat("/proc/self/ns/pid", &status), 0);
    return (uint32_t)status.st_ino;
}

static int try_connect(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

static void execute(const struct rig *rig, const char *const *command, bool with_agent)
{
    char assignment[64];
    snprintf(assignment, sizeof(assignment), "/proc/%d/fd/%d", (int)getppid(), rig->region_fd);
    if (with_agent) {
        char agent[4096];
        snprintf(agent, sizeof(agent), RIG_LOADED_FIRST "%s/lib/libwaymark.so", getenv("WM_BUILD"));
        (void)setenv("LD_PRELOAD", agent, 1);
#ifdef RIG_OPTIONS
        (void)setenv("ASAN_OPTIONS", RIG_OPTIONS, 1);
#endif
        (void)setenv(WM_REGION_ENVIRONMENT, assignment, 1);
    }
    (void)close_range(3, ~0U, CLOSE_RANGE_CLOEXEC); /* what we were given ourselves */
    int log = open("/dev/null", O_RDWR | O_CLOEXEC);
    (void)dup2(log, STDIN_FILENO);
    if (getenv("WM_RIG_OUTPUT") == NULL)
        (void)dup2(log, STDOUT_FILENO);
    (void)setsid();
    (void)execvp(command[0], (char *const *)(uintptr_t)command);
    perror(command[0]);
    _exit(127);
}

void rig_start(struct rig *rig, const char *const *command, uint16_t port, bool with_agent)
{
    rig->port = port;
    rig->server = fork();
    assert_true(rig->server >= 0);
    if (rig->server == 0)
        execute(rig, command, with_agent);
    for (int waited_ms = 0; port != 0; waited_ms += STEP_MS) {
        int fd = try_connect(port);
        if (fd >= 0) {
            close(fd);
            return;
        }
        assert_true(waited_ms < PATIENCE_MS);
        pause_ms(STEP_MS);
    }
}

struct rig_connection rig_connect(struct rig *rig)
{
    struct rig_connection connection = {.fd = try_connect(rig->port)};
    assert_true(connection.fd >= 0);
    int on = 1;
    (void)setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct sockaddr_in address;
    socklen_t bytes = sizeof(address);
    assert_int_equal(getsockname(connection.fd, (struct sockaddr *)&address, &bytes), 0);
    connection.port = ntohs(address.sin_port);
    atomic_store(&rig->region->board.ports[connection.port], WM_PORT_OURS);
    return connection;
}

void rig_disconnect(struct rig *rig, struct rig_connection *connection)
{
    atomic_store(&rig->region->board.ports[connection->port], WM_PORT_FOREIGN);
    close(connection->fd);
    connection->fd = -1;
}

uint32_t rig_path(struct rig *rig, const char *label)
{
    uint32_t entry = wm_shared_entry(rig->region, label);
    assert_true(entry != WM_ENTRY_NONE);
    return wm_shared_path(rig->region, entry, 0, 0, NULL, 0);
}

size_t rig_request(struct rig *rig, struct rig_connection *connection, const char *label,
                   const char *bytes, size_t count, size_t want)
{
    struct wm_board *board = &rig->region->board;
    uint64_t serial = WM_LABEL_BOARD | atomic_fetch_add(&board->next_serial, 1);
    struct wm_board_request *request = wm_board_request(board, serial);
    atomic_store(&request->path, 0);
    atomic_store(&request->context, 0);
    atomic_store(&request->allocs, 0);
    atomic_store(&request->label, serial);
    atomic_store(&board->ports[connection->port], serial);
    connection->serial = serial;
    for (size_t sent = 0; sent < count;) {
        ssize_t n = send(connection->fd, bytes + sent, count - sent, MSG_NOSIGNAL);
        assert_true(n > 0);
        sent += (size_t)n;
    }
    size_t got = 0;
    while (got < want) {
        ssize_t n = recv(connection->fd, rig->reply + got, RIG_REPLY_BYTES - 1 - got, 0);
        if (n <= 0)
            fail_msg("the server closed after %zu of %zu bytes of reply to %s", got, want, label);
        got += (size_t)n;
    }
    rig->reply[got] = '\0';
    atomic_store(&request->path, 1 + rig_path(rig, label));
    return got;
}

/* ---- What came of it ---- */

static int take_sample(void *user, const struct wm_sample *sample)
{
    struct rig *rig = user;
    rig->samples++;
    rig->truncated += (sample->flags & WM_SAMPLE_TRUNCATED) != 0;
    rig->cpu_ns += sample->cpu_ns;
    rig->node_ns[sample->node] += sample->cpu_ns;
    if (sample->request == 0) {
        rig->background_ns += sample->cpu_ns;
    } else if ((sample->request & WM_LABEL_KIND) == WM_LABEL_PATH) {
        rig->path_ns[sample->request & (WM_PATH_MAX - 1)] += sample->cpu_ns;
    } else {
        struct wm_board_request *request = wm_board_request(&rig->region->board, sample->request);
        uint32_t path = atomic_load(&request->path);
        if (atomic_load(&request->label) != sample->request || path == 0)
            rig->strange++;
        else
            rig->path_ns[path - 1] += sample->cpu_ns;
    }
    return 0;
}

static int take_end(void *user, const struct wm_end *end)
{
    (void)user;
    (void)end;
    return 0;
}

void rig_drain(struct rig *rig)
{
    struct wm_drain_sink sink = {take_sample, take_end, rig};
    assert_true(wm_drain_all(&rig->drain, &sink) >= 0);
    assert_int_equal(rig->drain.rings_abandoned, 0);
}

static void kill_all(const struct rig *rig, int signal)
{
    uint32_t count = atomic_load(&rig->region->process_count);
    for (uint32_t i = 0; i < count; i++) {
        const struct wm_process *process = &rig->region->processes[i];
        if (atomic_load(&process->ended) == 0)
            (void)kill(process->pid, signal);
    }
    (void)kill(-rig->server, signal);
}

/* All its processes have ended. `ending`: those that do not are told to. */
static int wait_for_all(struct rig *rig, bool ending)
{
    int code = -1;
    for (int waited_ms = 0;;) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid < 0 && errno == ECHILD)
            break;
        if (pid == rig->server)
            code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        if (pid > 0)
            continue;
        waited_ms += STEP_MS;
        if (ending && waited_ms == 500)
            kill_all(rig, SIGTERM); /* what left the session */
        int limit_ms = ending ? PATIENCE_MS : RUN_MS;
        if (waited_ms > limit_ms)
            kill_all(rig, SIGKILL);
        assert_true(waited_ms < limit_ms + PATIENCE_MS);
        rig_drain(rig);
        pause_ms(STEP_MS);
    }
    rig_drain(rig);
    return code;
}

int rig_end(struct rig *rig)
{
    (void)kill(rig->server, SIGTERM);
    return wait_for_all(rig, true);
}

int rig_wait(struct rig *rig)
{
    return wait_for_all(rig, false);
}

uint64_t rig_used_ns(const struct rig *rig)
{
    return children_ns() - rig->children_ns;
}

uint64_t rig_lost_ns(const struct rig *rig)
{
    uint64_t lost_ns = 0;
    for (uint32_t i = 0; i < WM_THREAD_MAX; i++)
        lost_ns += rig->region->threads[i].lost_cpu_ns;
    return lost_ns;
}

bool rig_is_sanitized(void)
{
    return sizeof(RIG_LOADED_FIRST) > 1;
}

void rig_check_accounts(const struct rig *rig, double percent)
{
    double used = (double)(rig_used_ns(rig) - rig->region->calibration_cpu_ns);
    double told = (double)(rig->cpu_ns + rig_lost_ns(rig));
    print_message("CPU: %.1f ms used, %.1f ms in %llu samples (background %.1f), %.1f ms lost\n",
                  used / 1e6, (double)rig->cpu_ns / 1e6, (unsigned long long)rig->samples,
                  (double)rig->background_ns / 1e6, (double)rig_lost_ns(rig) / 1e6);
    if (rig_is_sanitized())
        return; /* whose own start and end take longer than all the rest */
    assert_true(rig->truncated <= 3 + rig->samples / 20); /* some while it loads libraries */
    /* What the kernel does for a process after its last word: some 0.3 ms. */
    double teardown = 5e5 * (double)(atomic_load(&rig->region->process_count) +
                                     atomic_load(&rig->region->processes_more));
    assert_true(told > used * (1 - percent / 100) - teardown && told < used * (1 + percent / 100));
}

void rig_free(struct rig *rig)
{
    for (int i = 0; i < WM_NOTE_MAX && rig->region->notes[i].text[0] != '\0'; i++)
        print_message("note: %s\n", rig->region->notes[i].text);
    wm_region_free(rig->region, rig->region_fd);
    free(rig);
}

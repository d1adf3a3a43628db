/* server.c - a real server for a test: started, awaited, asked, ended. */
#include "tests/support/server.h"

#include "tests/support/support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    WORDS_MAX = 32,
    READY_TRIES = 500, /* 10 ms apart */
    END_TRIES = 500,
    ANSWER_SECONDS = 10,
    NOT_INSTALLED = 127,
};

static void rest(void)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    nanosleep(&pause, NULL);
}

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
}

static uint16_t free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t bytes = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, bytes), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
    close(fd);
    return ntohs(address.sin_port);
}

void wm_test_server_init(struct wm_test_server *server)
{
    *server = (struct wm_test_server){.folder = wm_test_folder(), .port = free_port()};
    chmod(server->folder, 0755); /* servers give up being root */
}

char *wm_test_server_text(const struct wm_test_server *server, const char *text)
{
    char *out = NULL;
    size_t bytes = 0;
    FILE *file = open_memstream(&out, &bytes);
    assert_non_null(file);
    while (*text != '\0') {
        if (strncmp(text, "{port}", 6) == 0) {
            fprintf(file, "%u", server->port);
            text += 6;
        } else if (strncmp(text, "{dir}", 5) == 0) {
            fputs(server->folder, file);
            text += 5;
        } else {
            fputc(*text++, file);
        }
    }
    fclose(file);
    return out;
}

static void become(const struct wm_test_server *server, char **words)
{
    char output[4096];
    snprintf(output, sizeof(output), "%s/output", server->folder);
    const char *path = getenv("PATH");
    char wider[8192];
    snprintf(wider, sizeof(wider), "%s:/usr/sbin", path != NULL ? path : "/usr/bin");
    setenv("PATH", wider, 1); /* where servers are, for whoever is not root */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid();
    int fd = open(output, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (fd >= 0) {
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
    }
    execvp(words[0], words);
    _exit(NOT_INSTALLED);
}

/* A connection, or negative. */
static int try_connect(const struct wm_test_server *server)
{
    struct sockaddr_in address = loopback(server->port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

static void await_ready(struct wm_test_server *server, const char *name)
{
    for (int i = 0; i < READY_TRIES; i++) {
        int status;
        if (waitpid(server->pid, &status, WNOHANG) == server->pid) {
            server->pid = 0;
            if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_INSTALLED)
                skip();
            fail_msg("%s ended: see %s/output", name, server->folder);
        }
        int fd = try_connect(server);
        if (fd >= 0) {
            close(fd);
            return;
        }
        rest();
    }
    fail_msg("%s does not take connections", name);
}

void wm_test_server_start(struct wm_test_server *server, const char *const *words)
{
    char *own[WORDS_MAX + 1] = {NULL};
    for (int i = 0; words[i] != NULL && i < WORDS_MAX; i++)
        own[i] = wm_test_server_text(server, words[i]);
    server->pid = fork();
    assert_true(server->pid >= 0);
    if (server->pid == 0)
        become(server, own);
    await_ready(server, words[0]);
    for (int i = 0; own[i] != NULL; i++)
        free(own[i]);
}

void wm_test_server_signal(const struct wm_test_server *server, int signal)
{
    if (server->pid > 0)
        kill(-server->pid, signal);
}

void wm_test_server_stop(struct wm_test_server *server)
{
    bool ended = server->pid <= 0;
    wm_test_server_signal(server, SIGTERM);
    wm_test_server_signal(server, SIGCONT);
    for (int i = 0; i < END_TRIES && !ended; i++) {
        ended = waitpid(server->pid, NULL, WNOHANG) != 0;
        if (!ended)
            rest();
    }
    wm_test_server_signal(server, SIGKILL); /* whatever is left in its session */
    if (!ended)
        waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

void wm_test_server_done(struct wm_test_server *server)
{
    wm_test_server_stop(server);
    wm_test_folder_remove(server->folder);
    server->folder = NULL;
}

int wm_test_server_connect(const struct wm_test_server *server)
{
    const struct timeval patience = {.tv_sec = ANSWER_SECONDS};
    int fd = try_connect(server);
    if (fd < 0)
        fail_msg("port %u takes no connection: %s", server->port, strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return fd;
}

char *wm_test_server_ask(const struct wm_test_server *server, const char *request, const char *end)
{
    int fd = wm_test_server_connect(server);
    char *answer = calloc(1, 1 << 20);
    size_t length = 0;
    assert_non_null(answer);
    assert_int_equal(write(fd, request, strlen(request)), strlen(request));
    ssize_t count = 1;
    while (count > 0 && strstr(answer, end) == NULL && length + 1 < 1 << 20) {
        count = read(fd, answer + length, (1 << 20) - 1 - length);
        length += count > 0 ? (size_t)count : 0;
    }
    close(fd);
    return answer;
}

/* ---- The three ---- */

void wm_test_redis_start(struct wm_test_server *server)
{
    static const char *const words[] = {
        "redis-server", "--port", "{port}",       "--bind", "127.0.0.1", "--save", "",
        "--appendonly", "no",     "--maxclients", "5000",   "--dir",     "{dir}",  NULL};
    wm_test_server_init(server);
    wm_test_server_start(server, words);
}

void wm_test_memcached_start(struct wm_test_server *server)
{
    static const char *const words[] = {"memcached", "-p", "{port}", "-l", "127.0.0.1", "-U",
                                        "0",         "-u", "nobody", "-c", "5000",      NULL};
    wm_test_server_init(server);
    wm_test_server_start(server, words);
}

void wm_test_nginx_start(struct wm_test_server *server, const char *directives)
{
    static const char head[] =
        "worker_processes 1; daemon off; pid {dir}/pid; error_log {dir}/error.log;\n"
        "events { worker_connections 4096; }\n"
        "http { access_log {dir}/access.log; keepalive_requests 1000000000;\n"
        "  client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;\n"
        "  uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;\n"
        "  server { listen 127.0.0.1:{port}; root {dir}/www;\n";
    static const char *const words[] = {"nginx", "-p", "{dir}", "-c", "{dir}/nginx.conf", NULL};
    char template[4096];
    wm_test_server_init(server);
    snprintf(template, sizeof(template), "%s%s } }\n", head, directives);
    char *conf = wm_test_server_text(server, template);
    free(wm_test_file(server->folder, "nginx.conf", conf));
    free(conf);
    snprintf(template, sizeof(template), "%s/www", server->folder);
    assert_int_equal(mkdir(template, 0755), 0);
    free(wm_test_file(template, "index.html", "<p>Hello</p>\n"));
    wm_test_server_start(server, words);
}

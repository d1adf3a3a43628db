/* test_proxy.c - the proxy passes bytes as they are, whatever the sides do. */
#include "tests/captures/recorded.h"
#include "workloads/captures/proxy.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

enum { PIECE = 64 * 1024, LARGE = 64 * 1024 * 1024, MANY = 2000 };

/* A proxy in a thread of its own, and the server's side of it. */
struct stand {
    char *folder;
    char *name;
    struct wm_trace_writer *writer;
    uv_loop_t loop;
    uv_async_t stop;
    struct wm_proxy *proxy;
    struct wm_recording recording; /* once it has ended */
    pthread_t thread;
    int server; /* listens */
    uint16_t server_port;
};

static int listen_anywhere(uint16_t *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, bytes), 0);
    assert_int_equal(listen(fd, MANY), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void on_stop(uv_async_t *async)
{
    struct stand *stand = async->data;
    wm_proxy_close(stand->proxy);
    stand->recording = *wm_proxy_recording(stand->proxy);
    uv_close((uv_handle_t *)async, NULL);
}

static void *run_proxy(void *argument)
{
    struct stand *stand = argument;
    uv_run(&stand->loop, UV_RUN_DEFAULT);
    return NULL;
}

static void start_on(struct stand *stand, const char *protocol)
{
    struct wm_error err = {0};
    struct wm_proxy_settings settings = {.protocol = wm_protocol_find(protocol)};
    char to[64];
    stand->folder = wm_test_folder();
    stand->name = wm_file_join_dup(stand->folder, "a.wmt");
    assert_int_equal(wm_trace_create(stand->name, "a test", &stand->writer, &err), 0);
    settings.writer = stand->writer;
    snprintf(to, sizeof(to), "127.0.0.1:%u", stand->server_port);
    assert_int_equal(wm_address_read(to, &settings.to, &err), 0);
    assert_int_equal(wm_address_read("127.0.0.1:0", &settings.listen, &err), 0);
    assert_int_equal(uv_loop_init(&stand->loop), 0);
    assert_int_equal(uv_async_init(&stand->loop, &stand->stop, on_stop), 0);
    stand->stop.data = stand;
    assert_int_equal(wm_proxy_open(&stand->loop, &settings, &stand->proxy), 0);
    assert_int_equal(pthread_create(&stand->thread, NULL, run_proxy, stand), 0);
}

static void start(struct stand *stand, const char *protocol)
{
    stand->server = listen_anywhere(&stand->server_port);
    start_on(stand, protocol);
}

static void end(struct stand *stand)
{
    struct wm_error err = {0};
    uv_async_send(&stand->stop);
    assert_int_equal(pthread_join(stand->thread, NULL), 0);
    assert_int_equal(uv_loop_close(&stand->loop), 0); /* nothing was left open on it */
    wm_proxy_free(stand->proxy);
    assert_int_equal(wm_trace_commit(stand->writer, &err), 0);
    if (stand->server >= 0)
        close(stand->server);
    wm_test_folder_remove(stand->folder);
    free(stand->name);
}

/* A client and the server's side of its connection. */
static void join(struct stand *stand, int *ret_client, int *ret_server)
{
    *ret_client = connect_to(wm_proxy_port(stand->proxy));
    *ret_server = accept(stand->server, NULL, NULL);
    assert_true(*ret_server >= 0);
}

static unsigned char byte_at(size_t i)
{
    return (unsigned char)((i * 2654435761u) >> 13);
}

static void send_all(int fd, size_t from, size_t count)
{
    unsigned char piece[PIECE];
    while (count > 0) {
        size_t length = count < PIECE ? count : PIECE;
        for (size_t i = 0; i < length; i++)
            piece[i] = byte_at(from + i);
        for (size_t sent = 0; sent < length;) {
            ssize_t rc = send(fd, piece + sent, length - sent, MSG_NOSIGNAL);
            assert_true(rc > 0);
            sent += (size_t)rc;
        }
        from += length;
        count -= length;
    }
}

/* Reads up to the end: as many bytes, of the same sequence. */
static void expect_all(int fd, size_t count)
{
    unsigned char piece[PIECE];
    size_t at = 0;
    for (;;) {
        ssize_t rc = recv(fd, piece, sizeof(piece), 0);
        assert_true(rc >= 0);
        if (rc == 0)
            break;
        for (ssize_t i = 0; i < rc; i++)
            if (piece[i] != byte_at(at + (size_t)i))
                fail_msg("byte %zu differs", at + (size_t)i);
        at += (size_t)rc;
    }
    assert_int_equal(at, count);
}

static void test_a_half_closed_side_still_gets_its_answer(void **state)
{
    (void)state;
    struct stand stand = {0};
    int client, server;
    start(&stand, "memcache"); /* which these bytes are not: they pass all the same */
    join(&stand, &client, &server);
    send_all(client, 0, 300000);
    assert_int_equal(shutdown(client, SHUT_WR), 0);
    expect_all(server, 300000);
    send_all(server, 0, 1000000);
    close(server);
    expect_all(client, 1000000);
    close(client);
    end(&stand);
    assert_int_equal(stand.recording.sent_bytes, 300000);
    assert_int_equal(stand.recording.answered_bytes, 1000000);
    assert_int_equal(stand.recording.not_understood, 1);
}

/* What a server can send while the client reads nothing is bounded by buffers; then all arrives. */
static void test_a_slow_reader_holds_its_server_back(void **state)
{
    (void)state;
    struct stand stand = {0};
    int client, server;
    static const char zeros[PIECE];
    size_t sent = 0;
    start(&stand, "http");
    join(&stand, &client, &server);
    for (;;) {
        struct pollfd ready = {.fd = server, .events = POLLOUT};
        if (poll(&ready, 1, 300) == 0)
            break;
        ssize_t rc = send(server, zeros, sizeof(zeros), MSG_DONTWAIT | MSG_NOSIGNAL);
        assert_true(rc > 0 || errno == EAGAIN);
        sent += rc > 0 ? (size_t)rc : 0;
        assert_in_range(sent, 0, LARGE); /* or it would never end */
    }
    assert_int_equal(shutdown(server, SHUT_WR), 0);
    size_t got = 0;
    char piece[PIECE];
    for (ssize_t rc = 1; rc > 0; got += (size_t)rc) {
        rc = recv(client, piece, sizeof(piece), 0);
        assert_true(rc >= 0);
    }
    assert_int_equal(got, sent);
    close(client);
    close(server);
    end(&stand);
}

static void test_large_transfers_pass_both_ways_at_once(void **state)
{
    (void)state;
    struct stand stand = {0};
    int client, server;
    start(&stand, "http");
    join(&stand, &client, &server);
    /* Neither side reads before all is written: more than the proxy holds waits in the kernel. */
    send_all(client, 0, 200000);
    send_all(server, 0, 200000);
    assert_int_equal(shutdown(client, SHUT_WR), 0);
    assert_int_equal(shutdown(server, SHUT_WR), 0);
    expect_all(server, 200000);
    expect_all(client, 200000);
    close(client);
    close(server);
    end(&stand);
}

static void test_thousands_of_connections_are_recorded(void **state)
{
    (void)state;
    struct stand stand = {0};
    static int clients[MANY], servers[MANY];
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max < 4 * MANY + 100)
        skip();
    start(&stand, "resp");
    for (unsigned i = 0; i < MANY; i++)
        join(&stand, &clients[i], &servers[i]);
    char bytes[16];
    for (unsigned i = 0; i < MANY; i++)
        assert_int_equal(send(clients[i], "PING\r\n", 6, 0), 6);
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(recv(servers[i], bytes, sizeof(bytes), 0), 6);
        assert_int_equal(send(servers[i], "+PONG\r\n", 7, 0), 7);
    }
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(recv(clients[i], bytes, sizeof(bytes), 0), 7);
        assert_memory_equal(bytes, "+PONG\r\n", 7);
    }
    for (unsigned i = 0; i < MANY; i++) {
        close(clients[i]);
        close(servers[i]);
    }
    end(&stand);
    assert_int_equal(stand.recording.connections, MANY);
    assert_int_equal(stand.recording.requests, MANY);
    assert_int_equal(stand.recording.unanswered, 0);
}

/* What the client sees of a connection that came to nothing: an end, or a reset. */
static void expect_closed(int client)
{
    char byte;
    ssize_t rc = recv(client, &byte, 1, 0);
    assert_true(rc == 0 || (rc < 0 && errno == ECONNRESET));
    close(client);
}

static void test_a_server_that_is_not_there_closes_the_client(void **state)
{
    (void)state;
    struct stand stand = {.server = -1};
    int gone = listen_anywhere(&stand.server_port);
    close(gone);
    start_on(&stand, "http");
    expect_closed(connect_to(wm_proxy_port(stand.proxy)));
    expect_closed(connect_to(wm_proxy_port(stand.proxy)));
    end(&stand);
    assert_int_equal(stand.recording.refused, 2);
    assert_string_equal(stand.recording.refusal, "connection refused");
    assert_int_equal(stand.recording.open, 0);
}

static void test_past_the_limit_of_descriptors_clients_are_turned_away(void **state)
{
    (void)state;
    struct stand stand = {0};
    struct rlimit old, limit;
    int clients[10], servers[10];
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    limit = (struct rlimit){.rlim_cur = 64 + 20, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    start(&stand, "http");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0); /* for ourselves */
    for (unsigned i = 0; i < 10; i++)
        join(&stand, &clients[i], &servers[i]);
    expect_closed(connect_to(wm_proxy_port(stand.proxy)));
    close(clients[0]); /* makes room for another */
    char byte;
    assert_int_equal(recv(servers[0], &byte, 1, 0), 0);
    close(servers[0]);
    for (int tries = 0; tries < 100; tries++) { /* until the proxy has seen it */
        int client = connect_to(wm_proxy_port(stand.proxy));
        struct pollfd arrived = {.fd = stand.server, .events = POLLIN};
        if (poll(&arrived, 1, 50) == 1) {
            close(client);
            break;
        }
        close(client);
        assert_int_not_equal(tries, 99);
    }
    for (unsigned i = 1; i < 10; i++) {
        close(clients[i]);
        close(servers[i]);
    }
    end(&stand);
    assert_in_range(stand.recording.turned_away, 1, 100);
}

static void test_a_reset_is_passed_on(void **state)
{
    (void)state;
    struct stand stand = {0};
    int client, server;
    char byte;
    struct linger at_once = {.l_onoff = 1};
    start(&stand, "http");
    join(&stand, &client, &server);
    assert_int_equal(send(client, "x", 1, 0), 1);
    assert_int_equal(recv(server, &byte, 1, 0), 1);
    assert_int_equal(setsockopt(server, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
    close(server);
    assert_int_equal(recv(client, &byte, 1, 0), -1);
    assert_int_equal(errno, ECONNRESET);
    close(client);
    end(&stand);
}

static void test_a_port_that_is_taken_is_told(void **state)
{
    (void)state;
    struct wm_proxy_settings settings = {.protocol = wm_protocol_find("http")};
    struct wm_proxy *proxy = NULL;
    uv_loop_t loop;
    char taken[64];
    uint16_t port;
    int other = listen_anywhere(&port);
    snprintf(taken, sizeof(taken), "127.0.0.1:%u", port);
    assert_int_equal(wm_address_read(taken, &settings.listen, NULL), 0);
    settings.to = settings.listen;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(wm_proxy_open(&loop, &settings, &proxy), -EADDRINUSE);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_half_closed_side_still_gets_its_answer),
        cmocka_unit_test(test_a_slow_reader_holds_its_server_back),
        cmocka_unit_test(test_large_transfers_pass_both_ways_at_once),
        cmocka_unit_test(test_thousands_of_connections_are_recorded),
        cmocka_unit_test(test_a_server_that_is_not_there_closes_the_client),
        cmocka_unit_test(test_past_the_limit_of_descriptors_clients_are_turned_away),
        cmocka_unit_test(test_a_reset_is_passed_on),
        cmocka_unit_test(test_a_port_that_is_taken_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

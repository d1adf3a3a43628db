/* fake_server.c - a RESP server that answers each command as its name says. */
#include "tests/drivers/fake_server.h"

#include "tests/support/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PLACES = sizeof(((struct fake_server *)0)->connections) / sizeof(int), RESTART_MS = 300 };

static const char *const names[FAKE_COMMANDS] = {"OK",     "PIECES", "TWICE",  "JUNK",    "HALF",
                                                 "HANGUP", "RESET",  "SILENT", "RESTART", "GONE"};

static void listen_again(struct fake_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(server->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof(address);
    const int on = 1;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, bytes), 0);
    assert_int_equal(listen(server->listener, PLACES), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &bytes), 0);
    server->port = ntohs(address.sin_port);
}

static void close_place(struct fake_server *server, int place)
{
    if (server->connections[place] >= 0)
        close(server->connections[place]);
    server->connections[place] = -1;
}

static void close_all(struct fake_server *server)
{
    if (server->listener >= 0)
        close(server->listener);
    server->listener = -1;
    for (int i = 0; i < PLACES; i++)
        close_place(server, i);
}

static void answer(int fd, const char *bytes)
{
    (void)!send(fd, bytes, strlen(bytes), MSG_NOSIGNAL);
}

static void act(struct fake_server *server, int place, enum fake_command command)
{
    int fd = server->connections[place];
    const struct linger at_once = {.l_onoff = 1};
    switch (command) {
    case FAKE_OK:
        answer(fd, "+OK\r\n");
        break;
    case FAKE_PIECES:
        for (const char *at = "$5\r\nhello\r\n"; *at != '\0'; at++)
            answer(fd, (const char[]){*at, '\0'});
        break;
    case FAKE_TWICE:
        answer(fd, "+OK\r\n+OK\r\n");
        break;
    case FAKE_JUNK:
        answer(fd, "?what\r\n");
        break;
    case FAKE_HALF:
        answer(fd, "$5\r\nhel");
        close_place(server, place);
        break;
    case FAKE_RESET:
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        close_place(server, place);
        break;
    case FAKE_HANGUP:
        close_place(server, place);
        break;
    case FAKE_SILENT:
        break;
    case FAKE_RESTART:
        if (atomic_load(&server->seen[command]) > 1) {
            answer(fd, "+OK\r\n");
            break;
        }
        close_all(server);
        nanosleep(&(struct timespec){.tv_nsec = RESTART_MS * 1000000L}, NULL);
        listen_again(server);
        break;
    case FAKE_GONE:
        close_all(server);
        break;
    case FAKE_COMMANDS:
        break;
    }
}

/* The entry of the request that this connection carries; NULL: the board does not say. */
static struct wm_board_request *on_board(struct fake_server *server, int fd)
{
    struct sockaddr_in peer = {0};
    socklen_t bytes = sizeof(peer);
    struct wm_board *board = &server->region->board;
    if (getpeername(fd, (struct sockaddr *)&peer, &bytes) < 0)
        return NULL;
    uint64_t label =
        atomic_load_explicit(&board->ports[ntohs(peer.sin_port)], memory_order_acquire);
    struct wm_board_request *request = wm_board_request(board, label);
    bool right =
        (label & WM_LABEL_KIND) == WM_LABEL_BOARD && request->label == label && request->path == 0;
    return right ? request : NULL;
}

static void count(struct wm_board_request *request, uint64_t allocs, uint64_t bytes)
{
    if (request == NULL)
        return;
    atomic_fetch_add(&request->allocs, allocs);
    atomic_fetch_add(&request->alloc_bytes, bytes);
}

/* Commands here are so small that each comes whole. */
static void serve(struct fake_server *server, int place)
{
    char bytes[4096];
    ssize_t length = recv(server->connections[place], bytes, sizeof(bytes) - 1, 0);
    if (length <= 0) {
        close_place(server, place);
        return;
    }
    bytes[length] = '\0';
    struct wm_board_request *request =
        server->region != NULL ? on_board(server, server->connections[place]) : NULL;
    for (int i = 0; i < FAKE_COMMANDS; i++) {
        char word[32];
        snprintf(word, sizeof(word), "\n%s\r", names[i]);
        if (strstr(bytes, word) == NULL)
            continue;
        atomic_fetch_add(&server->seen[i], 1);
        if (server->region != NULL && request == NULL)
            atomic_fetch_add(&server->unlabelled, 1);
        count(request, 3, 100);
        act(server, place, (enum fake_command)i);
        count(request, 1, 10);
        return;
    }
    close_place(server, place);
}

static void accept_one(struct fake_server *server)
{
    const int on = 1;
    int fd = accept(server->listener, NULL, NULL);
    for (int i = 0; fd >= 0 && i < PLACES; i++) {
        if (server->connections[i] < 0) {
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
            server->connections[i] = fd;
            atomic_fetch_add(&server->accepted, 1);
            return;
        }
    }
    if (fd >= 0)
        close(fd);
}

static void *serve_all(void *user)
{
    struct fake_server *server = user;
    while (!atomic_load(&server->stop)) {
        struct pollfd polls[PLACES + 1]; /* a negative descriptor is passed over */
        for (int i = 0; i < PLACES; i++)
            polls[i] = (struct pollfd){.fd = server->connections[i], .events = POLLIN};
        polls[PLACES] = (struct pollfd){.fd = server->listener, .events = POLLIN};
        poll(polls, PLACES + 1, 10);
        if (polls[PLACES].revents != 0)
            accept_one(server);
        for (int i = 0; i < PLACES; i++) {
            if (polls[i].revents != 0 && server->connections[i] == polls[i].fd)
                serve(server, i);
        }
    }
    return NULL;
}

void fake_server_init(struct fake_server *server)
{
    memset(server, 0, sizeof(*server));
    for (int i = 0; i < PLACES; i++)
        server->connections[i] = -1;
    listen_again(server);
}

void fake_server_start(struct fake_server *server)
{
    assert_int_equal(pthread_create(&server->thread, NULL, serve_all, server), 0);
}

void fake_server_stop(struct fake_server *server)
{
    atomic_store(&server->stop, 1);
    pthread_join(server->thread, NULL);
    close_all(server);
}

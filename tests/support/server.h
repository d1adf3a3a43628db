/* server.h - a real server for a test: on a free port of the loopback, in a folder of its own,
 * gone with the test whatever happens. */
#ifndef WM_TESTS_SERVER_H
#define WM_TESTS_SERVER_H

#include <stdint.h>

struct wm_test_server {
    char *folder;
    uint16_t port;
    int pid; /* of its session too; 0: it does not run */
};

/* Makes the folder and finds a port. */
void wm_test_server_init(struct wm_test_server *server);
/* Starts it, with "{port}" and "{dir}" in its words replaced (NULL ends them; its output goes to
 * {dir}/output), and waits until it takes connections. Skips the test where it is not installed. */
void wm_test_server_start(struct wm_test_server *server, const char *const *words);
/* Sends a signal to all of its processes. */
void wm_test_server_signal(const struct wm_test_server *server, int signal);
/* Ends it and waits for that; keeps the folder. */
void wm_test_server_stop(struct wm_test_server *server);
/* Ends it if it still runs, and removes the folder. */
void wm_test_server_done(struct wm_test_server *server);

/* `text` with "{port}" and "{dir}" replaced; free() it. */
char *wm_test_server_text(const struct wm_test_server *server, const char *text);
/* A connection to it, which answers within 10 s or not at all; close() it. */
int wm_test_server_connect(const struct wm_test_server *server);
/* Sends `request` on a connection of its own and reads until `end` is seen (or the server closes);
 * free() the answer. */
char *wm_test_server_ask(const struct wm_test_server *server, const char *request, const char *end);

/* These three, with what a test needs to look into them. Stop with wm_test_server_done. */
void wm_test_redis_start(struct wm_test_server *server);
void wm_test_memcached_start(struct wm_test_server *server);
/* Its access log is {dir}/access.log, its documents are in {dir}/www; `directives` go into its
 * server block. */
void wm_test_nginx_start(struct wm_test_server *server, const char *directives);

#endif

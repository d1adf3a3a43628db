/* proxy.c - the recording proxy: listens, and gives each connection a relay. */
#include "workloads/captures/proxy.h"

#include "workloads/captures/relay.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <uv.h>

enum { BACKLOG = 4096, OTHER_DESCRIPTORS = 64, DESCRIPTORS_EACH = 2 };

struct wm_proxy {
    struct wm_proxy_settings settings;
    struct wm_recording recording;
    struct wm_relay_house house;
    uv_tcp_t listener;
    uint16_t port;
    uint64_t most; /* connections at a time */
    char read_buffer[WM_RELAY_READ_BYTES];
};

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

/* Accepts the connection to close it, rather than let it wait for nothing. */
static void turn_away(struct wm_proxy *proxy)
{
    uv_tcp_t *tcp = malloc(sizeof(*tcp));
    proxy->recording.turned_away++;
    if (tcp == NULL)
        return;
    uv_tcp_init(proxy->house.loop, tcp);
    if (uv_accept((uv_stream_t *)&proxy->listener, (uv_stream_t *)tcp) < 0 ||
        uv_tcp_close_reset(tcp, free_handle) < 0)
        uv_close((uv_handle_t *)tcp, free_handle);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct wm_proxy *proxy = listener->data;
    if (status == 0 && proxy->recording.open >= proxy->most)
        turn_away(proxy);
    else if (status < 0 || wm_relay_open(&proxy->house, listener) < 0)
        proxy->recording.turned_away++;
}

/* What the process's descriptors suffice for. libuv closes connections past them without a word. */
static uint64_t most_connections(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
        return UINT64_MAX;
    rlim_t free = limit.rlim_cur > OTHER_DESCRIPTORS ? limit.rlim_cur - OTHER_DESCRIPTORS : 0;
    return free / DESCRIPTORS_EACH;
}

static int find_port(struct wm_proxy *proxy)
{
    struct sockaddr_storage own;
    int bytes = sizeof(own);
    int rc = uv_tcp_getsockname(&proxy->listener, (struct sockaddr *)&own, &bytes);
    if (rc < 0)
        return rc;
    bool six = own.ss_family == AF_INET6;
    proxy->port = ntohs(six ? ((struct sockaddr_in6 *)&own)->sin6_port
                            : ((struct sockaddr_in *)&own)->sin_port);
    return 0;
}

static void free_when_closed(uv_handle_t *handle)
{
    wm_proxy_free(handle->data);
}

int wm_proxy_open(struct uv_loop_s *loop, const struct wm_proxy_settings *settings,
                  struct wm_proxy **ret_proxy)
{
    struct wm_proxy *proxy = calloc(1, sizeof(*proxy));
    if (proxy == NULL)
        return -ENOMEM;
    proxy->settings = *settings;
    proxy->most = most_connections();
    proxy->house = (struct wm_relay_house){
        .loop = loop,
        .to = &proxy->settings.to,
        .protocol = settings->protocol,
        .recording = &proxy->recording,
        .read_buffer = proxy->read_buffer,
    };
    int rc = wm_window_new(settings->writer, &proxy->recording, &proxy->house.window);
    if (rc < 0) {
        wm_proxy_free(proxy);
        return rc;
    }
    uv_tcp_init(loop, &proxy->listener);
    proxy->listener.data = proxy;
    rc = uv_tcp_bind(&proxy->listener, (const struct sockaddr *)&settings->listen.socket, 0);
    if (rc == 0)
        rc = uv_listen((uv_stream_t *)&proxy->listener, BACKLOG, on_connection);
    if (rc == 0)
        rc = find_port(proxy);
    if (rc < 0) {
        uv_close((uv_handle_t *)&proxy->listener, free_when_closed);
        return rc;
    }
    *ret_proxy = proxy;
    return 0;
}

const struct wm_recording *wm_proxy_recording(const struct wm_proxy *proxy)
{
    return &proxy->recording;
}

uint16_t wm_proxy_port(const struct wm_proxy *proxy)
{
    return proxy->port;
}

void wm_proxy_close(struct wm_proxy *proxy)
{
    uv_close((uv_handle_t *)&proxy->listener, NULL);
    while (proxy->house.first != NULL)
        wm_relay_close(proxy->house.first);
    wm_window_finish(proxy->house.window);
}

void wm_proxy_free(struct wm_proxy *proxy)
{
    if (proxy == NULL)
        return;
    wm_window_free(proxy->house.window);
    free(proxy);
}

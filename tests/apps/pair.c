/* pair.c - an app of two entry points: Ping, without a segment, and Pong, with one. */
#include <waymark/waymark.h>

static int ping(const struct wm_request *request, struct wm_reply *reply)
{
    (void)request;
    (void)reply;
    return 0;
}
WM_ENTRY("Ping", ping);

static int pong(const struct wm_request *request, struct wm_reply *reply)
{
    WM_SEGMENT("ReturnBall");
    (void)request;
    (void)reply;
    return 0;
}
WM_ENTRY("Pong", pong);

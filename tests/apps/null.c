/* null.c - an app that does nothing: what is left is the harness. */
#include <waymark/waymark.h>

static int null_request(const struct wm_request *request, struct wm_reply *reply)
{
    (void)request;
    (void)reply;
    return 0;
}
WM_ENTRY("Null", null_request);

/* sites.c - a library with four segment sites, for tests/probe/sites.sh: as C and as C++. */
#include <waymark/waymark.h>

static int work(int x)
{
    WM_SEGMENT("PlainFunction");
    return x + 1;
}

#ifdef __cplusplus
inline int inline_work(int x)
{
    WM_SEGMENT("InlineFunction");
    return x + 2;
}

template <typename T> T template_work(T x)
{
    WM_SEGMENT("TemplateFunction");
    return x + 3;
}
#else
static inline int inline_work(int x)
{
    WM_SEGMENT("InlineFunction");
    return x + 2;
}

#define template_work(x) inline_work(x)
#endif

static int handle(const struct wm_request *request, struct wm_reply *reply)
{
    WM_SEGMENT("Handle");
    (void)reply;
    int x = work(inline_work(1)) + template_work(2);
#ifdef __cplusplus
    x += static_cast<int>(template_work(2.0) + template_work(2L));
#endif
    if (wm_request_field(request, "never") != NULL) {
        WM_SEGMENT("NeverReached");
        x++;
    }
    return x > 0 ? 0 : 1;
}
WM_ENTRY("Handle", handle);

/* noentry.c - a shared object with a segment and no entry point. */
#include <waymark/waymark.h>

int noentry_answer(void);

int noentry_answer(void)
{
    WM_SEGMENT("Answer");
    return 42;
}

/* quoted.c - a piece of somebody's file in an error message. */
#include "workloads/quoted.h"

#include "harness/core/text.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS_MAX = 48 };

const char *wm_quoted(const char *cell, char *text)
{
    struct wm_text safe;

    wm_text_init(&safe);
    wm_text_add_safe(&safe, cell, strlen(cell), COLUMNS_MAX);
    snprintf(text, WM_QUOTED_BYTES, "\"%.200s\"", safe.data);
    wm_text_done(&safe);
    return text;
}

/* tail.c - the last lines of what a program writes, in bounded memory. */
#include "harness/replay/tail.h"

void wm_tail_add(struct wm_tail *tail, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        tail->bytes[tail->written++ % WM_TAIL_BYTES] = bytes[i];
}

static char at(const struct wm_tail *tail, size_t position)
{
    return tail->bytes[position % WM_TAIL_BYTES];
}

/* From where on to show; a line whose beginning is lost is not shown unless it is all there is. */
static size_t find_start(const struct wm_tail *tail, size_t oldest, size_t end)
{
    size_t start = end;
    size_t known = end; /* the earliest beginning of a line */
    for (size_t lines = 0; start > oldest; start--) {
        if (at(tail, start - 1) != '\n')
            continue;
        known = start;
        if (++lines == WM_TAIL_LINES)
            return known;
    }
    return oldest == 0 || known == end ? oldest : known;
}

void wm_tail_lines(const struct wm_tail *tail, struct wm_text *text)
{
    size_t oldest = tail->written > WM_TAIL_BYTES ? tail->written - WM_TAIL_BYTES : 0;
    size_t end = tail->written;
    while (end > oldest && at(tail, end - 1) == '\n')
        end--;
    char line[WM_TAIL_BYTES];
    size_t length = 0;
    for (size_t i = find_start(tail, oldest, end); i < end; i++) {
        char byte = at(tail, i);
        if (byte == '\t')
            byte = ' ';
        if (byte != '\n') {
            line[length++] = byte;
            continue;
        }
        wm_text_add_safe(text, line, length, 0);
        wm_text_add(text, "\n");
        length = 0;
    }
    wm_text_add_safe(text, line, length, 0);
}

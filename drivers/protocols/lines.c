/* lines.c - lines that come in pieces, and the numbers in them. */
#include "drivers/protocols/lines.h"

#include "drivers/protocols/protocol.h"

#include <errno.h>
#include <string.h>

/* Most lines are a few bytes, for which memchr() takes longer than looking. */
static const char *find_newline(const char *bytes, size_t count)
{
    enum { SHORT_BYTES = 16 };
    size_t near = count < SHORT_BYTES ? count : SHORT_BYTES;
    for (size_t i = 0; i < near; i++)
        if (bytes[i] == '\n')
            return bytes + i;
    return memchr(bytes + near, '\n', count - near);
}

static void keep(struct wm_line *line, const char *bytes, size_t count)
{
    size_t room = sizeof(line->store) - line->kept;
    size_t kept = count < room ? count : room;
    memcpy(line->store + line->kept, bytes, kept);
    line->text = line->store;
    line->kept += kept;
}

int wm_line_feed(struct wm_line *line, const char *bytes, size_t count, size_t *ret_used)
{
    const char *newline = find_newline(bytes, count);
    size_t used = newline != NULL ? (size_t)(newline - bytes) + 1 : count;
    char before = used > 1 ? bytes[used - 2] : line->last;
    *ret_used = used;
    if (used == 0)
        return 0;
    if (newline != NULL && line->bytes == 0) {
        line->text = bytes;
        line->kept = used < WM_LINE_KEPT ? used : WM_LINE_KEPT;
    } else {
        keep(line, bytes, used);
    }
    line->bytes += used;
    line->last = bytes[used - 1];
    if (line->bytes > WM_PROTOCOL_HEAD_MAX || (newline != NULL && before != '\r'))
        return -EBADMSG;
    if (newline == NULL)
        return 0;
    size_t content = line->bytes - 2;
    if (line->kept > content)
        line->kept = content;
    return 1;
}

void wm_line_clear(struct wm_line *line)
{
    line->bytes = 0;
    line->last = '\0';
    line->kept = 0;
}

int wm_line_skip(uint64_t *skip, const char *bytes, size_t count, size_t *ret_used)
{
    static const char line_end[] = "\r\n";
    size_t taken = count < *skip ? count : (size_t)*skip;
    *ret_used = taken;
    for (uint64_t at = *skip > 2 ? *skip - 2 : 0; at < taken; at++)
        if (bytes[at] != line_end[2 - (*skip - at)])
            return -EBADMSG;
    *skip -= taken;
    return 0;
}

bool wm_line_number(const char *bytes, size_t count, int64_t *ret_number)
{
    enum { DIGITS_MAX = 18 }; /* more than any length has, and no overflow */
    bool minus = count > 0 && bytes[0] == '-';
    size_t at = minus;
    int64_t number = 0;
    if (at == count || count - at > DIGITS_MAX)
        return false;
    for (; at < count; at++) {
        if (bytes[at] < '0' || bytes[at] > '9')
            return false;
        number = number * 10 + (bytes[at] - '0');
    }
    *ret_number = minus ? -number : number;
    return true;
}

size_t wm_line_word(const char *bytes, size_t count)
{
    size_t length = 0;
    while (length < count && bytes[length] != ' ')
        length++;
    return length;
}

void wm_line_copy(char *to, size_t capacity, const char *bytes, size_t count)
{
    size_t length = count < capacity ? count : capacity - 1;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        to[i] = c < ' ' || c >= 0x7F ? '?' : bytes[i];
    }
    to[length] = '\0';
}

/* legacy_map_line.c - a line of /proc/PID/maps, or the shorter form that profilers write. */
#include "profiles/pprof/legacy_map_line.h"

#include <string.h>

static const char digits[] = "0123456789", hex_digits[] = "0123456789abcdefABCDEF";

static bool parse_proc(struct wm_slice rest, struct wm_map_line *line);
static void parse_brief(struct wm_slice rest, struct wm_map_line *line);

/* How many of the first characters are some of these. */
static size_t count_of(struct wm_slice word, const char *characters)
{
    size_t count = 0;
    while (count < word.length && word.at[count] != '\0' &&
           strchr(characters, word.at[count]) != NULL)
        count++;
    return count;
}

static bool is_made_of(struct wm_slice word, const char *characters)
{
    return word.length > 0 && count_of(word, characters) == word.length;
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

bool wm_map_line_parse(struct wm_slice line, struct wm_map_line *ret_line)
{
    struct wm_map_line range = {0};
    line = wm_slice_trim(line);
    if (!wm_slice_hex(&line, &range.start))
        return false;
    wm_slice_skip(&line, "-");
    line = wm_slice_trim(line);
    if (!wm_slice_hex(&line, &range.limit))
        return false;
    wm_slice_skip(&line, ":");
    *ret_line = range;
    if (line.length > 0 && is_blank(line.at[0]) && !parse_proc(line, ret_line)) {
        *ret_line = range;
        parse_brief(line, ret_line);
    }
    return true;
}

/* "r-xp 00000000 08:01 1234 /usr/bin/app"; permissions, offset and file may be missing. */
static bool parse_proc(struct wm_slice rest, struct wm_map_line *line)
{
    struct wm_slice word = wm_slice_word(&rest);
    if (is_made_of(word, "-rwxp")) {
        line->permissions = word;
        word = wm_slice_word(&rest);
    }
    if (is_made_of(word, hex_digits)) {
        if (!wm_slice_hex(&word, &line->offset))
            return false;
        word = wm_slice_word(&rest);
    }
    size_t major = count_of(word, hex_digits);
    if (major == 0 || major == word.length || word.at[major] != ':')
        return false;
    word = wm_slice_word(&rest); /* the inode */
    if (count_of(word, digits) == 0)
        return false;
    if (is_made_of(word, digits))
        line->file = wm_slice_word(&rest);
    return true;
}

/* "r-xp /usr/bin/app (@ff00) abc123", each of them or not. */
static void parse_brief(struct wm_slice rest, struct wm_map_line *line)
{
    struct wm_slice word = wm_slice_word(&rest);
    size_t permissions = count_of(word, "-rwxp");
    if (permissions > 0) {
        line->permissions = (struct wm_slice){word.at, permissions};
        if (permissions < word.length) /* what begins so is nothing else: so the reference reads */
            return;
        word = wm_slice_word(&rest);
    }
    line->file = word;
    word = wm_slice_word(&rest);
    struct wm_slice offset = word;
    if (wm_slice_skip(&offset, "(@") && wm_slice_hex(&offset, &line->offset))
        word = wm_slice_word(&rest);
    line->build_id = (struct wm_slice){word.at, count_of(word, hex_digits)};
}

struct wm_slice wm_map_line_without_log(struct wm_slice line)
{
    size_t end = 0, number = 0;
    while (end < line.length && line.at[end] != ']' && line.at[end] != '[')
        end++;
    if (end + 1 >= line.length || line.at[end] != ']' || !is_blank(line.at[end + 1]))
        return line;
    while (number < end && line.at[end - number - 1] >= '0' && line.at[end - number - 1] <= '9')
        number++;
    if (number == 0 || end < number + 2 || line.at[end - number - 1] != ':')
        return line;
    return (struct wm_slice){line.at + end + 2, line.length - end - 2};
}

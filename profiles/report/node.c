/* node.c - what makes a node itself, and its name. */
#include "profiles/report/graph.h"

#include "profiles/report/files.h"

#include <inttypes.h>
#include <string.h>

struct shown {
    bool name, file, line, address;
};

/* By enum wm_granularity. */
static const struct shown shown_by[] = {
    {true,  false, false, false},
    {true,  true,  false, false},
    {false, true,  false, false},
    {true,  true,  true,  false},
    {true,  true,  true,  true },
};

void wm_node_key_of(const struct wm_report *report, uint32_t location, uint32_t line,
                    struct wm_node_key *ret_key)
{
    const struct wm_profile *profile = report->profile;
    const struct wm_location *from = &profile->locations[location];
    const struct shown *shown = &shown_by[wm_report_granularity(report)];
    memset(ret_key, 0, sizeof(*ret_key)); /* its bytes are compared, padding too */
    if (shown->address)
        ret_key->address = from->address;
    if (from->line_count > 0) {
        const struct wm_line *at = &profile->lines[from->first_line + line];
        const struct wm_function *function = &profile->functions[at->function];
        if (shown->name)
            ret_key->name = function->name;
        if (shown->file)
            ret_key->file = function->file;
        if (shown->line)
            ret_key->line = at->line;
        /* pprof keeps files of several functions apart though they print alike; columns need not */
        bool named = ret_key->name != 0 || (report->options->by != NULL && ret_key->file != 0);
        if (named && !wm_report_has(report, WM_VIEW_TELLS_OBJECTS))
            return;
        ret_key->start_line = function->start_line;
    }
    if (from->mapping != 0)
        ret_key->object = profile->mappings[from->mapping - 1].file;
}

/* As "%016x", for thousands of nodes. */
static void add_address(struct wm_text *text, uint64_t address)
{
    enum { DIGITS = 16 };
    char digits[DIGITS];
    for (size_t i = DIGITS; i-- > 0; address >>= 4)
        digits[i] = "0123456789abcdef"[address & 15];
    wm_text_add_bytes(text, digits, DIGITS);
}

static void add_word(struct wm_text *text, const char *between, const char *word, bool *any)
{
    if (*any)
        wm_text_add(text, between);
    wm_text_add(text, word);
    *any = true;
}

void wm_node_add_words(const struct wm_report *report, const struct wm_node_key *key,
                       const char *name, const char *file, const char *between,
                       struct wm_text *text)
{
    bool any = false;
    if (key->address != 0) {
        add_address(text, key->address);
        any = true;
    }
    if (name[0] != '\0')
        add_word(text, between, name, &any);
    if (key->line != 0) {
        add_word(text, between, file, &any);
        wm_text_add(text, ":");
        wm_text_add_number(text, key->line, 0);
    } else if (file[0] != '\0') {
        add_word(text, between, file, &any);
    } else if (name[0] != '\0') {
        return;
    } else if (key->object != 0) {
        add_word(text, between, "[", &any);
        wm_file_add_base(text, wm_profile_text(report->profile, key->object));
        wm_text_add(text, "]");
    } else {
        add_word(text, between, "<unknown>", &any);
    }
}

void wm_node_add_label(const struct wm_report *report, const struct wm_node_key *key,
                       struct wm_text *text)
{
    const char *name = wm_profile_text(report->profile, key->name);
    const char *file = wm_profile_text(report->profile, key->file);
    wm_node_add_words(report, key, name, file, " ", text);
}

/* The reference compares its whole key as its language prints it; the blank field is a mangled
 * name that no view fills. */
static void add_whole(const struct wm_report *report, const struct wm_node_key *key,
                      struct wm_text *text)
{
    const struct wm_profile *profile = report->profile;
    wm_text_addf(text, "{%s  %" PRIu64 " %s %" PRId64 " %" PRId64 " %s}",
                 wm_profile_text(profile, key->name), key->address,
                 wm_profile_text(profile, key->file), key->start_line, key->line,
                 wm_profile_text(profile, key->object));
}

int wm_node_compare_keys(const struct wm_report *report, const struct wm_node_key *left,
                         const struct wm_node_key *right)
{
    struct wm_text texts[2];
    wm_text_init(&texts[0]);
    wm_text_init(&texts[1]);
    add_whole(report, left, &texts[0]);
    add_whole(report, right, &texts[1]);
    int order = strcmp(texts[0].data, texts[1].data);
    wm_text_done(&texts[0]);
    wm_text_done(&texts[1]);
    return order;
}

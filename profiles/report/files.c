/* files.c - file names without the folders of the machine that built the program. */
#include "profiles/report/files.h"

#include "harness/core/intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A name in a list that ':' separates. */
struct item {
    const char *text;
    size_t length;
};

/* An empty list has no item; an empty place in a longer one is an item. */
static const char *list_start(const char *list)
{
    return list != NULL && list[0] != '\0' ? list : NULL;
}

/* The next item of the list at *rest, which is then behind it; false at the end. */
static bool next_item(const char **rest, struct item *ret_item)
{
    if (*rest == NULL)
        return false;
    size_t length = strcspn(*rest, ":");
    *ret_item = (struct item){*rest, length};
    *rest = (*rest)[length] == '\0' ? NULL : *rest + length + 1;
    return true;
}

static struct item base_name(struct item path)
{
    while (path.length > 1 && path.text[path.length - 1] == '/')
        path.length--;
    for (size_t i = path.length; i > 0 && path.length > 1; i--)
        if (path.text[i - 1] == '/')
            return (struct item){path.text + i, path.length - i};
    return path.length > 0 ? path : (struct item){".", 1};
}

void wm_file_add_base(struct wm_text *text, const char *file)
{
    struct item base = base_name((struct item){file, strlen(file)});
    wm_text_add_bytes(text, base.text, base.length);
}

/* Behind the first "/NAME/" in `file`; NULL: there is none. */
static const char *behind_folder(const char *file, struct item name)
{
    for (const char *at = strchr(file, '/'); at != NULL; at = strchr(at + 1, '/'))
        if (strncmp(at + 1, name.text, name.length) == 0 && at[name.length + 1] == '/')
            return at + name.length + 2;
    return NULL;
}

/* Behind the folder that `file` begins with; NULL: it begins otherwise. */
static const char *behind_prefix(const char *file, struct item prefix)
{
    bool slash = prefix.length > 0 && prefix.text[prefix.length - 1] == '/';
    if (strncmp(file, prefix.text, prefix.length) != 0)
        return NULL;
    if (slash)
        return file + prefix.length;
    return file[prefix.length] == '/' ? file + prefix.length + 1 : NULL;
}

const char *wm_file_trimmed(const char *file, const char *trim_path, const char *source_path)
{
    /* Sandboxes of build systems show up in debug information under these names. */
    static const char sandboxes[] = "/proc/self/cwd/./:/proc/self/cwd/";
    const char *lists[] = {list_start(trim_path), sandboxes};
    const char *folders = lists[0] == NULL ? list_start(source_path) : NULL;
    const char *behind;
    struct item item;
    while (next_item(&folders, &item)) {
        behind = behind_folder(file, base_name(item));
        if (behind != NULL)
            return behind;
    }
    for (size_t i = 0; i < 2; i++) {
        while (next_item(&lists[i], &item)) {
            behind = behind_prefix(file, item);
            if (behind != NULL)
                return behind;
        }
    }
    return file;
}

/* Takes the last name off `text`, which began at `start`; false where there is none to take. */
static bool go_up(struct wm_text *text, size_t start, bool rooted)
{
    size_t root = start + (rooted ? 1 : 0), length = text->length;
    if (length == root)
        return rooted; /* above the root is the root */
    while (length > root && text->data[length - 1] != '/')
        length--;
    if (strcmp(text->data + length, "..") == 0)
        return false;
    text->length = length > root ? length - 1 : root;
    text->data[text->length] = '\0';
    return true;
}

void wm_file_add_clean(struct wm_text *text, const char *file)
{
    size_t start = text->length;
    bool rooted = file[0] == '/';
    if (rooted)
        wm_text_add(text, "/");
    size_t root = text->length;
    while (*file != '\0' && !text->failed) {
        size_t length = strcspn(file, "/");
        bool here = length == 0 || (length == 1 && file[0] == '.');
        bool up = length == 2 && file[0] == '.' && file[1] == '.';
        if (!here && !(up && go_up(text, start, rooted))) {
            if (text->length > root)
                wm_text_add(text, "/");
            wm_text_add_bytes(text, file, length);
        }
        file += length + (file[length] == '/');
    }
    if (text->length == start)
        wm_text_add(text, ".");
}

/* The number of the file's clean name; -ENOMEM. */
static int64_t clean_file(const struct wm_report *report, uint32_t file, struct wm_text *clean)
{
    const struct wm_report_options *options = report->options;
    const char *name = wm_profile_text(report->profile, file);
    if (!wm_report_has(report, WM_VIEW_KEEPS_FOLDERS))
        name = wm_file_trimmed(name, options->trim_path, options->source_path);
    wm_text_clear(clean);
    if (name[0] != '\0')
        wm_file_add_clean(clean, name);
    return clean->failed ? -ENOMEM : wm_profile_string(report->profile, clean->data);
}

int wm_report_clean_files(struct wm_report *report, struct wm_error *err)
{
    struct wm_profile *profile = report->profile;
    struct wm_text clean;
    int64_t number = 0;
    if (wm_report_has(report, WM_VIEW_KEEPS_FILES))
        return 0;
    /* by file: its clean name, + 1; one file has many functions */
    uint32_t *known = calloc(wm_intern_count(profile->strings), sizeof(known[0]));
    wm_text_init(&clean);
    if (known == NULL)
        number = -ENOMEM;
    for (size_t i = 0; number >= 0 && i < profile->function_count; i++) {
        struct wm_function *function = &profile->functions[i];
        uint32_t *cleaned = &known[function->file];
        if (function->file == 0)
            continue;
        number = *cleaned != 0 ? *cleaned - 1 : clean_file(report, function->file, &clean);
        if (number < 0)
            break;
        *cleaned = (uint32_t)number + 1;
        function->file = (uint32_t)number;
    }
    wm_text_done(&clean);
    free(known);
    return number < 0 ? wm_fail(err, -ENOMEM, "no memory for file names") : 0;
}

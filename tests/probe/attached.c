/* attached.c - runs a test program inside a region. */
#include "tests/probe/attached.h"

#include "harness/replay/target.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct wm_region *wm_test_attached(char **argv)
{
    struct wm_region *region = wm_probe_region();
    if (region != NULL)
        return region;
    int fd = -1;
    struct wm_error err = {{0}, {0}};
    char number[16];
    if (wm_region_new(&region, &fd, &err) == 0) {
        snprintf(number, sizeof(number), "%d", fd);
        (void)setenv(WM_REGION_ENVIRONMENT, number, 1);
        (void)fcntl(fd, F_SETFD, 0);
        (void)execv("/proc/self/exe", argv);
    }
    perror(err.text);
    exit(1);
}

static int nothing(const struct wm_request *request, struct wm_reply *reply)
{
    (void)request;
    (void)reply;
    return 0;
}

static uint32_t entry_number(struct wm_region *region, const char *name)
{
    static struct wm_entry known[WM_ENTRY_MAX];
    for (uint32_t pass = 0;; pass++) {
        uint32_t count = region->entry_count;
        for (uint32_t i = 0; i < count; i++) {
            if (strcmp(region->names + region->entries[i], name) == 0)
                return i;
        }
        known[count] = (struct wm_entry){name, nothing, __FILE__, __LINE__, 0, NULL};
        wm_entry_register(&known[count]);
    }
}

uint32_t wm_test_request(const char *entry, void (*body)(void))
{
    static uint64_t index;
    struct wm_region *region = wm_probe_region();
    struct wm_context *context =
        wm_probe_begin(entry_number(region, entry), WM_ROW_NONE, index++, 1);
    body();
    struct wm_probe_end end;
    wm_probe_end(context, &end);
    return end.path;
}

static size_t add_node(const struct wm_region *region, uint32_t node, char *text, size_t bytes)
{
    size_t at = 0;
    if (region->nodes[node].parent != WM_NODE_ROOT) {
        at = add_node(region, region->nodes[node].parent, text, bytes);
        text[at++] = '/';
    }
    int length = snprintf(text + at, bytes - at, "%s", region->names + region->nodes[node].name);
    return at + (size_t)length;
}

const char *wm_test_path_nodes(const struct wm_region *region, uint32_t path)
{
    static char text[4096];
    const struct wm_path *p = &region->paths[path];
    size_t at = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < p->node_count; i++) {
        if (i > 0)
            text[at++] = '|';
        at += add_node(region, region->path_nodes[p->first_node + i], text + at, sizeof(text) - at);
    }
    return text;
}

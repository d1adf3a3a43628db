/* flame_profiles.c - writes profiles that are hard to draw: flame_profiles FOLDER
 *
 * names.pb.gz   function and path names that would break out of XML, script or lines
 * paths.pb.gz   forty paths
 * deep.pb.gz    a stack of 3000 frames, alone and with a wide sibling
 * before.pb.gz, after.pb.gz: two to compare, with what grew, fell, came and went */
#include "profiles/pprof/profile.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEP = 3000, PATHS = 40 };

static struct wm_profile *profile;

/* What may fail here has no one to tell it to. */
static int64_t must(int64_t result)
{
    if (result < 0) {
        fprintf(stderr, "flame_profiles: error %lld\n", (long long)-result);
        exit(1);
    }
    return result;
}

static uint32_t string(const char *text)
{
    return (uint32_t)must(wm_profile_string(profile, text));
}

static void start(void)
{
    struct wm_mapping mapping = {.start = 0x1000, .limit = 0x9000, .file = 0};
    must(wm_profile_new(&profile));
    must(wm_profile_add_sample_type(profile, "cpu", "nanoseconds"));
    mapping.file = string("/srv/<app>&\"");
    must(wm_profile_add_mapping(profile, &mapping));
}

static uint32_t location(const char *name, uint64_t address)
{
    struct wm_function function = {.name = string(name), .file = string("a.c")};
    struct wm_line line = {(uint32_t)must(wm_profile_add_function(profile, &function)), 1};
    struct wm_location at = {.mapping = 1, .address = 0x1000 + address, .line_count = 1};
    return (uint32_t)must(wm_profile_add_location(profile, &at, &line));
}

static void add(const uint32_t *leaf_first, size_t count, const char *path, int64_t value)
{
    struct wm_label label = {.key = string("path"), .string = string(path)};
    must(wm_profile_add_sample(profile, leaf_first, count, &label, path[0] != '\0', &value));
}

static void write_profile(const char *folder, const char *name)
{
    char file[4096];
    struct wm_error err = {0};
    snprintf(file, sizeof(file), "%s/%s", folder, name);
    if (wm_profile_write(profile, file, &err) < 0) {
        fprintf(stderr, "%s: %s\n", file, err.text);
        exit(1);
    }
    wm_profile_free(profile);
}

static void write_names(const char *folder)
{
    static const char *const names[] = {
        "</script><script>window.broken=1</script>",
        "]]></script><script>window.broken=1</script>",
        "\" onload=\"window.broken=1",
        "' onmouseover='window.broken=1",
        "<img src=x onerror=window.broken=1>",
        "</metadata></svg>&lt;&amp;&#0;",
        "line\nbreak\ttab\rreturn",
        "1 2 3 4 5",
        "bad\xff\xfe\xc0\x80utf",
        "noncharacter\xef\xbf\xbf\xef\xbf\xbe",
        "a;b;c",
        "\xe6\xbc\xa2\xe5\xad\x97\xe3\x81\xae\xe9\x96\xa2\xe6\x95\xb0",
        " blanks ",
        "\xc2\x85next\xe2\x80\xa8line",
    };
    start();
    uint32_t stack[2] = {0, location("main", 1)};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        stack[0] = location(names[i], 2 + i);
        add(stack, 2, names[i], (int64_t)(1000 + i));
    }
    write_profile(folder, "names.pb.gz");
}

static void write_paths(const char *folder)
{
    char path[32];
    start();
    uint32_t stack[3] = {location("work", 3), location("handle", 2), location("main", 1)};
    const uint32_t other = location("rest", 4);
    for (size_t i = 0; i < PATHS; i++) {
        snprintf(path, sizeof(path), "GET /page/%zu", i);
        add(stack, 3, path, (int64_t)((i + 1) * 1000000));
        add((uint32_t[]){other, stack[1], stack[2]}, 3, path, 500000);
    }
    add(stack, 3, "", 250000); /* of no path */
    write_profile(folder, "paths.pb.gz");
}

/* Paths that are the same at their beginnings. */
static void write_long(const char *folder)
{
    start();
    uint32_t stack[2] = {location("served", 2), location("main", 1)};
    add(stack, 2, "HandleRequest/RouteRequest/ProcessOrder/ChargePayment", 60000000);
    add(stack, 2, "HandleRequest/RouteRequest/ProcessOrder/CheckInventory", 30000000);
    add((uint32_t[]){location("waiting", 3), stack[1]}, 2, "HandleRequest", 10000000);
    write_profile(folder, "long.pb.gz");
}

static void write_deep(const char *folder)
{
    static uint32_t stack[DEEP];
    char name[32];
    start();
    for (size_t i = 0; i < DEEP; i++) {
        snprintf(name, sizeof(name), "level%zu", DEEP - 1 - i);
        stack[i] = location(name, i + 1);
    }
    add(stack, DEEP, "deep", 600000000);
    add((uint32_t[]){location("wide", DEEP + 1), stack[DEEP - 1]}, 2, "wide", 400000000);
    write_profile(folder, "deep.pb.gz");
}

static void write_comparison(const char *folder, bool after)
{
    start();
    uint32_t root = location("main", 1);
    add((uint32_t[]){location("same", 2), root}, 2, "a", 40000000);
    add((uint32_t[]){location("grown", 3), root}, 2, "a", after ? 30000000 : 10000000);
    add((uint32_t[]){location("fallen", 4), root}, 2, "b", after ? 5000000 : 20000000);
    if (after)
        add((uint32_t[]){location("new", 5), root}, 2, "b", 8000000);
    else
        add((uint32_t[]){location("gone", 6), root}, 2, "b", 7000000);
    write_profile(folder, after ? "after.pb.gz" : "before.pb.gz");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: flame_profiles FOLDER\n");
        return 2;
    }
    write_names(argv[1]);
    write_paths(argv[1]);
    write_long(argv[1]);
    write_deep(argv[1]);
    write_comparison(argv[1], false);
    write_comparison(argv[1], true);
    return 0;
}

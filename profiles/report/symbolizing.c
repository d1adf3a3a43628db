/* symbolizing.c - names for the addresses of a profile. */
#include "profiles/report/symbolizing.h"

#include "profiles/report/binaries.h"
#include "profiles/report/demangling.h"
#include "profiles/symbols/debuginfo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What is known of a mapping while its locations are walked. */
struct place {
    struct wm_debuginfo *info; /* borrowed; NULL: its locations stay as they are */
    struct wm_mapped mapped;
    bool used;     /* a location lies in it */
    bool nameless; /* one without lines does */
    bool lost;     /* nothing says where the file's code was; told already */
};

enum { PAGE_BYTES = 4096 };

struct walk {
    const struct wm_symbolizing *how;
    struct wm_profile *profile;
    struct wm_text *notes;
    struct wm_binaries *binaries;
    struct place *places; /* by mapping */
};

static int look_up(struct walk *walk);
static void mark_used(struct walk *walk);
static int find_binary(struct walk *walk, size_t at);
static bool is_passed_over(const struct walk *walk, const struct wm_mapping *mapping);
static void find_kernel_text(struct place *place, const char *binary, const char *mapped_file);
static void note(struct walk *walk, const char *before, const char *foreign, const char *after);
static int name_location(struct walk *walk, size_t at);
static int64_t add_function(struct wm_profile *profile, const struct wm_symbol_frame *frame);

/* ---- The option ---- */

static const struct {
    const char *word;
    struct wm_symbolizing sets;
} words[] = {
    {"",                   {0}                                            },
    {"none",               {.off = true}                                  },
    {"no",                 {.off = true}                                  },
    {"local",              {.look_up = true}                              },
    {"fastlocal",          {.look_up = true, .fast = true}                },
    {"remote",             {0}                                            },
    {"force",              {.force = true}                                },
    {"demangle=default",   {0}                                            },
    {"demangle=none",      {.force = true, .mangled = true}               },
    {"demangle=templates", {.force = true, .style = WM_DEMANGLE_TEMPLATES}},
    {"demangle=full",      {.force = true, .style = WM_DEMANGLE_FULL}     },
};

static void take_word(struct wm_symbolizing *how, const char *word, size_t length,
                      struct wm_text *notes)
{
    size_t i = 0, count = sizeof(words) / sizeof(words[0]);
    while (i < count &&
           (strlen(words[i].word) != length || strncasecmp(words[i].word, word, length) != 0))
        i++;
    if (i == count) {
        wm_text_add(notes, "-symbolize: '");
        wm_text_add_safe(notes, word, length, 40);
        wm_text_add(notes, "' is passed over; it takes none, local, fastlocal, force and "
                           "demangle=none|default|templates|full, joined by ':'\n");
        return;
    }
    const struct wm_symbolizing *sets = &words[i].sets;
    how->off |= sets->off;
    how->force |= sets->force;
    if (strcmp(words[i].word, "remote") == 0) {
        how->look_up = false;
        wm_text_add(notes, "-symbolize=remote asks the server that a profile came from; profiles "
                           "are files here, so nothing is looked up\n");
    }
    if (sets->look_up) {
        how->look_up = true;
        how->fast |= sets->fast;
    }
    if (sets->mangled || sets->style != WM_DEMANGLE_SHORT) {
        how->mangled = sets->mangled;
        how->style = sets->style;
    }
}

struct wm_symbolizing wm_symbolizing_read(const char *text, struct wm_text *notes)
{
    struct wm_symbolizing how = {.look_up = true, .style = WM_DEMANGLE_SHORT};
    while (text != NULL && *text != '\0' && !how.off) {
        size_t length = strcspn(text, ":");
        take_word(&how, text, length, notes);
        text += length + (text[length] == ':');
    }
    return how;
}

/* ---- The profile ---- */

int wm_symbolizing_apply(const struct wm_symbolizing *how, struct wm_profile *profile,
                         struct wm_text *notes)
{
    struct walk walk = {.how = how, .profile = profile, .notes = notes};
    if (how->off)
        return 0;
    int rc = how->look_up ? look_up(&walk) : 0;
    wm_binaries_free(walk.binaries);
    free(walk.places);
    if (rc == 0)
        rc = wm_demangle_profile(profile, how);
    wm_profile_forget(profile); /* mappings and functions were changed in place */
    return rc;
}

static int look_up(struct walk *walk)
{
    struct wm_profile *profile = walk->profile;
    bool any = false;
    walk->places = calloc(profile->mapping_count + 1, sizeof(*walk->places));
    int rc = walk->places != NULL ? 0 : -ENOMEM;
    if (rc == 0)
        mark_used(walk);
    for (size_t i = 0; rc == 0 && i < profile->mapping_count; i++) {
        if (walk->places[i].used && !is_passed_over(walk, &profile->mappings[i]))
            rc = find_binary(walk, i);
        any |= walk->places[i].info != NULL;
    }
    for (size_t i = 0; rc == 0 && any && i < profile->location_count; i++)
        rc = name_location(walk, i);
    const char *problem = walk->binaries != NULL ? wm_binaries_problem(walk->binaries) : NULL;
    if (problem != NULL)
        note(walk, "", problem, "");
    return rc;
}

static void mark_used(struct walk *walk)
{
    const struct wm_profile *profile = walk->profile;
    for (size_t i = 0; i < profile->location_count; i++) {
        const struct wm_location *location = &profile->locations[i];
        if (location->mapping == 0)
            continue;
        walk->places[location->mapping - 1].used = true;
        walk->places[location->mapping - 1].nameless |= location->line_count == 0;
    }
}

/* Those that say that they have symbols, unless it is forced. */
static bool is_passed_over(const struct walk *walk, const struct wm_mapping *mapping)
{
    return !walk->how->force &&
           (mapping->has_functions || mapping->has_filenames || mapping->has_lines);
}

static int find_binary(struct walk *walk, size_t at)
{
    struct wm_profile *profile = walk->profile;
    struct wm_mapping *mapping = &profile->mappings[at];
    struct place *place = &walk->places[at];
    const char *file = wm_profile_text(profile, mapping->file);
    const char *build_id = wm_profile_text(profile, mapping->build_id);
    struct wm_binary *binary = NULL;
    int rc = walk->binaries != NULL ? 0 : wm_binaries_new(walk->how, &walk->binaries);
    if (rc == 0)
        rc = wm_binaries_find(walk->binaries, file, build_id, &binary);
    if (rc < 0 || binary == NULL)
        return rc;
    if (binary->info == NULL && binary->problem != NULL && place->nameless && !binary->told) {
        binary->told = true;
        note(walk, "", binary->problem, "");
    }
    if (binary->info == NULL)
        return 0;
    place->info = binary->info;
    place->mapped = (struct wm_mapped){mapping->start, mapping->limit, mapping->offset, false, 0};
    find_kernel_text(place, binary->file, file);
    int64_t number = wm_profile_string(profile, binary->file);
    if (number < 0)
        return (int)number;
    mapping->file = (uint32_t)number; /* as pprof shows it, where $PPROF_BINARY_PATH had it */
    return 0;
}

/* Profilers of kernels take the address of a symbol for the start, and name the symbol behind the
 * mapping's name: "[kernel.kallsyms]_text". Nothing but its odd address tells that of others. */
static void find_kernel_text(struct place *place, const char *binary, const char *mapped_file)
{
    static const char prefix[] = "[kernel.kallsyms]";
    struct wm_mapped *mapped = &place->mapped;
    const char *symbol = "_stext";
    if (strncmp(mapped_file, prefix, strlen(prefix)) == 0 && mapped_file[strlen(prefix)] != '\0')
        symbol = mapped_file + strlen(prefix);
    if (strstr(binary, "vmlinux") != NULL ||
        (mapped->start | mapped->limit | mapped->offset) % PAGE_BYTES != 0)
        mapped->has_kernel_text = wm_debuginfo_symbol(place->info, symbol, &mapped->kernel_text);
}

/* Of foreign names nothing may reach a terminal as it is. */
static void note(struct walk *walk, const char *before, const char *foreign, const char *after)
{
    wm_text_add(walk->notes, before);
    wm_text_add_safe(walk->notes, foreign, strlen(foreign), 0);
    wm_text_add(walk->notes, after);
    wm_text_add(walk->notes, "\n");
}

/* ---- The locations ---- */

static int name_location(struct walk *walk, size_t at)
{
    struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX];
    struct wm_line lines[WM_SYMBOL_FRAME_MAX];
    struct wm_profile *profile = walk->profile;
    struct wm_location *location = &profile->locations[at];
    uint64_t address = 0;
    if (location->mapping == 0 || walk->places[location->mapping - 1].info == NULL)
        return 0;
    struct place *place = &walk->places[location->mapping - 1];
    struct wm_mapping *mapping = &profile->mappings[location->mapping - 1];
    int rc =
        wm_place_find(wm_debuginfo_image(place->info), &place->mapped, location->address, &address);
    if (rc == -ENOTSUP && !place->lost) {
        place->lost = true;
        note(walk, "nothing says where the code of ", wm_profile_text(profile, mapping->file),
             " lay: its functions have no names");
    }
    size_t count = rc == 0 ? wm_debuginfo_find(place->info, address, frames) : 0;
    for (size_t i = 0; i < count; i++) {
        int64_t function = add_function(profile, &frames[i]);
        if (function < 0)
            return (int)function;
        lines[i] = (struct wm_line){.function = (uint32_t)function, .line = frames[i].line};
        mapping->has_functions |= frames[i].linkage[0] != '\0';
        mapping->has_filenames |= frames[i].file[0] != '\0';
        mapping->has_lines |= frames[i].line != 0;
    }
    if (count == 0)
        return 0;
    mapping->has_inlines = true;
    location->folded = false;
    return wm_profile_set_lines(profile, at, lines, (uint32_t)count);
}

/* Under the linker's name, which is demangled afterwards with all others; and without a start line.
 * As pprof has them: otherwise views would show what that tool does not. */
static int64_t add_function(struct wm_profile *profile, const struct wm_symbol_frame *frame)
{
    int64_t name = wm_profile_string(profile, frame->linkage);
    int64_t file = wm_profile_string(profile, frame->file);
    if (name < 0 || file < 0)
        return -ENOMEM;
    struct wm_function function = {
        .name = (uint32_t)name, .system_name = (uint32_t)name, .file = (uint32_t)file};
    return wm_profile_add_function(profile, &function);
}

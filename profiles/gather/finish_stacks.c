/* finish_stacks.c - segments from stacks: the functions that are listed, as they are found on a
 * sample's stack from the root to the leaf, are its active path.
 *
 * Works on the profile's functions, so that each is compared with the list once, and on stacks, of
 * which each is walked once, however many samples it has. */
#include "profiles/gather/finish.h"

#include "harness/core/intern.h"
#include "profiles/symbols/demangle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The rules that a function fits: a part of work.fits. */
struct fit {
    bool known;
    size_t first, count;
};

struct node_key {
    uint32_t parent;
    uint32_t name; /* number in work.names */
};

struct work {
    struct wm_finish *finish;
    struct wm_profile *profile;
    const struct wm_segment_rules *rules;
    struct fit *functions; /* by the profile's functions */
    uint32_t *fits;        /* rules */
    size_t fit_count, fit_capacity;
    struct wm_arena arena; /* names of functions, demangled in all ways */
    struct wm_intern *names;
    struct wm_intern *keys; /* struct node_key: to first_node + its number */
    uint32_t first_node;
};

/* Where the walk along a stack is. */
struct walk {
    uint32_t node;
    uint32_t name;                   /* of that node; UINT32_MAX at the root */
    bool open[WM_SEGMENT_RULES_MAX]; /* the rule has a function further out */
    bool full;                       /* a segment more than there is room for */
};

static int locate_all(struct work *work);
static int walk_stack(struct work *work, uint32_t stack, uint32_t *ret_node);

static int open_work(struct work *work, struct wm_finish *finish)
{
    *work =
        (struct work){.finish = finish, .profile = finish->run->profile, .rules = finish->rules};
    wm_arena_init(&work->arena);
    size_t stacks = wm_intern_count(finish->aggregate->stacks);
    finish->stack_nodes = calloc(stacks + 1, sizeof(*finish->stack_nodes));
    finish->rules_seen = calloc(finish->rules->count, sizeof(*finish->rules_seen));
    int rc = finish->stack_nodes != NULL && finish->rules_seen != NULL ? 0 : -ENOMEM;
    if (rc == 0)
        rc = wm_intern_new(&work->names);
    if (rc == 0)
        rc = wm_intern_new(&work->keys);
    work->first_node = finish->known.node_count;
    return rc == 0 ? wm_known_reserve_nodes(&finish->known, WM_NODE_MAX) : rc;
}

static void close_work(struct work *work)
{
    wm_arena_done(&work->arena);
    wm_intern_free(work->names);
    wm_intern_free(work->keys);
    free(work->functions);
    free(work->fits);
}

int wm_finish_stacks(struct wm_finish *finish)
{
    struct work work;
    const struct wm_aggregate *aggregate = finish->aggregate;
    if (finish->rules == NULL)
        return 0;
    int rc = open_work(&work, finish);
    if (rc == 0)
        rc = locate_all(&work);
    for (size_t i = 0; rc == 0 && i < aggregate->cell_count; i++) {
        const struct wm_aggregate_cell *cell = &aggregate->cells[i];
        uint32_t *node = &finish->stack_nodes[cell->stack];
        if (cell->path != WM_SLOT_HARNESS && *node == 0)
            rc = walk_stack(&work, cell->stack, node);
    }
    close_work(&work);
    return rc;
}

uint32_t wm_finish_node(const struct wm_finish *finish, const struct wm_aggregate_cell *cell)
{
    uint32_t node;
    size_t count;
    (void)wm_aggregate_frames(finish->aggregate, cell->stack, &node, &count);
    node = wm_known_node(&finish->known, node);
    bool marked = node != WM_NODE_ROOT || cell->path == WM_SLOT_HARNESS;
    if (marked || finish->stack_nodes == NULL || finish->stack_nodes[cell->stack] == 0)
        return node;
    return finish->stack_nodes[cell->stack];
}

/* Brings the functions of all stacks into the profile. */
static int locate_all(struct work *work)
{
    const struct wm_aggregate *aggregate = work->finish->aggregate;
    for (size_t i = 0; i < aggregate->cell_count; i++) {
        uint32_t node;
        size_t count;
        const uint64_t *frames =
            wm_aggregate_frames(aggregate, aggregate->cells[i].stack, &node, &count);
        for (size_t at = 0; at < count; at++) {
            int64_t location = wm_locations_of_frame(&work->finish->locations, frames, at);
            if (location < 0)
                return (int)location;
        }
    }
    work->functions = calloc(work->profile->function_count + 1, sizeof(*work->functions));
    return work->functions != NULL ? 0 : -ENOMEM;
}

/* ---- Functions ---- */

static int add_fit(struct work *work, uint32_t rule)
{
    if (work->fit_count == work->fit_capacity) {
        size_t capacity = work->fit_capacity > 0 ? work->fit_capacity * 2 : 64;
        uint32_t *fits = realloc(work->fits, capacity * sizeof(*fits));
        if (fits == NULL)
            return -ENOMEM;
        work->fits = fits;
        work->fit_capacity = capacity;
    }
    work->fits[work->fit_count++] = rule;
    return 0;
}

static int find_fits(struct work *work, uint32_t number, struct fit **ret_fit)
{
    const struct wm_function *function = &work->profile->functions[number];
    struct fit *fit = *ret_fit = &work->functions[number];
    if (fit->known)
        return 0;
    const char *linkage = wm_profile_text(work->profile, function->system_name);
    const struct wm_segment_names names = {
        .shown = wm_profile_text(work->profile, function->name),
        .linkage = linkage,
        .templates = wm_demangle(&work->arena, linkage, WM_DEMANGLE_TEMPLATES),
        .full = wm_demangle(&work->arena, linkage, WM_DEMANGLE_FULL),
    };
    *fit = (struct fit){.known = true, .first = work->fit_count};
    for (uint32_t i = 0; i < work->rules->count; i++) {
        int rc = wm_segment_rule_fits(&work->rules->rules[i], &names) ? add_fit(work, i) : 0;
        if (rc < 0)
            return rc;
    }
    fit->count = work->fit_count - fit->first;
    return 0;
}

/* ---- Stacks ---- */

/* The segment's name by the rule, or the function's own. A '/' stands between the segments of an
 * active path, so one in a function's name (Go's are full of them) becomes a sign that looks alike.
 */
static int64_t number_name(struct work *work, const struct wm_segment_rule *rule,
                           const struct wm_function *function)
{
    static const char slash[] = "∕";
    const char *own = wm_profile_text(work->profile, function->name);
    struct wm_text text;
    if (rule->name != NULL)
        return wm_intern_string(work->names, rule->name);
    wm_text_init(&text);
    for (const char *at = own; *at != '\0'; at += strcspn(at, "/")) {
        if (*at == '/') {
            wm_text_add(&text, slash);
            at++;
        }
        wm_text_add_safe(&text, at, strcspn(at, "/"), 0);
    }
    int64_t number = text.failed ? -ENOMEM : wm_intern_string(work->names, text.data);
    wm_text_done(&text);
    return number;
}

/* Goes down to the segment of this name, made where there is none. */
static int enter(struct work *work, struct walk *walk, uint32_t name,
                 const struct wm_function *function)
{
    struct wm_known *known = &work->finish->known;
    struct node_key key = {walk->node, name};
    int64_t number = wm_intern_find(work->keys, &key, sizeof(key));
    if (number < 0) {
        int64_t node = wm_known_add_node(known, walk->node, wm_intern_get(work->names, name, NULL));
        walk->full |= node == -ENOSPC;
        if (node < 0)
            return node == -ENOSPC ? 0 : (int)node;
        number = wm_intern_bytes(work->keys, &key, sizeof(key));
        if (number < 0)
            return (int)number;
        known->nodes[node].file = wm_profile_text(work->profile, function->file);
        known->nodes[node].line = function->start_line > 0 && function->start_line <= UINT32_MAX
                                      ? (uint32_t)function->start_line
                                      : 0;
    }
    walk->node = work->first_node + (uint32_t)number;
    walk->name = name;
    return 0;
}

static bool is_open(const struct walk *walk, const struct wm_segment_rule *rule)
{
    return rule->parent == 0 || walk->open[rule->parent - 1];
}

/* The function is a segment by the first rule that holds here. All that hold are open from here on,
 * and not before: what stands under them is further in. */
static int take_function(struct work *work, struct walk *walk, uint32_t number)
{
    struct fit *fit;
    bool holds[WM_SEGMENT_RULES_MAX];
    size_t first = SIZE_MAX;
    int rc = find_fits(work, number, &fit);
    if (rc < 0 || fit->count == 0)
        return rc;
    const uint32_t *rules = work->fits + fit->first;
    for (size_t i = 0; i < fit->count; i++) {
        holds[i] = is_open(walk, &work->rules->rules[rules[i]]);
        if (holds[i] && first == SIZE_MAX)
            first = i;
    }
    for (size_t i = 0; i < fit->count; i++) {
        walk->open[rules[i]] |= holds[i];
        work->finish->rules_seen[rules[i]] |= holds[i];
    }
    if (first == SIZE_MAX || walk->full)
        return 0;
    const struct wm_function *function = &work->profile->functions[number];
    int64_t name = number_name(work, &work->rules->rules[rules[first]], function);
    if (name < 0)
        return (int)name;
    /* A function that calls itself is one visit. */
    return walk->name == (uint32_t)name ? 0 : enter(work, walk, (uint32_t)name, function);
}

static int walk_stack(struct work *work, uint32_t stack, uint32_t *ret_node)
{
    struct wm_finish *finish = work->finish;
    struct walk walk = {.node = WM_NODE_ROOT, .name = UINT32_MAX};
    uint32_t node;
    size_t count;
    const uint64_t *frames = wm_aggregate_frames(finish->aggregate, stack, &node, &count);
    for (size_t i = wm_known_node(&finish->known, node) == WM_NODE_ROOT ? count : 0; i > 0; i--) {
        int64_t number = wm_locations_of_frame(&finish->locations, frames, i - 1);
        if (number < 0)
            return (int)number;
        const struct wm_location *location = &work->profile->locations[number];
        for (uint32_t line = location->line_count; line > 0; line--) { /* inlined ones are first */
            uint32_t function = work->profile->lines[location->first_line + line - 1].function;
            int rc = take_function(work, &walk, function);
            if (rc < 0)
                return rc;
        }
    }
    finish->losses.stack_nodes_lost += walk.full;
    *ret_node = walk.node;
    return 0;
}

/* finish_segments.c - the tree of active paths with what each cost, the segments that never ran,
 * and coverage. */
#include "profiles/gather/finish.h"

#include "harness/core/intern.h"
#include "harness/core/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct node_sum {
    uint64_t requests, visits, samples, cpu_ns, self_cpu_ns;
    uint32_t first_child, next_sibling; /* 0: none */
};

static void sum_requests(const struct wm_finish *finish, struct node_sum *sums);
static void sum_visits(const struct wm_finish *finish, struct node_sum *sums);
static void sum_samples(const struct wm_finish *finish, struct node_sum *sums);
static void link_children(const struct wm_finish *finish, struct node_sum *sums);
static int add_nodes(struct wm_finish *finish, const struct node_sum *sums);
static int add_sites(struct wm_finish *finish);
static int add_unseen_rules(struct wm_finish *finish);

int wm_finish_segments(struct wm_finish *finish)
{
    struct node_sum *sums = calloc(finish->known.node_count, sizeof(*sums));
    if (sums == NULL)
        return -ENOMEM;
    sum_requests(finish, sums);
    sum_visits(finish, sums);
    sum_samples(finish, sums);
    link_children(finish, sums);
    int rc = add_nodes(finish, sums);
    if (rc == 0)
        rc = add_sites(finish);
    if (rc == 0)
        rc = add_unseen_rules(finish);
    free(sums);
    return rc;
}

static void sum_requests(const struct wm_finish *finish, struct node_sum *sums)
{
    const struct wm_known *known = &finish->known;
    for (uint32_t worker = 0; worker < known->worker_count; worker++) {
        for (uint32_t i = 0; i < WM_CELL_SLOTS; i++) {
            const struct wm_cell *cell = &finish->region->workers[worker].cells[i];
            if (cell->requests == 0 || cell->path >= known->path_count)
                continue;
            const struct wm_known_path *path = &known->paths[cell->path];
            for (uint32_t n = 0; n < path->node_count; n++)
                sums[path->nodes[n]].requests += cell->requests;
        }
    }
}

static void sum_visits(const struct wm_finish *finish, struct node_sum *sums)
{
    uint32_t count = finish->known.node_count;
    while (count > WM_NODE_ROOT + 1 && finish->known.nodes[count - 1].from_stacks)
        count--; /* nobody counted those */
    for (uint32_t node = WM_NODE_ROOT + 1; node < count; node++)
        sums[node].visits = atomic_load(&finish->region->node_visits[node]);
    for (uint32_t thread = 0; thread < WM_THREAD_MAX; thread++)
        for (uint32_t node = WM_NODE_ROOT + 1; node < count; node++)
            sums[node].visits += finish->region->threads[thread].visits[node];
}

static void sum_samples(const struct wm_finish *finish, struct node_sum *sums)
{
    const struct wm_aggregate *aggregate = finish->aggregate;
    for (size_t i = 0; i < aggregate->cell_count; i++) {
        const struct wm_aggregate_cell *cell = &aggregate->cells[i];
        uint32_t node = wm_finish_node(finish, cell);
        if (cell->path == WM_SLOT_UNATTRIBUTED && !finish->known.nodes[node].from_stacks)
            continue; /* of requests that did not end, which are not in the counts either */
        struct node_sum *sum = &sums[node];
        sum->samples += aggregate->cells[i].weight.samples;
        sum->self_cpu_ns += aggregate->cells[i].weight.cpu_ns;
    }
    for (uint32_t node = finish->known.node_count - 1; node > WM_NODE_ROOT; node--) {
        struct node_sum *parent = &sums[finish->known.nodes[node].parent];
        sums[node].cpu_ns += sums[node].self_cpu_ns;
        parent->samples += sums[node].samples;
        parent->cpu_ns += sums[node].cpu_ns;
    }
}

static void link_children(const struct wm_finish *finish, struct node_sum *sums)
{
    /* From the last on, so that the lists begin with the child that was visited first. */
    for (uint32_t node = finish->known.node_count - 1; node > WM_NODE_ROOT; node--) {
        struct node_sum *parent = &sums[finish->known.nodes[node].parent];
        sums[node].next_sibling = parent->first_child;
        parent->first_child = node;
    }
}

static const char *copy(struct wm_arena *arena, const char *string)
{
    return wm_arena_copy(arena, string, strlen(string));
}

static int add_node(struct wm_finish *finish, uint32_t node, const struct node_sum *sum)
{
    struct wm_segments *segments = finish->run->segments;
    const struct wm_known_node *known = &finish->known.nodes[node];
    struct wm_segment_row *row = wm_segments_add(segments);
    if (row == NULL)
        return -ENOMEM;
    row->segment = copy(segments->arena, known->text);
    row->file = copy(segments->arena, known->file);
    row->line = known->line;
    row->from_stacks = known->from_stacks;
    if (row->segment == NULL || row->file == NULL)
        return -ENOMEM;
    row->requests = sum->requests;
    row->visits = sum->visits;
    row->samples = sum->samples;
    row->cpu_ns = sum->cpu_ns;
    row->self_cpu_ns = sum->self_cpu_ns;
    return 0;
}

/* A node that only the warm-up visited has no row. */
static bool has_row(const struct wm_known_node *node, const struct node_sum *sum)
{
    return node->text != NULL && (node->from_stacks ? sum->samples > 0 : sum->requests > 0);
}

/* The tree, parents first. */
static int add_nodes(struct wm_finish *finish, const struct node_sum *sums)
{
    uint32_t node = sums[WM_NODE_ROOT].first_child;
    while (node != 0) {
        int rc = 0;
        if (has_row(&finish->known.nodes[node], &sums[node]))
            rc = add_node(finish, node, &sums[node]);
        if (rc < 0)
            return rc;
        if (sums[node].first_child != 0) {
            node = sums[node].first_child;
            continue;
        }
        while (node > WM_NODE_ROOT && sums[node].next_sibling == 0)
            node = finish->known.nodes[node].parent;
        node = node > WM_NODE_ROOT ? sums[node].next_sibling : 0;
    }
    return 0;
}

/* Inlined copies of a function repeat its sites: equal ones get one number. */
static int64_t site_number(struct wm_intern *numbers, const struct wm_known_site *site)
{
    struct wm_text key;
    wm_text_init(&key);
    wm_text_addf(&key, "%s\n%s\n%u", site->name, site->file, site->line);
    int64_t number = key.failed ? -ENOMEM : wm_intern_bytes(numbers, key.data, key.length);
    wm_text_done(&key);
    return number;
}

static int add_unreached(struct wm_segments *segments, const struct wm_known_site *site)
{
    struct wm_segment_row *row = wm_segments_add(segments);
    if (row == NULL)
        return -ENOMEM;
    row->segment = copy(segments->arena, site->name);
    row->file = copy(segments->arena, site->file);
    row->line = site->line;
    return row->segment != NULL && row->file != NULL ? 0 : -ENOMEM;
}

struct place {
    const struct wm_known_site *site; /* the first one there; NULL: no such place */
    bool reached;
};

static int group_sites(const struct wm_known *known, struct place *places)
{
    struct wm_intern *numbers = NULL;
    int rc = wm_intern_new(&numbers);
    for (uint32_t i = 0; rc == 0 && i < known->site_count; i++) {
        const struct wm_known_site *site = &known->sites[i];
        int64_t number = site_number(numbers, site);
        if (number < 0) {
            rc = (int)number;
            break;
        }
        if (places[number].site == NULL)
            places[number].site = site;
        places[number].reached = places[number].reached || site->reached;
    }
    wm_intern_free(numbers);
    return rc;
}

static int add_sites(struct wm_finish *finish)
{
    struct wm_run *run = finish->run;
    uint32_t count = finish->known.site_count;
    struct place *places = calloc(count + 1, sizeof(*places));
    int rc = places != NULL ? group_sites(&finish->known, places) : -ENOMEM;
    for (uint32_t i = 0; rc == 0 && i < count && places[i].site != NULL; i++) {
        run->sites++;
        if (places[i].reached)
            run->sites_reached++;
        else
            rc = add_unreached(run->segments, places[i].site);
    }
    run->coverage = run->sites > 0 ? (double)run->sites_reached / (double)run->sites : 1;
    free(places);
    return rc;
}

/* The functions that were listed and are on no stack: where they are listed. */
static int add_unseen_rules(struct wm_finish *finish)
{
    const struct wm_segment_rules *rules = finish->rules;
    struct wm_segments *segments = finish->run->segments;
    for (size_t i = 0; rules != NULL && i < rules->count; i++) {
        const struct wm_segment_rule *rule = &rules->rules[i];
        const char *name = rule->name != NULL ? rule->name : rule->pattern;
        if (finish->rules_seen[i])
            continue;
        struct wm_segment_row *row = wm_segments_add(segments);
        if (row == NULL)
            return -ENOMEM;
        row->segment = wm_known_copy(segments->arena, name, strlen(name));
        row->file = copy(segments->arena, rules->file);
        row->line = rule->line;
        row->from_stacks = true;
        if (row->segment == NULL || row->file == NULL)
            return -ENOMEM;
    }
    return 0;
}

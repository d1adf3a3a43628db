/* graph_build.c - from samples to nodes and edges. */
#include "profiles/views/graph.h"

#include "harness/core/arena.h"
#include "harness/core/intern.h"
#include "profiles/views/measure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct wm_graph_private {
    struct wm_arena labels;
    struct wm_intern *keys;
    uint32_t *first_node; /* per location, into location_nodes; one per line, innermost first */
    uint32_t *node_count; /* per location: its lines, or 1 if it has none */
    uint32_t *location_nodes;
    struct wm_intern *edge_keys;
    size_t edge_capacity;
    size_t *node_seen; /* number + 1 of the last sample that counted there */
    size_t *edge_seen;
};

void wm_graph_private_free(struct wm_graph *graph)
{
    struct wm_graph_private *private_ = graph->private_;
    if (private_ == NULL)
        return;
    wm_arena_done(&private_->labels);
    wm_intern_free(private_->keys);
    wm_intern_free(private_->edge_keys);
    free(private_->first_node);
    free(private_->node_count);
    free(private_->location_nodes);
    free(private_->node_seen);
    free(private_->edge_seen);
    free(private_);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* As printed: the name, or else the binary, or else that nothing is known. */
static const char *make_label(struct wm_graph *graph, const struct wm_node_key *key)
{
    const struct wm_profile *profile = graph->loaded->profile;
    const char *object = base_name(wm_profile_text(profile, key->object));
    if (key->name != 0)
        return wm_profile_text(profile, key->name);
    if (key->object == 0)
        return "<unknown>";
    size_t length = strlen(object);
    char *label = wm_arena_alloc(&graph->private_->labels, length + 3);
    if (label == NULL)
        return NULL;
    label[0] = '[';
    memcpy(label + 1, object, length);
    label[length + 1] = ']';
    return label;
}

/* The node of this key, made if it is new; -ENOMEM. */
static int64_t find_node(struct wm_graph *graph, const struct wm_node_key *key)
{
    int64_t id = wm_intern_bytes(graph->private_->keys, key, sizeof(*key));
    if (id < 0 || (size_t)id < graph->node_count)
        return id;
    if ((graph->node_count & (graph->node_count - 1)) == 0) {
        size_t capacity = graph->node_count == 0 ? 1 : 2 * graph->node_count;
        struct wm_node *nodes = reallocarray(graph->nodes, capacity, sizeof(nodes[0]));
        if (nodes == NULL)
            return -ENOMEM;
        graph->nodes = nodes;
    }
    const char *label = make_label(graph, key);
    if (label == NULL)
        return -ENOMEM;
    graph->nodes[graph->node_count++] = (struct wm_node){.key = *key, .label = label, .kept = true};
    return id;
}

/* By function: the name is the key; only what has none is told apart by binary and start line. */
static void make_key(const struct wm_graph *graph, const struct wm_location *location,
                     const struct wm_line *line, struct wm_node_key *ret_key)
{
    const struct wm_loaded *loaded = graph->loaded;
    const struct wm_profile *profile = loaded->profile;
    memset(ret_key, 0, sizeof(*ret_key)); /* its bytes are compared, padding too */
    if (line != NULL) {
        ret_key->name = profile->functions[line->function].name;
        if (ret_key->name != 0)
            return;
        ret_key->start_line = profile->functions[line->function].start_line;
    }
    if (location->mapping != 0) {
        uint32_t mapping = loaded->mapping_of[location->mapping - 1];
        ret_key->object = profile->mappings[mapping].file;
    }
}

static int find_location_nodes(struct wm_graph *graph, size_t number, uint32_t *used)
{
    const struct wm_location *location = &graph->loaded->locations[number];
    struct wm_graph_private *private_ = graph->private_;
    uint32_t count = location->line_count > 0 ? location->line_count : 1;
    private_->first_node[number] = *used;
    private_->node_count[number] = count;
    for (uint32_t i = 0; i < count; i++) {
        struct wm_node_key key;
        const struct wm_line *line = NULL;
        if (location->line_count > 0)
            line = &graph->loaded->profile->lines[location->first_line + i];
        make_key(graph, location, line, &key);
        int64_t node = find_node(graph, &key);
        if (node < 0)
            return -ENOMEM;
        private_->location_nodes[(*used)++] = (uint32_t)node;
    }
    return 0;
}

int wm_graph_find_nodes(struct wm_graph *graph)
{
    const struct wm_loaded *loaded = graph->loaded;
    size_t locations = loaded->profile->location_count;
    size_t frames = 1;
    struct wm_graph_private *private_ = calloc(1, sizeof(*private_));
    if (private_ == NULL)
        return -ENOMEM;
    graph->private_ = private_;
    wm_arena_init(&private_->labels);
    for (size_t i = 0; i < locations; i++)
        frames += loaded->locations[i].line_count + 1;
    private_->first_node = calloc(locations + 1, sizeof(private_->first_node[0]));
    private_->node_count = calloc(locations + 1, sizeof(private_->node_count[0]));
    private_->location_nodes = calloc(frames, sizeof(private_->location_nodes[0]));
    if (private_->first_node == NULL || private_->node_count == NULL ||
        private_->location_nodes == NULL)
        return -ENOMEM;
    int rc = wm_intern_new(&private_->keys);
    uint32_t used = 0;
    for (size_t i = 0; rc == 0 && i < locations; i++)
        rc = find_location_nodes(graph, i, &used);
    private_->node_seen = calloc(graph->node_count + 1, sizeof(private_->node_seen[0]));
    return rc == 0 && private_->node_seen == NULL ? -ENOMEM : rc;
}

static int64_t find_edge(struct wm_graph *graph, uint32_t from, uint32_t to)
{
    struct wm_graph_private *private_ = graph->private_;
    uint32_t key[2] = {from, to};
    int64_t id = wm_intern_bytes(private_->edge_keys, key, sizeof(key));
    if (id < 0 || (size_t)id < graph->edge_count)
        return id;
    if (graph->edge_count == private_->edge_capacity) {
        size_t capacity = private_->edge_capacity == 0 ? 64 : 2 * private_->edge_capacity;
        struct wm_edge *edges = reallocarray(graph->edges, capacity, sizeof(edges[0]));
        if (edges == NULL)
            return -ENOMEM;
        graph->edges = edges;
        size_t *seen = reallocarray(private_->edge_seen, capacity, sizeof(seen[0]));
        if (seen == NULL)
            return -ENOMEM;
        private_->edge_seen = seen;
        private_->edge_capacity = capacity;
    }
    private_->edge_seen[id] = 0;
    graph->edges[graph->edge_count++] = (struct wm_edge){.from = from, .to = to, .is_inline = true};
    return id;
}

struct walk {
    size_t stamp;
    int64_t value;
    int64_t parent; /* -1: none yet */
    bool residual;  /* a trimmed frame came since */
};

static int take_frame(struct wm_graph *graph, uint32_t node, bool inlined, struct walk *walk)
{
    struct wm_graph_private *private_ = graph->private_;
    if (!graph->nodes[node].kept) {
        walk->residual = true;
        return 0;
    }
    if (private_->node_seen[node] != walk->stamp) {
        private_->node_seen[node] = walk->stamp;
        graph->nodes[node].total = wm_add_wrapping(graph->nodes[node].total, walk->value);
    }
    if (walk->parent >= 0 && walk->parent != node) {
        int64_t id = find_edge(graph, (uint32_t)walk->parent, node);
        if (id < 0)
            return -ENOMEM;
        struct wm_edge *edge = &graph->edges[id];
        if (private_->edge_seen[id] != walk->stamp) {
            private_->edge_seen[id] = walk->stamp;
            edge->weight = wm_add_wrapping(edge->weight, walk->value);
            edge->is_inline &= inlined;
            edge->is_residual |= walk->residual;
        }
    }
    walk->parent = node;
    walk->residual = false;
    return 0;
}

/* Root to leaf, and in a location from the function that is there to what is inlined into it. */
static int sum_sample(struct wm_graph *graph, size_t number, size_t stamp)
{
    const struct wm_loaded_sample *sample = &graph->loaded->samples[number];
    const struct wm_graph_private *private_ = graph->private_;
    struct walk walk = {stamp, wm_loaded_value(graph->loaded, number), -1, false};
    if (walk.value == 0)
        return 0;
    for (uint32_t i = sample->location_count; i-- > 0;) {
        uint32_t location = graph->loaded->stack[sample->first_location + i];
        uint32_t count = private_->node_count[location];
        for (uint32_t at = count; at-- > 0;) {
            uint32_t node = private_->location_nodes[private_->first_node[location] + at];
            int rc = take_frame(graph, node, at != count - 1, &walk);
            if (rc < 0)
                return rc;
        }
    }
    if (walk.parent >= 0 && !walk.residual) {
        struct wm_node *leaf = &graph->nodes[walk.parent];
        leaf->self = wm_add_wrapping(leaf->self, walk.value);
    }
    return 0;
}

int wm_graph_sum(struct wm_graph *graph)
{
    struct wm_graph_private *private_ = graph->private_;
    for (size_t i = 0; i < graph->node_count; i++)
        graph->nodes[i].self = graph->nodes[i].total = 0;
    memset(private_->node_seen, 0, graph->node_count * sizeof(private_->node_seen[0]));
    graph->edge_count = 0;
    wm_intern_free(private_->edge_keys);
    private_->edge_keys = NULL;
    int rc = wm_intern_new(&private_->edge_keys);
    for (size_t i = 0; rc == 0 && i < graph->loaded->sample_count; i++)
        rc = sum_sample(graph, i, i + 1);
    return rc;
}

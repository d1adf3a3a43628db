/* callgrind.c - the profile for kcachegrind and callgrind_annotate.
 *
 * Samples count no calls, so pprof writes "calls=0", and so do we of a profile. But
 * callgrind_annotate takes that for no call and adds what the callee cost to the caller's own. Of a
 * run's folder, which pprof does not open, the file says "calls=1" and that this is no count.
 *
 * Names are written once and then called by number; addresses are told by their distance from the
 * node before, where that is shorter. */
#include "profiles/views/banner.h"
#include "profiles/views/graph.h"
#include "profiles/views/measure.h"

#include "harness/core/intern.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_COUNT = 3 };

enum table { OBJECTS, FILES, FUNCTIONS };

/* Callgrind joins functions of one file and name. Where ours differ they get " [1/2]". */
struct twin {
    uint32_t number, group; /* number: from 1; 0: the node is not listed */
    uint32_t name;          /* as a callee: a string of the profile */
};

/* What names of a kind are called by. */
struct names {
    uint32_t *numbers; /* by string of the profile; 0: not named yet */
    uint32_t count;
};

struct callgrind {
    const struct wm_graph *graph;
    struct wm_text *text;
    const char *unit;
    struct names tables[TABLE_COUNT];
    struct wm_links callees;
    struct twin *twins;     /* per node */
    uint32_t *group_counts; /* per group: how many twins */
    const struct wm_node_key *before;
    bool of_run;
};

/* What a function is apart from where in it a node is. */
static int find_twin(struct callgrind *callgrind, struct wm_intern *functions,
                     struct wm_intern *groups, uint32_t *function_twins, uint32_t node)
{
    const struct wm_node_key *key = callgrind->graph->nodes[node].key;
    const int64_t whole[5] = {callgrind->graph->nodes[node].caller, key->name, key->file,
                              key->start_line, key->object};
    const uint32_t shown[2] = {key->file, key->name};
    size_t known = wm_intern_count(functions);
    int64_t function = wm_intern_bytes(functions, whole, sizeof(whole));
    int64_t group = wm_intern_bytes(groups, shown, sizeof(shown));
    if (function < 0 || group < 0)
        return -ENOMEM;
    if ((size_t)function == known)
        function_twins[function] = ++callgrind->group_counts[group];
    callgrind->twins[node] = (struct twin){function_twins[function], (uint32_t)group, key->name};
    return 0;
}

static int number_twin(const struct callgrind *callgrind, struct twin *twin, struct wm_text *name)
{
    struct wm_profile *profile = callgrind->graph->report->profile;
    uint32_t twins = callgrind->group_counts[twin->group];
    if (twins < 2)
        return 0;
    wm_text_clear(name);
    wm_text_addf(name, "%s [%" PRIu32 "/%" PRIu32 "]", wm_profile_text(profile, twin->name),
                 twin->number, twins);
    int64_t number = name->failed ? -ENOMEM : wm_profile_string(profile, name->data);
    if (number < 0)
        return -ENOMEM;
    twin->name = (uint32_t)number;
    return 0;
}

static int find_twins(struct callgrind *callgrind)
{
    const struct wm_graph *graph = callgrind->graph;
    struct wm_intern *functions = NULL, *groups = NULL;
    struct wm_text name;
    uint32_t *function_twins = calloc(graph->order_count + 1, sizeof(function_twins[0]));
    callgrind->twins = calloc(graph->node_count + 1, sizeof(callgrind->twins[0]));
    callgrind->group_counts = calloc(graph->order_count + 1, sizeof(callgrind->group_counts[0]));
    int rc = wm_intern_new(&functions);
    if (rc == 0)
        rc = wm_intern_new(&groups);
    if (function_twins == NULL || callgrind->twins == NULL || callgrind->group_counts == NULL)
        rc = -ENOMEM;
    for (size_t i = 0; rc == 0 && i < graph->order_count; i++)
        rc = find_twin(callgrind, functions, groups, function_twins, graph->order[i]);
    wm_text_init(&name);
    for (size_t i = 0; rc == 0 && i < graph->order_count; i++)
        rc = number_twin(callgrind, &callgrind->twins[graph->order[i]], &name);
    wm_text_done(&name);
    wm_intern_free(functions);
    wm_intern_free(groups);
    free(function_twins);
    return rc;
}

/* After find_twins: no string is new then. */
static int make_tables(struct callgrind *callgrind)
{
    size_t strings = wm_intern_count(callgrind->graph->report->profile->strings);
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        struct names *names = &callgrind->tables[i];
        names->numbers = calloc(strings, sizeof(names->numbers[0]));
        if (names->numbers == NULL)
            return -ENOMEM;
    }
    return 0;
}

static void add_name(struct callgrind *callgrind, const char *field, enum table table,
                     uint32_t name)
{
    struct names *names = &callgrind->tables[table];
    uint32_t *number = &names->numbers[name];
    wm_text_add(callgrind->text, field);
    if (name == 0) { /* "" has no number */
        wm_text_add_bytes(callgrind->text, "\n", 1);
        return;
    }
    const bool is_new = *number == 0;
    if (is_new)
        *number = ++names->count;
    wm_text_add_bytes(callgrind->text, "(", 1);
    wm_text_add_number(callgrind->text, *number, 0);
    wm_text_add_bytes(callgrind->text, ") ", is_new ? 2 : 1);
    if (is_new)
        wm_text_add(callgrind->text, wm_profile_text(callgrind->graph->report->profile, name));
    wm_text_add_bytes(callgrind->text, "\n", 1);
}

static size_t count_digits(uint64_t number, unsigned base)
{
    size_t digits = 1;
    for (; number >= base; number /= base)
        digits++;
    return digits;
}

static void add_address(const struct callgrind *callgrind, uint64_t address)
{
    struct wm_text *text = callgrind->text;
    const uint64_t before = callgrind->before != NULL ? callgrind->before->address : 0;
    const bool behind = address - before <= INT64_MAX;
    size_t whole = 2 + count_digits(address, 16);
    size_t distance = 1 + count_digits(behind ? address - before : before - address, 10);
    if (callgrind->before == NULL || (distance >= whole && address != before)) {
        wm_text_addf(text, "0x%" PRIx64, address);
    } else if (address == before) {
        wm_text_add(text, "*");
    } else {
        wm_text_add(text, behind ? "+" : "");
        wm_text_add_number(text, (int64_t)(address - before), 0);
    }
}

static int64_t scaled(const struct callgrind *callgrind, int64_t value)
{
    const char *unit;
    return wm_truncate(wm_scale(value, callgrind->graph->report->unit, callgrind->unit, &unit));
}

static void add_cost(struct callgrind *callgrind, int64_t line, const char *between, int64_t value)
{
    wm_text_add(callgrind->text, " ");
    wm_text_add_number(callgrind->text, line, 0);
    wm_text_add(callgrind->text, between);
    wm_text_add_number(callgrind->text, scaled(callgrind, value), 0);
    wm_text_add(callgrind->text, "\n");
}

static void add_call(struct callgrind *callgrind, const struct wm_edge *edge)
{
    const struct wm_node_key *callee = callgrind->graph->nodes[edge->to].key;
    add_name(callgrind, "cfl=", FILES, callee->file);
    /* What is not listed has no name here, as in the reference. */
    add_name(callgrind, "cfn=", FUNCTIONS, callgrind->twins[edge->to].name);
    wm_text_add(callgrind->text, callgrind->of_run ? "calls=1 " : "calls=0 ");
    add_address(callgrind, callee->address);
    add_cost(callgrind, callee->line, "\n* * ", edge->weight);
}

static void add_node(struct callgrind *callgrind, uint32_t number)
{
    const struct wm_graph *graph = callgrind->graph;
    const struct wm_node *node = &graph->nodes[number];
    const struct wm_node_key *key = node->key, *before = callgrind->before;
    if (before == NULL || key->object != before->object || key->file != before->file ||
        key->name != before->name) {
        wm_text_add(callgrind->text, "\n");
        add_name(callgrind, "ob=", OBJECTS, key->object);
        add_name(callgrind, "fl=", FILES, key->file);
        add_name(callgrind, "fn=", FUNCTIONS, key->name);
    }
    add_address(callgrind, key->address);
    add_cost(callgrind, key->line, " ", wm_node_self(node));
    const struct wm_links *callees = &callgrind->callees;
    for (size_t i = callees->first[number]; i < callees->first[number + 1]; i++)
        add_call(callgrind, &graph->edges[callees->edges[i]]);
    callgrind->before = key;
}

static int add_graph(struct wm_text *text, const struct wm_graph *graph, struct wm_error *err)
{
    struct callgrind callgrind = {.graph = graph,
                                  .text = text,
                                  .unit = wm_banner_unit(graph),
                                  .of_run = graph->report->options->requests != NULL};
    int rc = wm_links_init(graph, WM_LINKS_TO_CALLEES, &callgrind.callees);
    if (rc == 0)
        rc = find_twins(&callgrind);
    if (rc == 0)
        rc = make_tables(&callgrind);
    if (rc < 0)
        wm_fail(err, rc, "no memory for the view");
    if (callgrind.of_run)
        wm_text_add(text, "# calls=1 is no count: samples tell costs, not numbers of calls\n");
    wm_text_add(text, "positions: instr line\n");
    wm_text_addf(text, "events: %s(%s)\n", graph->report->type, callgrind.unit);
    for (size_t i = 0; rc == 0 && i < graph->order_count; i++) {
        add_node(&callgrind, graph->order[i]);
        rc = wm_report_drain(graph->report, text, err);
    }
    wm_links_done(&callgrind.callees);
    for (size_t i = 0; i < TABLE_COUNT; i++)
        free(callgrind.tables[i].numbers);
    free(callgrind.twins);
    free(callgrind.group_counts);
    return rc;
}

int wm_print_callgrind(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    struct wm_graph *graph = NULL;
    int rc = wm_graph_new(report, NULL, &graph, err);
    if (rc == 0)
        rc = add_graph(text, graph, err);
    wm_graph_free(graph);
    return rc;
}

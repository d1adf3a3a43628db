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
#include <stdio.h>
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
    struct wm_scaling scaling;
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

/* ---- Lines: hundreds of thousands, so they are put where there is room already ---- */

/* What a node or a call takes at most, but for names that are new. */
enum { LINES_BYTES = 256 };

static inline char *put(char *at, const char *text)
{
    const size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
}

static size_t name_bytes(const struct callgrind *callgrind, enum table table, uint32_t name)
{
    size_t length = 0;
    if (callgrind->tables[table].numbers[name] == 0)
        wm_intern_get(callgrind->graph->report->profile->strings, name, &length);
    return length;
}

static char *put_name(struct callgrind *callgrind, char *at, enum table table, uint32_t name)
{
    struct names *names = &callgrind->tables[table];
    uint32_t *number = &names->numbers[name];
    if (name == 0) /* "" has no number */
        return put(at, "\n");
    const bool is_new = *number == 0;
    if (is_new)
        *number = ++names->count;
    at = put(at, "(");
    at = wm_text_put_number(at, *number);
    at = put(at, ")");
    if (is_new) {
        at = put(at, " ");
        at = put(at, wm_profile_text(callgrind->graph->report->profile, name));
    }
    return put(at, "\n");
}

static size_t count_digits(uint64_t number)
{
    size_t digits = 1;
    for (; number >= 10; number /= 10)
        digits++;
    return digits;
}

static size_t count_hex_digits(uint64_t number)
{
    return number == 0 ? 1 : (size_t)(67 - __builtin_clzll(number)) / 4;
}

static char *put_address(const struct callgrind *callgrind, char *at, uint64_t address)
{
    const uint64_t before = callgrind->before != NULL ? callgrind->before->address : 0;
    const bool behind = address - before <= INT64_MAX;
    size_t whole = 2 + count_hex_digits(address);
    size_t distance = 1 + count_digits(behind ? address - before : before - address);
    if (callgrind->before == NULL || (distance >= whole && address != before))
        return at + sprintf(at, "0x%" PRIx64, address);
    if (address == before)
        return put(at, "*");
    at = put(at, behind ? "+" : "");
    return wm_text_put_number(at, (int64_t)(address - before));
}

static char *put_cost(const struct callgrind *callgrind, char *at, int64_t line,
                      const char *between, int64_t value)
{
    at = put(at, " ");
    at = wm_text_put_number(at, line);
    at = put(at, between);
    at = wm_text_put_number(at, wm_truncate(wm_scaling_apply(&callgrind->scaling, value)));
    return put(at, "\n");
}

static void add_call(struct callgrind *callgrind, const struct wm_edge *edge)
{
    const struct wm_node_key *callee = callgrind->graph->nodes[edge->to].key;
    /* What is not listed has no name here, as in the reference. */
    const uint32_t name = callgrind->twins[edge->to].name;
    const size_t room = LINES_BYTES + name_bytes(callgrind, FILES, callee->file) +
                        name_bytes(callgrind, FUNCTIONS, name);
    char *start = wm_text_extend(callgrind->text, room), *at = start;
    if (start == NULL)
        return;
    at = put_name(callgrind, put(at, "cfl="), FILES, callee->file);
    at = put_name(callgrind, put(at, "cfn="), FUNCTIONS, name);
    at = put(at, callgrind->of_run ? "calls=1 " : "calls=0 ");
    at = put_address(callgrind, at, callee->address);
    at = put_cost(callgrind, at, callee->line, "\n* * ", edge->weight);
    wm_text_cut(callgrind->text, room - (size_t)(at - start));
}

static void add_node(struct callgrind *callgrind, uint32_t number)
{
    const struct wm_graph *graph = callgrind->graph;
    const struct wm_node *node = &graph->nodes[number];
    const struct wm_node_key *key = node->key, *before = callgrind->before;
    const size_t room = LINES_BYTES + name_bytes(callgrind, OBJECTS, key->object) +
                        name_bytes(callgrind, FILES, key->file) +
                        name_bytes(callgrind, FUNCTIONS, key->name);
    char *start = wm_text_extend(callgrind->text, room), *at = start;
    if (start == NULL)
        return;
    if (before == NULL || key->object != before->object || key->file != before->file ||
        key->name != before->name) {
        at = put_name(callgrind, put(at, "\nob="), OBJECTS, key->object);
        at = put_name(callgrind, put(at, "fl="), FILES, key->file);
        at = put_name(callgrind, put(at, "fn="), FUNCTIONS, key->name);
    }
    at = put_address(callgrind, at, key->address);
    at = put_cost(callgrind, at, key->line, " ", wm_node_self(node));
    wm_text_cut(callgrind->text, room - (size_t)(at - start));
    const struct wm_links *callees = &callgrind->callees;
    for (size_t i = callees->first[number]; i < callees->first[number + 1]; i++)
        add_call(callgrind, &graph->edges[callees->edges[i]]);
    callgrind->before = key;
}

static int add_graph(struct wm_text *text, const struct wm_graph *graph, struct wm_error *err)
{
    const char *unit = wm_banner_unit(graph);
    struct callgrind callgrind = {.graph = graph,
                                  .text = text,
                                  .scaling = wm_scaling_find(graph->report->unit, unit),
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
    wm_text_addf(text, "events: %s(%s)\n", graph->report->type, unit);
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

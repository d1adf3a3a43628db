/* callgrind.c - the profile for kcachegrind and callgrind_annotate.
 *
 * Samples count no calls, so pprof writes "calls=0", and so do we of a profile. But
 * callgrind_annotate takes that for no call and adds what the callee cost to the caller's own. Of a
 * run's folder, which pprof does not open, the file says "calls=1" and that this is no count.
 *
 * Names are written once and then called by number; addresses are told by their distance from the
 * node before, where that is shorter. */
#include "profiles/report/callgrind.h"

#include "profiles/report/banner.h"
#include "profiles/report/measure.h"

#include "harness/core/intern.h"

#include <errno.h>
#include <stdlib.h>

enum { TABLE_COUNT = 3 };

enum table { OBJECTS, FILES, FUNCTIONS };

/* What names of a kind are called by. */
struct names {
    uint32_t *numbers; /* by string of the profile; 0: not named yet */
    uint32_t count;
};

/* All that is printed of a node, together, since calls lead to anywhere in memory. */
struct place {
    uint64_t address;
    int64_t line, self;
    uint32_t object, file, name;
    uint32_t called; /* its name where it is called */
};

struct callgrind {
    const struct wm_graph *graph;
    struct wm_text *text;
    struct wm_scaling scaling;
    struct names tables[TABLE_COUNT];
    struct wm_links callees;
    struct place *places; /* per node */
    const struct place *before;
    bool of_run;
};

static int find_places(struct callgrind *callgrind)
{
    const struct wm_graph *graph = callgrind->graph;
    uint32_t *names = calloc(graph->node_count + 1, sizeof(names[0]));
    callgrind->places = calloc(graph->node_count + 1, sizeof(callgrind->places[0]));
    int rc = names == NULL || callgrind->places == NULL ? -ENOMEM : wm_callgrind_name(graph, names);
    for (size_t i = 0; rc == 0 && i < graph->node_count; i++) {
        const struct wm_node *node = &graph->nodes[i];
        const struct wm_node_key *key = node->key;
        callgrind->places[i] =
            (struct place){key->address, key->line, wm_node_self(node), key->object, key->file,
                           key->name,    names[i]};
    }
    free(names);
    return rc;
}

/* After the names of callees: no string is new then. */
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
        return wm_text_put(at, "\n");
    const bool is_new = *number == 0;
    if (is_new)
        *number = ++names->count;
    at = wm_text_put(at, "(");
    at = wm_text_put_number(at, *number);
    at = wm_text_put(at, ")");
    if (is_new) {
        at = wm_text_put(at, " ");
        at = wm_text_put(at, wm_profile_text(callgrind->graph->report->profile, name));
    }
    return wm_text_put(at, "\n");
}

static size_t count_hex_digits(uint64_t number)
{
    return number == 0 ? 1 : (size_t)(67 - __builtin_clzll(number)) / 4;
}

static char *put_whole_address(char *at, uint64_t address)
{
    const size_t digits = count_hex_digits(address);
    at = wm_text_put(at, "0x");
    for (size_t i = digits; i-- > 0; address >>= 4)
        at[i] = "0123456789abcdef"[address & 15];
    return at + digits;
}

/* The distance, unless the whole address is as short. */
static char *put_address(const struct callgrind *callgrind, char *at, uint64_t address)
{
    if (callgrind->before == NULL)
        return put_whole_address(at, address);
    const uint64_t distance = address - callgrind->before->address;
    if (distance == 0)
        return wm_text_put(at, "*");
    const bool behind = distance <= INT64_MAX;
    char *digits = wm_text_put(at, behind ? "+" : "-");
    char *end = wm_text_put_number(digits, (int64_t)(behind ? distance : 0 - distance));
    return (size_t)(end - at) < 2 + count_hex_digits(address) ? end
                                                              : put_whole_address(at, address);
}

static char *put_cost(const struct callgrind *callgrind, char *at, int64_t line,
                      const char *between, int64_t value)
{
    at = wm_text_put(at, " ");
    at = wm_text_put_number(at, line);
    at = wm_text_put(at, between);
    at = wm_text_put_number(at, wm_truncate(wm_scaling_apply(&callgrind->scaling, value)));
    return wm_text_put(at, "\n");
}

static void add_call(struct callgrind *callgrind, const struct wm_link *link)
{
    const struct place *callee = &callgrind->places[link->other];
    const size_t room = LINES_BYTES + name_bytes(callgrind, FILES, callee->file) +
                        name_bytes(callgrind, FUNCTIONS, callee->called);
    char *start = wm_text_extend(callgrind->text, room), *at = start;
    if (start == NULL)
        return;
    at = put_name(callgrind, wm_text_put(at, "cfl="), FILES, callee->file);
    at = put_name(callgrind, wm_text_put(at, "cfn="), FUNCTIONS, callee->called);
    at = wm_text_put(at, callgrind->of_run ? "calls=1 " : "calls=0 ");
    at = put_address(callgrind, at, callee->address);
    at = put_cost(callgrind, at, callee->line, "\n* * ", link->weight);
    wm_text_cut(callgrind->text, room - (size_t)(at - start));
}

static void add_node(struct callgrind *callgrind, uint32_t number)
{
    const struct place *place = &callgrind->places[number], *before = callgrind->before;
    const size_t room = LINES_BYTES + name_bytes(callgrind, OBJECTS, place->object) +
                        name_bytes(callgrind, FILES, place->file) +
                        name_bytes(callgrind, FUNCTIONS, place->name);
    char *start = wm_text_extend(callgrind->text, room), *at = start;
    if (start == NULL)
        return;
    if (before == NULL || place->object != before->object || place->file != before->file ||
        place->name != before->name) {
        at = put_name(callgrind, wm_text_put(at, "\nob="), OBJECTS, place->object);
        at = put_name(callgrind, wm_text_put(at, "fl="), FILES, place->file);
        at = put_name(callgrind, wm_text_put(at, "fn="), FUNCTIONS, place->name);
    }
    at = put_address(callgrind, at, place->address);
    at = put_cost(callgrind, at, place->line, " ", place->self);
    wm_text_cut(callgrind->text, room - (size_t)(at - start));
    const struct wm_links *callees = &callgrind->callees;
    for (size_t i = callees->first[number]; i < callees->first[number + 1]; i++)
        add_call(callgrind, &callees->links[i]);
    callgrind->before = place;
}

static int prepare(struct callgrind *callgrind)
{
    int rc = wm_links_init(callgrind->graph, WM_LINKS_TO_CALLEES, &callgrind->callees);
    if (rc == 0)
        rc = find_places(callgrind);
    return rc == 0 ? make_tables(callgrind) : rc;
}

static int add_graph(struct wm_text *text, const struct wm_graph *graph, struct wm_error *err)
{
    const char *unit = wm_banner_unit(graph);
    struct callgrind callgrind = {.graph = graph,
                                  .text = text,
                                  .scaling = wm_scaling_find(graph->report->unit, unit),
                                  .of_run = graph->report->options->requests != NULL};
    int rc = prepare(&callgrind);
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
    free(callgrind.places);
    return rc;
}

int wm_print_callgrind(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    static const struct wm_graph_wish wish = {.edges = WM_EDGES_ALL, .no_labels = true};
    struct wm_graph *graph = NULL;
    int rc = wm_graph_new(report, &wish, &graph, err);
    if (rc == 0)
        rc = add_graph(text, graph, err);
    wm_graph_free(graph);
    return rc;
}

/* tree.c - the trees of segments with counts, CPU and bars: of those that are marked, which are
 * counted, and of those from stacks, of which only the CPU is known. */
#include "profiles/views/tree.h"

#include "harness/core/intern.h"
#include "harness/core/units.h"
#include "profiles/views/columns.h"
#include "profiles/views/cost.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BAR_CELLS = 20, DEPTH_MAX = 32, ROWS_MAX = 400, NAMED_MAX = 5, PREFIX_BYTES = 512 };
enum { NONE = UINT32_MAX };

struct link {
    uint32_t first_child, last_child, next;
};

struct tree {
    const struct wm_segments *segments;
    bool from_stacks;   /* which rows it is of */
    struct link *links; /* per row, and one more: the root of all */
    struct wm_grid *columns;
    double most_ns; /* CPU per visiting request of the dearest segment; from stacks: all CPU */
    size_t printed;
};

static const struct wm_grid_column columns[] = {
    {NULL, false, false, 30},
    {NULL, true,  false, 0 },
    {NULL, true,  false, 0 },
    {NULL, false, false, 24},
};

static const struct wm_grid_column stack_columns[] = {
    {"by function on the stack", false, false, 30},
    {"CPU",                      true,  false, 0 },
    {"CPU share",                true,  false, 0 },
    {"",                         false, false, 24},
};

enum { COLUMN_COUNT = sizeof(columns) / sizeof(columns[0]) };

bool wm_tree_is_unreached(const struct wm_segment_row *row)
{
    return row->from_stacks ? row->samples == 0 : row->requests == 0 && row->visits == 0;
}

static bool is_printed(const struct tree *tree, const struct wm_segment_row *row)
{
    return row->from_stacks == tree->from_stacks && !wm_tree_is_unreached(row);
}

static double cpu_per_request(const struct wm_segment_row *row)
{
    return row->requests == 0 ? 0 : (double)row->cpu_ns / (double)row->requests;
}

static void hang(struct tree *tree, uint32_t parent, uint32_t row)
{
    struct link *above = &tree->links[parent];
    if (above->last_child == NONE)
        above->first_child = row;
    else
        tree->links[above->last_child].next = row;
    above->last_child = row;
}

/* Rows come parents first; one whose parent is not there stands at the root. */
static int link_rows(struct tree *tree)
{
    const struct wm_segments *segments = tree->segments;
    struct wm_intern *paths = NULL;
    uint32_t *rows = calloc(segments->count + 1, sizeof(rows[0])); /* by number in `paths` */
    int rc = rows == NULL ? -ENOMEM : wm_intern_new(&paths);
    for (size_t i = 0; i <= segments->count; i++)
        tree->links[i] = (struct link){NONE, NONE, NONE};
    for (size_t i = 0; rc == 0 && i < segments->count; i++) {
        const char *path = segments->rows[i].segment;
        const char *slash = strrchr(path, '/');
        if (!is_printed(tree, &segments->rows[i]))
            continue;
        int64_t parent = -ENOENT;
        if (slash != NULL)
            parent = wm_intern_find(paths, path, (size_t)(slash - path));
        size_t known = wm_intern_count(paths);
        int64_t number = wm_intern_string(paths, path);
        if (number < 0) {
            rc = -ENOMEM;
            break;
        }
        if ((size_t)number == known)
            rows[number] = (uint32_t)i;
        hang(tree, parent >= 0 ? rows[parent] : (uint32_t)segments->count, (uint32_t)i);
    }
    wm_intern_free(paths);
    free(rows);
    return rc;
}

/* What the longest bar stands for: a vague cost only where there are no others. */
static double find_most(const struct wm_segments *segments)
{
    double most_ns = 0, vague_ns = 0;
    for (size_t i = 0; i < segments->count; i++) {
        const struct wm_segment_row *row = &segments->rows[i];
        double *best = wm_cost_is_vague(row->samples) ? &vague_ns : &most_ns;
        *best = fmax(*best, cpu_per_request(row));
    }
    return most_ns > 0 ? most_ns : vague_ns;
}

/* What shares are of. */
static double sum_cpu(const struct wm_paths *paths)
{
    double sum = 0;
    for (size_t i = 0; i < paths->count; i++)
        if (wm_path_in_shares(&paths->rows[i]))
            sum += (double)paths->rows[i].cpu_ns;
    return sum;
}

static void add_bar(struct wm_text *text, double value, double most)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    unsigned parts = most > 0 ? (unsigned)(fmin(value / most, 1) * BAR_CELLS * 8 + 0.5) : 0;
    if (parts == 0 && value > 0)
        parts = 1;
    for (unsigned i = 0; i < parts / 8; i++)
        wm_text_add(text, "█");
    wm_text_add(text, eighths[parts % 8]);
}

static void add_counted(struct tree *tree, const struct wm_segment_row *row, struct wm_text *cell)
{
    char number[WM_UNIT_BYTES], cost[WM_COST_BYTES];
    wm_grid_add(tree->columns, wm_units_count(row->requests, number));
    wm_grid_add(tree->columns, wm_cost(row->cpu_ns, row->requests, row->samples, cost));
    if (row->samples > 0 && row->requests > 0)
        add_bar(cell, cpu_per_request(row), tree->most_ns);
    wm_grid_add(tree->columns, cell->data);
}

static void add_sampled(struct tree *tree, const struct wm_segment_row *row, struct wm_text *cell)
{
    char number[WM_UNIT_BYTES];
    double cpu_ns = (double)row->cpu_ns;
    wm_grid_add(tree->columns, wm_units_duration(cpu_ns, number));
    wm_grid_add(tree->columns,
                wm_units_share(tree->most_ns > 0 ? cpu_ns / tree->most_ns : 0, number));
    add_bar(cell, cpu_ns, tree->most_ns);
    wm_grid_add(tree->columns, cell->data);
}

static void add_row(struct tree *tree, const char *prefix, const struct wm_segment_row *row,
                    struct wm_text *cell)
{
    const char *slash = strrchr(row->segment, '/');
    wm_text_clear(cell);
    wm_text_add(cell, prefix);
    wm_text_add(cell, slash != NULL ? slash + 1 : row->segment);
    wm_grid_add(tree->columns, cell->data);
    wm_text_clear(cell);
    if (tree->from_stacks)
        add_sampled(tree, row, cell);
    else
        add_counted(tree, row, cell);
    tree->printed++;
}

/* Prints what hangs below `parent`. `prefix` is what the lines begin with; at the root nothing. */
static void add_children(struct tree *tree, uint32_t parent, char *prefix, size_t depth,
                         struct wm_text *cell)
{
    size_t length = strlen(prefix);
    uint32_t row = tree->links[parent].first_child;
    for (; row != NONE && tree->printed < ROWS_MAX; row = tree->links[row].next) {
        bool last = tree->links[row].next == NONE;
        if (depth > 0)
            snprintf(prefix + length, PREFIX_BYTES - length, "%s", last ? "└─ " : "├─ ");
        add_row(tree, prefix, &tree->segments->rows[row], cell);
        if (depth > 0)
            snprintf(prefix + length, PREFIX_BYTES - length, "%s", last ? "   " : "│  ");
        if (depth < DEPTH_MAX)
            add_children(tree, row, prefix, depth + 1, cell);
        prefix[length] = '\0';
    }
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static void add_unreached(struct tree *tree, struct wm_text *cell)
{
    for (size_t i = 0; i < tree->segments->count && tree->printed < ROWS_MAX; i++) {
        const struct wm_segment_row *row = &tree->segments->rows[i];
        if (row->from_stacks != tree->from_stacks || !wm_tree_is_unreached(row))
            continue;
        wm_grid_add(tree->columns, row->segment);
        wm_grid_add(tree->columns, tree->from_stacks ? "–" : "0");
        wm_grid_add(tree->columns, "–");
        wm_text_clear(cell);
        wm_text_addf(cell, "%s (%s:%" PRIu32 ")",
                     tree->from_stacks ? "on no stack" : "never reached", base_name(row->file),
                     row->line);
        wm_grid_add(tree->columns, cell->data);
        tree->printed++;
    }
}

static size_t count_rows(const struct wm_segments *segments, bool from_stacks)
{
    size_t count = 0;
    for (size_t i = 0; i < segments->count; i++)
        count += segments->rows[i].from_stacks == from_stacks;
    return count;
}

static int add_tree(const struct wm_run *run, bool from_stacks, struct wm_text *text)
{
    char prefix[PREFIX_BYTES] = "";
    struct wm_text cell;
    struct tree tree = {.segments = run->segments, .from_stacks = from_stacks};
    size_t rows = run->segments->count, count = count_rows(run->segments, from_stacks);
    wm_text_init(&cell);
    tree.links = calloc(rows + 1, sizeof(tree.links[0]));
    int rc = tree.links == NULL ? -ENOMEM : link_rows(&tree);
    if (rc == 0)
        rc = wm_grid_new(from_stacks ? stack_columns : columns, COLUMN_COUNT, &tree.columns);
    if (rc < 0)
        goto out;
    tree.most_ns = from_stacks ? sum_cpu(run->paths) : find_most(run->segments);
    add_children(&tree, (uint32_t)rows, prefix, 0, &cell);
    add_unreached(&tree, &cell);
    rc = cell.failed ? -ENOMEM : wm_grid_print(tree.columns, 2, text);
    if (tree.printed < count)
        wm_text_addf(text, "  … and %zu more: segments.csv has them all\n", count - tree.printed);
    wm_text_add(text, "\n");
out:
    wm_grid_free(tree.columns);
    free(tree.links);
    wm_text_done(&cell);
    return rc;
}

int wm_tree_add(const struct wm_run *run, struct wm_text *text)
{
    int rc = 0;
    for (int from_stacks = 0; rc == 0 && from_stacks <= 1; from_stacks++)
        if (count_rows(run->segments, from_stacks != 0) > 0)
            rc = add_tree(run, from_stacks != 0, text);
    return rc;
}

/* How much was reached of what is there. A server marks nothing as a rule, which is no finding. */
static void add_reached(const struct wm_run *run, struct wm_text *text)
{
    char sites[WM_UNIT_BYTES], reached[WM_UNIT_BYTES];
    bool expected = !wm_run_of_server(run) && count_rows(run->segments, true) == 0;
    if (run->sites == 0)
        wm_text_add(text, expected ? "  no segments in this app, " : "  ");
    else
        wm_text_addf(text, "  %s of %s segment%s reached, ",
                     wm_units_count(run->sites_reached, reached), wm_units_count(run->sites, sites),
                     run->sites == 1 ? "" : "s");
}

void wm_tree_add_coverage(const struct wm_run *run, struct wm_text *text)
{
    char paths[WM_UNIT_BYTES];
    uint64_t path_count = 0;
    size_t named = 0, left_out = 0;
    for (size_t i = 0; i < run->paths->count; i++)
        path_count += !wm_path_is_closing(&run->paths->rows[i]);
    wm_units_count(path_count, paths);
    add_reached(run, text);
    wm_text_addf(text, "%s path%s", paths, path_count == 1 ? "" : "s");
    for (size_t i = 0; i < run->segments->count; i++) {
        const struct wm_segment_row *row = &run->segments->rows[i];
        if (row->from_stacks || !wm_tree_is_unreached(row))
            continue;
        if (named == NAMED_MAX) {
            left_out++;
            continue;
        }
        wm_text_add(text, named++ == 0 ? "; never reached: " : ", ");
        wm_text_add_safe(text, row->segment, strlen(row->segment), 0);
        wm_text_add(text, " (");
        wm_text_add_safe(text, base_name(row->file), strlen(base_name(row->file)), 0);
        wm_text_addf(text, ":%" PRIu32 ")", row->line);
    }
    if (left_out > 0)
        wm_text_addf(text, " and %zu more", left_out);
    wm_text_add(text, "\n");
}

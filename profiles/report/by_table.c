/* by_table.c - rows of costs in columns: as many side by side as fit, the others below.
 *
 *             ProcessOrder        ProcessRefund
 *                :approved
 *                  119,835               28,115   requests
 *                  17.5 µs              7.74 µs   cpu/request
 *         flat         cum      flat        cum
 *      7.01 µs     7.01 µs         –          –   sha256_end
 *
 * A cost of few samples stands in parentheses, and so does a change that noise may have made. */
#include "profiles/report/by.h"

#include "harness/core/units.h"
#include "profiles/report/banner.h"
#include "profiles/report/by_amount.h"
#include "profiles/report/by_noise.h"
#include "profiles/views/columns.h"
#include "profiles/views/cost.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_COLUMNS_MIN = 16, NAME_COLUMNS_MAX = 28 }; /* longer ones lose their middles */
enum { GAP = 3, INNER_GAP = 2, CELL_BYTES = WM_BY_AMOUNT_BYTES + 48 };
enum { CALLS_COLUMNS = 13, ALWAYS_TRIED = 1 };

static const double Z_95 = 1.959964;
static const char NOTHING[] = "–";

/* ---- Cells ---- */

static double requests_of(const struct wm_by *by, size_t at)
{
    return by->per_request ? (double)by->columns[at].requests[WM_BY_NEW] : 1;
}

/* As the path table has it: 16 samples and their like. */
static bool is_vague(const struct wm_by *by, const struct wm_by_sum *sum)
{
    return by->knows_noise && sum->value * sum->value < WM_COST_SAMPLES_MIN * sum->square;
}

static const char *cell(const struct wm_by *by, size_t at, const struct wm_by_sum *row, char *text)
{
    char amount[WM_BY_AMOUNT_BYTES];
    const struct wm_by_sum *sums = row + at * WM_BY_SIDES;
    double value = by->compares ? wm_by_change(sums) : sums[WM_BY_NEW].value;
    bool none = sums[WM_BY_NEW].value == 0 && (!by->compares || sums[WM_BY_BASE].value == 0);
    if (none) {
        (void)snprintf(text, CELL_BYTES, "%s", NOTHING);
        return text;
    }
    wm_by_amount(by->report, value / requests_of(by, at), amount);
    bool doubtful = by->compares ? !wm_by_is_evident(by, row, at, 1) : is_vague(by, sums);
    const char *sign = by->compares && value > 0 ? "+" : "";
    (void)snprintf(text, CELL_BYTES, doubtful ? "(%s%s)" : "%s%s", sign, amount);
    return text;
}

/* ---- The lines above ---- */

typedef void heading_fn(const struct wm_by *by, size_t at, char *text);

static void head_requests(const struct wm_by *by, size_t at, char *text)
{
    wm_units_count(by->columns[at].requests[WM_BY_NEW], text);
}

static void head_side(const struct wm_by *by, size_t at, int side, char *text)
{
    char amount[WM_BY_AMOUNT_BYTES];
    const struct wm_by_sum *whole = &by->whole[at * WM_BY_SIDES + (size_t)side];
    wm_by_amount(by->report, whole->value / requests_of(by, at), amount);
    (void)snprintf(text, CELL_BYTES, is_vague(by, whole) ? "(%s)" : "%s", amount);
}

static void head_new(const struct wm_by *by, size_t at, char *text)
{
    head_side(by, at, WM_BY_NEW, text);
}

static void head_base(const struct wm_by *by, size_t at, char *text)
{
    head_side(by, at, WM_BY_BASE, text);
}

/* Half of the 95 % interval, in percent of the cost. */
static void head_interval(const struct wm_by *by, size_t at, char *text)
{
    const struct wm_by_sum *whole = &by->whole[at * WM_BY_SIDES + WM_BY_NEW];
    (void)snprintf(text, CELL_BYTES, "%s", NOTHING);
    if (by->knows_noise && whole->value > 0)
        (void)snprintf(text, CELL_BYTES, "± %.1f%%",
                       100 * Z_95 * sqrt(whole->square) / whole->value);
}

static void head_change(const struct wm_by *by, size_t at, char *text)
{
    const struct wm_by_sum *whole = by->whole + at * WM_BY_SIDES;
    double variance[WM_BY_SIDES];
    double base = whole[WM_BY_BASE].value;
    (void)snprintf(text, CELL_BYTES, "%s", NOTHING);
    if (!(base > 0))
        return;
    int length = snprintf(text, CELL_BYTES, "%+.1f%%", 100 * wm_by_change(whole) / base);
    /* of a ratio: the base's own noise counts as often as what came of it */
    double ratio = whole[WM_BY_NEW].value / base;
    wm_by_variances(by, by->whole, at, variance);
    double noise = sqrt(variance[WM_BY_NEW] + ratio * ratio * variance[WM_BY_BASE]);
    if (by->knows_noise)
        (void)snprintf(text + length, CELL_BYTES - (size_t)length, " ± %.1f",
                       100 * Z_95 * noise / base);
}

enum { IN_REQUESTS = 1, IN_SUMS = 2, IN_BOTH = IN_REQUESTS | IN_SUMS };

struct heading {
    const char *title; /* with the sample type before it if it begins with '/' or ' ' */
    heading_fn *add;
    unsigned in; /* tables of costs per request, of sums */
    bool compares;
};

static const struct heading headings[] = {
    {"requests",             head_requests, IN_REQUESTS, false},
    {"/request",             head_new,      IN_REQUESTS, false},
    {" in all",              head_new,      IN_SUMS,     false},
    {"95% interval",         head_interval, IN_BOTH,     false},
    {"requests",             head_requests, IN_REQUESTS, true },
    {"/request before",      head_base,     IN_REQUESTS, true },
    {"/request now",         head_new,      IN_REQUESTS, true },
    {" before",              head_base,     IN_SUMS,     true },
    {" now",                 head_new,      IN_SUMS,     true },
    {"change, 95% interval", head_change,   IN_BOTH,     true },
};

enum { HEADING_COUNT = sizeof(headings) / sizeof(headings[0]) };

static bool is_used(const struct wm_by *by, const struct heading *heading)
{
    unsigned kind = by->per_request ? IN_REQUESTS : IN_SUMS;
    return heading->compares == by->compares && (heading->in & kind) != 0 &&
           (heading->add != head_interval || by->knows_noise);
}

/* ---- Layout ---- */

struct width {
    size_t self, total, pair; /* `pair`: of both with the gap between, or of the heading */
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* "ProcessOrder:approved" takes two lines, and so does a long "Handle/Route/ProcessOrder". */
static size_t first_part(const char *name)
{
    const char *colon = strchr(name + (name[0] != '\0'), ':'), *slash = strrchr(name, '/');
    size_t length = strlen(name);
    if (colon != NULL)
        return (size_t)(colon - name);
    return slash != NULL && length > NAME_COLUMNS_MIN ? (size_t)(slash - name) : length;
}

/* The wider of both lines, where it is not too wide. */
static size_t name_width(const char *name)
{
    size_t length = first_part(name), widest = wm_text_width(name + length);
    struct wm_text first;
    wm_text_init(&first);
    wm_text_add_safe(&first, name, length, 0);
    widest = larger(widest, wm_text_width(first.data));
    wm_text_done(&first);
    return widest < NAME_COLUMNS_MAX ? widest : NAME_COLUMNS_MAX;
}

static void measure_column(const struct wm_by_table *table, size_t at, struct width *width)
{
    const struct wm_by *by = table->by;
    char text[CELL_BYTES];
    *width =
        (struct width){.self = strlen("flat"), .total = strlen("cum"), .pair = NAME_COLUMNS_MIN};
    width->pair = larger(width->pair, name_width(by->columns[at].name));
    for (size_t i = 0; i < HEADING_COUNT; i++) {
        if (!is_used(by, &headings[i]))
            continue;
        headings[i].add(by, at, text);
        width->pair = larger(width->pair, wm_text_width(text));
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct wm_by_row *row = &table->rows[i];
        if (row->self != NULL)
            width->self = larger(width->self, wm_text_width(cell(by, at, row->self, text)));
        if (row->total != NULL)
            width->total = larger(width->total, wm_text_width(cell(by, at, row->total, text)));
    }
    width->pair = larger(width->pair, width->self + INNER_GAP + width->total);
    width->self = width->pair - INNER_GAP - width->total; /* cum is at the right edge */
}

static void add_blanks(struct wm_text *text, size_t count)
{
    wm_text_addf(text, "%*s", (int)count, "");
}

static void add_right(struct wm_text *text, const char *string, size_t width)
{
    wm_text_add_padded(text, string, -(int)width);
}

/* ---- A block of columns side by side ---- */

struct block {
    const struct wm_by_table *table;
    struct wm_text *text;
    const struct width *widths; /* per column */
    size_t first, end;
    size_t width; /* of all its columns with their gaps */
};

static void add_count(const struct block *block, int64_t calls)
{
    char number[WM_UNIT_BYTES];
    if (block->table->has_calls)
        add_right(block->text, calls >= 0 ? wm_units_count((uint64_t)calls, number) : "",
                  CALLS_COLUMNS);
}

static void add_name_part(const struct block *block, size_t part)
{
    for (size_t i = block->first; i < block->end; i++) {
        const char *name = block->table->by->columns[i].name;
        size_t length = first_part(name);
        struct wm_text piece, shown;
        wm_text_init(&piece);
        wm_text_init(&shown);
        if (part == 0)
            wm_text_add_safe(&piece, name, length, 0);
        else
            wm_text_add_safe(&piece, name + length, strlen(name + length), 0);
        wm_grid_add_cut(&shown, piece.data, block->widths[i].pair);
        add_blanks(block->text, GAP);
        add_right(block->text, shown.data, block->widths[i].pair);
        block->text->failed |= piece.failed || shown.failed;
        wm_text_done(&piece);
        wm_text_done(&shown);
    }
    while (block->text->length > 0 && block->text->data[block->text->length - 1] == ' ')
        block->text->data[--block->text->length] = '\0';
    wm_text_add(block->text, "\n");
}

static void add_headings(const struct block *block)
{
    const struct wm_by *by = block->table->by;
    char text[CELL_BYTES];
    bool has_second = false;
    for (size_t i = block->first; i < block->end; i++)
        has_second |= by->columns[i].name[first_part(by->columns[i].name)] != '\0';
    add_name_part(block, 0);
    if (has_second)
        add_name_part(block, 1);
    for (size_t i = 0; i < HEADING_COUNT; i++) {
        if (!is_used(by, &headings[i]))
            continue;
        for (size_t at = block->first; at < block->end; at++) {
            headings[i].add(by, at, text);
            add_blanks(block->text, GAP);
            add_right(block->text, text, block->widths[at].pair);
        }
        const char *title = headings[i].title;
        bool prefixed = title[0] == '/' || title[0] == ' ';
        add_count(block, -1);
        add_blanks(block->text, GAP);
        wm_text_addf(block->text, "%s%s\n", prefixed ? by->report->type : "", title);
    }
    for (size_t at = block->first; at < block->end; at++) {
        add_blanks(block->text, GAP);
        add_right(block->text, "flat", block->widths[at].self);
        add_right(block->text, "cum", block->widths[at].total + INNER_GAP);
    }
    if (block->table->has_calls)
        add_right(block->text, "exact calls", CALLS_COLUMNS);
    wm_text_add(block->text, "\n");
}

static void add_row(const struct block *block, const struct wm_by_row *row)
{
    const struct wm_by *by = block->table->by;
    char text[CELL_BYTES];
    if (row->kind == WM_BY_ROW_RULE) {
        size_t dashes = block->width + (block->table->has_calls ? CALLS_COLUMNS : 0) + GAP;
        for (size_t i = 0; i < dashes; i++)
            wm_text_add(block->text, "-");
        wm_text_add(block->text, "+-------------\n");
        return;
    }
    for (size_t at = block->first; at < block->end; at++) {
        add_blanks(block->text, GAP);
        add_right(block->text, row->self != NULL ? cell(by, at, row->self, text) : "",
                  block->widths[at].self);
        add_right(block->text, cell(by, at, row->total, text), block->widths[at].total + INNER_GAP);
    }
    add_count(block, row->calls);
    add_blanks(block->text, GAP);
    if (block->table->is_tree)
        wm_text_add(block->text, row->kind == WM_BY_ROW_NODE ? "| " : "|   ");
    wm_text_addf(block->text, "%s%s\n", row->label, row->mark);
}

static void add_block(const struct block *block)
{
    add_headings(block);
    for (size_t i = 0; i < block->table->count; i++)
        add_row(block, &block->table->rows[i]);
}

/* ---- The table ---- */

void wm_by_table_add(struct wm_by_table *table, const struct wm_by_row *row)
{
    if (table->count == table->capacity) {
        size_t capacity = table->capacity == 0 ? 64 : 2 * table->capacity;
        struct wm_by_row *rows = reallocarray(table->rows, capacity, sizeof(rows[0]));
        if (rows == NULL) {
            table->failed = true;
            return;
        }
        table->rows = rows;
        table->capacity = capacity;
    }
    table->rows[table->count++] = *row;
    table->has_calls |= row->calls >= 0;
}

void wm_by_table_done(struct wm_by_table *table)
{
    free(table->rows);
    table->rows = NULL;
}

static size_t widest_label(const struct wm_by_table *table)
{
    enum { LABEL_COLUMNS_MAX = 40 }; /* longer ones may run over */
    size_t widest = 0;
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].label != NULL)
            widest = larger(widest, wm_text_width(table->rows[i].label) + (table->is_tree ? 4 : 0));
    return widest < LABEL_COLUMNS_MAX ? widest : LABEL_COLUMNS_MAX;
}

static void add_blocks(const struct wm_by_table *table, const struct width *widths,
                       struct wm_text *text)
{
    size_t limit = table->by->report->options->width;
    size_t taken = GAP + widest_label(table) + (table->has_calls ? CALLS_COLUMNS : 0);
    size_t room = limit == 0 ? SIZE_MAX : limit > taken ? limit - taken : 0;
    struct block block = {.table = table, .text = text, .widths = widths};
    const struct wm_by_column *columns = table->by->columns;
    bool only = table->by->count == 2 &&
                memcmp(columns[0].requests, columns[1].requests, sizeof(columns[0].requests)) == 0;
    size_t start = only ? 1 : 0; /* one value is all there is */
    block.end = start;
    while (block.end < table->by->count) {
        block.first = block.end;
        block.width = 0;
        while (block.end < table->by->count) {
            size_t more = GAP + widths[block.end].pair;
            if (block.end >= block.first + ALWAYS_TRIED && block.width + more > room)
                break;
            block.width += more;
            block.end++;
        }
        if (block.first > start)
            wm_text_add(text, "\n");
        add_block(&block);
    }
}

static void add_legend(const struct wm_by_table *table, size_t hidden, struct wm_text *text)
{
    const struct wm_by *by = table->by;
    wm_text_add(text, "\n");
    wm_text_add_bytes(text, by->left_out.data, by->left_out.length);
    if (hidden > 0)
        wm_text_addf(text, "%zu row%s without an evident change %s left out (-trim=false)\n",
                     hidden, hidden == 1 ? "" : "s", hidden == 1 ? "is" : "are");
    if (by->compares && by->per_request)
        wm_text_add(text, "changes of the cost of one request; \"all\" is with the mix of now\n");
    if (by->compares && by->knows_noise)
        wm_text_add(text, "in parentheses: no more than the noise of sampling (3 standard "
                          "deviations); a machine that became slower shows everywhere\n");
    if (!by->compares && by->knows_noise)
        wm_text_addf(text, "in parentheses: fewer than %d samples, ± 50%% and more\n",
                     (int)WM_COST_SAMPLES_MIN);
    if (!by->per_request)
        wm_text_add(text, "sums, since it is not known how many requests there were: name the "
                          "run's folder for costs per request\n");
    if (table->has_calls)
        wm_text_add(text, "exact calls: counted in the whole run, where functions open segments\n");
}

int wm_by_table_print(const struct wm_by_table *table, size_t hidden, struct wm_text *text)
{
    const struct wm_by *by = table->by;
    struct width *widths = calloc(by->count, sizeof(widths[0]));
    if (widths == NULL || table->failed || by->left_out.failed) {
        free(widths);
        return -ENOMEM;
    }
    for (size_t i = 0; i < by->count; i++)
        measure_column(table, i, &widths[i]);
    if (!by->report->options->compact_labels)
        wm_banner_add_profile(text, by->report, "auto");
    wm_text_add_bytes(text, by->report->filters.data, by->report->filters.length);
    wm_text_add(text, "\n");
    add_blocks(table, widths, text);
    add_legend(table, hidden, text);
    free(widths);
    return text->failed ? -ENOMEM : 0;
}

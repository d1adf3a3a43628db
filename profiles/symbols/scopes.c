/* scopes.c - compile units flattened to sorted scopes. */
#include "profiles/symbols/scopes.h"

#include "harness/core/arena.h"
#include "harness/core/intern.h"
#include "harness/core/text.h"
#include "profiles/symbols/names.h"

#include <dwarf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    NO_SCOPE = 0,    /* scopes are numbered from 1 */
    DEPTH_MAX = 256, /* of nested DIEs; deeper ones are left out */
};

/* A function, or a copy of one inlined into another. */
struct scope {
    Dwarf_Die die;
    uint32_t parent; /* NO_SCOPE for a function */
    bool named;      /* the fields below are filled */
    uint32_t start_line;
    const char *function;
    const char *linkage;
    const char *call_file;
    uint32_t call_line;
};

/* Code of a scope, before flattening. */
struct span {
    uint64_t low, high;
    uint32_t scope;
    uint32_t depth;
};

/* From here on up to the next one this is the innermost scope. */
struct change {
    uint64_t start;
    uint32_t scope;
};

struct unit {
    Dwarf_Die die;      /* has the line table */
    Dwarf_Die tree;     /* has the functions: the same, or that of a .dwo file */
    const char *folder; /* compilation directory, "" unknown */
    bool indexed;
    struct scope *scopes; /* [0] is unused */
    size_t scope_count, scope_capacity;
    struct change *changes;
    size_t change_count;
};

struct unit_range {
    uint64_t low, high;
    size_t unit;
};

struct wm_scopes {
    struct unit *units;
    size_t unit_count, unit_capacity;
    struct unit_range *ranges;
    size_t range_count, range_capacity;
    struct wm_arena arena;   /* names */
    struct wm_intern *files; /* paths that were put together */
    struct wm_text path;     /* scratch */
    struct span *spans;      /* scratch, of the unit being indexed */
    size_t span_count, span_capacity;
};

static int list_units(struct wm_scopes *scopes, Dwarf *dwarf);
static int add_unit(struct wm_scopes *scopes, const Dwarf_Die *die, const Dwarf_Die *tree);
static struct unit *find_unit(struct wm_scopes *scopes, uint64_t address);
static int index_unit(struct wm_scopes *scopes, struct unit *unit);
static int collect(struct wm_scopes *scopes, struct unit *unit, Dwarf_Die *parent,
                   uint32_t parent_scope, uint32_t depth);
static int collect_spans(struct wm_scopes *scopes, struct unit *unit, Dwarf_Die *die,
                         uint32_t parent_scope, uint32_t depth, uint32_t *ret_scope);
static int flatten(struct wm_scopes *scopes, struct unit *unit);
static uint32_t find_scope(const struct unit *unit, uint64_t address);
static void find_line(struct wm_scopes *scopes, struct unit *unit, uint64_t address,
                      const char **ret_file, uint32_t *ret_line);
static void name_scope(struct wm_scopes *scopes, struct unit *unit, struct scope *scope);
static const char *string_attribute(Dwarf_Die *die, unsigned name);
static const char *call_file(Dwarf_Die *die, struct unit *unit);
static const char *absolute(struct wm_scopes *scopes, const struct unit *unit, const char *file);
static bool is_code(uint64_t low, uint64_t high);
static void *grow(void *array, size_t count, size_t *capacity, size_t item_bytes);
static int compare_ranges(const void *left, const void *right);
static int compare_spans(const void *left, const void *right);

int wm_scopes_new(Dwarf *dwarf, struct wm_scopes **ret_scopes)
{
    struct wm_scopes *scopes = calloc(1, sizeof(*scopes));
    if (scopes == NULL)
        return -ENOMEM;
    wm_arena_init(&scopes->arena);
    wm_text_init(&scopes->path);
    int rc = wm_intern_new(&scopes->files);
    if (rc == 0)
        rc = list_units(scopes, dwarf);
    if (rc < 0)
        goto out;
    *ret_scopes = scopes;
    scopes = NULL;
out:
    wm_scopes_free(scopes);
    return rc;
}

void wm_scopes_free(struct wm_scopes *scopes)
{
    if (scopes == NULL)
        return;
    for (size_t i = 0; i < scopes->unit_count; i++) {
        free(scopes->units[i].scopes);
        free(scopes->units[i].changes);
    }
    free(scopes->units);
    free(scopes->ranges);
    free(scopes->spans);
    wm_arena_done(&scopes->arena);
    wm_intern_free(scopes->files);
    wm_text_done(&scopes->path);
    free(scopes);
}

size_t wm_scopes_find(struct wm_scopes *scopes, uint64_t address,
                      struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX])
{
    struct unit *unit = find_unit(scopes, address);
    if (unit == NULL || index_unit(scopes, unit) < 0)
        return 0;
    const char *file;
    uint32_t line;
    find_line(scopes, unit, address, &file, &line);
    uint32_t number = find_scope(unit, address);
    if (number == NO_SCOPE) {
        frames[0] = (struct wm_symbol_frame){"", "", file, line, 0};
        return file[0] != '\0' ? 1 : 0;
    }
    size_t count = 0;
    while (number != NO_SCOPE && count < WM_SYMBOL_FRAME_MAX) {
        struct scope *scope = &unit->scopes[number];
        name_scope(scopes, unit, scope);
        frames[count++] = (struct wm_symbol_frame){
            scope->function, scope->linkage, file, line, scope->start_line,
        };
        file = scope->call_file;
        line = scope->call_line;
        number = scope->parent;
    }
    return count;
}

/* Every unit with code, by address. .debug_aranges would be quicker to read, but clang writes
 * none. */
static int list_units(struct wm_scopes *scopes, Dwarf *dwarf)
{
    Dwarf_CU *cu = NULL;
    uint8_t type;
    Dwarf_Die die, split;
    int rc = 0;
    while (rc == 0 && dwarf_get_units(dwarf, cu, &cu, NULL, &type, &die, &split) == 0) {
        if (type == DW_UT_compile || type == DW_UT_skeleton)
            rc = add_unit(scopes, &die, split.addr != NULL ? &split : &die);
    }
    if (rc == 0 && scopes->range_count > 0)
        qsort(scopes->ranges, scopes->range_count, sizeof(*scopes->ranges), compare_ranges);
    return rc;
}

static int add_unit(struct wm_scopes *scopes, const Dwarf_Die *die, const Dwarf_Die *tree)
{
    struct unit *units =
        grow(scopes->units, scopes->unit_count, &scopes->unit_capacity, sizeof(*units));
    if (units == NULL)
        return -ENOMEM;
    scopes->units = units;
    struct unit *unit = &units[scopes->unit_count];
    *unit = (struct unit){.die = *die, .tree = *tree};
    unit->folder = string_attribute(&unit->die, DW_AT_comp_dir);
    Dwarf_Addr base, low, high;
    ptrdiff_t at = 0;
    while ((at = dwarf_ranges(&unit->die, at, &base, &low, &high)) > 0) {
        if (!is_code(low, high))
            continue;
        struct unit_range *ranges =
            grow(scopes->ranges, scopes->range_count, &scopes->range_capacity, sizeof(*ranges));
        if (ranges == NULL)
            return -ENOMEM;
        scopes->ranges = ranges;
        ranges[scopes->range_count++] = (struct unit_range){low, high, scopes->unit_count};
    }
    scopes->unit_count++;
    return 0;
}

static struct unit *find_unit(struct wm_scopes *scopes, uint64_t address)
{
    size_t low = 0, high = scopes->range_count; /* the first that starts behind the address */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (scopes->ranges[middle].low <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || address >= scopes->ranges[low - 1].high)
        return NULL;
    return &scopes->units[scopes->ranges[low - 1].unit];
}

static int index_unit(struct wm_scopes *scopes, struct unit *unit)
{
    if (unit->indexed)
        return 0;
    unit->scope_count = 1;
    scopes->span_count = 0;
    int rc = collect(scopes, unit, &unit->tree, NO_SCOPE, 0);
    if (rc == 0)
        rc = flatten(scopes, unit);
    if (rc == 0)
        unit->indexed = true;
    return rc;
}

static int collect(struct wm_scopes *scopes, struct unit *unit, Dwarf_Die *parent,
                   uint32_t parent_scope, uint32_t depth)
{
    Dwarf_Die die;
    int rc = 0;
    if (depth == DEPTH_MAX || dwarf_child(parent, &die) != 0)
        return 0;
    do {
        uint32_t scope = parent_scope;
        switch (dwarf_tag(&die)) {
        case DW_TAG_subprogram: /* one inside another was not inlined into it */
            rc = collect_spans(scopes, unit, &die, NO_SCOPE, depth, &scope);
            break;
        case DW_TAG_inlined_subroutine:
            rc = collect_spans(scopes, unit, &die, parent_scope, depth, &scope);
            break;
        case DW_TAG_lexical_block:
        case DW_TAG_namespace:
        case DW_TAG_module:
        case DW_TAG_class_type:
        case DW_TAG_structure_type:
        case DW_TAG_union_type:
            break;
        default:
            continue; /* nothing below it has code */
        }
        if (rc == 0)
            rc = collect(scopes, unit, &die, scope, depth + 1);
    } while (rc == 0 && dwarf_siblingof(&die, &die) == 0);
    return rc;
}

/* *ret_scope is the new scope, or as it was for a mere declaration. */
static int collect_spans(struct wm_scopes *scopes, struct unit *unit, Dwarf_Die *die,
                         uint32_t parent_scope, uint32_t depth, uint32_t *ret_scope)
{
    Dwarf_Addr base, low, high;
    ptrdiff_t at = 0;
    uint32_t number = NO_SCOPE;
    while ((at = dwarf_ranges(die, at, &base, &low, &high)) > 0) {
        if (!is_code(low, high))
            continue;
        if (number == NO_SCOPE) {
            struct scope *grown =
                grow(unit->scopes, unit->scope_count, &unit->scope_capacity, sizeof(*grown));
            if (grown == NULL || unit->scope_count > UINT32_MAX)
                return -ENOMEM;
            unit->scopes = grown;
            number = (uint32_t)unit->scope_count++;
            grown[number] = (struct scope){.die = *die, .parent = parent_scope};
        }
        struct span *spans =
            grow(scopes->spans, scopes->span_count, &scopes->span_capacity, sizeof(*spans));
        if (spans == NULL)
            return -ENOMEM;
        scopes->spans = spans;
        spans[scopes->span_count++] = (struct span){low, high, number, depth};
    }
    if (number != NO_SCOPE)
        *ret_scope = number;
    return 0;
}

static void add_change(struct unit *unit, uint64_t start, uint32_t scope)
{
    struct change *last = unit->change_count > 0 ? &unit->changes[unit->change_count - 1] : NULL;
    if (last != NULL && last->start == start)
        last->scope = scope;
    else if (last == NULL || last->scope != scope)
        unit->changes[unit->change_count++] = (struct change){start, scope};
}

/* A sweep over the spans with a stack of those that are open. Inner ones are cut to what is around
 * them, so that odd nesting can hide code of an inner scope but never cross. */
static int flatten(struct wm_scopes *scopes, struct unit *unit)
{
    size_t count = scopes->span_count, open = 0;
    struct span *spans = scopes->spans;
    if (count == 0)
        return 0;
    unit->changes = calloc(count, 2 * sizeof(*unit->changes));
    size_t *stack = calloc(count, sizeof(*stack));
    if (unit->changes == NULL || stack == NULL) {
        free(unit->changes);
        unit->changes = NULL;
        free(stack);
        return -ENOMEM;
    }
    qsort(spans, count, sizeof(*spans), compare_spans);
    for (size_t i = 0; i <= count; i++) {
        while (open > 0 && (i == count || spans[stack[open - 1]].high <= spans[i].low)) {
            uint64_t end = spans[stack[--open]].high;
            add_change(unit, end, open > 0 ? spans[stack[open - 1]].scope : NO_SCOPE);
        }
        if (i == count)
            break;
        if (open > 0 && spans[i].high > spans[stack[open - 1]].high)
            spans[i].high = spans[stack[open - 1]].high;
        add_change(unit, spans[i].low, spans[i].scope);
        stack[open++] = i;
    }
    free(stack);
    return 0;
}

static uint32_t find_scope(const struct unit *unit, uint64_t address)
{
    size_t low = 0, high = unit->change_count; /* the first that starts behind the address */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (unit->changes[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? NO_SCOPE : unit->changes[low - 1].scope;
}

static void find_line(struct wm_scopes *scopes, struct unit *unit, uint64_t address,
                      const char **ret_file, uint32_t *ret_line)
{
    *ret_file = "";
    *ret_line = 0;
    Dwarf_Line *line = dwarf_getsrc_die(&unit->die, address);
    int number;
    if (line == NULL)
        return;
    *ret_file = absolute(scopes, unit, dwarf_linesrc(line, NULL, NULL));
    if (dwarf_lineno(line, &number) == 0 && number > 0)
        *ret_line = (uint32_t)number;
}

static void name_scope(struct wm_scopes *scopes, struct unit *unit, struct scope *scope)
{
    if (scope->named)
        return;
    Dwarf_Die *die = &scope->die;
    Dwarf_Attribute attribute;
    Dwarf_Word line;
    int start_line;
    const char *name = string_attribute(die, DW_AT_name);
    scope->linkage = string_attribute(die, DW_AT_linkage_name);
    if (scope->linkage[0] == '\0')
        scope->linkage = string_attribute(die, DW_AT_MIPS_linkage_name);
    if (scope->linkage[0] == '\0')
        scope->linkage = name;
    /* C's linkage names are spellings for the linker, C++'s say more than the plain name */
    bool mangled = strncmp(scope->linkage, "_Z", 2) == 0;
    scope->function =
        mangled || name[0] == '\0' ? wm_symbol_name(&scopes->arena, scope->linkage) : name;
    if (dwarf_decl_line(die, &start_line) == 0 && start_line > 0)
        scope->start_line = (uint32_t)start_line;
    scope->call_file = absolute(scopes, unit, call_file(die, unit));
    if (dwarf_formudata(dwarf_attr(die, DW_AT_call_line, &attribute), &line) == 0 &&
        line <= UINT32_MAX)
        scope->call_line = (uint32_t)line;
    scope->named = true;
}

/* Of the DIE, or of what it is an instance or a definition of; "" when there is none. */
static const char *string_attribute(Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attribute;
    const char *text = dwarf_formstring(dwarf_attr_integrate(die, name, &attribute));
    return text != NULL ? text : "";
}

static const char *call_file(Dwarf_Die *die, struct unit *unit)
{
    Dwarf_Attribute attribute;
    Dwarf_Word number;
    Dwarf_Files *files;
    size_t count;
    if (dwarf_formudata(dwarf_attr(die, DW_AT_call_file, &attribute), &number) != 0 ||
        dwarf_getsrcfiles(&unit->tree, &files, &count) != 0 || number >= count)
        return NULL;
    return dwarf_filesrc(files, number, NULL, NULL);
}

/* A path as DWARF gives it, under the compilation directory if it is relative. */
static const char *absolute(struct wm_scopes *scopes, const struct unit *unit, const char *file)
{
    if (file == NULL)
        return "";
    if (file[0] == '/' || unit->folder[0] == '\0')
        return file;
    wm_text_clear(&scopes->path);
    wm_text_add(&scopes->path, unit->folder);
    wm_text_add(&scopes->path, "/");
    wm_text_add(&scopes->path, file);
    int64_t number =
        scopes->path.failed ? -ENOMEM : wm_intern_string(scopes->files, scopes->path.data);
    return number < 0 ? file : wm_intern_get(scopes->files, (uint32_t)number, NULL);
}

/* Linkers leave functions that they dropped at 0, 1 or the very top. */
static bool is_code(uint64_t low, uint64_t high)
{
    return low > 1 && low < high;
}

/* `array` with room for one more; NULL when memory is out. */
static void *grow(void *array, size_t count, size_t *capacity, size_t item_bytes)
{
    if (count < *capacity)
        return array;
    size_t grown = *capacity == 0 ? 16 : *capacity * 2;
    void *moved = reallocarray(array, grown, item_bytes);
    if (moved != NULL)
        *capacity = grown;
    return moved;
}

static int compare_ranges(const void *left, const void *right)
{
    const struct unit_range *a = left, *b = right;
    return (a->low > b->low) - (a->low < b->low);
}

/* Outer before inner. */
static int compare_spans(const void *left, const void *right)
{
    const struct span *a = left, *b = right;
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    if (a->high != b->high)
        return a->high > b->high ? -1 : 1;
    if (a->depth != b->depth)
        return a->depth < b->depth ? -1 : 1;
    return (a->scope > b->scope) - (a->scope < b->scope);
}

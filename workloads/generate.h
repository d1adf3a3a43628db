/* generate.h - a mix's cell, compiled: text and generators into one field's value.
 *
 * `{uniform 1 5}` and the others of the table in generators.c (help walks the same table). Braces
 * are doubled to stand for themselves; inside a generator they must balance as well. The first
 * brace that closes ends a generator, so `{{"id":{seq}}}` is JSON around a number. */
#ifndef WM_WORKLOADS_GENERATE_H
#define WM_WORKLOADS_GENERATE_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/text.h"
#include "workloads/columns.h"
#include "workloads/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wm_cell_program;

/* What compiling may use; programs live as long as both. */
struct wm_cell_context {
    struct wm_arena *arena;
    struct wm_columns *columns; /* for {file ...} */
};

/* Compiles `cell`. -EINVAL names the generator or argument that is wrong and what it takes; the
 * caller adds file, line and column. */
WM_MUST_USE int wm_cell_compile(const char *cell, const struct wm_cell_context *context,
                                const struct wm_cell_program **ret_program, struct wm_error *err);
/* The text when the cell has no generator, NULL otherwise: then nothing needs to be drawn. */
const char *wm_cell_constant(const struct wm_cell_program *program);
/* Appends the cell's value for the request `index` (for {seq}) to `text`. */
void wm_cell_generate(const struct wm_cell_program *program, struct wm_random *random,
                      uint64_t index, struct wm_text *text);

/* The table, for help and tests: name, arguments and one line each. */
struct wm_generator_help {
    const char *name;
    const char *arguments;
    const char *help;
};
size_t wm_generator_count(void);
const struct wm_generator_help *wm_generator_help(size_t i);

#endif

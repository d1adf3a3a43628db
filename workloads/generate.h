/* generate.h - a mix's cell, compiled: text and generators into one field's value.
 *
 * `{uniform 1 5}` and the others of the table in generate.c (help walks the same table). Braces
 * are doubled to stand for themselves. */
#ifndef WM_WORKLOADS_GENERATE_H
#define WM_WORKLOADS_GENERATE_H

#include "harness/core/error.h"
#include "harness/core/text.h"
#include "workloads/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wm_cell_program;

/* Compiles `cell`. `folder` is where relative `{file …}` names start. -EINVAL names the generator
 * or argument that is wrong and what it takes; the caller adds file, line and column. */
WM_MUST_USE int wm_cell_compile(const char *cell, const char *folder,
                                struct wm_cell_program **ret_program, struct wm_error *err);
void wm_cell_free(struct wm_cell_program *program);
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

/* generators.h - the table of generators: how each reads its arguments and draws. Private to
 * generate*.c. */
#ifndef WM_WORKLOADS_GENERATORS_H
#define WM_WORKLOADS_GENERATORS_H

#include "workloads/generate.h"

struct wm_generator {
    struct wm_generator_help help;
    /* Turns the text behind the name and one blank into what `draw` needs, in the arena. -EINVAL
     * with what the arguments must be. */
    int (*read)(const struct wm_generator *self, const char *arguments,
                const struct wm_cell_context *context, const void **ret_state,
                struct wm_error *err);
    /* Appends one value. NULL: nothing to draw, the state is the text. */
    void (*draw)(const void *state, struct wm_random *random, uint64_t index, struct wm_text *text);
};

extern const struct wm_generator wm_generator_uniform, wm_generator_zipf, wm_generator_normal,
    wm_generator_seq;
extern const struct wm_generator wm_generator_choice, wm_generator_hex, wm_generator_string,
    wm_generator_file, wm_generator_const;

/* Fails with "{uniform A B}: A and B must be ..., got "5 1"". */
int wm_generator_misused(const struct wm_generator *self, const char *arguments,
                         const char *expected, struct wm_error *err);
enum { WM_GENERATOR_WORDS = 2 }; /* the most that any generator takes */
/* Splits at blanks; false unless there are exactly `count` words. They live in the arena. */
bool wm_generator_words(const char *arguments, struct wm_arena *arena, char **words, size_t count);

/* The generator `name`; NULL with a suggestion or the list of names in `err`. */
const struct wm_generator *wm_generator_find(const char *name, struct wm_error *err);

#endif

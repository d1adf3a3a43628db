/* generate.c - a mix's cell, compiled: text and generators into one field's value. */
#include "workloads/generate.h"

#include "workloads/generators.h"
#include "workloads/quoted.h"

#include <errno.h>
#include <string.h>

struct part {
    const struct wm_generator *generator; /* NULL: text */
    const void *state;
    size_t length; /* of the text */
};

struct wm_cell_program {
    const char *constant;
    struct part *parts;
    size_t part_count;
};

struct compiler {
    const struct wm_cell_context *context;
    struct wm_cell_program *program;
    struct wm_text literal; /* text that no part holds yet */
    struct wm_text inside;  /* of the generator being read, its braces made single */
};

static int no_memory(struct wm_error *err)
{
    return wm_fail(err, -ENOMEM, "no memory");
}

static int end_literal(struct compiler *compiler, struct wm_error *err)
{
    struct wm_text *literal = &compiler->literal;
    struct wm_cell_program *program = compiler->program;

    if (literal->failed)
        return no_memory(err);
    if (literal->length == 0)
        return 0;
    const char *text = wm_arena_copy(compiler->context->arena, literal->data, literal->length);
    if (text == NULL)
        return no_memory(err);
    program->parts[program->part_count++] = (struct part){NULL, text, literal->length};
    wm_text_clear(literal);
    return 0;
}

/* Takes apart what stood between the braces: a name, and behind one blank its arguments. */
static int add_generator(struct compiler *compiler, struct wm_error *err)
{
    struct wm_cell_program *program = compiler->program;
    char *name = compiler->inside.data;
    char *arguments = name + strcspn(name, " \t");
    const void *state = NULL;

    if (compiler->inside.failed)
        return no_memory(err);
    if (arguments == name)
        return wm_fail(err, -EINVAL,
                       "a generator without a name: write it behind the brace at once, as in "
                       "{seq}, or write {{}} for the braces themselves");
    if (*arguments != '\0')
        *arguments++ = '\0';
    const struct wm_generator *generator = wm_generator_find(name, err);
    if (generator == NULL)
        return -EINVAL;
    int rc = generator->read(generator, arguments, compiler->context, &state, err);
    if (rc < 0)
        return rc;
    if (generator->draw == NULL) {
        wm_text_add(&compiler->literal, state);
        return 0;
    }
    rc = end_literal(compiler, err);
    if (rc == 0)
        program->parts[program->part_count++] = (struct part){generator, state, 0};
    return rc;
}

/* Reads from behind a generator's opening brace; *at ends behind its closing one. Doubled braces
 * inside nest, so that `}}}` closes one pair of them and then the generator. */
static int read_generator(struct compiler *compiler, const char **at, struct wm_error *err)
{
    const char *start = *at;
    const char *c = start;
    size_t depth = 0;
    char quoted[WM_QUOTED_BYTES];

    wm_text_clear(&compiler->inside);
    for (; *c != '\0'; c++) {
        if (*c == '}' && depth == 0)
            break;
        if ((*c == '{' || *c == '}') && c[1] != *c)
            return wm_fail(err, -EINVAL,
                           "a single %c inside the generator that opens at %s: write it twice to "
                           "mean the brace itself; generators do not nest",
                           *c, wm_quoted(start - 1, quoted));
        wm_text_add_bytes(&compiler->inside, c, 1);
        if (*c == '{' || *c == '}') {
            depth += *c == '{' ? 1 : (size_t)-1;
            c++;
        }
    }
    if (*c == '\0')
        return wm_fail(err, -EINVAL,
                       "{ without its }: close the generator that opens at %s, or write {{ for "
                       "the brace itself",
                       wm_quoted(start - 1, quoted));
    *at = c + 1;
    return add_generator(compiler, err);
}

static int read_cell(struct compiler *compiler, const char *cell, struct wm_error *err)
{
    const char *at = cell;

    while (*at != '\0') {
        size_t plain = strcspn(at, "{}");
        wm_text_add_bytes(&compiler->literal, at, plain);
        at += plain;
        if (*at == '\0')
            break;
        if (at[1] == *at) {
            wm_text_add_bytes(&compiler->literal, at, 1);
            at += 2;
        } else if (*at == '}') {
            char quoted[WM_QUOTED_BYTES];
            return wm_fail(err, -EINVAL,
                           "} without its { at %s: write }} for the brace itself, or remove it",
                           wm_quoted(at, quoted));
        } else {
            at++;
            int rc = read_generator(compiler, &at, err);
            if (rc < 0)
                return rc;
        }
    }
    return end_literal(compiler, err);
}

/* Each opening brace makes at most a generator and the text before it. */
static size_t part_limit(const char *cell)
{
    size_t limit = 1;

    for (; *cell != '\0'; cell++)
        limit += *cell == '{' ? 2 : 0;
    return limit;
}

int wm_cell_compile(const char *cell, const struct wm_cell_context *context,
                    const struct wm_cell_program **ret_program, struct wm_error *err)
{
    struct wm_cell_program *program = wm_arena_alloc(context->arena, sizeof(*program));
    struct compiler compiler = {.context = context, .program = program};

    if (program != NULL)
        program->parts = wm_arena_alloc(context->arena, part_limit(cell) * sizeof(*program->parts));
    if (program == NULL || program->parts == NULL)
        return no_memory(err);
    wm_text_init(&compiler.literal);
    wm_text_init(&compiler.inside);
    int rc = read_cell(&compiler, cell, err);
    if (rc == 0) {
        if (program->part_count == 0)
            program->constant = "";
        else if (program->part_count == 1 && program->parts[0].generator == NULL)
            program->constant = program->parts[0].state;
        *ret_program = program;
    }
    wm_text_done(&compiler.literal);
    wm_text_done(&compiler.inside);
    return rc;
}

const char *wm_cell_constant(const struct wm_cell_program *program)
{
    return program->constant;
}

void wm_cell_generate(const struct wm_cell_program *program, struct wm_random *random,
                      uint64_t index, struct wm_text *text)
{
    for (size_t i = 0; i < program->part_count; i++) {
        const struct part *part = &program->parts[i];
        if (part->generator == NULL)
            wm_text_add_bytes(text, part->state, part->length);
        else
            part->generator->draw(part->state, random, index, text);
    }
}

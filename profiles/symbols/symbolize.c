/* symbolize.c - addresses of a process to frames: which binary, then what it knows, once each. */
#include "profiles/symbols/symbolize.h"

#include "harness/core/arena.h"
#include "harness/core/intern.h"
#include "harness/core/text.h"
#include "profiles/symbols/debuginfo.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct binary {
    struct wm_debuginfo *info; /* owned; NULL: could not be used */
};

struct range {
    uint64_t start, end, bias;
    struct wm_debuginfo *info; /* NULL: could not be used */
};

/* What was found at an address. */
struct answer {
    size_t first_frame;
    size_t frame_count;
};

struct wm_symbolizer {
    struct wm_arena arena;  /* problems */
    struct wm_intern *keys; /* path, NUL, build id: to `binaries` */
    struct binary *binaries;
    size_t binary_capacity;
    struct range *ranges;
    size_t range_count, range_capacity;
    const char **problems;
    size_t problem_count, problem_capacity;
    struct wm_intern *addresses; /* to `answers` */
    struct answer *answers;
    size_t answer_count, answer_capacity;
    struct wm_symbol_frame *frames;
    size_t frame_count, frame_capacity;
};

static int find_binary(struct wm_symbolizer *symbolizer, const struct wm_symbol_module *module,
                       struct wm_debuginfo **ret_info);
static int open_binary(struct wm_symbolizer *symbolizer, const struct wm_symbol_module *module,
                       struct wm_debuginfo **ret_info);
static int note_problem(struct wm_symbolizer *symbolizer, const char *sentence);
static const struct answer *ask(struct wm_symbolizer *symbolizer, uint64_t address);
static const struct range *find_range(const struct wm_symbolizer *symbolizer, uint64_t address);
static int reserve(void *array_pointer, size_t need, size_t *capacity, size_t item_bytes);

int wm_symbolizer_new(struct wm_symbolizer **ret_symbolizer)
{
    struct wm_symbolizer *symbolizer = calloc(1, sizeof(*symbolizer));
    if (symbolizer == NULL)
        return -ENOMEM;
    wm_arena_init(&symbolizer->arena);
    int rc = wm_intern_new(&symbolizer->keys);
    if (rc == 0)
        rc = wm_intern_new(&symbolizer->addresses);
    if (rc < 0)
        goto out;
    *ret_symbolizer = symbolizer;
    symbolizer = NULL;
out:
    wm_symbolizer_free(symbolizer);
    return rc;
}

void wm_symbolizer_free(struct wm_symbolizer *symbolizer)
{
    if (symbolizer == NULL)
        return;
    for (size_t i = 0; symbolizer->keys != NULL && i < wm_intern_count(symbolizer->keys); i++)
        wm_debuginfo_close(symbolizer->binaries[i].info);
    wm_intern_free(symbolizer->keys);
    wm_intern_free(symbolizer->addresses);
    wm_arena_done(&symbolizer->arena);
    free(symbolizer->binaries);
    free(symbolizer->ranges);
    free(symbolizer->problems);
    free(symbolizer->answers);
    free(symbolizer->frames);
    free(symbolizer);
}

int wm_symbolizer_add(struct wm_symbolizer *symbolizer, const struct wm_symbol_module *module)
{
    struct wm_debuginfo *info = NULL;
    int rc = find_binary(symbolizer, module, &info);
    if (rc == 0)
        rc = reserve(&symbolizer->ranges, symbolizer->range_count + 1, &symbolizer->range_capacity,
                     sizeof(*symbolizer->ranges));
    if (rc < 0)
        return rc;
    symbolizer->ranges[symbolizer->range_count++] =
        (struct range){module->start, module->end, module->bias, info};
    return 0;
}

size_t wm_symbolizer_find(struct wm_symbolizer *symbolizer, uint64_t address,
                          struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX])
{
    const struct answer *answer = ask(symbolizer, address);
    if (answer == NULL || answer->frame_count == 0)
        return 0;
    memcpy(frames, symbolizer->frames + answer->first_frame, answer->frame_count * sizeof(*frames));
    return answer->frame_count;
}

const char *wm_symbolizer_problem(const struct wm_symbolizer *symbolizer, size_t i)
{
    return i < symbolizer->problem_count ? symbolizer->problems[i] : NULL;
}

/* *ret_info is NULL for a binary that could not be used. */
static int find_binary(struct wm_symbolizer *symbolizer, const struct wm_symbol_module *module,
                       struct wm_debuginfo **ret_info)
{
    struct wm_text key;
    wm_text_init(&key);
    wm_text_add_bytes(&key, module->path, strlen(module->path) + 1);
    if (module->build_id != NULL)
        wm_text_add_bytes(&key, module->build_id, module->build_id_bytes);
    int rc = key.failed ? -ENOMEM : 0;
    if (rc < 0)
        goto out;
    int64_t known = wm_intern_find(symbolizer->keys, key.data, key.length);
    if (known >= 0) {
        *ret_info = symbolizer->binaries[known].info;
        goto out;
    }
    size_t count = wm_intern_count(symbolizer->keys);
    rc = reserve(&symbolizer->binaries, count + 1, &symbolizer->binary_capacity,
                 sizeof(*symbolizer->binaries));
    if (rc < 0)
        goto out;
    symbolizer->binaries[count].info = NULL;
    int64_t number = wm_intern_bytes(symbolizer->keys, key.data, key.length);
    rc = number < 0 ? (int)number
                    : open_binary(symbolizer, module, &symbolizer->binaries[count].info);
    if (rc == 0)
        *ret_info = symbolizer->binaries[count].info;
out:
    wm_text_done(&key);
    return rc;
}

static int open_binary(struct wm_symbolizer *symbolizer, const struct wm_symbol_module *module,
                       struct wm_debuginfo **ret_info)
{
    struct wm_error err = {0};
    /* "[heap]", "[anon]": code without a file has no names, and that is nobody's mistake */
    bool file = module->path[0] != '\0' && module->path[0] != '[';
    if (!file && strcmp(module->path, "[vdso]") != 0)
        return 0;
    size_t build_id_bytes = module->build_id != NULL ? module->build_id_bytes : 0;
    int rc = wm_debuginfo_open(module->path, module->build_id, build_id_bytes, NULL, ret_info, &err);
    if (rc < 0 && rc != -ENOMEM)
        return file ? note_problem(symbolizer, err.text) : 0;
    return rc;
}

static int note_problem(struct wm_symbolizer *symbolizer, const char *sentence)
{
    const char *copy = wm_arena_copy(&symbolizer->arena, sentence, strlen(sentence));
    int rc = reserve(&symbolizer->problems, symbolizer->problem_count + 1,
                     &symbolizer->problem_capacity, sizeof(*symbolizer->problems));
    if (copy == NULL || rc < 0)
        return -ENOMEM;
    symbolizer->problems[symbolizer->problem_count++] = copy;
    return 0;
}

/* NULL when memory is out. */
static const struct answer *ask(struct wm_symbolizer *symbolizer, uint64_t address)
{
    int64_t known = wm_intern_find(symbolizer->addresses, &address, sizeof(address));
    if (known >= 0)
        return &symbolizer->answers[known];
    if (reserve(&symbolizer->answers, symbolizer->answer_count + 1, &symbolizer->answer_capacity,
                sizeof(*symbolizer->answers)) < 0 ||
        reserve(&symbolizer->frames, symbolizer->frame_count + WM_SYMBOL_FRAME_MAX,
                &symbolizer->frame_capacity, sizeof(*symbolizer->frames)) < 0 ||
        wm_intern_bytes(symbolizer->addresses, &address, sizeof(address)) < 0)
        return NULL;
    struct answer *answer = &symbolizer->answers[symbolizer->answer_count++];
    *answer = (struct answer){.first_frame = symbolizer->frame_count};
    const struct range *range = find_range(symbolizer, address);
    if (range != NULL && range->info != NULL)
        answer->frame_count = wm_debuginfo_find(range->info, address - range->bias,
                                                symbolizer->frames + symbolizer->frame_count);
    symbolizer->frame_count += answer->frame_count;
    return answer;
}

/* The last one that was reported wins. There are a few hundred, and each address is looked for
 * once. */
static const struct range *find_range(const struct wm_symbolizer *symbolizer, uint64_t address)
{
    for (size_t i = symbolizer->range_count; i > 0; i--) {
        const struct range *range = &symbolizer->ranges[i - 1];
        if (address >= range->start && address < range->end)
            return range;
    }
    return NULL;
}

/* Room for `need` items in the array that `array_pointer` points to. */
static int reserve(void *array_pointer, size_t need, size_t *capacity, size_t item_bytes)
{
    void *array;
    if (need <= *capacity)
        return 0;
    size_t grown = *capacity * 2 > need ? *capacity * 2 : need;
    memcpy(&array, array_pointer, sizeof(array)); /* it is a T **, which void ** must not alias */
    array = reallocarray(array, grown, item_bytes);
    if (array == NULL)
        return -ENOMEM;
    memcpy(array_pointer, &array, sizeof(array));
    *capacity = grown;
    return 0;
}

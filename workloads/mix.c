/* mix.c - draws requests from a mix: a row by weight, its cells by their programs.
 *
 * What does not change from request to request is borrowed from the mix: a row of constants costs
 * the choice of the row, and a mix of one such row not even that. */
#include "workloads/mix.h"

#include "harness/core/text.h"
#include "workloads/mix_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct wm_mix_scratch {
    struct wm_text text;          /* the drawn values, each with a NUL behind it */
    const struct wm_mix_row *row; /* whose constants stand in `fields` */
    struct wm_work_field fields[WM_WORK_FIELD_MAX];
    size_t offsets[WM_WORK_FIELD_MAX + 1]; /* of drawn values: text moves while it grows */
};

void wm_mix_free(struct wm_mix *mix)
{
    if (mix == NULL)
        return;
    wm_columns_free(mix->columns);
    wm_arena_done(&mix->arena);
    free(mix->rows);
    free(mix);
}

size_t wm_mix_row_count(const struct wm_mix *mix)
{
    return mix->row_count;
}

const char *wm_mix_entry(const struct wm_mix *mix, size_t row)
{
    return mix->rows[row].entry;
}

const char *wm_mix_expect(const struct wm_mix *mix, size_t row)
{
    return mix->rows[row].expect_text;
}

uint32_t wm_mix_line(const struct wm_mix *mix, size_t row)
{
    return mix->rows[row].line;
}

double wm_mix_share(const struct wm_mix *mix, size_t row)
{
    return mix->rows[row].weight / mix->total_weight;
}

bool wm_mix_expect_met(const struct wm_mix *mix, size_t row, const char *const *nodes,
                       size_t node_count, const char *outcome)
{
    const struct wm_expect *expect = mix->rows[row].expect;
    return expect == NULL ||
           wm_expect_met(expect, mix->rows[row].entry, nodes, node_count, outcome);
}

const char *wm_mix_expect_name(const struct wm_mix *mix, size_t row, size_t i)
{
    const struct wm_expect *expect = mix->rows[row].expect;
    return expect != NULL ? wm_expect_name(expect, i) : NULL;
}

int wm_mix_scratch_new(const struct wm_mix *mix, struct wm_mix_scratch **ret_scratch)
{
    struct wm_mix_scratch *scratch = calloc(1, sizeof(*scratch));

    (void)mix; /* one size serves every mix */
    if (scratch == NULL)
        return -ENOMEM;
    wm_text_init(&scratch->text);
    *ret_scratch = scratch;
    return 0;
}

void wm_mix_scratch_free(struct wm_mix_scratch *scratch)
{
    if (scratch == NULL)
        return;
    wm_text_done(&scratch->text);
    free(scratch);
}

static int draw_cells(const struct wm_mix_row *row, uint64_t seed, uint64_t index,
                      struct wm_mix_scratch *scratch, struct wm_work *work)
{
    struct wm_text *text = &scratch->text;

    wm_text_clear(text);
    for (uint32_t i = 0; i < row->drawn_count; i++) {
        struct wm_random random = wm_random_at(seed, index, row->drawn[i].column);
        scratch->offsets[i] = text->length;
        wm_cell_generate(row->drawn[i].program, &random, index, text);
        wm_text_add_bytes(text, "", 1);
    }
    if (text->failed)
        return -ENOMEM;
    if (scratch->row != row) {
        memcpy(scratch->fields, row->fields, row->field_count * sizeof(*row->fields));
        scratch->row = row;
    }
    for (uint32_t i = 0; i < row->drawn_count; i++) {
        const char *value = text->data + scratch->offsets[i];
        if (row->drawn[i].field != WM_MIX_BODY) {
            scratch->fields[row->drawn[i].field].value = value;
            continue;
        }
        size_t end = i + 1 < row->drawn_count ? scratch->offsets[i + 1] : text->length;
        work->body_bytes = end - scratch->offsets[i] - 1;
        work->body = work->body_bytes > 0 ? value : NULL;
    }
    work->fields = scratch->fields;
    return 0;
}

int wm_mix_draw(const struct wm_mix *mix, uint64_t seed, uint64_t index,
                struct wm_mix_scratch *scratch, struct wm_work *work)
{
    uint32_t number = 0;

    if (mix->row_count > 1) {
        struct wm_random random = wm_random_at(seed, index, 0);
        number = wm_pick_draw(&mix->pick, &random);
    }
    const struct wm_mix_row *row = &mix->rows[number];
    *work = (struct wm_work){
        .index = index,
        .think_ns = row->think_ns,
        .entry = row->entry,
        .row = number,
        .field_count = row->field_count,
        .fields = row->fields,
        .body = row->body,
        .body_bytes = row->body_bytes,
    };
    return row->drawn_count == 0 ? 0 : draw_cells(row, seed, index, scratch, work);
}

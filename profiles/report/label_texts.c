/* label_texts.c - labels as pictures write them. */
#include "profiles/report/label_texts.h"

#include "harness/core/intern.h"
#include "harness/core/text.h"
#include "profiles/report/measure.h"
#include "profiles/report/pairs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char BETWEEN[] = "\\n"; /* as the picture's language writes a new line */

struct making {
    const struct wm_report *report;
    struct wm_label_texts *texts;
    size_t capacity;
    struct wm_pairs kinds;   /* strings and text */
    struct wm_label *sorted; /* copies of a set's string labels */
    size_t sorted_capacity;
    struct wm_text text, other, joined;
};

static void write_label(const struct wm_profile *profile, const struct wm_label *label,
                        struct wm_text *text)
{
    wm_text_clear(text);
    wm_text_add(text, wm_profile_text(profile, label->key));
    wm_text_add(text, ":");
    wm_text_add(text, wm_profile_text(profile, label->string));
}

static int compare_texts(const void *a, const void *b, void *user)
{
    struct making *making = user;
    write_label(making->report->profile, a, &making->text);
    write_label(making->report->profile, b, &making->other);
    return strcmp(making->text.data, making->other.data);
}

static int reserve(struct making *making, size_t count)
{
    struct wm_label_texts *texts = making->texts;
    if (texts->count + count > making->capacity) {
        const size_t capacity = 2 * (texts->count + count);
        struct wm_label_piece *pieces = reallocarray(texts->pieces, capacity, sizeof(pieces[0]));
        if (pieces == NULL)
            return -ENOMEM;
        texts->pieces = pieces;
        making->capacity = capacity;
    }
    if (count > making->sorted_capacity) {
        struct wm_label *sorted = reallocarray(making->sorted, 2 * count, sizeof(sorted[0]));
        if (sorted == NULL)
            return -ENOMEM;
        making->sorted = sorted;
        making->sorted_capacity = 2 * count;
    }
    return 0;
}

/* The number of the set's string labels, sorted, as one text; -ENOMEM. */
static int64_t join_strings(struct making *making, const struct wm_label *labels, size_t count)
{
    struct wm_text *joined = &making->joined;
    size_t strings = 0;
    for (size_t i = 0; i < count; i++)
        if (labels[i].string != 0)
            making->sorted[strings++] = labels[i];
    if (strings > 1)
        qsort_r(making->sorted, strings, sizeof(making->sorted[0]), compare_texts, making);
    wm_text_clear(joined);
    for (size_t i = 0; i < strings; i++) {
        write_label(making->report->profile, &making->sorted[i], &making->text);
        wm_text_add(joined, i > 0 ? BETWEEN : "");
        wm_text_add_bytes(joined, making->text.data, making->text.length);
    }
    return joined->failed || making->text.failed || making->other.failed
               ? -ENOMEM
               : wm_intern_string(making->texts->known, joined->data);
}

/* `label` is a number; NULL: it is the string labels. */
static int add_piece(struct making *making, uint32_t strings, const struct wm_label *label)
{
    char measured[WM_MEASURE_BYTES];
    struct wm_label_piece piece = {.strings = strings, .unit = ""};
    int64_t text = strings;
    if (label != NULL) {
        piece.is_number = true;
        piece.number = label->number;
        piece.unit = wm_report_label_unit(making->report, label->key);
        text = wm_intern_string(
            making->texts->known,
            wm_measure(piece.number, piece.unit, wm_report_wanted_unit(making->report), measured));
    }
    const int64_t kind =
        text < 0 ? text : wm_pairs_add(&making->kinds, strings, label != NULL ? (uint32_t)text : 0);
    if (kind < 0)
        return -ENOMEM;
    piece.kind = (uint32_t)kind;
    piece.text = wm_intern_get(making->texts->known, (uint32_t)text, NULL);
    making->texts->pieces[making->texts->count++] = piece;
    return 0;
}

static int add_set(struct making *making, uint32_t set, const struct wm_label_sets *sets)
{
    size_t count;
    const struct wm_label *labels = wm_label_sets_get(sets, set, &count);
    int rc = reserve(making, count + 1);
    const int64_t strings = rc < 0 ? rc : join_strings(making, labels, count);
    if (strings < 0)
        return -ENOMEM;
    if (strings > 0)
        rc = add_piece(making, (uint32_t)strings, NULL);
    for (size_t i = 0; rc == 0 && i < count; i++)
        if (labels[i].string == 0)
            rc = add_piece(making, (uint32_t)strings, &labels[i]);
    return rc;
}

int wm_label_texts_init(struct wm_label_texts *texts, const struct wm_report *report,
                        const struct wm_label_sets *sets)
{
    struct making making = {.report = report, .texts = texts};
    const size_t count = wm_label_sets_count(sets);
    *texts = (struct wm_label_texts){.first = calloc(count + 1, sizeof(texts->first[0]))};
    wm_text_init(&making.text);
    wm_text_init(&making.other);
    wm_text_init(&making.joined);
    int rc = texts->first == NULL ? -ENOMEM : wm_intern_new(&texts->known);
    if (rc == 0 && wm_intern_string(texts->known, "") < 0)
        rc = -ENOMEM;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = add_set(&making, (uint32_t)i, sets);
        texts->first[i + 1] = texts->count;
    }
    wm_text_done(&making.text);
    wm_text_done(&making.other);
    wm_text_done(&making.joined);
    wm_pairs_done(&making.kinds);
    free(making.sorted);
    return rc;
}

void wm_label_texts_done(struct wm_label_texts *texts)
{
    wm_intern_free(texts->known);
    free(texts->pieces);
    free(texts->first);
    *texts = (struct wm_label_texts){.known = NULL};
}

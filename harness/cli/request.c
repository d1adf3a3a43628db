/* request.c - requests for people, in crash reports and mismatch examples. */
#include "harness/cli/request.h"

#include <string.h>

enum { NAME_COLUMNS = 40, VALUE_COLUMNS = 60, LINE_BYTES = 400 };

void wm_request_describe(const struct wm_work_field *fields, size_t count, struct wm_text *text)
{
    size_t start = text->length;
    for (size_t i = 0; i < count; i++) {
        if (text->length - start > LINE_BYTES) {
            wm_text_add(text, " …");
            return;
        }
        const char *value = fields[i].value;
        bool quoted = value[0] == '\0' || strpbrk(value, " \t") != NULL;
        wm_text_add(text, i > 0 ? " " : "");
        wm_text_add_safe(text, fields[i].name, strlen(fields[i].name), NAME_COLUMNS);
        wm_text_add(text, quoted ? "=\"" : "=");
        wm_text_add_safe(text, value, strlen(value), VALUE_COLUMNS);
        wm_text_add(text, quoted ? "\"" : "");
    }
}

const struct wm_work_field *wm_request_copy_fields(struct wm_arena *arena,
                                                   const struct wm_work *work)
{
    struct wm_work_field *fields = wm_arena_alloc(arena, (work->field_count + 1) * sizeof(*fields));
    if (fields == NULL)
        return NULL;
    for (uint32_t i = 0; i < work->field_count; i++) {
        const struct wm_work_field *from = &work->fields[i];
        fields[i].name = wm_arena_copy(arena, from->name, strlen(from->name));
        fields[i].value = wm_arena_copy(arena, from->value, strlen(from->value));
        if (fields[i].name == NULL || fields[i].value == NULL)
            return NULL;
    }
    return fields;
}

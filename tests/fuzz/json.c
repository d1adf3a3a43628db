/* json.c - libFuzzer: any bytes as JSON; every value in it is asked for. */
#include "harness/core/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* As deep as the parser lets it be: 64. */
static void visit(const struct wm_json *json)
{
    enum wm_json_kind kind = wm_json_kind(json);
    require(strlen(wm_json_as_string(json, "")) == 0 || kind == WM_JSON_STRING);
    require(wm_json_as_u64(json, 1) == 1 || kind == WM_JSON_NUMBER);
    require(!wm_json_as_bool(json, false) || kind == WM_JSON_BOOL);
    double number = wm_json_as_double(json, 0);
    require(number == number);
    require(wm_json_get(json, "") == NULL || kind == WM_JSON_OBJECT);
    size_t count = wm_json_count(json);
    require(count == 0 || kind >= WM_JSON_ARRAY);
    for (size_t i = 0; i < count; i++)
        visit(wm_json_at(json, i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size > 0 ? size : 1); /* of its exact size: no NUL behind it */
    require(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    struct wm_json *json = NULL;
    struct wm_error err = {0};
    if (wm_json_parse(text, size, "fuzz", &json, &err) < 0)
        require(json == NULL && err.text[0] != '\0');
    else
        visit(json);
    wm_json_free(json);
    free(text);
    return 0;
}

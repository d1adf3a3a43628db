/* accessline.c - libFuzzer: any bytes as one line of an access log. */
#include "workloads/captures/accessline.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* One line in a buffer of its exact size. */
static void parse_alone(const uint8_t *data, size_t size)
{
    char *line = malloc(size > 0 ? size : 1);
    char *text = malloc(size > 0 ? size : 1);
    require(line != NULL && text != NULL);
    if (size > 0)
        memcpy(line, data, size);
    struct wm_access_line parsed;
    enum wm_access_kind kind = wm_access_parse(line, size, &parsed);
    const struct wm_span spans[] = {parsed.request,    parsed.method, parsed.target,
                                    parsed.status,     parsed.bytes,  parsed.referer,
                                    parsed.user_agent, parsed.client};
    for (size_t i = 0; kind != WM_ACCESS_OTHER && i < sizeof(spans) / sizeof(spans[0]); i++) {
        if (spans[i].at == NULL)
            continue;
        require(spans[i].at >= line && spans[i].at + spans[i].length <= line + size);
        require(wm_access_unescape(spans[i], text) <= spans[i].length);
    }
    require(kind != WM_ACCESS_REQUEST || (parsed.method.length > 0 && parsed.target.length > 0));
    require(kind == WM_ACCESS_REQUEST ||
            (parsed.expected != NULL && parsed.fault >= line && parsed.fault <= line + size));
    free(line);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parse_alone(data, size);
    return 0;
}

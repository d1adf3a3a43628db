/* protocol_requests.c - libFuzzer: any bytes as requests of each protocol; however they are cut,
 * the same is read, and what was read can be spelled and read again. The first byte chooses the
 * protocol, the second the cuts. */
#include "drivers/protocols/protocol.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Everything of a request, one behind the other. */
static void add_request(struct wm_text *text, const struct wm_protocol_request *request)
{
    for (uint32_t i = 0; i < request->work.field_count; i++) {
        wm_text_add(text, request->work.fields[i].name);
        wm_text_add_bytes(text, "=", 1);
        wm_text_add_bytes(text, request->work.fields[i].value,
                          strlen(request->work.fields[i].value) + 1);
    }
    wm_text_addf(text, "%d:%zu:", request->work.body != NULL, request->work.body_bytes);
    wm_text_add_bytes(text, request->work.body, request->work.body_bytes);
    wm_text_addf(text, ":%u\n", request->wanted.replies);
}

/* Spelled, it is a request of the protocol again: whole, and nothing left. */
static void check_spelled(const struct wm_protocol *protocol, const struct wm_work *work)
{
    struct wm_text text;
    struct wm_wanted wanted;
    struct wm_error err;
    wm_text_init(&text);
    if (protocol->spell(work, "127.0.0.1:80", &text, &wanted, &err) == 0) {
        struct wm_request_reader *reader = NULL;
        struct wm_protocol_request again;
        size_t used = 0;
        require(protocol->request_open(&reader) == 0);
        int rc = protocol->request_feed(reader, text.data, text.length, &used, &again);
        require(rc > 0 && used == text.length);
        require(again.wanted.replies == wanted.replies || wanted.replies == 1);
        protocol->request_close(reader);
    }
    wm_text_clear(&text);
    (void)protocol->label(work, &text);
    wm_text_done(&text);
}

static int feed(const struct wm_protocol *protocol, struct wm_request_reader *reader,
                const uint8_t *data, size_t size, struct wm_text *text, bool spelled)
{
    char *piece = malloc(size > 0 ? size : 1);
    size_t at = 0;
    int rc = 0;
    require(piece != NULL);
    memcpy(piece, data, size);
    while (at < size && rc >= 0) {
        struct wm_protocol_request request;
        size_t used = 0;
        rc = protocol->request_feed(reader, piece + at, size - at, &used, &request);
        require(used <= size - at && (rc != 0 || used == size - at));
        at += used;
        require(rc >= 0 || request.reason != NULL);
        if (rc <= 0)
            continue;
        require(request.work.field_count <= WM_PROTOCOL_FIELD_MAX);
        add_request(text, &request);
        if (spelled)
            check_spelled(protocol, &request.work);
    }
    free(piece);
    return rc;
}

static int read_all(const struct wm_protocol *protocol, const uint8_t *data, size_t size,
                    size_t piece, struct wm_text *text)
{
    struct wm_request_reader *reader = NULL;
    int rc = 0;
    require(protocol->request_open(&reader) == 0);
    for (size_t at = 0; at < size && rc >= 0; at += piece)
        rc = feed(protocol, reader, data + at, size - at < piece ? size - at : piece, text,
                  piece >= size);
    protocol->request_close(reader);
    return rc < 0 ? rc : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const struct wm_protocol *protocol = wm_protocol_at(data[0] % wm_protocol_count());
    struct wm_text whole, cut;
    wm_text_init(&whole);
    wm_text_init(&cut);
    int whole_rc = read_all(protocol, data + 2, size - 2, size, &whole);
    int cut_rc = read_all(protocol, data + 2, size - 2, 1 + data[1] % 64, &cut);
    require(whole_rc == cut_rc && whole.length == cut.length);
    require(memcmp(whole.data, cut.data, cut.length) == 0);
    wm_text_done(&whole);
    wm_text_done(&cut);
    return 0;
}

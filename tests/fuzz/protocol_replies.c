/* protocol_replies.c - libFuzzer: any bytes as replies of each protocol; however they are cut, the
 * same is read. The first byte chooses the protocol and what is wanted, the second the cuts. */
#include "drivers/protocols/protocol.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* What came of reading: sums, since there may be many replies. */
struct read {
    uint64_t replies, failed, statuses, bytes;
    int end;
};

/* A piece of its exact size; the rest of one goes on with the next reply. */
static int feed(const struct wm_protocol *protocol, struct wm_reply_reader *reader,
                const struct wm_wanted *wanted, const uint8_t *data, size_t size, struct read *read)
{
    char *piece = malloc(size > 0 ? size : 1);
    size_t at = 0;
    int rc = 0;
    require(piece != NULL);
    memcpy(piece, data, size);
    while (at < size && rc >= 0) {
        struct wm_protocol_reply reply;
        size_t used = 0;
        rc = protocol->reply_feed(reader, piece + at, size - at, &used, &reply);
        require(used <= size - at && (rc != 0 || used == size - at));
        at += used;
        if (rc <= 0)
            continue;
        require(strlen(reply.outcome) < sizeof(reply.outcome));
        require(!reply.failed || strlen(reply.reason) > 0 || wanted->status == 0);
        read->replies++;
        read->failed += reply.failed;
        read->statuses += reply.status;
        read->bytes += reply.bytes;
        protocol->reply_begin(reader, wanted);
    }
    free(piece);
    return rc;
}

static struct read read_all(const struct wm_protocol *protocol, const struct wm_wanted *wanted,
                            const uint8_t *data, size_t size, size_t piece)
{
    struct wm_reply_reader *reader = NULL;
    struct wm_protocol_reply reply;
    struct read read = {0};
    require(protocol->reply_open(&reader) == 0);
    protocol->reply_begin(reader, wanted);
    for (size_t at = 0; at < size && read.end >= 0; at += piece)
        read.end =
            feed(protocol, reader, wanted, data + at, size - at < piece ? size - at : piece, &read);
    if (read.end >= 0)
        read.end = protocol->reply_end(reader, &reply);
    protocol->reply_close(reader);
    return read;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const struct wm_protocol *protocol = wm_protocol_at(data[0] % wm_protocol_count());
    struct wm_wanted wanted = {.no_body = data[0] & 0x80, .replies = 1 + (data[0] >> 6 & 1)};
    size_t piece = 1 + data[1] % 64;
    struct read whole = read_all(protocol, &wanted, data + 2, size - 2, size);
    struct read cut = read_all(protocol, &wanted, data + 2, size - 2, piece);
    require(whole.replies == cut.replies && whole.failed == cut.failed);
    require(whole.statuses == cut.statuses && whole.bytes == cut.bytes);
    require(whole.end == cut.end);
    return 0;
}

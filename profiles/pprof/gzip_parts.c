/* gzip_parts.c - a member of gzip from parts that are packed on their own, by ISA-L. */
#include "profiles/pprof/gzip.h"

#include <errno.h>
#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <zlib.h>

enum { SPARE_BYTES = 1024 };

void wm_gzip_add_head(struct wm_text *text)
{
    /* deflate, without name or time, of any system */
    wm_text_add_bytes(text, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);
}

/* What is packed is seldom longer than half of what it is packed from. */
static int pack(struct isal_zstream *stream, struct wm_text *text)
{
    do {
        const size_t room = stream->avail_in / 2 + SPARE_BYTES;
        char *at = wm_text_extend(text, room);
        if (at == NULL)
            return -ENOMEM;
        stream->next_out = (uint8_t *)at;
        stream->avail_out = (uint32_t)room;
        if (isal_deflate(stream) != COMP_OK)
            return -ENOMEM; /* all else is in order here */
        wm_text_cut(text, stream->avail_out);
    } while (stream->avail_in > 0 || stream->avail_out == 0);
    return 0;
}

int wm_gzip_add_part(struct wm_text *text, const void *data, size_t length,
                     struct wm_gzip_sum *ret_sum)
{
    struct isal_zstream *stream = malloc(sizeof(*stream));
    unsigned char *scratch = malloc(ISAL_DEF_LVL1_DEFAULT);
    int rc = stream == NULL || scratch == NULL ? -ENOMEM : 0;
    for (size_t at = 0; rc == 0 && at < length;) {
        const size_t most = 1 << 30, piece = length - at < most ? length - at : most;
        isal_deflate_init(stream);
        stream->level = 1;
        stream->level_buf = scratch;
        stream->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
        stream->flush = FULL_FLUSH;
        stream->next_in = (uint8_t *)(uintptr_t)data + at; /* only read */
        stream->avail_in = (uint32_t)piece;
        rc = pack(stream, text);
        at += piece;
    }
    wm_gzip_leave_registers();
    free(stream);
    free(scratch);
    *ret_sum = (struct wm_gzip_sum){length, libdeflate_crc32(0, data, length)};
    return rc;
}

void wm_gzip_sum_add(struct wm_gzip_sum *sum, const struct wm_gzip_sum *next)
{
    sum->crc = (uint32_t)crc32_combine(sum->crc, next->crc, (z_off_t)next->length);
    sum->length += next->length;
}

void wm_gzip_add_tail(struct wm_text *text, const struct wm_gzip_sum *sum)
{
    unsigned char tail[10] = {3, 0}; /* the last block, which is empty */
    for (unsigned i = 0; i < 4; i++) {
        tail[2 + i] = (unsigned char)(sum->crc >> 8 * i);
        tail[6 + i] = (unsigned char)(sum->length >> 8 * i);
    }
    wm_text_add_bytes(text, tail, sizeof(tail));
}

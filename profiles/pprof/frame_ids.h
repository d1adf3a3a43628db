/* frame_ids.h - a sample's list of ids of locations, read as indices: most of a file's bytes, and
 * most of a profile's memory. Not for other rooms. */
#ifndef WM_PPROF_FRAME_IDS_H
#define WM_PPROF_FRAME_IDS_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* So many frames behind a list's may be written to, too. */
enum { WM_FRAME_IDS_OVER = 8 };

struct wm_frame_ids {
    bool has_moves; /* this CPU can use them */
    /* By which of eight numbers are wanted: where the bytes of each are that comes next. */
    unsigned char moves[256][16];
};

void wm_frame_ids_init(struct wm_frame_ids *ids);

/* Bytes of a file, packed numbers from `at` to `end`. */
struct wm_frame_list {
    const unsigned char *data;
    size_t at, end;
};

/* To index id - 1 of each, where the id 0, which stands for none, becomes the largest index, which
 * *most is told. How many they are; -EINVAL: one is cut off, or of more than four bytes; -ERANGE:
 * one does not fit, as none from UINT16_MAX on does. */
WM_MUST_USE ssize_t wm_frame_ids_read_narrow(const struct wm_frame_ids *ids,
                                             const struct wm_frame_list *list, uint16_t *frames,
                                             uint32_t *most);
WM_MUST_USE ssize_t wm_frame_ids_read_wide(const struct wm_frame_list *list, uint32_t *frames,
                                           uint32_t *most);

#endif

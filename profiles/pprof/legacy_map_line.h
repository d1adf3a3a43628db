/* legacy_map_line.h - one line of a list of mappings. Not for other rooms. */
#ifndef WM_PPROF_LEGACY_MAP_LINE_H
#define WM_PPROF_LEGACY_MAP_LINE_H

#include "profiles/pprof/slice.h"

/* What the line says of a mapping, as far as it goes. */
struct wm_map_line {
    uint64_t start, limit, offset;
    struct wm_slice permissions, file, build_id;
};

/* False if it is none. These are:
 *
 *   00400000-00df6000 r-xp 00000000 08:01 1234  /usr/bin/app      as in /proc/PID/maps
 *   00400000-00df6000: /usr/bin/app  (@ff00)  abc123              shorter: offset, build id */
bool wm_map_line_parse(struct wm_slice line, struct wm_map_line *ret_line);

/* Cuts off what a log put before it: "... file.cc:123] ". */
struct wm_slice wm_map_line_without_log(struct wm_slice line);

#endif

/* legacy_java.c - profiles of old Java agents, told apart so that they can be refused by name. */
#include "profiles/pprof/legacy.h"

#include <errno.h>

/* The third word of a CPU profile's header says it: 0 3 1. */
static bool is_cpu(const struct wm_wire_input *input)
{
    static const unsigned char words[] = {0, 3, 1};
    for (size_t bytes = 4; bytes <= 8; bytes += 4) {
        bool is_it = input->length > 3 * bytes;
        for (size_t i = 0; is_it && i < 3 * bytes; i++)
            is_it = input->data[i] == (i % bytes == 0 ? words[i / bytes] : 0);
        if (is_it)
            return true;
    }
    return false;
}

/* Texts begin like those of C++, but for heaps; "format = java" is among the attributes. */
bool wm_legacy_is_java(struct wm_legacy *legacy)
{
    if (is_cpu(legacy->input))
        return true;
    if (!wm_legacy_next_line(legacy))
        return false;
    if (wm_slice_begins(legacy->line, "--- heapz 1 ---"))
        return true;
    if (!wm_slice_begins(legacy->line, "--- contentionz 1 ---"))
        return false;
    while (wm_legacy_next_said(legacy) && wm_slice_find(legacy->line, "=").at != NULL)
        if (wm_slice_begins(legacy->line, "format") &&
            wm_slice_find(legacy->line, "java").at != NULL)
            return true;
    return false;
}

int wm_legacy_refuse_java(struct wm_legacy *legacy)
{
    return wm_fail_at(legacy->input->err, -EINVAL, legacy->input->place,
                      "is an old Java profile; convert it with 'go tool pprof -proto -output=NEW'");
}

/* flame_colors.h - what colour a frame has. Private to this room. */
#ifndef WM_REPORT_FLAME_COLORS_H
#define WM_REPORT_FLAME_COLORS_H

#include <stdint.h>

enum { WM_FLAME_COLOR_BYTES = 8, WM_FLAME_SHADES = 8 };

/* "#rrggbb" of a function: its binary decides the hue, its name what is around it; so a function
 * looks the same in every picture. Light enough for dark letters. Writes WM_FLAME_COLOR_BYTES,
 * returns `text`. */
const char *wm_flame_color(const char *module, const char *name, char *text);

/* How much a cost changed, `most` being the largest change that there is: from -WM_FLAME_SHADES
 * (fallen) to WM_FLAME_SHADES (grown). */
int wm_flame_shade(int64_t change, int64_t most);
/* Its colour: blue, none, red. */
const char *wm_flame_shade_color(int shade, char *text);

#endif

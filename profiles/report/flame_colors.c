/* flame_colors.c - hues by hash, shades by change. */
#include "profiles/report/flame_colors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* FNV-1a, then mixed: names often differ in their last letter only. */
static uint32_t hash(const char *text)
{
    uint32_t sum = UINT32_C(2166136261);
    for (; *text != '\0'; text++)
        sum = (sum ^ (unsigned char)*text) * UINT32_C(16777619);
    sum = (sum ^ sum >> 15) * UINT32_C(0x2c1b3c6d);
    return sum ^ sum >> 13;
}

/* One channel of a colour, 0 to 255; `turn` is where it stands on the circle, a third apart. */
static unsigned channel(double hue, double saturation, double lightness, double turn)
{
    double k = fmod(turn + hue / 30, 12);
    double nearest = fmax(-1, fmin(fmin(k - 3, 9 - k), 1));
    double value = lightness - saturation * fmin(lightness, 1 - lightness) * nearest;
    return (unsigned)lround(255 * value);
}

static const char *write_color(double hue, double saturation, double lightness, char *text)
{
    snprintf(
        text, WM_FLAME_COLOR_BYTES, "#%02x%02x%02x", channel(hue, saturation, lightness, 0) & 255,
        channel(hue, saturation, lightness, 8) & 255, channel(hue, saturation, lightness, 4) & 255);
    return text;
}

const char *wm_flame_color(const char *module, const char *name, char *text)
{
    /* Far enough apart to be told from each other with what names add. */
    static const double hues[] = {28, 205, 95, 320, 50, 255, 165, 355};
    uint32_t of_name = hash(name);
    double hue = hues[hash(module) % (sizeof(hues) / sizeof(hues[0]))];
    hue += (double)(of_name % 33) - 16;
    double saturation = 0.45 + (double)(of_name / 33 % 8) * 0.035;
    double lightness = 0.72 + (double)(of_name / 264 % 8) * 0.014;
    return write_color(fmod(hue + 360, 360), saturation, lightness, text);
}

/* The root lets small changes be seen beside large ones. */
int wm_flame_shade(int64_t change, int64_t most)
{
    if (change == 0 || most == 0)
        return 0;
    double share = fabs((double)change) / fabs((double)most);
    int shade = (int)lround(WM_FLAME_SHADES * sqrt(fmin(share, 1)));
    return change < 0 ? -shade : shade;
}

const char *wm_flame_shade_color(int shade, char *text)
{
    double strength = fmin(abs(shade), WM_FLAME_SHADES) / (double)WM_FLAME_SHADES;
    return write_color(shade < 0 ? 212 : 6, shade == 0 ? 0 : 0.75, 0.88 - 0.22 * strength, text);
}

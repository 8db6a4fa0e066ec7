/* Nearest colours. Distances weigh green most and blue least, as the eye does; good enough to choose a palette entry. */
#include "theme/color_depth.h"

#include <stddef.h>

static const int32_t BASIC[16] = {
    0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
    0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
};

static const int CUBE[6] = {0, 95, 135, 175, 215, 255};

const char *color_depth_name(enum color_depth depth)
{
    static const char *const NAMES[COLOR_DEPTH_COUNT] = {"mono", "16", "256", "direct"};
    return NAMES[depth];
}

static int32_t pack(int red, int green, int blue)
{
    return (int32_t)(red << 16 | green << 8 | blue);
}

int32_t color_depth_rgb_of_256(int index)
{
    if (index < 16)
        return BASIC[index < 0 ? 0 : index];
    if (index >= 232) {
        int level = 8 + 10 * ((index > 255 ? 255 : index) - 232);
        return pack(level, level, level);
    }
    index -= 16;
    return pack(CUBE[index / 36], CUBE[index / 6 % 6], CUBE[index % 6]);
}

static long distance(int32_t a, int32_t b)
{
    long red = (a >> 16 & 255) - (b >> 16 & 255), green = (a >> 8 & 255) - (b >> 8 & 255), blue = (a & 255) - (b & 255);
    return 3 * red * red + 6 * green * green + blue * blue;
}

static int nearest(int32_t rgb, int first, int last)
{
    int found = first;
    for (int i = first + 1; i <= last; i++)
        if (distance(rgb, color_depth_rgb_of_256(i)) < distance(rgb, color_depth_rgb_of_256(found)))
            found = i;
    return found;
}

int color_depth_to_256(int32_t rgb)
{
    return nearest(rgb, 16, 255);
}

int color_depth_to_16(int32_t rgb)
{
    return nearest(rgb, 0, 15);
}

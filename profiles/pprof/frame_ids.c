/* frame_ids.c - numbers of one byte, two or three, in an order that no CPU could foresee: read
 * without a branch on their lengths.
 *
 * A byte below 128 is a number's last, and those before it tell what the number is: so eight bytes
 * are looked at at once, each as if it were a last one, and what is of the others is squeezed out.
 * That is four times as fast as one byte after the other, which is done where it is not possible.
 */
#include "profiles/pprof/frame_ids.h"

#include <errno.h>
#include <smmintrin.h>

/* Bytes at once, and those before them that are looked at too. */
enum { STEP = 8, BEFORE = 2 };

#define QUICK __attribute__((target("sse4.1,popcnt")))

void wm_frame_ids_init(struct wm_frame_ids *ids)
{
    ids->has_moves = __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("popcnt");
    for (unsigned wanted = 0; wanted < 256; wanted++) {
        unsigned char *move = ids->moves[wanted];
        for (unsigned i = 0; i < STEP; i++) {
            if ((wanted >> i & 1) == 0)
                continue;
            *move++ = (unsigned char)(2 * i);
            *move++ = (unsigned char)(2 * i + 1);
        }
        while (move < ids->moves[wanted] + sizeof(ids->moves[wanted]))
            *move++ = 0;
    }
}

/* Each byte puts down what the number is so far, and the last one lets that stay. */
static inline ssize_t read_slowly(const struct wm_frame_list *list, void *frames, bool is_narrow,
                                  uint32_t *most)
{
    uint32_t number = 0, shift = 0, shifts = 0, largest = *most;
    size_t count = 0;
    for (size_t at = list->at; at < list->end; at++) {
        const uint32_t byte = list->data[at], goes_on = byte >> 7;
        const uint32_t keep = 0 - goes_on; /* all bits, or none */
        number |= (byte & 0x7f) << (shift & 31);
        const uint32_t index = number - 1, last = index & ~keep;
        if (is_narrow)
            ((uint16_t *)frames)[count] = (uint16_t)index;
        else
            ((uint32_t *)frames)[count] = index;
        count += 1 - goes_on;
        largest = last > largest ? last : largest;
        shifts |= shift + 4; /* has the bit of 32 in the fifth byte */
        shift = (shift + 7) & keep;
        number &= keep;
    }
    if (is_narrow && largest >= UINT16_MAX)
        return -ERANGE;
    *most = largest;
    return shifts >= 32 || shift != 0 ? -EINVAL : (ssize_t)count;
}

ssize_t wm_frame_ids_read_wide(const struct wm_frame_list *list, uint32_t *frames, uint32_t *most)
{
    return read_slowly(list, frames, false, most);
}

/* ---- Eight bytes at once ---- */

/* Of all bytes so far. */
struct found {
    __m128i most, odd; /* by lane; odd: something that is to be read slowly */
    uint16_t *next;
};

QUICK static inline __m128i eight_at(const unsigned char *bytes)
{
    return _mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)(const void *)bytes));
}

/* `wanted`: the lanes of bytes that were not seen yet. */
QUICK static inline struct found read_eight(const struct wm_frame_ids *ids,
                                            const unsigned char *bytes, __m128i wanted,
                                            struct found found)
{
    const __m128i low = _mm_set1_epi16(0x7f);
    const __m128i last = eight_at(bytes), first = eight_at(bytes - 1), before = eight_at(bytes - 2);
    const __m128i has_two = _mm_cmpgt_epi16(first, low);
    const __m128i has_three = _mm_and_si128(has_two, _mm_cmpgt_epi16(before, low));
    const __m128i two = _mm_or_si128(_mm_slli_epi16(last, 7), _mm_and_si128(first, low));
    const __m128i three = _mm_or_si128(_mm_slli_epi16(two, 7), _mm_and_si128(before, low));
    const __m128i number = _mm_blendv_epi8(_mm_blendv_epi8(last, two, has_two), three, has_three);
    const __m128i indices = _mm_add_epi16(number, _mm_set1_epi16(-1));
    const __m128i is_last = _mm_andnot_si128(_mm_cmpgt_epi16(last, low), wanted);
    /* a third byte has the last two of 16 bits: it is no more than 3, and there is no fourth */
    const __m128i is_odd = _mm_and_si128(has_three, _mm_cmpgt_epi16(last, _mm_set1_epi16(3)));
    const unsigned picks =
        (unsigned)_mm_movemask_epi8(_mm_packs_epi16(is_last, _mm_setzero_si128()));
    const __m128i move = _mm_loadu_si128((const __m128i *)(const void *)ids->moves[picks]);
    _mm_storeu_si128((__m128i *)(void *)found.next, _mm_shuffle_epi8(indices, move));
    found.next += __builtin_popcount(picks);
    found.most = _mm_max_epu16(found.most, _mm_and_si128(indices, is_last));
    found.odd = _mm_or_si128(found.odd, _mm_and_si128(is_odd, wanted));
    return found;
}

/* -ERANGE: something is odd. The last bytes are those up to the end, some of which may have been
 * seen before or even be none of the list's. */
QUICK static ssize_t read_quickly(const struct wm_frame_ids *ids, const struct wm_frame_list *list,
                                  uint16_t *frames, uint32_t *most)
{
    const unsigned char *at = list->data + list->at, *end = list->data + list->end;
    struct found found = {_mm_setzero_si128(), _mm_setzero_si128(), frames};
    for (; end - at >= STEP; at += STEP)
        found = read_eight(ids, at, _mm_set1_epi16(-1), found);
    if (at < end) {
        const __m128i lanes = _mm_set_epi16(7, 6, 5, 4, 3, 2, 1, 0);
        const short last_seen = (short)(STEP - 1 - (end - at));
        const __m128i unseen = _mm_cmpgt_epi16(lanes, _mm_set1_epi16(last_seen));
        found = read_eight(ids, end - STEP, unseen, found);
    }
    const __m128i least = _mm_minpos_epu16(_mm_xor_si128(found.most, _mm_set1_epi16(-1)));
    const uint32_t largest = UINT16_MAX - (uint16_t)_mm_cvtsi128_si32(least);
    if (_mm_movemask_epi8(found.odd) != 0 || largest == UINT16_MAX || end[-1] > 0x7f)
        return -ERANGE;
    *most = largest > *most ? largest : *most;
    return found.next - frames;
}

ssize_t wm_frame_ids_read_narrow(const struct wm_frame_ids *ids, const struct wm_frame_list *list,
                                 uint16_t *frames, uint32_t *most)
{
    const bool is_quick = ids->has_moves && list->at >= STEP + BEFORE && list->at < list->end;
    ssize_t count = is_quick ? read_quickly(ids, list, frames, most) : -ERANGE;
    return count >= 0 ? count : read_slowly(list, frames, true, most);
}

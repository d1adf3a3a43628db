/* bigprofile.c - writes a large profile: bench_bigprofile FILE.pb.gz [SAMPLES]
 *
 * Stacks are walks through one made-up call graph of 50,000 locations, 34 frames deep on average,
 * nearly all distinct, in no order, with a label `path`. The same number of samples gives the same
 * bytes. It is written field by field, as a runtime writes one, not by our canonical writer: what
 * samples use gets ids in order of first use, and what none uses is not there. */
#include "harness/core/file.h"
#include "harness/core/text.h"
#include "profiles/pprof/gzip.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOCATIONS = 50000,
    FUNCTIONS = 30000,
    FILES = 900,
    PATHS = 12,
    DEPTH_LEAST = 16,
    DEPTH_SPREAD = 37, /* 16 to 52: 34 on average */
    DEPTH_MAX = DEPTH_LEAST + DEPTH_SPREAD,
    SAMPLES_UNLESS_TOLD = 1000000,
};

/* Field numbers of profile.proto. */
enum { SAMPLE_TYPE = 1, SAMPLE, MAPPING, LOCATION, FUNCTION, STRING, TIME = 9, DURATION };
enum { PERIOD_TYPE = 11, PERIOD = 12 };

/* Things of the made-up program, numbered from 1 as they turn up. */
struct numbering {
    uint32_t id_of[LOCATIONS + 1], in_order[LOCATIONS + 1];
    uint32_t count;
};

static struct numbering locations, functions;

static const char *const words[] = {"",     "samples",       "count", "cpu", "nanoseconds",
                                    "path", "/srv/app/shopd"};
enum { WORDS = sizeof(words) / sizeof(words[0]) };
enum { FIRST_PATH = WORDS, FIRST_FILE = FIRST_PATH + PATHS, FIRST_NAME = FIRST_FILE + FILES };

/* splitmix64: number `i` of the stream is a function of i. */
static uint64_t random_at(uint64_t i)
{
    uint64_t z = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint32_t number_of(struct numbering *numbering, uint32_t thing)
{
    if (numbering->id_of[thing] == 0) {
        numbering->in_order[numbering->count] = thing;
        numbering->id_of[thing] = ++numbering->count;
    }
    return numbering->id_of[thing];
}

static void put_varint(struct wm_text *text, uint64_t value)
{
    unsigned char bytes[10];
    size_t length = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[length++] = (unsigned char)(value | 0x80);
    bytes[length++] = (unsigned char)value;
    wm_text_add_bytes(text, bytes, length);
}

static void put_number(struct wm_text *text, uint64_t field, uint64_t value)
{
    put_varint(text, field << 3);
    put_varint(text, value);
}

static void put_bytes(struct wm_text *text, uint64_t field, const void *bytes, size_t length)
{
    put_varint(text, field << 3 | 2);
    put_varint(text, length);
    wm_text_add_bytes(text, bytes, length);
}

static void put_message(struct wm_text *text, uint64_t field, struct wm_text *message)
{
    put_bytes(text, field, message->data, message->length);
    wm_text_clear(message);
}

static void put_type(struct wm_text *text, uint64_t field, uint64_t type, uint64_t unit)
{
    struct wm_text message;
    wm_text_init(&message);
    put_number(&message, 1, type);
    put_number(&message, 2, unit);
    put_message(text, field, &message);
    wm_text_done(&message);
}

/* One of the callees of a location: a few of them take most calls, and some code is called from
 * everywhere. */
static uint32_t callee_of(uint32_t location, uint64_t dice)
{
    uint32_t way = 0;
    if (dice >> 56 == 0) /* a call that is hardly ever made */
        return (uint32_t)(dice % LOCATIONS);
    while (way < 12 && (dice & 15) < 5) {
        way++;
        dice >>= 4;
    }
    uint64_t at = random_at((uint64_t)location << 8 | way);
    double share = (double)(at >> 11) * 0x1p-53;
    share *= share;
    share *= share;
    return (uint32_t)(share * share * LOCATIONS);
}

static void put_sample(struct wm_text *text, uint64_t i, struct wm_text *message,
                       struct wm_text *part)
{
    uint32_t stack[DEPTH_MAX];
    uint64_t seed = random_at(i) | 1, path = seed >> 8 & 0xffff;
    uint32_t depth = DEPTH_LEAST + (uint32_t)(random_at(seed) % DEPTH_SPREAD);
    path = path * path % PATHS;
    stack[depth - 1] = 0;
    stack[depth - 2] = 1 + (uint32_t)path; /* its handler */
    for (uint32_t at = depth - 2; at-- > 0;)
        stack[at] = callee_of(stack[at + 1], random_at(seed + at));
    for (uint32_t at = 0; at < depth; at++)
        put_varint(part, number_of(&locations, stack[at]));
    put_message(message, 1, part);
    put_varint(part, 1 + seed % 3);
    put_varint(part, (1 + seed % 3) * 10000000);
    put_message(message, 2, part);
    put_number(part, 1, 5);
    put_number(part, 2, FIRST_PATH + path);
    put_message(message, 3, part);
    put_message(text, SAMPLE, message);
}

static void put_line(struct wm_text *text, uint32_t function, uint64_t line, struct wm_text *part)
{
    put_number(part, 1, number_of(&functions, function));
    put_number(part, 2, line);
    put_message(text, 4, part);
}

static void put_location(struct wm_text *text, uint32_t id, struct wm_text *message,
                         struct wm_text *part)
{
    uint32_t location = locations.in_order[id - 1];
    uint64_t dice = random_at((uint64_t)location << 32);
    put_number(message, 1, id);
    put_number(message, 2, 1);
    put_number(message, 3, 0x400040 + (uint64_t)location * 64);
    if (dice % 4 == 0) /* something inlined */
        put_line(message, (uint32_t)(random_at(dice) % FUNCTIONS), 1 + dice % 900, part);
    put_line(message, location % FUNCTIONS, 1 + dice % 1200, part);
    put_message(text, LOCATION, message);
}

static void put_function(struct wm_text *text, uint32_t id, struct wm_text *message)
{
    uint32_t function = functions.in_order[id - 1];
    put_number(message, 1, id);
    put_number(message, 2, FIRST_NAME + id - 1);
    put_number(message, 3, FIRST_NAME + id - 1);
    put_number(message, 4, FIRST_FILE + random_at(function) % FILES);
    put_number(message, 5, 1 + function % 700);
    put_message(text, FUNCTION, message);
}

static void put_name(struct wm_text *name, uint32_t function)
{
    const char *verb = function % 7 == 0 ? "hash" : "step";
    wm_text_addf(name, "shop::part%u::do_%s_%u", function % 40, verb, function);
}

static void put_strings(struct wm_text *text)
{
    struct wm_text name;
    wm_text_init(&name);
    for (size_t i = 0; i < FIRST_NAME + functions.count; i++) {
        if (i < FIRST_PATH)
            wm_text_add(&name, words[i]);
        else if (i < FIRST_FILE)
            wm_text_addf(&name, "GET /page/%zu", i - FIRST_PATH);
        else if (i < FIRST_NAME)
            wm_text_addf(&name, "/srv/src/part%zu/file%zu.cc", i % 40, i - FIRST_FILE);
        else
            put_name(&name, functions.in_order[i - FIRST_NAME]);
        put_message(text, STRING, &name);
    }
    wm_text_done(&name);
}

static void put_profile(struct wm_text *text, uint64_t sample_count)
{
    struct wm_text message, part;
    wm_text_init(&message);
    wm_text_init(&part);
    put_type(text, SAMPLE_TYPE, 1, 2);
    put_type(text, SAMPLE_TYPE, 3, 4);
    for (uint64_t i = 0; i < sample_count; i++)
        put_sample(text, i, &message, &part);
    put_number(&message, 1, 1);
    put_number(&message, 2, 0x400000);
    put_number(&message, 3, 0x400000 + (LOCATIONS + 1) * 64);
    put_number(&message, 5, 6);
    put_number(&message, 7, 1);
    put_message(text, MAPPING, &message);
    for (uint32_t id = 1; id <= locations.count; id++)
        put_location(text, id, &message, &part);
    for (uint32_t id = 1; id <= functions.count; id++)
        put_function(text, id, &message);
    put_strings(text);
    put_number(text, TIME, UINT64_C(1767225600000000000));
    put_number(text, DURATION, UINT64_C(60000000000));
    put_type(text, PERIOD_TYPE, 3, 4);
    put_number(text, PERIOD, 10000000);
    wm_text_done(&message);
    wm_text_done(&part);
}

int main(int argc, char **argv)
{
    uint64_t sample_count = argc > 2 ? strtoull(argv[2], NULL, 10) : SAMPLES_UNLESS_TOLD;
    if (argc < 2 || sample_count == 0) {
        fprintf(stderr, "usage: bench_bigprofile FILE.pb.gz [SAMPLES]\n");
        return 2;
    }
    struct wm_error err = {0};
    struct wm_text text;
    unsigned char *packed = NULL;
    size_t length = 0;
    wm_text_init(&text);
    put_profile(&text, sample_count);
    int rc = text.failed ? -1
                         : wm_gzip_pack((const unsigned char *)text.data, text.length,
                                        WM_GZIP_SMALL, &packed, &length);
    if (rc == 0)
        rc = wm_file_write(argv[1], packed, length, &err);
    if (rc == 0)
        printf("%s: %" PRIu64 " samples, %.1f MB, unpacked %.1f MB\n", argv[1], sample_count,
               (double)length / 1e6, (double)text.length / 1e6);
    else
        fprintf(stderr, "%s: %s\n", argv[1], err.text[0] != '\0' ? err.text : "no memory");
    free(packed);
    wm_text_done(&text);
    return rc == 0 ? 0 : 1;
}

/* pieces.h - a protocol's readers fed with bytes in pieces, and what they said as text. */
#ifndef WM_TESTS_PROTOCOLS_PIECES_H
#define WM_TESTS_PROTOCOLS_PIECES_H

#include "drivers/protocols/protocol.h"
#include "tests/support/support.h"

#include <string.h>

/* Bytes to read and what is to be read from them. */
struct piece_case {
    const char *name;
    struct wm_wanted wanted; /* of every reply; replies 0 here means 1 */
    bool ends;               /* the peer closes behind the bytes */
    const char *bytes;
    size_t count; /* 0: strlen */
    const char *expected;
};

/* Feeds the bytes whole, one by one, and cut in two at every boundary (of long ones: at some), and
 * fails unless what is read is `expected` each time. Buffers are of the exact size of a piece.
 *
 * Replies, each in a line: "200", "404 failed: status 404", "miss", behind them " closes" and
 * " N bytes", where that is. Then "more" if one is half read, "broken: …", "end: whole" or "end:
 * early" if the peer closes. */
void piece_replies(const struct wm_protocol *protocol, const struct piece_case *test);
/* Requests, each in a line: name=value of each field, then [body], then what is wanted. */
void piece_requests(const struct wm_protocol *protocol, const struct piece_case *test);

/* The request's bytes as the protocol spells it; fails if it cannot. free() them. */
char *piece_spelled(const struct wm_protocol *protocol, const struct wm_work *work,
                    size_t *ret_count, struct wm_wanted *ret_wanted);

#endif

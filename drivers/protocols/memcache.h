/* memcache.h - the parts of memcached's text protocol, for the table in protocols.c. */
#ifndef WM_PROTOCOLS_MEMCACHE_H
#define WM_PROTOCOLS_MEMCACHE_H

#include "drivers/protocols/protocol.h"

extern const struct wm_protocol wm_protocol_memcache;

/* A command that carries a data block. */
struct wm_memcache_storing {
    const char *name;
    size_t length_at; /* which word says the block's length; from 0, the command itself */
    size_t words;     /* how many there are beside the length and noreply, at least */
    const char *usage;
};
/* NULL: it carries none. */
const struct wm_memcache_storing *wm_memcache_storing(const char *name, size_t length);

/* A command's words as far as they say what follows. */
struct wm_memcache_command {
    const struct wm_memcache_storing *storing; /* NULL: it stores nothing */
    size_t words;
    bool noreply; /* its last word */
    bool meta;    /* of the meta commands */
    bool quiet;   /* of these, one whose answer may not come */
    bool quits;   /* ends the connection */
};
/* What the i-th word tells. In order, from the first on. */
void wm_memcache_note_word(struct wm_memcache_command *command, size_t i, const char *word,
                           size_t length);
/* How many replies such a command has. */
uint32_t wm_memcache_replies(const struct wm_memcache_command *command);

int wm_memcache_reply_open(struct wm_reply_reader **ret_reader);
void wm_memcache_reply_close(struct wm_reply_reader *reader);
void wm_memcache_reply_begin(struct wm_reply_reader *reader, const struct wm_wanted *wanted);
int wm_memcache_reply_feed(struct wm_reply_reader *reader, const char *bytes, size_t count,
                           size_t *ret_used, struct wm_protocol_reply *reply);
int wm_memcache_reply_end(struct wm_reply_reader *reader, struct wm_protocol_reply *reply);

int wm_memcache_request_open(struct wm_request_reader **ret_reader);
void wm_memcache_request_close(struct wm_request_reader *reader);
int wm_memcache_request_feed(struct wm_request_reader *reader, const char *bytes, size_t count,
                             size_t *ret_used, struct wm_protocol_request *request);

#endif

/* memcache_command.c - what memcached's commands carry, and whether they are answered. */
#include "drivers/protocols/memcache.h"

#include <string.h>

static const struct wm_memcache_storing storing[] = {
    {"set",     4, 4, "set KEY FLAGS EXPTIME"       },
    {"add",     4, 4, "add KEY FLAGS EXPTIME"       },
    {"replace", 4, 4, "replace KEY FLAGS EXPTIME"   },
    {"append",  4, 4, "append KEY FLAGS EXPTIME"    },
    {"prepend", 4, 4, "prepend KEY FLAGS EXPTIME"   },
    {"cas",     4, 5, "cas KEY FLAGS EXPTIME UNIQUE"},
    {"ms",      2, 2, "ms KEY"                      },
};

static bool is_word(const char *name, const char *word, size_t length)
{
    return strlen(name) == length && memcmp(name, word, length) == 0;
}

const struct wm_memcache_storing *wm_memcache_storing(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(storing) / sizeof(storing[0]); i++)
        if (is_word(storing[i].name, name, length))
            return &storing[i];
    return NULL;
}

/* mg, ms, md, ma, me: two letters that begin with an m; mn has no flags. */
static bool is_meta(const char *word, size_t length)
{
    return length == 2 && word[0] == 'm' && word[1] != 'n';
}

void wm_memcache_note_word(struct wm_memcache_command *command, size_t i, const char *word,
                           size_t length)
{
    if (i == 0) {
        *command = (struct wm_memcache_command){.storing = wm_memcache_storing(word, length),
                                                .meta = is_meta(word, length),
                                                .quits = is_word("quit", word, length)};
    }
    command->words = i + 1;
    command->noreply = i > 0 && is_word("noreply", word, length);
    command->quiet = command->quiet || (command->meta && i > 1 && is_word("q", word, length));
}

uint32_t wm_memcache_replies(const struct wm_memcache_command *command)
{
    return command->noreply || command->quits ? 0 : 1;
}

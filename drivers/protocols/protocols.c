/* protocols.c - the table of protocols. */
#include "drivers/protocols/protocol.h"

#include "drivers/protocols/http.h"
#include "drivers/protocols/memcache.h"
#include "drivers/protocols/resp.h"

#include <string.h>

static const struct wm_protocol *const protocols[] = {
    &wm_protocol_http,
    &wm_protocol_resp,
    &wm_protocol_memcache,
};
enum { PROTOCOL_COUNT = sizeof(protocols) / sizeof(protocols[0]) };

size_t wm_protocol_count(void)
{
    return PROTOCOL_COUNT;
}

const struct wm_protocol *wm_protocol_at(size_t i)
{
    return protocols[i];
}

const struct wm_protocol *wm_protocol_find(const char *name)
{
    for (size_t i = 0; i < PROTOCOL_COUNT; i++)
        if (strcmp(protocols[i]->name, name) == 0)
            return protocols[i];
    return NULL;
}

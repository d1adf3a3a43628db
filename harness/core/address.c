/* address.c - "HOST:PORT" to a socket's address. */
#include "harness/core/address.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { HOST_BYTES = 256, PORT_MAX = 65535 };

/* The host without its brackets; false if it is none, or too long. */
static bool read_host(const char *named, size_t length, char host[HOST_BYTES])
{
    bool brackets = length > 1 && named[0] == '[' && named[length - 1] == ']';
    if (brackets) {
        named++;
        length -= 2;
    }
    if (length == 0 || length >= HOST_BYTES || (!brackets && memchr(named, ':', length) != NULL))
        return false;
    memcpy(host, named, length);
    host[length] = '\0';
    return true;
}

static bool is_port(const char *digits)
{
    size_t length = strspn(digits, "0123456789");
    return length > 0 && length <= 5 && digits[length] == '\0' && strtol(digits, NULL, 10) <= PORT_MAX;
}

int wm_address_read(const char *named, struct wm_address *ret_address, struct wm_error *err)
{
    char host[HOST_BYTES];
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    const char *colon = strrchr(named, ':');
    if (colon == NULL || !is_port(colon + 1) || !read_host(named, (size_t)(colon - named), host))
        return wm_fail_at(err, -EINVAL, named, "write HOST:PORT, such as 127.0.0.1:8080");
    int rc = getaddrinfo(host, colon + 1, &hints, &found);
    if (rc != 0)
        return wm_fail_at(err, -EINVAL, named, "cannot find the host: %s", gai_strerror(rc));
    memcpy(&ret_address->socket, found->ai_addr, found->ai_addrlen);
    ret_address->bytes = found->ai_addrlen;
    freeaddrinfo(found);
    return 0;
}

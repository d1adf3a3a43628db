/* address.h - "HOST:PORT" to a socket's address. */
#ifndef WM_CORE_ADDRESS_H
#define WM_CORE_ADDRESS_H

#include "harness/core/error.h"

#include <sys/socket.h>

struct wm_address {
    struct sockaddr_storage socket;
    socklen_t bytes;
};

/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080". Names are looked up, which may take a while;
 * the first answer counts. -EINVAL with a sentence, `named` as its place. */
WM_MUST_USE int wm_address_read(const char *named, struct wm_address *ret_address,
                                struct wm_error *err);

#endif

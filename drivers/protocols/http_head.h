/* http_head.h - http-parser, with our limit of a head. */
#ifndef WM_PROTOCOLS_HTTP_HEAD_H
#define WM_PROTOCOLS_HTTP_HEAD_H

#include <http_parser.h>

/* A parser for the next message, `data` handed to its callbacks. */
void wm_http_parser_begin(http_parser *parser, enum http_parser_type type, void *data);
/* What it says of its error, in words without what differs between messages. */
const char *wm_http_parser_fault(const http_parser *parser);

#endif

/* http_head.c - http-parser, with our limit of a head. */
#include "drivers/protocols/http_head.h"

#include "drivers/protocols/protocol.h"

#include <pthread.h>

/* http-parser has one limit for the whole process, 80 KiB unless told. */
static void set_limit(void)
{
    http_parser_set_max_header_size(WM_PROTOCOL_HEAD_MAX);
}

void wm_http_parser_begin(http_parser *parser, enum http_parser_type type, void *data)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_limit);
    http_parser_init(parser, type); /* keeps `data` */
    parser->data = data;
}

const char *wm_http_parser_fault(const http_parser *parser)
{
    enum http_errno fault = HTTP_PARSER_ERRNO(parser);
    return fault == HPE_HEADER_OVERFLOW ? "a head above 256 KiB" : http_errno_description(fault);
}

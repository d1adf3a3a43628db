/* html.h - foreign text in a page. Private to this room. */
#ifndef WM_VIEWS_HTML_H
#define WM_VIEWS_HTML_H

#include "harness/core/text.h"

#include <stddef.h>

/* Adds bytes as text of HTML or XML, between tags or in quotes: markup is escaped, what is no
 * character or not allowed there becomes U+FFFD. */
void wm_html_add(struct wm_text *text, const char *bytes, size_t length);
/* The same of a string. */
void wm_html_add_string(struct wm_text *text, const char *string);

#endif

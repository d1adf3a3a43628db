/* dot_names.c - function names short enough for a box: what comes before the last names goes.
 *
 * Which part is the package is told apart by the habits of each language, in a fixed order: the
 * first habit that fits decides. */
#include "profiles/report/dot.h"

#include <string.h>

/* A part of a name. */
struct part {
    const char *start, *end;
};

static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_word(char byte)
{
    return is_lower(byte) || is_upper(byte) || is_digit(byte) || byte == '_';
}

static const char *skip_words(const char *at, const char *also)
{
    while (*at != '\0' && (is_word(*at) || strchr(also, *at) != NULL))
        at++;
    return at;
}

/* ---- Go ---- */

/* The "/v2" of a module's version; NULL: there is none. It ends before "." or "/". */
static const char *find_version(const char *name, const char **ret_end)
{
    if (strchr(name, '\n') != NULL)
        return NULL;
    for (const char *at = strstr(name, "/v"); at != NULL; at = strstr(at + 1, "/v")) {
        const char *digits = at + 2, *end = digits;
        while (is_digit(*end))
            end++;
        bool counts = end - digits == 1 ? *digits >= '2' : end > digits && *digits != '0';
        if (counts && (*end == '.' || *end == '/')) {
            *ret_end = end;
            return at;
        }
    }
    return NULL;
}

/* "example.com/shop/web.Serve": what follows the last slash of a path. */
static bool is_go(const char *name, struct part *ret_part)
{
    const char *after = NULL;
    for (const char *at = name;;) {
        const char *end = skip_words(at, "-.");
        if (end == at || *end != '/')
            break;
        at = end + 1;
        if (*at != '\0' && *at != '\n')
            after = at;
    }
    if (after != NULL)
        *ret_part = (struct part){after, after + strcspn(after, "\n")};
    return after != NULL;
}

/* ---- Java ---- */

/* "java.util.List.add(int)": the class, which begins with a capital, and the method. */
static bool is_java(const char *name, struct part *ret_part)
{
    static const char constructor[] = "<init>";
    const char *class = name, *end;
    while (is_lower(*class)) {
        end = skip_words(class, "");
        if (*end != '.')
            return false;
        class = end + 1;
    }
    end = skip_words(class, "$");
    if (!is_upper(*class) || *end != '.')
        return false;
    const char *method = end + 1;
    if (strncmp(method, constructor, sizeof(constructor) - 1) == 0)
        end = method + sizeof(constructor) - 1;
    else if (is_lower(*method))
        end = skip_words(method, "$");
    else
        return false;
    if (*end != '(' && *end != '\0')
        return false;
    *ret_part = (struct part){class, end};
    return true;
}

/* ---- C++ ---- */

static bool starts_name(char byte)
{
    return is_word(byte) && !is_digit(byte);
}

/* The method and the arguments of a template behind it. */
static const char *method_end(const char *method)
{
    const char *end = skip_words(method, "");
    if (*end != '<')
        return end;
    const char *last = NULL;
    for (const char *at = end + 1; *at != '\0' && *at != '\n'; at++)
        if (*at == '>')
            last = at;
    return last != NULL ? last + 1 : end;
}

/* "std::pmr::Pool::take": the last class with its method, if a namespace comes before. */
static bool is_cpp(const char *name, struct part *ret_part)
{
    bool found = false;
    const char *at = name;
    while (starts_name(*at)) {
        const char *class = at, *end = skip_words(at, "");
        if (end[0] != ':' || end[1] != ':')
            break;
        at = end + 2;
        const char *method = at + (*at == '~');
        if (class == name || !is_upper(class[strspn(class, "_")]) || !starts_name(*method))
            continue;
        *ret_part = (struct part){class, method_end(method)};
        found = true;
    }
    return found;
}

/* ---- All of them ---- */

static bool (*const habits[])(const char *name, struct part *ret_part) = {is_go, is_java, is_cpp};

static void add_short(struct wm_text *text, const char *name)
{
    static const char anonymous[] = "(anonymous namespace)::";
    struct wm_text unversioned;
    const char *version_end;
    if (strncmp(name, anonymous, sizeof(anonymous) - 1) == 0)
        name += sizeof(anonymous) - 1;
    wm_text_init(&unversioned);
    const char *version = find_version(name, &version_end);
    wm_text_add_bytes(&unversioned, name,
                      version != NULL ? (size_t)(version - name) : strlen(name));
    if (version != NULL)
        wm_text_add(&unversioned, version_end);
    struct part part = {unversioned.data, unversioned.data + unversioned.length};
    for (size_t i = 0; i < sizeof(habits) / sizeof(habits[0]); i++)
        if (habits[i](unversioned.data, &part))
            break;
    wm_text_add_bytes(text, part.start, (size_t)(part.end - part.start));
    text->failed |= unversioned.failed;
    wm_text_done(&unversioned);
}

/* What stands for what, the first that fits. */
struct replacement {
    const char *from, *to;
};

static void add_replaced(struct wm_text *text, const char *string,
                         const struct replacement *replacements, size_t count)
{
    while (*string != '\0') {
        size_t i = 0, length = 1;
        while (i < count &&
               strncmp(string, replacements[i].from, strlen(replacements[i].from)) != 0)
            i++;
        if (i < count) {
            length = strlen(replacements[i].from);
            wm_text_add(text, replacements[i].to);
        } else {
            wm_text_add_bytes(text, string, length);
        }
        string += length;
    }
}

void wm_dot_add_escaped(struct wm_text *text, const char *string)
{
    static const struct replacement unsafe[] = {
        {"\\", "\\\\"},
        {"\"", "\\\""},
        {"\n", "\\l" }
    };
    add_replaced(text, string, unsafe, sizeof(unsafe) / sizeof(unsafe[0]));
}

void wm_dot_add_short_name(struct wm_text *text, const char *name)
{
    /* Go's "[...]" for type arguments is no place to break a line. */
    static const struct replacement breaks[] = {
        {"::",    "\\n"  },
        {"[...]", "[…]"},
        {".",     "\\n"  }
    };
    struct wm_text shortened, escaped;
    wm_text_init(&shortened);
    wm_text_init(&escaped);
    add_short(&shortened, name);
    wm_dot_add_escaped(&escaped, shortened.data);
    add_replaced(text, escaped.data, breaks, sizeof(breaks) / sizeof(breaks[0]));
    text->failed |= shortened.failed || escaped.failed;
    wm_text_done(&shortened);
    wm_text_done(&escaped);
}

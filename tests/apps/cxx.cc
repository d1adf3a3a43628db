/* cxx.cc - an app in C++: segments in a plain, an inline and a template function, and exceptions.
 *
 * Entry point Cxx; field how: throw (through 20 frames, caught), uncaught; anything else only
 * visits the segments. cxx_throw_and_catch() is there for benchmarks. */
#include <waymark/waymark.h>

#include <cstring>
#include <stdexcept>
#include <string>

namespace
{

constexpr int frames = 20;

/* Has to be cleaned up on the way of an exception, in each frame. */
struct Step {
    explicit Step(int number) : text("step " + std::to_string(number))
    {
    }
    std::string text;
};

__attribute__((noinline)) int plain_function(int x)
{
    WM_SEGMENT("PlainFunction");
    return x + 1;
}

inline int inline_function(int x)
{
    WM_SEGMENT("InlineFunction");
    return x + 2;
}

template <typename T> T template_function(T x)
{
    WM_SEGMENT("TemplateFunction");
    return x + 3;
}

__attribute__((noinline)) int throw_through(int depth)
{
    if (depth == 0)
        throw std::runtime_error("at the bottom");
    Step step(depth);
    return throw_through(depth - 1) + static_cast<int>(step.text.size());
}

int throwing()
{
    WM_SEGMENT("Throwing");
    return throw_through(frames);
}

int handle(const wm_request *request, wm_reply *reply)
{
    WM_SEGMENT("Cxx");
    const char *how = wm_request_field(request, "how");
    int sum = plain_function(1);
    sum += inline_function(2);
    sum += template_function(3);
    sum += template_function<short>(4);
    std::string answer = std::to_string(sum);
    wm_reply_write(reply, answer.data(), answer.size());
    if (how == nullptr)
        return 0;
    if (std::strcmp(how, "uncaught") == 0)
        return throwing();
    if (std::strcmp(how, "throw") != 0)
        return 0;
    try {
        return throwing();
    } catch (const std::runtime_error &) {
        /* Throwing was closed on the way. */
        WM_SEGMENT("Caught");
        WM_OUTCOME("caught");
        return 0;
    }
}

} // namespace

WM_ENTRY("Cxx", handle);

extern "C" int cxx_throw_and_catch();

int cxx_throw_and_catch()
{
    try {
        return throw_through(frames);
    } catch (const std::runtime_error &) {
        return 0;
    }
}
